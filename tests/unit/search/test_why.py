"""What a page says about a hit whose text holds none of the words typed."""

from __future__ import annotations

from typing import Any

import pytest

from service.search.plan import understand
from service.search.why import Reason, Reasons
from service.search.wordbook import Wordbook

COURSE = {"topics": ["deutschkurse"], "kind": "kurs", "audiences": ["frauen"], "towns": ["marl"]}
NOTHING: dict[str, Any] = {"topics": [], "kind": "", "audiences": [], "towns": []}


@pytest.mark.parametrize("words", ["alman dili kursu", "курси німецької", "كورس اللغة الألمانية", "german course"])
def test_a_query_in_another_language_is_answered_by_the_topic(words: str, book: Wordbook) -> None:
    assert Reason("label", "topics", "deutschkurse") in Reasons(understand(words, book), book).of(COURSE)


def test_a_mistyped_word_is_answered_as_what_it_may_mean(book: Wordbook) -> None:
    reasons = Reasons(understand("kinderbetreung", book), book)
    assert Reason("label", "topics", "kinderbetreuung") in reasons.of({**COURSE, "topics": ["kinderbetreuung"]})


def test_a_town_is_a_reason_where_the_offer_serves_it(book: Wordbook) -> None:
    reasons = Reasons(understand("Hebamme Marl Herten", book), book)
    assert Reason("town", "towns", "marl") in reasons.of(COURSE)
    assert Reason("town", "towns", "herten") not in reasons.of(COURSE)


def test_without_words_and_without_terms_there_is_no_reason(book: Wordbook) -> None:
    assert Reasons(understand("", book), book).of(COURSE) == []
    assert Reasons(understand("Deutsch", book), book).of(NOTHING) == []
