"""The searches that the product is measured by: what people type finds fitting offers among the first three hits."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from service.search.engine import Found, Hit, SearchEngine, SearchRequest
from service.search.marks import Marker
from service.search.plan import understand
from tests.engine.conftest import Demo

GERMAN_COURSES = {"deutschkurse", "integrationskurse", "alphabetisierung", "berufssprachkurse", "sprachtreffs"}


def about(*topics: str) -> Callable[[Mapping[str, Any]], bool]:
    return lambda offer: not set(topics).isdisjoint(offer["topics"])


QUERIES: dict[str, Callable[[Mapping[str, Any]], bool]] = {
    "Sprachkurs Frauen Marl": lambda o: (
        about(*GERMAN_COURSES)(o) and "frauen" in o["audiences"] and "marl" in o["towns"]
    ),
    "sprachkurse": about(*GERMAN_COURSES),
    "Sprach Kurs": about(*GERMAN_COURSES),
    "kinderbetreung": about("kinderbetreuung"),
    "Schuldnerberatung Herten": lambda o: about("schulden")(o) and "herten" in o["towns"],
    "alman dili kursu": about(*GERMAN_COURSES),
    "курси німецької": about(*GERMAN_COURSES),
    "كورس اللغة الألمانية": about(*GERMAN_COURSES),
}


@pytest.mark.parametrize("words", QUERIES)
def test_fitting_offers_are_among_the_first_three(words: str, ask: Callable[[str], Found]) -> None:
    fitting = [QUERIES[words](hit.data) for hit in ask(words).hits[:3]]
    print([(h.data["title"], round(h.score, 2), QUERIES[words](h.data)) for h in ask(words).hits[:5]])
    assert any(fitting)


def marked(hit: Hit, marker: Marker) -> str:
    return " ".join(
        [marker.mark(hit.data["title"]), marker.mark(hit.data["summary"]), *marker.snippets(hit.data["text"])]
    )


GERMAN = [words for words in QUERIES if words.isascii() and words != "alman dili kursu"]


@pytest.mark.parametrize("words", GERMAN)
def test_the_words_that_matched_are_marked(words: str, engine: SearchEngine, demo: Demo) -> None:
    plan = understand(words, demo.book)
    marker = Marker(plan, demo.book)
    for hit in engine.search(SearchRequest(plan, size=3)).hits:
        print(marked(hit, marker)[:200])
        assert "<mark>" in marked(hit, marker)
