"""The start page: search, topics as tiles, the county's towns as a map drawn from their coordinates, what is new."""

from datetime import date
from typing import Any

from flask import Blueprint, Response, render_template, url_for

from service.clock import today
from service.context import context
from service.search.criteria import SearchCriteria
from service.search.service import Answer
from service.views import county_map, language, limits, present
from service.views.cache import cached

blueprint = Blueprint("start", __name__)


@blueprint.get("/")
@limits.limiter.limit(limits.SEARCH)
def start() -> Response:
    """The start page; kept until the index changes."""
    return cached("start", lambda: _page(today()))


def _page(day: date) -> str:
    search = context().search
    newest = search.search(SearchCriteria(sort="neu"))
    soon = search.search(SearchCriteria(sort="beginn"), counted=False)
    towns, lines = _towns(newest)
    return render_template(
        "start/start.html",
        canonical=url_for("start.start"),
        action=url_for("search.results"),
        suggest_url=url_for("search.suggest"),
        total=newest.found.total,
        level=present.level(newest),
        topics=_topics(newest),
        towns=towns,
        map={"width": county_map.WIDTH, "height": county_map.HEIGHT, "radius": county_map.RADIUS, "lines": lines},
        newest=present.hits(newest, day)[:4],
        soon=[
            card for card, hit in zip(present.hits(soon, day), soon.found.hits, strict=True) if hit.data["starts_on"]
        ][:4],
    )


def _topics(answer: Answer) -> list[dict[str, Any]]:
    code, counts = language.current(), answer.found.counts.get("topics", {})
    return [
        {
            "label": term.label(code),
            "count": counts.get(term.slug, 0) if answer.counted else None,
            "url": url_for("entries.topic", slug=term.slug),
            "children": [child.label(code) for child in answer.vocabularies.children("topics", term.slug)],
        }
        for term in answer.vocabularies.children("topics", "")
    ]


def _towns(answer: Answer) -> tuple[list[dict[str, Any]], list[tuple[int, int, int, int]]]:
    """The towns with their places on the map, and the map's lines."""
    code, counts = language.current(), answer.found.counts.get("towns", {})
    terms = list(answer.vocabularies["towns"].values())
    spots, lines = county_map.draw(terms)
    towns = [
        {
            "label": term.label(code),
            "count": counts.get(term.slug, 0) if answer.counted else None,
            "url": url_for("entries.town", slug=term.slug),
            "spot": spot,
        }
        for term, spot in zip(terms, spots, strict=True)
    ]
    return towns, lines
