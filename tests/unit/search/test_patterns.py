"""Words as patterns for LIKE: stems inside of words, room for umlauts, nothing typed is a wildcard."""

from __future__ import annotations

import re

import pytest

from service.search.database.patterns import ESCAPE, beginning, containing
from service.search.wordbook import Wordbook


def like(pattern: str, text: str) -> bool:
    """LIKE, as SQLite understands it: case does not matter for ASCII letters."""
    parts = re.findall(r"\\.|.", pattern, re.DOTALL)
    wild = {"%": ".*", "_": "."}
    expression = "".join(wild.get(part) or re.escape(part.removeprefix(ESCAPE)) for part in parts)
    return bool(re.fullmatch(expression, text, re.DOTALL | re.IGNORECASE | re.ASCII))


def finds(typed: str, text: str, book: Wordbook) -> bool:
    [stem] = book.analysis.std(typed)
    return any(like(pattern, text) for pattern in containing(stem, typed))


@pytest.mark.parametrize(
    ("typed", "text"),
    [
        ("Kurse", "Sprachkurs am Abend"),
        ("Kurs", "SPRACHKURSE"),
        ("Häuser", "Haus der Familie"),
        ("Haus", "alte Häuser"),
        ("Bücher", "Das Buch"),
        ("Ärzte", "Beim Arzt"),
        ("Arzt", "Ärzte und Praxen"),
        ("Übung", "Übungen"),
        ("uebung", "Übungen"),
        ("Straße", "Hauptstraße 5"),
        ("Strasse", "Hauptstraße 5"),
        ("Fußball", "Fussballtreff"),
        ("Fussball", "Fußballtreff"),
        ("aktuelle", "Aktuelles"),
        ("Israel", "aus Israel"),
        ("Amt", "Das Amt (Jobcenter)"),
        ("Amt", "<p>Amt"),
        ("курси", "Курси німецької"),
    ],
)
def test_a_word_finds_its_forms(typed: str, text: str, book: Wordbook) -> None:
    assert finds(typed, text, book)


@pytest.mark.parametrize(
    ("typed", "text"), [("Amt", "insgesamt"), ("Rat", "Beratung"), ("Haus", "draußen"), ("Kurs", "Kirsche")]
)
def test_a_word_finds_no_others(typed: str, text: str, book: Wordbook) -> None:
    assert not finds(typed, text, book)


@pytest.mark.parametrize("typed", ["a_b_c_d_e", "100%%%%%", "x\\y\\z\\w"])
def test_what_is_typed_is_no_wildcard(typed: str) -> None:
    for pattern in containing(typed, typed):
        assert like(pattern, f"vor {typed} nach")
        assert not like(pattern, typed.replace("_", "x").replace("%", "x").replace("\\", "x"))


def test_beginnings_stand_at_the_start_of_words() -> None:
    for text, fits in [("Deutschkurs", True), ("Kurs: Deutsch", True), ("Plattdeutsch", False), ("(Deutsch)", True)]:
        assert any(like(pattern, text) for pattern in beginning("deutsch")) is fits
