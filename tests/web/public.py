"""Addresses of the public pages, for tests that visit all of them."""

from __future__ import annotations

from flask import Flask

from service.store import changes, offers, records
from service.store.database import Database
from service.store.offers import Edit
from service.store.records import StoredOffer
from tests.web.conftest import state

PAGES = (
    "/",
    "/angebote",
    "/angebote?q=kurs",
    "/angebote?stadt=marl&thema=deutsch-lernen",
    "/staedte/marl",
    "/themen/jugend",
)
MACHINES = ("/angebote.json?q=kurs", "/angebote.csv?stadt=marl", "/vorschlaege?q=deu", "/api/openapi.json", "/healthz")
FAILURES = (
    "/gibt-es-nicht",
    "/angebote?stadt=atlantis",
    "/angebote.json?seite=0",
    "/api/nichts",
    "/angebote/abcdefgh-x",
)


def stored(app: Flask, **wanted: object) -> StoredOffer:
    """The first offer whose record has these values."""
    return first(state(app).database, **wanted)


def first(database: Database, **wanted: object) -> StoredOffer:
    """The same, from a store."""
    with database.reading() as session:
        for batch in records.stream(session):
            for offer in batch:
                if all(offer.record[name] == value for name, value in wanted.items()):
                    return offer
    raise AssertionError(f"no demo offer with {wanted}")


def address(offer: StoredOffer) -> str:
    """Where its page is."""
    return f"/angebote/{offer.public_id}-{offer.slug}"


def change(app: Flask, offer: StoredOffer, **values: object) -> StoredOffer:
    """Saves the offer with other values."""
    with state(app).database.writing() as session:
        changes.lock(session)
        offers.save(session, [Edit({**offer.record, **values}, offer.key)], actor="Tests")
    with state(app).database.reading() as session:
        found = records.load_one(session, offer.key)
    assert found is not None
    return found


def offer_pages(app: Flask) -> list[str]:
    """An offer that can be visited, one that has ended and one that pauses."""
    return [address(stored(app, status=status)) for status in ("public", "ended", "paused")]
