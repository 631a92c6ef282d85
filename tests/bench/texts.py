"""A small stand-in for the texts of the bench."""

from __future__ import annotations

import json
from pathlib import Path

SUBJECTS = ("Sprachkurs", "Elternberatung", "Wohnungssuche", "Hausaufgabenhilfe", "Schuldnerberatung", "Sportgruppe")
PEOPLE = ("Familien", "Jugendliche", "Frauen", "Zugewanderte", "Arbeitsuchende")


def write_texts(path: Path) -> Path:
    """Thirty texts, with characters that HTML knows and headings that are too long."""
    entries = [
        {
            "heading": f"§ {number} {subject} für {people} " + "und Angehörige " * (number % 15),
            "text": f"Das Angebot {subject} wendet sich an {people} & ihre Kinder <unter 12 Jahren>. "
            * (1 + number % 9),
        }
        for number, (subject, people) in enumerate((s, p) for s in SUBJECTS for p in PEOPLE)
    ]
    path.write_text("".join(json.dumps(entry, ensure_ascii=False) + "\n" for entry in entries), encoding="utf-8")
    return path
