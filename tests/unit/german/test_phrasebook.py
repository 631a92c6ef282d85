"""What other languages say is read in German; German words, names and mistyped words stay what they are."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.german import phrasebook
from service.german.phrasebook import BadGlossary, Phrasebook

GLOSSARY = """de,en,pl,ru
,the|for|find|a|help,dla|na,для|помощь
Arzt,doctor,lekarz,врач
Wohnung,flat,mieszkanie,квартира
Wohnungssuche,find a flat,szukam mieszkania,ищу квартиру
Hilfe,help,,помощь
Kinder,child|children,dziecko|dzieci,ребёнок|дети
"""
GERMAN = frozenset({"arzt", "wohnung", "kurs", "fur", "kinder"})
BOOK = Phrasebook(GERMAN, phrasebook.parse(GLOSSARY))


def read(text: str, offers: Sequence[str] = ()) -> list[str]:
    return [piece.german for piece in BOOK.read(text.split(), lambda word: word in offers).pieces if piece.german]


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("doctor for the children", ["Arzt", "Kinder"]),
        ("lekarz dla dziecka", ["Arzt", "Kinder"]),
        ("врача для детей", ["Arzt", "Kinder"]),
        ("find a flat", ["Wohnungssuche"]),
        ("flat", ["Wohnung"]),
        ("help", ["Hilfe"]),
        ("help doctor", ["Arzt"]),
        ("Kurs für врач", ["Arzt"]),
        ("lekarzowi", ["Arzt"]),
        ("Arzt Wohnung Kurs", []),
        ("xyzzy", []),
        ("", []),
    ],
)
def test_what_is_typed_is_read_in_german(typed: str, meant: list[str]) -> None:
    assert read(typed) == meant


def test_words_of_offers_are_translated_only_where_a_phrase_holds_them_as_they_are() -> None:
    assert read("doctor", ["doctor"]) == ["Arzt"]
    assert read("doctorate", ["doctorate"]) == []


def test_among_german_words_a_reading_is_a_guess() -> None:
    reading = BOOK.read(["Kurs", "für", "children"], lambda _: False)
    assert reading.mixed
    assert [piece.german for piece in reading.pieces if piece.german] == ["Kinder"]


@given(st.lists(st.text(min_size=1, max_size=12), max_size=8))
def test_pieces_stand_in_order_and_do_not_overlap(words: list[str]) -> None:
    pieces = BOOK.read(words, lambda _: False).pieces
    assert all(one.last < other.first for one, other in pairwise(pieces))
    assert all(0 <= piece.first <= piece.last < len(words) for piece in pieces)


@pytest.mark.parametrize(
    ("text", "told"),
    [("", "Zeile 1"), ("en,de\n", "Zeile 1"), ("de,xx\n", "Zeile 1"), ("de,en\nArzt\n", "Zeile 2: 1 Spalten statt 2")],
)
def test_a_damaged_glossary_is_told(text: str, told: str) -> None:
    with pytest.raises(BadGlossary, match=told):
        phrasebook.parse(text)
