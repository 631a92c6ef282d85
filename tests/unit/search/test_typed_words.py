"""What is searched while somebody types."""

from __future__ import annotations

import pytest

from service.search.service import typed_words
from service.search.wordbook import Wordbook


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("Behö", ["beho"]),
        ("Hilfe für ", ["hilfe"]),
        ("ein", ["ein"]),
        ("ein ", []),
        ("d", []),
        ("Kurs in Ma", ["kurs", "ma"]),
        ("", []),
        ("\ud800\x00 *", []),
        ("a b c Deutsch kurs frauen marl abend hier", ["kurs", "frauen", "marl", "abend", "hier"]),
    ],
)
def test_the_last_word_counts_though_it_may_be_a_stop_word_so_far(typed: str, words: list[str], book: Wordbook) -> None:
    assert typed_words(typed, book.analysis) == words
