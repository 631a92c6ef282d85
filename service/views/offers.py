"""The page of an offer: everything that somebody needs to go there."""

from datetime import date
from typing import Any

from flask import Blueprint, jsonify, redirect, render_template, request
from flask_babel import gettext
from markupsafe import Markup
from werkzeug.wrappers import Response as AnyResponse

from service.clock import today
from service.context import context
from service.errors import OfferGone, OfferNotFound, SearchUnavailable
from service.schemas.offer import dump_record
from service.schemas.richtext import clean_html
from service.search.criteria import SearchCriteria
from service.store import offers, records, terms, visibility
from service.store.public import public_record
from service.store.records import StoredOffer
from service.views import language, present, times
from service.views.cache import cached
from service.vocabulary import Vocabularies

blueprint = Blueprint("offers", __name__)
ALTERNATIVES = 4


@blueprint.get("/angebote/<string(length=8):public_id>", defaults={"slug": ""})
@blueprint.get("/angebote/<string(length=8):public_id>-<path:slug>")
def offer(public_id: str, slug: str) -> AnyResponse:
    """The page, or its JSON under `….json`. Old names redirect; archived offers are gone (410)."""
    day = today()
    as_json = slug.endswith(".json")
    stored, vocabularies = _load(public_id, day)
    if slug.removesuffix(".json") != stored.slug:
        return redirect(present.offer_url(public_id, stored.slug) + (".json" if as_json else ""), 301)
    record = public_record(stored, day)
    if as_json:
        return jsonify(dump_record(record))
    return cached(None, lambda: _page(stored, record, vocabularies, day))


def _load(public_id: str, day: date) -> tuple[StoredOffer, Vocabularies]:
    with context().database.reading() as session:
        key = offers.key_by_public_id(session, public_id.lower())
        stored = records.load_one(session, key) if key else None
        vocabularies = terms.load(session)
    if stored is None or not visibility.has_page(stored, day):
        was_public = stored is not None and (stored.deleted or stored.record["status"] == "archived")
        raise (
            OfferGone(gettext("Dieses Angebot gibt es nicht mehr."))
            if was_public
            else OfferNotFound(gettext("Dieses Angebot gibt es nicht. Vielleicht hilft die Suche."))
        )
    return stored, vocabularies


def _page(stored: StoredOffer, record: dict[str, Any], vocabularies: Vocabularies, day: date) -> str:
    ended = not visibility.is_visible(stored, day)
    code = language.current()

    def label(name: str, slug: str) -> str:
        return vocabularies.label(name, slug, code)

    provider = record["provider"]
    return render_template(
        "offers/offer.html",
        offer=record,
        body=Markup(clean_html(record["body"])),  # noqa: S704  cleaned again on the way out
        label=label,
        labels=lambda name, slugs: [label(name, slug) for slug in slugs],
        towns=present.town_labels(record["towns"], vocabularies, code),
        provider_url=provider and present.provider_url(stored.provider_public_id, stored.provider_slug),
        times=[{"text": times.weekly(t["rrule"], t["start"], t["end"]), "note": t["note"]} for t in record["times"]],
        runs=[run for run in record["course_runs"] if (run["ends_on"] or run["starts_on"]) >= day],
        notice=present.notice({**record["notice"], "until": str(record["notice"]["until"] or "")}, day),
        state="paused" if record["status"] == "paused" else "ended" if ended else "",
        since=stored.status_since if record["status"] == "ended" else record["visible_until"],
        alternatives=_alternatives(stored, day) if ended else [],
        topic_links=[(label("topics", s), f"{request.script_root}/themen/{s}") for s in record["topics"]],
        canonical=present.offer_url(stored.public_id, stored.slug),
        changed_on=stored.changed_at.date(),
    )


def _alternatives(stored: StoredOffer, day: date) -> list[dict[str, Any]]:
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
