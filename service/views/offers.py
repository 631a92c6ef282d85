"""The page of an offer: everything that somebody needs to go there."""

from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from flask import Blueprint, jsonify, redirect, render_template
from flask_babel import gettext
from markupsafe import Markup
from werkzeug.wrappers import Response as AnyResponse

from service.clock import today
from service.context import context
from service.errors import OfferGone, OfferNotFound, SearchUnavailable
from service.schemas.offer import plain
from service.schemas.richtext import clean_html
from service.search.criteria import SearchCriteria
from service.store import offers, records, visibility
from service.store.public import public_record
from service.store.records import StoredOffer
from service.views import addresses, language, present, times
from service.views.cache import cached
from service.vocabulary import Vocabularies

blueprint = Blueprint("offers", __name__)
ALTERNATIVES = 4
TRANSLATED = ("title", "summary", "body", "registration", "documents")


@blueprint.get("/angebote/<string(length=8):public_id>", defaults={"slug": ""})
@blueprint.get("/angebote/<string(length=8):public_id>-<path:slug>")
def offer(public_id: str, slug: str) -> AnyResponse:
    """The page, or its JSON under `….json`. Old names redirect; archived offers are gone (410)."""
    day = today()
    as_json = slug.endswith(".json")
    stored = _load(public_id, day)
    if slug.removesuffix(".json") != stored.slug:
        return redirect(addresses.offer_url(stored.public_id, stored.slug) + (".json" if as_json else ""), 301)
    record = public_record(stored, day)
    if as_json:
        return jsonify(
            {"id": str(stored.uuid), "url": addresses.offer_url(stored.public_id, stored.slug), **plain(record)}
        )
    return cached(None, lambda: _page(stored, record, context().search.vocabularies(), day))


def _load(public_id: str, day: date) -> StoredOffer:
    with context().database.reading() as session:
        key = offers.key_by_public_id(session, public_id.lower())
        stored = records.load_one(session, key) if key else None
    if stored is None or not visibility.has_page(stored, day):
        was_public = stored is not None and (stored.deleted or stored.record["status"] == "archived")
        raise (
            OfferGone(gettext("Dieses Angebot gibt es nicht mehr."))
            if was_public
            else OfferNotFound(gettext("Dieses Angebot gibt es nicht. Vielleicht hilft die Suche."))
        )
    return stored


@dataclass(frozen=True, slots=True)
class Said:
    """A text of an offer in the language in which it can be shown."""

    text: str | Markup
    language: str
    dir: str
    machine: bool = False
    """True where a program translated it and nobody has checked that."""


def _said(record: dict[str, Any], code: str) -> dict[str, Said]:
    """The texts that may be translated: in the page's language where there is a current translation, else German."""
    found = {name: Said(record[name], "de", "ltr") for name in TRANSLATED}
    for entry in record["translations"]:
        if entry["language"] == code and entry["status"] == "current" and entry["field"] in found:
            direction = language.page_locale(code).dir
            found[entry["field"]] = Said(entry["text"], code, direction, entry["origin"] == "machine")
    body = found["body"]
    found["body"] = replace(body, text=Markup(clean_html(str(body.text))))  # noqa: S704  cleaned again on the way out
    return found


def _page(stored: StoredOffer, record: dict[str, Any], vocabularies: Vocabularies, day: date) -> str:
    ended = not visibility.is_visible(stored, day)
    code = language.current()

    def label(name: str, slug: str) -> str:
        return vocabularies.label(name, slug, code)

    provider = record["provider"]
    return render_template(
        "offers/offer.html",
        offer=record,
        said=_said(record, code),
        label=label,
        german_label=vocabularies.label,
        labels=lambda name, slugs: ", ".join(label(name, slug) for slug in slugs),
        towns=", ".join(present.town_labels(record["towns"], vocabularies, code)),
        everywhere=present.everywhere(record["towns"], vocabularies),
        provider_url=provider and addresses.provider_url(stored.provider_public_id, stored.provider_slug),
        times=[{"text": times.weekly(t["rrule"], t["start"], t["end"]), "note": t["note"]} for t in record["times"]],
        runs=[run for run in record["course_runs"] if (run["ends_on"] or run["starts_on"]) >= day],
        today=day,
        notice=present.notice({**record["notice"], "until": str(record["notice"]["until"] or "")}, day),
        state="paused" if record["status"] == "paused" else "ended" if ended else "",
        since=stored.status_since if record["status"] == "ended" else record["visible_until"],
        alternatives=_alternatives(stored, day) if ended else [],
        topic_links=[(label("topics", slug), addresses.topic_url(slug)) for slug in record["topics"]],
        canonical=addresses.offer_url(stored.public_id, stored.slug),
        changed_on=stored.changed_at.date(),
    )


def _alternatives(stored: StoredOffer, day: date) -> list[Markup]:
    """Similar offers: the same topics, in the same towns first, then anywhere."""
    record = stored.record
    topics = SearchCriteria().choosing("thema", record["topics"][:5])
    if not record["topics"]:
        return []
    try:
        found = present.hits(context().search.search(topics.choosing("stadt", record["towns"]), counted=False), day)
        return (found or present.hits(context().search.search(topics, counted=False), day))[:ALTERNATIVES]
    except SearchUnavailable:
        return []
