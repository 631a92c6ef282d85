"""What a page says about a hit whose text holds none of the words typed."""

from __future__ import annotations

from typing import Any

import pytest

from service.search.understanding import understand
from service.search.why import Reason, Reasons
from service.search.wordbook import Wordbook

TEXTS: dict[str, Any] = {"title": "", "summary": "", "text": "", "provider": None}
COURSE = {**TEXTS, "topics": ["deutschkurse"], "kind": "kurs", "audiences": ["frauen"], "towns": ["marl"]}
NOTHING: dict[str, Any] = {**TEXTS, "topics": [], "kind": "", "audiences": [], "towns": []}


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
    assert Reasons(understand("Deutsch", book), book).of({**NOTHING, "title": "Deutsch"}) == []


def of(words: str, book: Wordbook, **texts: Any) -> list[Reason]:
    return Reasons(understand(words, book), book).of({**NOTHING, **texts})


def test_a_synonym_is_named_where_the_hit_says_it_and_not_what_was_typed(book: Wordbook) -> None:
    synonym = understand("Babysitter", book).synonyms[0]
    reason = Reason("synonym", text=synonym.text, source="Babysitter")
    assert " " not in synonym.text
    assert reason in of("Babysitter", book, summary=f"Hier gibt es {synonym.text}.")
    assert reason not in of("Babysitter", book, title="Babysitter", summary=f"Hier gibt es {synonym.text}.")


def test_a_near_spelling_is_named_as_the_offer_writes_it(book: Wordbook) -> None:
    reason = Reason("spelling", text="Hebamme", source="Hebame")
    assert reason in of("Hebame", book, text="Eine Hebamme hilft.")


def test_a_translated_word_is_named_where_no_term_says_it(book: Wordbook) -> None:
    (reason,) = of("alman dili kursu", book, title="Deutschkurse am Abend")
    assert (reason.kind, reason.source) == ("translation", "alman dili kursu")


def test_no_hit_is_without_a_reason(book: Wordbook) -> None:
    provider = {"name": "Haus der Beratung"}
    assert of("Beratung", book, provider=provider) == [Reason("provider", text="Haus der Beratung")]
    assert of("Beratung", book, title="Hilfe") == [Reason("text")]
    assert of("Beratung", book, title="Beratung für alle") == []
