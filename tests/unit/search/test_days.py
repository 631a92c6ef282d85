"""Days named in a query: in which words, in which languages, and that they are preferred and never a filter."""

from __future__ import annotations

from datetime import date

import pytest

from service.search.understanding import understand
from service.search.wordbook import Wordbook

WEDNESDAY = date(2026, 11, 25)


@pytest.mark.parametrize(
    ("query", "days"),
    [
        ("Deutschkurs samstags", ("sa",)),
        ("Sport am Samstag", ("sa",)),
        ("Kurs am Wochenende", ("sa", "so")),
        ("Montag oder Mittwoch Beratung", ("mo", "mi")),
        ("Saturday football", ("sa",)),
        ("курс у суботу", ("sa",)),
        ("Kinderarzt heute", ("mi",)),
        ("Beratung morgen", ("do",)),
        ("tomorrow doctor", ("do",)),
        ("Kurs am Morgen", ()),
        ("Deutschkurs", ()),
    ],
)
def test_days_are_understood(book: Wordbook, query: str, days: tuple[str, ...]) -> None:
    assert understand(query, book, today=WEDNESDAY).weekdays == days


def test_without_a_date_no_word_counts_from_today(book: Wordbook) -> None:
    assert understand("Kinderarzt heute", book).weekdays == ()


def test_the_words_of_a_day_are_searched_too(book: Wordbook) -> None:
    plan = understand("Deutschkurs samstags", book)
    assert [word.text for word in plan.words] == ["Deutschkurs", "samstags"]


@pytest.mark.parametrize(("query", "words"), [("45768", []), ("Sprachkurs 45768", ["Sprachkurs"])])
def test_a_postcode_means_its_town(book: Wordbook, query: str, words: list[str]) -> None:
    plan = understand(query, book)
    assert plan.towns == ("marl",)
    assert [word.text for word in plan.words] == words


def test_what_was_typed_without_blanks_is_taken_apart(book: Wordbook) -> None:
    word, *_ = understand("deutschkursfürfrauen", book).words
    assert word.parts == tuple(book.analysis.std("deutsch kurs frauen"))
