"""What is sent to the server."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from service.german.spelling import Lexicon
from service.search.engine import SearchRequest
from service.search.facets import FACETS
from service.search.opensearch.query import OTHERS, body, suggestion, text
from service.search.plan import BOOSTS, Plan
from service.search.understanding import understand
from service.search.wordbook import Wordbook

FIELDS = [facet.field for facet in FACETS]


def test_no_words_match_everything() -> None:
    assert body(SearchRequest(Plan()))["query"] == {"match_all": {}}


def test_towns_alone_are_the_query() -> None:
    assert text(Plan(towns=("marl",))) == {"terms": {"towns": ["marl"]}}


def test_a_word_takes_its_best_variant(book: Wordbook) -> None:
    (clause,) = text(understand("Wohnung", book))["bool"]["should"][:1]
    assert clause["dis_max"]["tie_breaker"] == BOOSTS.tie_breaker
    assert [next(iter(variant["match"])) for variant in clause["dis_max"]["queries"]] == [
        "all", "title", "all_parts", "labels",
    ]  # fmt: skip


def test_all_parts_of_a_compound_must_be_there(book: Wordbook) -> None:
    variants = text(understand("Sprachkurs", book))["bool"]["should"][0]["dis_max"]["queries"]
    assert {"match": {"all_parts": {"query": "sprach kurs", "boost": BOOSTS.parts, "operator": "and"}}} in variants


def test_a_mistyped_word_is_searched_as_what_it_may_mean(book: Wordbook) -> None:
    variants = text(understand("Kinderbetreung", book))["bool"]["should"][0]["dis_max"]["queries"]
    terms = {field: clause["value"] for v in variants if "term" in v for field, clause in v["term"].items()}
    assert terms == dict.fromkeys(["all.exact", "all_parts.exact", "title", "labels"], "kinderbetreuung")


def test_synonyms_stand_beside_the_words_with_their_own_weight(book: Wordbook) -> None:
    template = text(understand("Sprachkurs", book))["bool"]
    assert template["minimum_should_match"] == 1
    variants = template["should"][-1]["dis_max"]["queries"]
    assert {"term", "match_phrase"} <= {next(iter(clause)) for clause in variants}
    assert {clause["match_phrase"]["all"]["boost"] for clause in variants if "match_phrase" in clause} == {
        BOOSTS.synonyms
    }


def test_what_only_people_say_is_carried_by_its_synonyms(book: Wordbook) -> None:
    variants = text(understand("Klamotten", book))["bool"]["should"][-1]["dis_max"]["queries"]
    assert {"term": {"title": {"value": "kleiderkamm", "boost": BOOSTS.title * BOOSTS.everyday}}} in variants


def test_a_town_in_the_words_only_prefers(book: Wordbook) -> None:
    found = text(understand("Beratung Marl", book))["bool"]
    assert set(found) == {"must", "should"}
    assert found["should"][0]["constant_score"]["filter"] == {"terms": {"towns": ["marl"]}}


def test_without_a_selection_nothing_is_filtered_and_counts_stand_alone() -> None:
    made = body(SearchRequest(Plan(), counted=FIELDS))
    assert "post_filter" not in made
    assert list(made["aggs"]) == FIELDS
    assert all(set(aggregation) == {"terms"} for aggregation in made["aggs"].values())


def test_counts_ignore_only_their_own_facet() -> None:
    made = body(SearchRequest(Plan(), {"towns": ["marl"], "languages": ["ar", "tr"]}, counted=FIELDS))
    towns, languages = {"terms": {"towns": ["marl"]}}, {"terms": {"languages": ["ar", "tr"]}}
    assert made["post_filter"] == {"bool": {"filter": [towns, languages]}}
    assert made["aggs"]["towns"]["filter"] == {"bool": {"filter": [languages]}}
    assert made["aggs"]["languages"]["filter"] == {"bool": {"filter": [towns]}}
    assert made["aggs"][OTHERS]["filter"] == made["post_filter"]
    assert set(made["aggs"][OTHERS]["aggs"]) == set(FIELDS) - {"towns", "languages"}
    assert made["query"] == {"match_all": {}}


def test_the_only_selection_counts_itself_over_everything() -> None:
    made = body(SearchRequest(Plan(), {"towns": ["marl"]}, counted=FIELDS))
    assert made["aggs"]["towns"]["filter"] == {"match_all": {}}


def test_what_is_not_counted_narrows_the_query() -> None:
    made = body(SearchRequest(Plan(), {"towns": ["marl"]}, ["45768"]))
    filters = [{"terms": {"towns": ["marl"]}}, {"terms": {"postcodes": ["45768"]}}]
    assert made["query"]["bool"]["filter"] == filters
    assert "aggs" not in made
    assert "post_filter" not in made


def test_a_radius_without_postcodes_finds_nothing_rather_than_everything() -> None:
    assert body(SearchRequest(Plan(), postcodes=[]))["query"]["bool"]["filter"] == [{"terms": {"postcodes": []}}]


@pytest.mark.parametrize("order", ["relevanz", "bestaetigt", "beginn", "neu", "titel"])
def test_every_order_ends_with_the_id(order: str) -> None:
    assert body(SearchRequest(Plan(), order=order))["sort"][-1] == {"offer_id": "asc"}


def test_a_beginning_is_as_long_as_the_field_holds() -> None:
    made = suggestion(["sozialversicherungsnummer"], 5)
    assert made["query"]["bool"]["must"] == [{"term": {"suggest": "sozialversic"}}]


def strings(value: Any, key: str = "") -> Iterator[tuple[str, str]]:
    """All texts of a body with the key that they stand under."""
    if isinstance(value, dict):
        for name, entry in value.items():
            yield from strings(entry, name)
    elif isinstance(value, list):
        for entry in value:
            yield from strings(entry, key)
    elif isinstance(value, str):
        yield key, value


def test_what_was_typed_stands_only_where_it_is_no_syntax(book: Wordbook) -> None:
    typed = 'qwertz* all:qwertz /qwertz/ qwertz~2 "qwertz" {qwertz}'
    made = body(SearchRequest(understand(typed, book), counted=FIELDS))
    assert {key for key, value in strings(made) if "qwertz" in value.lower()} <= {"query", "value", "all"}
    assert not {"query_string", "simple_query_string", "wildcard", "regexp", "script"} & set(
        json.dumps(made).split('"')
    )


def test_the_longest_query_stays_below_the_clauses_that_the_server_takes(book: Wordbook) -> None:
    crowded = replace(book, lexicon=Lexicon({f"beratung{a}{b}": 1 for a in "abcdef" for b in "abc"}))
    made = text(understand(" ".join(f"beratung{letter}z" for letter in "abcdefghijklmnopqrst"), crowded))
    clauses = json.dumps(made).count('"match"') + json.dumps(made).count('"term"')
    assert 500 < clauses < 1000
