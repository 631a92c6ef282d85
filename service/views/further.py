"""What a page offers where a search finds little: the corrected query, wider searches, topics, advice, a telephone number.

It asks the engine at most five times more, and only where there is a reason: once for a mistyped word, up to three times
below three hits, once for advice where nothing at all was found. What fails here is left out; the page itself stands.
"""

from dataclasses import replace
from datetime import date
from typing import Any, NamedTuple
from urllib.parse import parse_qsl

from babel.lists import format_list
from flask import url_for
from flask_babel import get_locale, gettext, ngettext

from service.context import context
from service.errors import InvalidSearch, SearchUnavailable, StoreUnavailable
from service.search.criteria import SearchCriteria, parse
from service.search.facets import BY_NAME
from service.search.proposing import correction
from service.search.relaxing import ENOUGH, TOWN, Relaxed, Step, relax
from service.search.service import Answer
from service.views import language, present
from service.views.addresses import search_url
from service.views.logs import note

MOST_ADVICE = 3
"""Offers of advice shown where nothing was found."""


class Further(NamedTuple):
    """What lies beside an answer. `help`: the page leads to topics and advice; `advice`: the offers among these."""

    did_you_mean: str | None
    relaxed: list[Relaxed]
    help: bool
    advice: Answer | None


def look(answer: Answer, *, advised: bool = True) -> Further:
    """Everything beyond the hits of a search, nothing for later pages; offers of advice only where they are wanted."""
    if answer.criteria.page > 1:
        return Further(None, [], False, None)
    asked = 0

    def search(criteria: SearchCriteria, size: int) -> Answer | None:
        nonlocal asked
        asked += 1
        try:
            return context().search.search(criteria, counted=False, size=size)
        except (SearchUnavailable, StoreUnavailable):
            return None

    did_you_mean = correction(answer, search)
    relaxed = relax(answer, search)
    total = answer.found.total
    lost = not total or total + sum(len(step.hits) for step in relaxed) < ENOUGH
    advice = None
    wanted = _advice(answer)
    if advised and wanted and not total and not relaxed:
        advice = search(wanted, MOST_ADVICE)
    note(more=asked)
    return Further(did_you_mean, relaxed, lost, advice)


def _advice(answer: Answer) -> SearchCriteria | None:
    """The county's search for advice, within the chosen towns."""
    try:
        wanted = parse(parse_qsl(context().county.advice), answer.vocabularies)
    except InvalidSearch:
        return None
    return wanted.choosing(TOWN, answer.criteria.selected.get(TOWN, ())) if wanted.filtered else None


def shown(answer: Answer, more: Further, today: date) -> dict[str, Any]:
    """The same for a page."""
    wanted, asked = _advice(answer), answer.criteria
    text = more.did_you_mean
    return {
        "did_you_mean": {"text": text, "url": search_url(replace(asked, q=text))} if text else None,
        "relaxed": [
            {
                "heading": heading(found.step, answer),
                "hits": present.hits(found.answer, today),
                "count": found.answer.found.total,
                "url": search_url(found.step.criteria),
            }
            for found in more.relaxed
        ],
        "help": more.help,
        "topics": _topics(answer) if more.help else [],
        "advice_url": search_url(wanted) if wanted else "",
        "advice": present.hits(more.advice, today) if more.advice else [],
    }


def _topics(answer: Answer) -> list[dict[str, Any]]:
    """The topics of the first level with their pages."""
    code = language.current()
    return [
        {"label": term.label(code), "url": url_for("entries.topic", slug=term.slug)}
        for term in answer.vocabularies.children("topics", "")
    ]


def heading(step: Step, answer: Answer) -> str:
    """What a step does, as a heading."""
    code = language.current()
    match step.kind:
        case "towns":
            towns = [answer.vocabularies.label("towns", slug, code) for slug in step.values]
            names = format_list(towns, locale=get_locale())
            text = ngettext("In der Nachbarstadt %(towns)s", "In den Nachbarstädten %(towns)s", len(towns), towns=names)
        case "radius":
            text = gettext("Im Umkreis von %(km)d km", km=int(step.values[0]))
        case "county":
            text = gettext("Im ganzen Kreis")
        case "filter":
            text = gettext("Ohne den Filter „%(filter)s“", filter=gettext(BY_NAME[step.values[0]].label))
        case "all":
            text = gettext("Ohne alle Filter")
    return str(text)


def said(found: Relaxed) -> str:
    """A step and how many offers it finds, in one sentence."""
    total = found.answer.found.total
    step = heading(found.step, found.answer)
    return str(ngettext("%(step)s: %(num)d Angebot", "%(step)s: %(num)d Angebote", total, step=step))
