"""From an answer to what a page shows: hits, orders, page links. Labels come from the vocabularies."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask_babel import gettext
from markupsafe import Markup

from service.search.criteria import SORTS, SearchCriteria
from service.search.engine import Hit
from service.search.service import Answer
from service.views import language, times
from service.views.addresses import offer_url, provider_url, search_url
from service.vocabulary import Vocabularies

Shown = dict[str, Any]
FEW_LANGUAGES = 5
"""Languages that a hit names before it says how many more there are."""


@dataclass(frozen=True, slots=True)
class Card:
    """A hit as the macro `hits` shows it."""

    url: str
    title: Markup
    summary: Markup
    snippets: list[Markup]
    provider: str
    provider_url: str
    kind: str
    towns: str
    languages: str
    cost: str
    next_date: str
    confirmed: str
    notice: str
    why: list[Shown]


def hits(answer: Answer, today: date) -> list[Card]:
    """The hits of a page."""
    first = [*answer.criteria.selected.get("sprache", ()), language.current()]
    ranks = {slug: rank for rank, slug in enumerate(first) if slug != "de"}
    return [_card(hit, answer, ranks, today) for hit in answer.found.hits]


def _card(hit: Hit, answer: Answer, ranks: Mapping[str, int], today: date) -> Card:
    data, code, vocabularies = hit.data, language.current(), answer.vocabularies
    title, summary, snippets = marked(hit, answer)
    provider = data["provider"] or {}
    return Card(
        url=offer_url(data["public_id"], data["slug"]),
        title=title,
        summary=summary,
        snippets=snippets,
        provider=provider.get("name", ""),
        provider_url=provider_url(provider["public_id"], provider["slug"]) if provider else "",
        kind=vocabularies.label("kinds", data["kind"], code) if data["kind"] else "",
        towns=", ".join(town_labels(data["towns"], vocabularies, code)),
        languages=_languages(data["languages"], ranks, vocabularies, code),
        cost=vocabularies.label("costs", data["cost"], code) if data["cost"] else "",
        next_date=times.next_date(data, today),
        confirmed=times.confirmed(data["confirmed_on"] or ""),
        notice=notice(data["notice"], today),
        why=why(hit, answer),
    )


def why(hit: Hit, answer: Answer) -> list[Shown]:
    """What of the query a hit answers, beyond the marked words: {kind, text} for each reason."""
    return []


def _languages(slugs: Iterable[str], ranks: Mapping[str, int], vocabularies: Vocabularies, code: str) -> str:
    """The languages by name, at most a handful: first those chosen as filters, then the visitor's own."""
    labels = [vocabularies.label("languages", slug, code) for slug in sorted(slugs, key=lambda slug: ranks.get(slug, len(ranks)))]
    if len(labels) <= FEW_LANGUAGES + 1:
        return ", ".join(labels)
    named = ", ".join(labels[:FEW_LANGUAGES])
    return str(gettext("%(named)s und %(num)d weitere", named=named, num=len(labels) - FEW_LANGUAGES))


def notice(entry: Any, today: date) -> str:
    """The notice's text as long as it is valid."""
    if not entry or (entry["until"] and entry["until"] < today.isoformat()):
        return ""
    return str(entry["text"])


def everywhere(slugs: list[str], vocabularies: Vocabularies) -> bool:
    """True where an offer serves all towns of the county."""
    return len(slugs) == len(vocabularies["towns"]) > 1


def town_labels(slugs: list[str], vocabularies: Vocabularies, code: str) -> list[str]:
    """Names of the towns; one word where an offer serves all of them."""
    if everywhere(slugs, vocabularies):
        return [gettext("alle Städte des Kreises")]
    return [vocabularies.label("towns", slug, code) for slug in slugs]


def marked(hit: Hit, answer: Answer) -> tuple[Markup, Markup, list[Markup]]:
    """Title, short text and, only where neither holds a mark, passages of the text."""
    title, summary = answer.marker.mark(hit.data["title"]), answer.marker.mark(hit.data["summary"])
    if "<mark>" in title or "<mark>" in summary:
        return title, summary, []
    return title, summary, answer.marker.snippets(hit.data["text"])


def sorting(criteria: SearchCriteria) -> list[Shown]:
    """The orders one can choose; best hits only where there are words."""
    return [
        {"label": gettext(label), "url": search_url(criteria.sorted_by(name)), "current": criteria.order == name}
        for name, label in SORTS.items()
        if name != "relevanz" or criteria.q
    ]


def paging(answer: Answer, last_page: int) -> Shown:
    """Page links: first, last, and two around the present one."""
    criteria, pages = answer.criteria, min(answer.pages, last_page)
    here = criteria.page

    def address(number: int) -> str:
        return search_url(criteria.at_page(number))

    wanted = sorted({1, pages, *range(max(1, here - 2), min(pages, here + 2) + 1)} & set(range(1, pages + 1)))
    items: list[Shown | None] = []
    for number in wanted:
        if items and items[-1] and number != items[-1]["number"] + 1:
            items.append(None)
        items.append({"number": number, "url": address(number), "current": number == here})
    return {
        "page": here,
        "pages": pages,
        "previous_url": address(here - 1) if 1 < here <= pages else None,
        "next_url": address(here + 1) if here < pages else None,
        "items": items,
    }
