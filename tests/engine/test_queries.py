"""The searches that the product is measured by: what people type finds fitting offers among the first three hits."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from service.search.engine import Found, Hit, SearchEngine, SearchRequest
from service.search.marks import Marker
from service.search.understanding import understand
from service.search.why import Reasons
from tests.engine.conftest import Demo

Offer = Mapping[str, Any]
GERMAN_COURSES = {"deutschkurse", "integrationskurse", "alphabetisierung", "berufssprachkurse", "sprachtreffs"}


def german_course(offer: Offer) -> bool:
    return not GERMAN_COURSES.isdisjoint(offer["topics"])


def german_course_for_women_in_marl(offer: Offer) -> bool:
    return german_course(offer) and "frauen" in offer["audiences"] and "marl" in offer["towns"]


def childcare(offer: Offer) -> bool:
    return "kinderbetreuung" in offer["topics"]


def debt_advice_in_herten(offer: Offer) -> bool:
    return "schulden" in offer["topics"] and "herten" in offer["towns"]


QUERIES: dict[str, Callable[[Offer], bool]] = {
    "Sprachkurs Frauen Marl": german_course_for_women_in_marl,
    "sprachkurse": german_course,
    "Sprach Kurs": german_course,
    "kinderbetreung": childcare,
    "Schuldnerberatung Herten": debt_advice_in_herten,
    "alman dili kursu": german_course,
    "курси німецької": german_course,
    "كورس اللغة الألمانية": german_course,
}
IN_GERMAN = list(QUERIES)[:5]


@pytest.mark.parametrize("words", QUERIES)
def test_fitting_offers_are_among_the_first_three(words: str, ask: Callable[[str], Found]) -> None:
    assert any(QUERIES[words](hit.data) for hit in ask(words).hits[:3])


def marked(hit: Hit, marker: Marker) -> str:
    texts = [marker.mark(hit.data["title"]), marker.mark(hit.data["summary"]), *marker.snippets(hit.data["text"])]
    return " ".join(texts)


@pytest.mark.parametrize("words", IN_GERMAN)
def test_the_words_that_matched_are_marked(words: str, engine: SearchEngine, demo: Demo) -> None:
    plan = understand(words, demo.book)
    marker = Marker(plan, demo.book)
    assert all("<mark>" in marked(hit, marker) for hit in engine.search(SearchRequest(plan, size=3)).hits)


@pytest.mark.parametrize("words", [words for words in QUERIES if words not in IN_GERMAN])
def test_hits_of_other_languages_say_which_topic_answers(words: str, engine: SearchEngine, demo: Demo) -> None:
    plan = understand(words, demo.book)
    reasons = Reasons(plan, demo.book)
    for hit in engine.search(SearchRequest(plan, size=3)).hits:
        assert any(reason.vocabulary == "topics" for reason in reasons.of(hit.data)), hit.data["title"]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Sprachkurs", "Sprachkursen"),
        ("Behoerde", "Behörde"),
        ("Lehrer:innen", "Lehrer"),
        ("BERATUNG", "beratung"),
        ("курси німецької", "Курс німецька"),
        ("Fluecht\u00adlinge", "Flüchtlinge"),
    ],
)
def test_forms_of_a_word_find_the_same_offers(one: str, other: str, ask: Callable[[str], Found]) -> None:
    assert ask(one).total == ask(other).total > 0


def test_a_town_in_the_words_is_preferred_and_filters_nothing(ask: Callable[[str], Found]) -> None:
    everywhere, preferred = ask("Schuldnerberatung"), ask("Schuldnerberatung Herten")
    assert preferred.total == everywhere.total
    assert "herten" in preferred.hits[0].data["towns"]


def test_a_town_alone_finds_the_offers_of_that_town(ask: Callable[[str], Found], demo: Demo) -> None:
    assert ask("Oer-Erkenschwick").total == sum("oer-erkenschwick" in d["towns"] for d in demo.documents)


@pytest.mark.parametrize(
    "words", ["", "*", "???", "und der die wo wie", "\x00", "\u202e\u2066", "\ud800", "( \" ' \\ /", "🙂", "_", "-"]
)
def test_a_query_without_words_shows_everything(words: str, ask: Callable[[str], Found], demo: Demo) -> None:
    assert ask(words).total == len(demo.documents)


@pytest.mark.parametrize(
    "words",
    [
        "Sprachkurs " * 1000,
        "x" * 10_000,
        " ".join(f"wort{n}xyz" for n in range(300)),
        " ".join(["Kinderbetreung", "Schuldnerberatng", "Sprachkrs", "Integrationskrs", "Familenberatung"] * 4),
        " ".join(f"Beratun{letter}" for letter in "abcdefhijklmnopqrst"),
        "Deutsch\x00kurs \ud83d",
        "\u202eDeutschkurs\u202c",
        "d\u200be\u200bu\u200btsch",
        "Ärzt:innen*_/" * 50,
        "德语课程 Ελλάς ไทย",
    ],
)
def test_no_query_is_an_error(words: str, ask: Callable[[str], Found]) -> None:
    assert ask(words).total >= 0


@pytest.mark.parametrize(
    "typed",
    [
        "Deutsch*",
        "title: Deutsch",
        "Deutsch~2",
        '"Deutsch',
        "Deutsch^9",
        "/Deutsch/",
        '{"match_all":{}}',
        "NOT Deutsch",
    ],
)
def test_query_text_is_never_syntax(typed: str, ask: Callable[[str], Found], demo: Demo) -> None:
    plain = "".join(char if char.isalnum() else " " for char in typed)
    assert ask(typed) == ask(plain)
    assert ask(typed).total < len(demo.documents)


def test_suggestions_know_parts_of_compounds(engine: SearchEngine) -> None:
    titles = [proposal.title for proposal in engine.suggest(["betreuung"], 5)]
    assert any("Kinderbetreuung" in title for title in titles)


def test_suggestions_begin_every_word(engine: SearchEngine) -> None:
    found = engine.suggest(["schuld", "hert"], 8)
    assert found
    assert all("herten" in proposal.title.lower() for proposal in found)


def test_suggestions_are_the_same_on_both_engines(opened: Callable[[str], SearchEngine]) -> None:
    for words in (["de"], ["kurs"], ["fra"], ["integrationskurs"], ["bera", "fam"], ["xyzzy"]):
        first, second = (opened(kind).suggest(words, 8) for kind in ("embedded", "opensearch"))
        assert first == second, words
