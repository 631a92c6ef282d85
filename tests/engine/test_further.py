"""What is offered where a search finds little, the same on both engines: corrections that find more, wider searches."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import product
from typing import Any

import pytest

from service.search.criteria import SearchCriteria
from service.search.engine import SearchEngine, SearchRequest
from service.search.facets import FACETS
from service.search.marks import Marker, texts
from service.search.proposing import correction
from service.search.relaxing import ENOUGH, MOST_REQUESTS, relax
from service.search.service import Answer
from service.search.understanding import understand
from service.search.understood import understood
from service.search.why import Reasons
from service.store.indexes import Served
from tests.engine.conftest import ENGINES, Demo

MISTYPED = ["kinderbetreung", "Schuldnerberattung Herten", "Aufentaltserlaubnis", "Wonung finden", "Hausaufgabenhilve"]
UNDERSTOOD = [
    "alman dili kursu", "курси німецької", "كورس اللغة الألمانية", "german course", "cours d'allemand", "Sprachkurs",
    "Kinderbetreuung Marl", "", "wo wie was", "xyzzy", "йцукенгшщз", "asdfghjkl", "Recklinghausen", "Sprach Kurs",
]  # fmt: skip


class Asking:
    """Searches as pages do, over one engine, and counts the requests."""

    def __init__(self, engine: SearchEngine, demo: Demo) -> None:
        self._engine, self._book = engine, demo.book
        self.requests = 0

    def __call__(self, criteria: SearchCriteria, size: int = 20, counted: bool = False) -> Answer:
        self.requests += 1
        plan, book = understand(criteria.q, self._book), self._book
        near = book.vocabularies.postcodes_within(criteria.postcode, criteria.radius) if criteria.postcode else None
        selected = {facet.field: criteria.selected[facet.name] for facet in FACETS if facet.name in criteria.selected}
        fields = [facet.field for facet in FACETS] if counted else []
        found = self._engine.search(SearchRequest(plan, selected, near, criteria.order, size=size, counted=fields))
        served = Served("x", 1, 1, 0)
        return Answer(criteria, plan, found, Marker(plan, book), Reasons(plan, book), book, served, "embedded")

    def page(self, criteria: SearchCriteria) -> Answer:
        """The search as asked, with counts; requests are counted from here."""
        answer = self(criteria, counted=True)
        self.requests = 0
        return answer


@pytest.fixture
def asking(engine: SearchEngine, demo: Demo) -> Asking:
    return Asking(engine, demo)


def narrow(demo: Demo) -> list[SearchCriteria]:
    """Searches within few offers."""
    towns, languages = list(demo.book.vocabularies["towns"]), list(demo.book.vocabularies["languages"])
    queries = ["Schwimmkurs", "Hebamme", "Fahrrad", "Schuldnerberatung", ""]
    chosen: list[Mapping[str, tuple[str, ...]]] = [
        *({"stadt": (town,)} for town in towns[::3]),
        *({"stadt": (town,), "sprache": (code,)} for town, code in zip(towns, languages[-10:], strict=True)),
        {"stadt": (towns[0],), "sprache": (languages[-1],), "frauen": ("ja",), "kinderbetreuung": ("ja",)},
        {"niveau": ("c1",), "kosten": ("kostenlos",)},
    ]
    found = [SearchCriteria(query, dict(selected)) for query, selected in product(queries, chosen)]
    return [*found, SearchCriteria("Hebamme", postcode="45731", radius=0)]


@pytest.mark.parametrize("query", MISTYPED)
def test_a_correction_finds_more_and_costs_one_request(asking: Asking, query: str) -> None:
    answer = asking.page(SearchCriteria(query))
    proposed = correction(answer, asking)
    assert asking.requests == 1
    if proposed is not None:
        assert asking(SearchCriteria(proposed)).found.total > answer.found.total
        assert correction(asking(SearchCriteria(proposed)), asking) is None


def test_corrections_are_written_as_offers_write_them(asking: Asking) -> None:
    proposals = {query: correction(asking.page(SearchCriteria(query)), asking) for query in MISTYPED}
    assert proposals["kinderbetreung"] == "Kinderbetreuung"
    assert proposals["Aufentaltserlaubnis"] == "Aufenthaltserlaubnis"


@pytest.mark.parametrize("query", UNDERSTOOD)
def test_what_is_understood_or_means_nothing_is_not_corrected_and_costs_nothing(asking: Asking, query: str) -> None:
    answer = asking.page(SearchCriteria(query))
    assert correction(answer, asking) is None
    assert asking.requests == 0


def test_a_correction_keeps_the_filters_and_finds_more_within_them(asking: Asking, demo: Demo) -> None:
    for town in demo.book.vocabularies["towns"]:
        asked = SearchCriteria("kinderbetreung", {"stadt": (town,)})
        answer = asking.page(asked)
        if correction(answer, asking):
            assert asking(SearchCriteria("Kinderbetreuung", asked.selected)).found.total > answer.found.total


def test_wider_searches_are_few_bounded_and_show_nothing_twice(asking: Asking, demo: Demo) -> None:
    relaxed = 0
    for asked in narrow(demo):
        answer = asking.page(asked)
        found = relax(answer, asking)
        assert asking.requests <= MOST_REQUESTS
        if answer.found.total >= ENOUGH:
            assert (found, asking.requests) == ([], 0)
        shown = [hit.offer_id for hit in answer.found.hits] + [hit.offer_id for step in found for hit in step.hits]
        assert len(shown) == len(set(shown))
        for step in found:
            relaxed += 1
            assert step.answer.found.total == asking(step.step.criteria).found.total
            assert step.step.criteria.q == asked.q
    assert relaxed > 10


def test_steps_come_in_order_and_stop_when_there_is_enough(asking: Asking, demo: Demo) -> None:
    order = ["towns", "radius", "county", "filter", "all"]
    kinds = set()
    for asked in narrow(demo):
        answer = asking.page(asked)
        found = relax(answer, asking)
        places = [order.index(step.step.kind) for step in found]
        assert places == sorted(places)
        before = answer.found.total
        for step in found:
            assert before < ENOUGH
            before += len(step.hits)
            kinds.add(step.step.kind)
    assert {"towns", "county", "filter"} <= kinds


def test_every_hit_says_why_it_is_there(asking: Asking, demo: Demo) -> None:
    for query in [
        *MISTYPED,
        *UNDERSTOOD[:7],
        "Babysitter",
        "Putzfrau Arbeit",
        "Frauenarzt",
        "Psychologe",
        "ohne Papiere",
    ]:
        answer = asking(SearchCriteria(query))
        for hit in answer.found.hits if answer.plan.words else ():
            marked = any(answer.marker.places(text) for text in texts(hit.data))
            assert marked or answer.reasons.of(hit.data), (query, hit.data["title"])


def test_both_engines_offer_the_same(opened: Callable[[str], SearchEngine], demo: Demo) -> None:
    both = [Asking(opened(kind), demo) for kind in ENGINES]
    asked = [*map(SearchCriteria, [*MISTYPED, *UNDERSTOOD]), *narrow(demo)]

    def offered(asking: Asking, criteria: SearchCriteria) -> tuple[Any, ...]:
        answer = asking.page(criteria)
        steps: Sequence[Any] = relax(answer, asking)
        return (
            correction(answer, asking),
            [(step.step, step.answer.found.total, len(step.hits)) for step in steps],
            list(understood(answer.plan, (), demo.book)),
        )

    for criteria in asked:
        assert offered(both[0], criteria) == offered(both[1], criteria), criteria
