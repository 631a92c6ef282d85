"""From an answer to what a page shows: hits, orders, page links. Labels come from the vocabularies."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from itertools import groupby
from operator import itemgetter
from typing import Any, NamedTuple

from flask import current_app, request
from flask_babel import gettext, ngettext
from markupsafe import Markup, escape

from service.search.criteria import SORTS, SearchCriteria
from service.search.engine import Hit
from service.search.service import Answer
from service.search.understood import understood
from service.views import language, times
from service.views.addresses import offer_url, provider_url, search_url
from service.views.filters import GAP
from service.vocabulary import Vocabularies

Shown = dict[str, Any]
FEW_LANGUAGES = 5
"""Languages that a hit names before it says how many more there are."""


class Written(NamedTuple):
    """A card as the template wrote it for an offer's revision, a language and a day, cut at its gaps: title, short text,
    passages, reasons. `passage` and `reasons` are what surrounds one of those."""

    card: list[str]
    passage: list[str]
    reasons: list[str]


class _View(NamedTuple):
    """What decides how a card is written, besides its offer."""

    root: str
    code: str
    languages: tuple[str, ...]
    vocabulary: int
    today: date


_written: dict[tuple[str, int, _View], Written] = {}
MOST_WRITTEN = 4096
"""Cards kept in a process, about 8 MB; all are forgotten when there are more."""


def hits(answer: Answer, today: date) -> list[Markup]:
    """The hits of a page as cards. Of a card only marks, passages and reasons change between searches: the rest is
    written once and kept, which takes a tenth of the time."""
    code = language.current()
    first = tuple(slug for slug in (*answer.criteria.selected.get("sprache", ()), code) if slug != "de")
    view = _View(request.script_root, code, first, answer.served.vocabulary, today)
    return [_card(hit, answer, view) for hit in answer.found.hits]


def _card(hit: Hit, answer: Answer, view: _View) -> Markup:
    card, passage, reasons = _known(hit.data, answer.vocabularies, view)
    title, summary, snippets = marked(hit, answer)
    passages = "".join([f"{passage[0]}{snippet}{passage[1]}" for snippet in snippets])
    items = "".join([f"<li>{reason}</li>" for reason in _reasons(why(hit, answer, view.code), view.code)])
    found = f"{reasons[0]}{items}{reasons[1]}" if items else ""
    return Markup(f"{card[0]}{title}{card[1]}{summary}{card[2]}{passages}{card[3]}{found}{card[4]}")  # noqa: S704  escaped


def _known(data: Mapping[str, Any], vocabularies: Vocabularies, view: _View) -> Written:
    key = (data["public_id"], data["rev"], view)
    known = _written.get(key)
    if known is None:
        if len(_written) >= MOST_WRITTEN:
            _written.clear()
        known = _written[key] = _write(data, vocabularies, view)
    return known


def _write(data: Mapping[str, Any], vocabularies: Vocabularies, view: _View) -> Written:
    code = view.code
    macros: Any = current_app.jinja_env.get_template("macros/hits.html").module
    foreign = language.page_locale(code).language != "de"
    provider = data["provider"] or {}
    offer = {
        "url": offer_url(data["public_id"], data["slug"]),
        "summary": data["summary"],
        "provider": provider.get("name", ""),
        "provider_url": provider_url(provider["public_id"], provider["slug"]) if provider else "",
        "kind": vocabularies.label("kinds", data["kind"], code) if data["kind"] else "",
        "towns": ", ".join(town_labels(data["towns"], vocabularies, code)),
        "languages": _languages(data["languages"], view.languages, vocabularies, code),
        "next_date": times.next_date(data, view.today),
        "cost": vocabularies.label("costs", data["cost"], code) if data["cost"] else "",
        "notice": notice(data["notice"], view.today),
        "confirmed": times.confirmed(data["confirmed_on"] or ""),
    }
    pieces = (macros.card(offer, foreign, GAP), macros.snippet(foreign, GAP), macros.reasons(GAP))
    return Written(*(str(piece).split(GAP) for piece in pieces))


def level(answer: Answer) -> str:
    """What a page tells of how it was searched: "" where everything is as always, else "standby", "database" or, while
    the store does not answer, "detached"."""
    if answer.detached:
        return "detached"
    return answer.engine if answer.engine in {"standby", "database"} else ""


def why(hit: Hit, answer: Answer, code: str) -> list[Shown]:
    """What of the query a hit answers, beyond the marked words: {kind, text} for each reason."""
    found = []
    for reason in answer.reasons.of(hit.data):
        text = reason.text
        if reason.vocabulary:
            text = answer.vocabularies.label(reason.vocabulary, reason.slug, code)
        elif reason.kind == "text":
            text = gettext("weitere Angaben zum Angebot")
        found.append({"kind": reason.kind, "text": text})
    return found


def _reasons(reasons: Sequence[Shown], code: str) -> Iterator[Markup]:
    """Reasons as a card says them, those of one kind together. Words of the offers are German, whatever the page's
    language is."""
    for kind, same in groupby(reasons, key=itemgetter("kind")):
        texts = [reason["text"] for reason in same]
        word = Markup(", ").join(german(text, code) for text in texts)
        match kind:
            case "spelling":
                said = gettext("ähnlich geschrieben: %(word)s", word=word)
            case "synonym":
                said = ngettext("anderes Wort dafür: %(word)s", "andere Wörter dafür: %(word)s", len(texts), word=word)
            case "translation":
                said = gettext("auf Deutsch: %(word)s", word=word)
            case "provider":
                said = gettext("Name des Anbieters: %(word)s", word=word)
            case _:
                yield from map(escape, texts)
                continue
        yield Markup(said)  # noqa: S704  a translation, and the words are escaped


def german(text: str, code: str) -> Markup:
    """German words on a page: they carry their language where it is not the page's."""
    if language.page_locale(code).language == "de":
        return escape(text)
    return Markup('<bdi lang="de" dir="ltr">{}</bdi>').format(text)


def searched(answer: Answer) -> list[Shown]:
    """What was searched in place of words of the query: {kind, source, text} with the kinds of `understood`, for the
    page and for programs."""
    return [
        {"kind": said.kind, "source": said.source, "text": list(said.words)}
        for said in understood(answer.plan, answer.found.hits, answer.book)
    ]


def _languages(slugs: Iterable[str], first: Sequence[str], vocabularies: Vocabularies, code: str) -> str:
    """The languages by name, at most a handful: first those chosen as filters, then the visitor's own."""
    ranks = {slug: rank for rank, slug in enumerate(first)}
    labels = [
        vocabularies.label("languages", slug, code)
        for slug in sorted(slugs, key=lambda slug: ranks.get(slug, len(ranks)))
    ]
    if len(labels) <= FEW_LANGUAGES + 1:
        return ", ".join(labels)
    named, more = ", ".join(labels[:FEW_LANGUAGES]), len(labels) - FEW_LANGUAGES
    return str(ngettext("%(named)s und eine weitere", "%(named)s und %(num)d weitere", more, named=named))


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
