"""The results page, and the same search as JSON, CSV and suggestions."""

import time
from collections.abc import Sequence
from datetime import date
from typing import Any

from flask import Blueprint, Response, jsonify, render_template, request, url_for

from service.clock import today
from service.context import context
from service.search.criteria import MAX_PAGE, PAGE_SIZE, QUERY_USED, SearchCriteria, parse
from service.search.facets import BY_NAME
from service.search.service import Answer
from service.views import addresses, csv_export, filters, further, language, limits, present, suggestions
from service.views.cache import cached
from service.views.logs import note
from service.views.operation import SEARCH

blueprint = Blueprint("search", __name__)


def criteria() -> SearchCriteria:
    """The search of this address. Raises `InvalidSearch`."""
    return parse(request.args.items(multi=True), context().search.vocabularies())


def find(asked: SearchCriteria) -> Answer:
    """The answer to a search, noted in the log without its words."""
    started = time.perf_counter()
    answer = context().search.search(asked)
    SEARCH.labels(answer.engine).observe(time.perf_counter() - started)
    note(engine=answer.engine, hits=answer.found.total, filters=len(answer.criteria.selected))
    return answer


@blueprint.get("/angebote")
@limits.limiter.limit(limits.SEARCH)
def results() -> Response:
    """The results page; the one without words and filters, the dearest, is kept until the index changes."""
    asked = criteria()
    key = "results" if asked == SearchCriteria() else None
    return cached(key, lambda: _page(find(asked), today()))


def _page(answer: Answer, day: date) -> str:
    asked, more = answer.criteria, further.look(answer)
    return render_template(
        "search/results.html",
        criteria=asked,
        canonical=addresses.search_url(asked) if asked == SearchCriteria() else None,
        total=answer.found.total,
        level=present.level(answer),
        hits=present.hits(answer, day),
        facets=filters.panel(answer),
        chips=filters.chips(answer),
        clear_url=addresses.search_url(asked.unfiltered()),
        towns=_named(answer, "stadt", answer.plan.towns),
        days=_named(answer, "tag", answer.plan.weekdays),
        without=filters.costs(answer) if not answer.found.total else [],
        searched=present.searched(answer),
        **further.shown(answer, more, day),
        sorting=present.sorting(asked),
        paging=present.paging(answer, MAX_PAGE),
        beyond=bool(answer.found.total) and asked.page > answer.pages,
        last_url=addresses.search_url(asked.at_page(answer.pages)),
        first=asked.offset + 1,
        cut=QUERY_USED if asked.cut else 0,
        json_url=addresses.search_url(asked.at_page(1), ".json"),
        csv_url=addresses.search_url(asked.at_page(1), ".csv"),
        suggest_url=url_for("search.suggest"),
        hidden=filters.hidden(asked),
    )


def _named(answer: Answer, facet: str, values: Sequence[str]) -> list[dict[str, str]]:
    """Towns or days named in the words: they come first; a link makes them a filter."""
    asked = answer.criteria
    chosen = asked.selected.get(facet, ())
    return [
        {
            "label": answer.vocabularies.label(BY_NAME[facet].vocabulary, slug, language.current()),
            "url": addresses.search_url(asked.choosing(facet, [*chosen, slug])),
        }
        for slug in values
        if slug not in chosen
    ]


@blueprint.get("/angebote.json")
@limits.limiter.limit(limits.SEARCH)
def results_json() -> Response:
    """The search as JSON; its fields are a promise to integrators."""
    answer = find(criteria())
    more = further.look(answer, advised=False)
    return jsonify(
        total=answer.found.total,
        page=answer.criteria.page,
        size=PAGE_SIZE,
        engine=answer.engine,
        offers=_offers(answer),
        facets=filters.as_json(answer),
        searched=present.searched(answer),
        did_you_mean=more.did_you_mean,
        relaxed=[further.said(found) for found in more.relaxed],
        relaxed_offers=[
            {
                "step": found.step.kind,
                "url": addresses.search_url(found.step.criteria),
                "total": found.answer.found.total,
                "offers": _offers(found.answer),
            }
            for found in more.relaxed
        ],
    )


def _offers(answer: Answer) -> list[dict[str, Any]]:
    offers = []
    for hit in answer.found.hits:
        data = hit.data
        title, summary, snippets = present.marked(hit, answer)
        offers.append(
            {
                "id": hit.offer_id,
                "url": addresses.offer_url(data["public_id"], data["slug"]),
                "title": data["title"],
                "provider": data["provider"]["name"] if data["provider"] else "",
                "source": data["source"],
                "towns": data["towns"],
                "topics": data["topics"],
                "languages": data["languages"],
                "audiences": data["audiences"],
                "confirmed_on": data["confirmed_on"],
                "summary": data["summary"],
                "highlights": {"title": title, "text": snippets or ([summary] if "<mark>" in summary else [])},
                "why": present.why(hit, answer, language.current()),
            }
        )
    return offers


@blueprint.get("/angebote.csv")
@limits.limiter.limit(limits.EXPORT)
def results_csv() -> Response:
    """All offers of a search as a spreadsheet, in the columns of the import."""
    return csv_export.respond(context(), criteria(), today())


@blueprint.get("/vorschlaege")
@limits.limiter.limit(limits.SUGGEST)
def suggest() -> Response:
    """Suggestions while typing: topics, towns and kinds by label and everyday word, offers and providers by title."""
    response = jsonify(suggestions=suggestions.propose(request.args.get("q", "")[:100]))
    response.headers["Cache-Control"] = "public, max-age=60"
    return response
