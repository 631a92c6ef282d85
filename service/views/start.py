"""The start page: search, topics as tiles, the county's towns as a map drawn from their coordinates, what is new."""

from datetime import date
from typing import Any

from flask import Blueprint, Response, render_template, url_for

from service.clock import today
from service.context import context
from service.search.criteria import SearchCriteria
from service.search.service import Answer
from service.views import language, limits, present
from service.views.cache import cached
from service.vocabulary import Term

blueprint = Blueprint("start", __name__)
MAP_WIDTH, MAP_HEIGHT, MAP_EDGE = 560, 430, 60


@blueprint.get("/")
@limits.limiter.limit(limits.SEARCH)
def start() -> Response:
    """The start page; kept until the index changes."""
    return cached("start", lambda: _page(today()))


def _page(day: date) -> str:
    search = context().search
    newest = search.search(SearchCriteria(sort="neu"))
    soon = search.search(SearchCriteria(sort="beginn"), counted=False)
    starting = [hit for hit in present.hits(soon, day) if hit["next_date"]]
    return render_template(
        "start/start.html",
        action=url_for("search.results"),
        suggest_url=url_for("search.suggest"),
        total=newest.found.total,
        topics=_topics(newest),
        towns=_towns(newest),
        map={"width": MAP_WIDTH, "height": MAP_HEIGHT},
        newest=present.hits(newest, day)[:4],
        soon=[hit for hit, data in zip(starting, soon.found.hits, strict=False) if data.data["starts_on"]][:4],
    )


def _topics(answer: Answer) -> list[dict[str, Any]]:
    code, counts = language.current(), answer.found.counts["topics"]
    return [
        {
            "label": term.label(code),
            "count": counts.get(term.slug, 0),
            "url": url_for("entries.topic", slug=term.slug),
            "children": [child.label(code) for child in answer.vocabularies.children("topics", term.slug)],
        }
        for term in answer.vocabularies.children("topics", "")
    ]


def _towns(answer: Answer) -> list[dict[str, Any]]:
    code, counts = language.current(), answer.found.counts["towns"]
    terms = answer.vocabularies["towns"]
    places = _places(list(terms.values()))
    return [
        {
            "label": term.label(code),
            "count": counts.get(slug, 0),
            "url": url_for("entries.town", slug=slug),
            "x": places[slug][0],
            "y": places[slug][1],
        }
        for slug, term in terms.items()
    ]


def _places(terms: list[Term]) -> dict[str, tuple[int, int]]:
    """Where each town stands on the map: longitude shrunk by the latitude's cosine (0.62 at 51.6°), north up."""
    points = {term.slug: (float(term.extra["lon"]) * 0.62, float(term.extra["lat"])) for term in terms}
    lons, lats = [p[0] for p in points.values()], [p[1] for p in points.values()]
    width, height = max(lons) - min(lons) or 1, max(lats) - min(lats) or 1
    scale = min((MAP_WIDTH - 2 * MAP_EDGE) / width, (MAP_HEIGHT - 2 * MAP_EDGE) / height)
    left, top = (MAP_WIDTH - width * scale) / 2, (MAP_HEIGHT - height * scale) / 2
    return {
        slug: (round(left + (lon - min(lons)) * scale), round(top + (max(lats) - lat) * scale))
        for slug, (lon, lat) in points.items()
    }
