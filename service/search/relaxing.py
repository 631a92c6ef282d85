"""What lies near a search with few hits: neighbouring towns, then the county, then one filter less, at last none.

Steps are tried only while there are fewer than `ENOUGH` hits, and with counts at hand only those that find something. What
they find never joins the hits of the search itself: it has its own heading, and the total stays that of the search as asked.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from service.search.criteria import RADIUS_LIMIT, SearchCriteria
from service.search.engine import Hit
from service.search.facets import BY_NAME, FACETS
from service.search.proposing import Search
from service.search.service import Answer

ENOUGH = 3
"""Hits from which on nothing is relaxed."""
MOST_REQUESTS = 3
"""Questions to the engine, at most, on top of the search itself."""
MOST_SHOWN = 5
"""Hits shown of a step."""
FARTHER = 10
"""Kilometres by which a radius grows."""
TOWN = "stadt"


@dataclass(frozen=True, slots=True)
class Step:
    """A wider search. `values`: the towns added, the kilometres, or the facet given up."""

    kind: Literal["towns", "radius", "county", "filter", "all"]
    criteria: SearchCriteria
    values: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Relaxed:
    """A step that found something: its answer, of which `hits` were not shown before."""

    step: Step
    answer: Answer
    hits: Sequence[Hit]


def relax(answer: Answer, search: Search) -> list[Relaxed]:
    """The steps that bring a search with few hits to `ENOUGH`; none for later pages."""
    if answer.found.total >= ENOUGH or answer.criteria.page > 1:
        return []
    found: list[Relaxed] = []
    shown = {hit.offer_id for hit in answer.found.hits}
    for _, step in zip(range(MOST_REQUESTS), steps(answer), strict=False):
        wider = search(step.criteria, len(shown) + MOST_SHOWN)
        if wider is None or wider.engine != answer.engine:
            break
        fresh = [hit for hit in wider.found.hits if hit.offer_id not in shown][:MOST_SHOWN]
        if fresh:
            found.append(Relaxed(step, replace(wider, found=replace(wider.found, hits=fresh)), fresh))
            shown.update(hit.offer_id for hit in fresh)
        if len(shown) >= ENOUGH:
            break
    return found


def steps(answer: Answer) -> Iterator[Step]:
    """Wider searches, the nearest first. Where nothing is counted there is one: without any filter."""
    asked = answer.criteria
    if answer.counted:
        yield from _places(answer)
        yield from _filters(answer)
    choices = len(asked.selected) + bool(asked.postcode)
    if choices > (1 if answer.counted else 0) and (answer.plan.words or answer.plan.towns):
        yield Step("all", asked.unfiltered())


def _places(answer: Answer) -> Iterator[Step]:
    """Towns beside the chosen ones that have hits, or a wider radius; then the whole county."""
    asked, found = answer.criteria, answer.found
    towns = asked.selected.get(TOWN, ())
    known, counts = answer.vocabularies["towns"], found.counts.get(BY_NAME[TOWN].field, {})
    beside = dict.fromkeys(near for town in towns for near in known[town].many("neighbours") if near not in towns)
    near = tuple(slug for slug in known if slug in beside and counts.get(slug))
    if near:
        yield Step("towns", asked.choosing(TOWN, [*towns, *near]), near)
    if asked.postcode:
        wider = min(asked.radius + FARTHER, RADIUS_LIMIT)
        yield Step("radius", replace(asked, radius=wider, page=1), (str(wider),))
    if asked.postcode or (towns and found.without.get(BY_NAME[TOWN].field, 0) > found.total):
        yield Step("county", asked.choosing(TOWN, ()).anywhere())


def _filters(answer: Answer) -> Iterator[Step]:
    """One filter less: first the one that brings the fewest new hits, for they are the nearest to what was asked."""
    asked, found = answer.criteria, answer.found
    gains = [
        (found.without.get(facet.field, 0) - found.total, facet.name)
        for facet in FACETS
        if facet.name in asked.selected and facet.name != TOWN
    ]
    for gain, name in sorted(gains, key=lambda entry: entry[0]):
        if gain > 0:
            yield Step("filter", asked.choosing(name, ()), (name,))
