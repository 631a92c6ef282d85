"""Tables for tests: `table(row, row)` is a CSV file with the columns that the rows name."""

from __future__ import annotations

import csv
import io

COMPLETE = {
    "quelle": "vhs", "quelle_nr": "4711", "titel": "Deutsch am Vormittag", "kurztext": "Deutsch für den Alltag.",
    "beschreibung": "<p>Kleine Gruppe, viel Gespräch.</p>", "art": "kurs", "themen": "deutschkurse|sprachtreffs",
    "staedte": "marl|herten", "zielgruppen": "frauen|neuzugewanderte", "sprachen": "de|ar", "niveau": "a1|a2",
    "kosten": "kostenlos", "anbieter": "Volkshochschule Marl", "kontakt_name": "Büro 3|",
    "kontakt_rolle": "Kursanmeldung|Kinderbetreuung", "kontakt_telefon": "0221 4710-201|0221 4710-202",
    "kontakt_mail": "kurse@example.org|", "strasse": "Wiesenstraße 1|Hafenweg 2", "plz": "45770|44135",
    "ort": "Marl|Dortmund", "zeiten": "Mo, Mi 09:00-11:30|1. Di im Monat 18:00-20:00 (mit Tee)",
    "webseite": "https://vhs.example.org/a1", "gueltig_von": "2026-01-01", "gueltig_bis": "2027-12-31",
    "stichwoerter": "Anfänger|Kurs am Morgen", "status": "public",
}  # fmt: skip
"""A row with every cell in its canonical form."""


def table(*rows: dict[str, str], delimiter: str = ";") -> str:
    """The rows as CSV."""
    out = io.StringIO()
    columns = list(dict.fromkeys(column for row in rows for column in row))
    writer = csv.DictWriter(out, columns, delimiter=delimiter, restval="")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


def row(**changes: str) -> dict[str, str]:
    """A row with title and text and what the test adds."""
    return {"titel": "Sprachtreff", "kurztext": "Wir sprechen Deutsch."} | changes


def cells(content: bytes) -> list[dict[str, str]]:
    """The rows of an exported CSV file, as a spreadsheet would show them."""
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline=""), delimiter=";"))
