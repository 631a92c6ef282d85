"""Totals, counts, order and pages of both engines, against what the documents themselves say, on random searches."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import pytest

from service.search.criteria import SORTS
from service.search.engine import Found, SearchEngine, SearchRequest
from service.search.facets import FACETS
from service.search.understanding import understand
from tests.engine.conftest import ENGINES, Demo

COMBINATIONS = 500
FIELDS = [facet.field for facet in FACETS]
SOME_QUERIES = [
    "", "", "Sprachkurs Frauen Marl", "sprachkurse", "Sprach Kurs", "kinderbetreung", "Schuldnerberatung Herten",
    "alman dili kursu", "курси німецької", "كورس اللغة الألمانية", "Hilfe", "Beratung für Familien", "Amt", "xyzzy",
    "Recklinghausen", "Wohnung gesucht", "ohne Papiere", "Arzt", "Sport für Mädchen", "Hebame", "english",
]  # fmt: skip
Document = Mapping[str, Any]


def combinations(demo: Demo) -> list[SearchRequest]:
    """Random queries, filters and orders; always the same ones."""
    chance = random.Random(20261123)
    vocabularies = demo.book.vocabularies
    words = [word for document in demo.documents for word in document["title"].split()]
    postcodes = list(vocabularies["postcodes"])
    made = []
    for _ in range(COMBINATIONS):
        query = chance.choice([chance.choice(SOME_QUERIES), " ".join(chance.sample(words, chance.randint(1, 3)))])
        selected = {
            facet.field: tuple(
                chance.sample(list(facet.terms(vocabularies)), min(chance.randint(1, 3), 1 + 2 * (not facet.switch)))
            )
            for facet in chance.sample(FACETS, chance.choice([0, 1, 1, 2, 3]))
        }
        near = vocabularies.postcodes_within(chance.choice(postcodes), 8) if chance.random() < 0.2 else None
        order = chance.choice(list(SORTS))
        made.append(SearchRequest(understand(query, demo.book), selected, near, order, counted=FIELDS))
    return made


@pytest.fixture(scope="module")
def searches(demo: Demo) -> list[SearchRequest]:
    return combinations(demo)


def fits(document: Document, selected: Mapping[str, Sequence[str]]) -> bool:
    return all(not set(values).isdisjoint(document[field]) for field, values in selected.items() if values)


def without(selected: Mapping[str, Sequence[str]], field: str) -> dict[str, Sequence[str]]:
    return {name: values for name, values in selected.items() if name != field}


def matching(engine: SearchEngine, request: SearchRequest, demo: Demo) -> list[Document]:
    """The documents that the words alone find, within the scope."""
    everything = engine.search(replace(request, selected={}, offset=0, size=len(demo.documents), counted=()))
    documents = {document["offer_id"]: document for document in demo.documents}
    return [documents[hit.offer_id] for hit in everything.hits]


def test_totals_and_counts_are_those_of_the_documents(
    engine: SearchEngine, searches: list[SearchRequest], demo: Demo
) -> None:
    for request in searches:
        found = engine.search(request)
        by_words = matching(engine, request, demo)
        kept = [document for document in by_words if fits(document, request.selected)]
        assert found.total == len(kept), request
        assert {hit.offer_id for hit in found.hits} <= {document["offer_id"] for document in kept}
        for field in FIELDS:
            rest = [document for document in by_words if fits(document, without(request.selected, field))]
            assert found.without[field] == len(rest), (field, request)
            assert found.counts[field] == Counter(value for document in rest for value in document[field]), (
                field,
                request,
            )


def test_a_count_is_what_choosing_the_value_finds(engine: SearchEngine, searches: list[SearchRequest]) -> None:
    chance = random.Random(7)
    for request in searches[::5]:
        counts = engine.search(request).counts
        field = chance.choice([name for name in FIELDS if counts[name]] or FIELDS[:1])
        for value in chance.sample(sorted(counts[field]), min(2, len(counts[field]))):
            chosen = replace(request, selected={**request.selected, field: (value,)}, counted=())
            assert engine.search(chosen).total == counts[field][value], (field, value, request)


def test_filters_without_counts_find_the_same(engine: SearchEngine, searches: list[SearchRequest]) -> None:
    for request in searches[::5]:
        assert engine.search(replace(request, counted=())).hits == engine.search(request).hits


def both(opened: Callable[[str], SearchEngine], request: SearchRequest) -> tuple[Found, Found]:
    first, second = (opened(kind).search(request) for kind in ENGINES)
    return first, second


def test_both_engines_find_and_count_the_same(
    opened: Callable[[str], SearchEngine], searches: list[SearchRequest]
) -> None:
    for request in searches:
        first, second = both(opened, request)
        assert (first.total, first.counts, first.without) == (second.total, second.counts, second.without), request


def test_both_engines_rank_alike(opened: Callable[[str], SearchEngine], searches: list[SearchRequest]) -> None:
    overlaps = []
    for request in searches:
        first, second = both(opened, replace(request, order="relevanz", size=10, counted=()))
        ids = [{hit.offer_id for hit in found.hits} for found in (first, second)]
        if ids[0] | ids[1]:
            overlaps.append(len(ids[0] & ids[1]) / max(map(len, ids)))
    assert sum(overlaps) / len(overlaps) >= 0.8


def ordered(documents: Sequence[Document], order: str) -> list[str]:
    """Ids in the order that the contract promises."""
    found = sorted(documents, key=lambda document: document["offer_id"])
    if order == "titel":
        found.sort(key=lambda document: document["title_sort"])
        return [document["offer_id"] for document in found]
    field = {"bestaetigt": "confirmed_on", "beginn": "starts_on", "neu": "changed_on"}[order]
    dated = [document for document in found if document.get(field)]
    dated.sort(key=lambda document: document[field], reverse=order != "beginn")
    return [document["offer_id"] for document in [*dated, *(d for d in found if not d.get(field))]]


@pytest.mark.parametrize("order", [name for name in SORTS if name != "relevanz"])
def test_orders_are_those_of_the_documents(engine: SearchEngine, demo: Demo, order: str) -> None:
    for words in ("", "Beratung"):
        request = SearchRequest(understand(words, demo.book), order=order, size=len(demo.documents))
        found = [hit.offer_id for hit in engine.search(request).hits]
        assert found == ordered([d for d in demo.documents if d["offer_id"] in set(found)], order)


@pytest.mark.parametrize("order", SORTS)
@pytest.mark.parametrize("words", ["", "Marl", "Deutsch", "Hilfe für Familien", "kinderbetreung"])
def test_pages_put_together_are_the_whole(engine: SearchEngine, demo: Demo, order: str, words: str) -> None:
    request = SearchRequest(understand(words, demo.book), order=order, size=len(demo.documents))
    whole = engine.search(request)
    assert len(whole.hits) == whole.total
    pages = [engine.search(replace(request, offset=offset, size=7)) for offset in range(0, whole.total + 7, 7)]
    assert [hit.offer_id for page in pages for hit in page.hits] == [hit.offer_id for hit in whole.hits]
    assert {page.total for page in pages} == {whole.total}


def test_equal_scores_are_ordered_by_id(engine: SearchEngine, demo: Demo) -> None:
    hits = engine.search(SearchRequest(understand("", demo.book), size=len(demo.documents))).hits
    assert [hit.offer_id for hit in hits] == sorted(document["offer_id"] for document in demo.documents)


def test_scores_weigh_the_same_on_both_engines(opened: Callable[[str], SearchEngine], demo: Demo) -> None:
    """tantivy's BM25 is 2.2 times that of Lucene; beyond that the constants of the query mean the same."""
    for words in SOME_QUERIES[2:]:
        first, second = both(opened, SearchRequest(understand(words, demo.book), size=5))
        factor = 1.0 if understand(words, demo.book).everything else 2.2
        for ours, theirs in zip(first.hits, second.hits, strict=True):
            assert ours.score / factor == pytest.approx(theirs.score, rel=0.02), words


def test_a_hit_carries_what_a_page_shows(engine: SearchEngine, demo: Demo) -> None:
    document = demo.documents[0]
    request = SearchRequest(understand(document["title"], demo.book), size=5)
    hit = next(hit for hit in engine.search(request).hits if hit.offer_id == document["offer_id"])
    assert hit.data == document["hit"]


def test_the_answer_names_its_index(engine: SearchEngine, demo: Demo) -> None:
    for words in ("Deutsch", "xyzzyqwert"):
        assert engine.search(SearchRequest(understand(words, demo.book))).index == engine.served()
