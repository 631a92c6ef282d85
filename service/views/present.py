"""From an answer to what a page or the JSON shows: hits, facets, chips, page links. Labels come from the vocabularies."""

from collections.abc import Iterable
from datetime import date
from typing import Any
from urllib.parse import urlencode

from flask import request
from flask_babel import gettext
from markupsafe import Markup

from service.search.criteria import SORTS, SearchCriteria
from service.search.engine import Hit
from service.search.facets import BY_NAME, FACETS, Facet
from service.search.service import Answer
from service.views import language, times
from service.vocabulary import Term, Vocabularies

Shown = dict[str, Any]


def search_url(criteria: SearchCriteria, suffix: str = "") -> str:
    """Address of a search in the page's language; `suffix` is "", ".json" or ".csv"."""
    pairs = criteria.pairs()
    return f"{request.script_root}/angebote{suffix}" + (f"?{urlencode(pairs)}" if pairs else "")


def offer_url(public_id: str, slug: str) -> str:
    """Address of an offer."""
    return f"{request.script_root}/angebote/{public_id}-{slug}"


def provider_url(public_id: str, slug: str) -> str:
    """Address of a provider."""
    return f"{request.script_root}/anbieter/{public_id}-{slug}"


def hits(answer: Answer, today: date) -> list[Shown]:
    """The hits of a page as the macro `hits` shows them."""
    return [_hit(hit, answer, today) for hit in answer.found.hits]


def _hit(hit: Hit, answer: Answer, today: date) -> Shown:
    data, code, vocabularies = hit.data, language.current(), answer.vocabularies
    title, summary, snippets = marked(hit, answer)
    provider = data["provider"]
    return {
        "url": offer_url(data["public_id"], data["slug"]),
        "title": title,
        "summary": summary,
        "snippets": snippets,
        "provider": provider
        and {"name": provider["name"], "url": provider_url(provider["public_id"], provider["slug"])},
        "kind": vocabularies.label("kinds", data["kind"], code) if data["kind"] else "",
        "towns": town_labels(data["towns"], vocabularies, code),
        "languages": [vocabularies.label("languages", slug, code) for slug in data["languages"]],
        "cost": vocabularies.label("costs", data["cost"], code) if data["cost"] else "",
        "next_date": times.next_date(data, today),
        "confirmed_on": data["confirmed_on"],
        "notice": notice(data["notice"], today),
        "why": [],
        "german_only": True,
    }


def notice(entry: Any, today: date) -> str:
    """The notice's text as long as it is valid."""
    if not entry or (entry["until"] and entry["until"] < today.isoformat()):
        return ""
    return str(entry["text"])


def town_labels(slugs: list[str], vocabularies: Vocabularies, code: str) -> list[str]:
    """Names of the towns; one word where an offer serves all of them."""
    if len(slugs) == len(vocabularies["towns"]):
        return [gettext("alle Städte des Kreises")]
    return [vocabularies.label("towns", slug, code) for slug in slugs]


def marked(hit: Hit, answer: Answer) -> tuple[Markup, Markup, list[Markup]]:
    """Title, short text and, only where neither holds a mark, passages of the text."""
    title, summary = answer.marker.mark(hit.data["title"]), answer.marker.mark(hit.data["summary"])
    if "<mark>" in title or "<mark>" in summary:
        return title, summary, []
    return title, summary, answer.marker.snippets(hit.data["text"])


def facets(answer: Answer) -> list[Shown]:
    """The filter panel: closed lists whole, zero values disabled, topics in two levels, switches in one group."""
    groups = [_facet(facet, answer) for facet in FACETS if not facet.switch]
    switches = [
        {**option, "name": facet.name} for facet in FACETS if facet.switch for option in _options(facet, answer)
    ]
    chosen = sum(1 for option in switches if option["selected"])
    groups.append(
        {
            "name": "merkmale", "label": gettext("Besondere Merkmale"), "kind": "switches", "options": switches,
            "shown": len(switches), "selected_count": chosen,
        }
    )  # fmt: skip
    return groups


def _facet(facet: Facet, answer: Answer) -> Shown:
    options = _options(facet, answer)
    if facet.vocabulary == "topics":
        options = _tree(facet, options, answer.vocabularies)
    return {
        "name": facet.name,
        "label": gettext(facet.label),
        "kind": "tree" if facet.vocabulary == "topics" else "list",
        "options": options,
        "shown": facet.shown,
        "selected_count": len(answer.criteria.selected.get(facet.name, ())),
    }


def _options(facet: Facet, answer: Answer) -> list[Shown]:
    code = language.current()
    counts = answer.found.counts.get(facet.field, {})
    chosen = answer.criteria.selected.get(facet.name, ())
    found = []
    for value, term in facet.terms(answer.vocabularies).items():
        count, selected = counts.get(value, 0), value in chosen
        found.append(
            {
                "value": value,
                "label": term.label(code),
                "count": count,
                "selected": selected,
                "disabled": not (count or selected),
            }
        )
    if facet.name in LONG:
        found.sort(key=lambda option: (not option["selected"], -option["count"]))
    return found


LONG = {"sprache", "zielgruppe"}
"""Facets whose most frequent values come first; the others keep the editors' order."""


def _tree(facet: Facet, options: list[Shown], vocabularies: Vocabularies) -> list[Shown]:
    by_value = {option["value"]: option for option in options}
    terms: Iterable[Term] = facet.terms(vocabularies).values()
    tree = []
    for term in terms:
        if not term.parent:
            children = [by_value[child.slug] for child in vocabularies.children(facet.vocabulary, term.slug)]
            tree.append({**by_value[term.slug], "children": children})
    return tree


def json_facets(answer: Answer) -> dict[str, list[Shown]]:
    """The facets of `/angebote.json`: flat lists of value, label, count, selected."""
    names = ("value", "label", "count", "selected")
    return {facet.name: [{n: option[n] for n in names} for option in _options(facet, answer)] for facet in FACETS}


def chips(answer: Answer) -> list[Shown]:
    """What is chosen, each with the address that takes it away."""
    criteria, code = answer.criteria, language.current()
    found = [
        {
            "label": BY_NAME[name].terms(answer.vocabularies)[value].label(code),
            "facet_label": gettext(BY_NAME[name].label),
            "remove_url": search_url(criteria.toggling(name, value)),
        }
        for name, values in criteria.selected.items()
        for value in values
    ]
    if criteria.postcode:
        label = gettext("%(km)d km um %(plz)s", km=criteria.radius, plz=criteria.postcode)
        found.append({"label": label, "facet_label": gettext("Umkreis"), "remove_url": search_url(criteria.anywhere())})
    return found


def what_filters_cost(answer: Answer) -> list[Shown]:
    """For an empty page: how many offers there are without each filter, where there are any."""
    found = []
    for facet in FACETS:
        without = answer.found.without.get(facet.field, 0)
        if facet.name in answer.criteria.selected and without:
            url = search_url(answer.criteria.choosing(facet.name, ()))
            found.append({"label": gettext(facet.label), "count": without, "url": url})
    return found


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
