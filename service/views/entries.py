"""Entry pages that lead into filtered searches: a town, a topic, a provider."""

from typing import Any

from flask import Blueprint, Response, abort, redirect, render_template, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response as AnyResponse

from service.clock import today
from service.context import context
from service.search.criteria import SearchCriteria
from service.search.facets import BY_NAME
from service.search.service import Answer
from service.store import providers, records, visibility
from service.views import addresses, language, limits, present
from service.views.cache import cached

blueprint = Blueprint("entries", __name__)
MOST_OFFERS = 200


@blueprint.get("/staedte/<slug>")
@limits.limiter.limit(limits.SEARCH)
def town(slug: str) -> Response:
    """A town: its topics with counts, its newest offers, its neighbours."""
    vocabularies = context().search.vocabularies()
    term = vocabularies["towns"].get(slug) or abort(404)
    code = language.current()

    def page() -> str:
        answer = context().search.search(SearchCriteria(sort="neu").choosing("stadt", [slug]))
        near = [{"label": vocabularies.label("towns", s, code), "slug": s} for s in term.many("neighbours")]
        return render_template(
            "entries/entry.html",
            kind="town",
            canonical=url_for("entries.town", slug=slug),
            title=term.label(code),
            heading=gettext("Angebote in %(town)s", town=term.label(code)),
            neighbours=near,
            **_entry(answer, "thema", hidden=[("stadt", slug)]),
        )

    return cached(f"town:{slug}", page)


@blueprint.get("/themen/<slug>")
@limits.limiter.limit(limits.SEARCH)
def topic(slug: str) -> Response:
    """A topic: its parts or its parent, the towns with counts, its newest offers."""
    vocabularies = context().search.vocabularies()
    term = vocabularies["topics"].get(slug) or abort(404)
    code = language.current()

    def page() -> str:
        answer = context().search.search(SearchCriteria(sort="neu").choosing("thema", [slug]))
        counts = answer.found.counts.get("topics", {})
        below = vocabularies.children("topics", slug) or vocabularies.children("topics", term.parent or "-")
        return render_template(
            "entries/entry.html",
            kind="topic",
            canonical=url_for("entries.topic", slug=slug),
            title=term.label(code),
            heading=term.label(code),
            related=[
                {"label": t.label(code), "slug": t.slug, "count": counts.get(t.slug, 0) if answer.counted else None}
                for t in below
                if t.slug != slug
            ],
            parent={"label": vocabularies.label("topics", term.parent, code), "slug": term.parent}
            if term.parent
            else None,
            **_entry(answer, "stadt", hidden=[("thema", slug)]),
        )

    return cached(f"topic:{slug}", page)


def _entry(answer: Answer, by: str, hidden: list[tuple[str, str]]) -> dict[str, Any]:
    """What both entry pages show: the search within, counts by another facet, the newest offers."""
    facet, code = BY_NAME[by], language.current()
    counts = answer.found.counts.get(facet.field, {})
    terms_of = facet.terms(answer.vocabularies).values()
    return {
        "total": answer.found.total,
        "level": present.level(answer),
        "hidden": hidden,
        "all_url": addresses.search_url(answer.criteria.sorted_by("")),
        "by_label": gettext(facet.label),
        "by": [
            {
                "label": term.label(code),
                "count": counts.get(term.slug, 0) if answer.counted else None,
                "url": addresses.search_url(answer.criteria.sorted_by("").choosing(by, [term.slug])),
            }
            for term in terms_of
            if not term.parent
        ],
        "hits": present.hits(answer, today())[:8],
    }


@blueprint.get("/anbieter/<string(length=8):public_id>", defaults={"slug": ""})
@blueprint.get("/anbieter/<string(length=8):public_id>-<slug>")
def provider(public_id: str, slug: str) -> AnyResponse:
    """A provider and its offers, from the store: right even while the index is behind."""
    day = today()
    with context().database.reading() as session:
        found = providers.by_public_id(session, public_id.lower()) or abort(404)
        if slug != found["slug"]:
            return redirect(addresses.provider_url(public_id, found["slug"]), 301)
        address = addresses.provider_url(public_id, slug)
        keys = providers.offer_keys(session, found["id"], MOST_OFFERS)
        own = [offer for offer in records.load(session, keys).values() if visibility.is_visible(offer, day)]
    vocabularies, code = context().search.vocabularies(), language.current()
    entries = [
        {
            "url": addresses.offer_url(offer.public_id, offer.slug),
            "title": offer.record["title"],
            "summary": offer.record["summary"],
            "towns": present.town_labels(offer.record["towns"], vocabularies, code),
        }
        for offer in own
    ]
    return cached(
        None, lambda: render_template("entries/provider.html", provider=found, offers=entries, canonical=address)
    )
