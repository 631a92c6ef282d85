"""Reading offers: rows of many tables put together into records (`service.schemas.offer`), many offers at a time.

One function serves the offer page, the export, the form and the indexer, so that they cannot disagree. It costs nine
statements for a batch, whatever its size.
"""

import uuid as uuid_module
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from operator import itemgetter
from typing import Any, cast

from sqlalchemy import ColumnElement, Row, Select, Table, select
from sqlalchemy.orm import DeclarativeBase, Session

from service.store.models import (
    Contact,
    CourseRun,
    Offer,
    OfferContact,
    OfferTerm,
    Place,
    Provider,
    Translation,
    WeeklyTime,
)

SCALARS = (
    "status", "visible_from", "visible_until", "title", "other_names", "summary", "body", "easy", "search_words", "kind",
    "age_from", "age_to", "women_only", "cost", "cost_note", "childcare", "childcare_note", "accessibility_note",
    "website", "registration", "documents", "confirmed_on", "confirmed_by", "review_due", "responsible_town", "notes",
)  # fmt: skip
"""Fields of a record that are columns of the same name."""
TERMS = ("topics", "audiences", "levels", "modes", "towns")
"""Fields of a record that are lists of slugs in `offer_terms` (languages carry a note besides)."""
PLACE = (
    "name",
    "street",
    "postcode",
    "city",
    "district",
    "lat",
    "lon",
    "outside_county",
    "visibility",
    "access",
    "transport",
)
TIME = ("rrule", "start", "end", "exceptions", "note")
RUN = ("level", "starts_on", "ends_on", "places_free", "places_free_as_of", "waiting_list", "note")
TRANSLATION = ("language", "field", "text", "origin", "status")
PROVIDER = ("name", "legal_form", "parent", "website", "phone", "mail", "description")
CONTACT = ("role", "name", "phone", "mail", "hours", "phone_visibility", "mail_visibility", "consent_on", "delete_by")


@dataclass(frozen=True, slots=True)
class StoredOffer:
    """An offer as stored: the record and what the store knows beside it.

    `key` is the integer key of the tables. `edited_here`: changed since its last import, which then leaves it alone.
    """

    key: int
    rev: int
    edited_here: bool
    uuid: uuid_module.UUID
    public_id: str
    slug: str
    deleted: bool
    status_since: date
    created_at: datetime
    changed_at: datetime
    provider_public_id: str
    provider_slug: str
    record: dict[str, Any]


Wanted = Callable[[ColumnElement[int]], ColumnElement[bool]]
"""The condition on an offer's key that rows of other tables must meet."""


def load(session: Session, keys: Sequence[int]) -> dict[int, StoredOffer]:
    """The offers with these keys, deleted ones too; in the order of `keys`."""
    found: dict[int, StoredOffer] = {}
    for start in range(0, len(keys), 1000):
        part = keys[start : start + 1000]
        rows = {row.id: row for row in session.connection().execute(_offers().where(_OFFERS.c.id.in_(part)))}
        offers = _assemble(session, [rows[key] for key in part if key in rows], _among(part))
        found |= {offer.key: offer for offer in offers}
    return found


def load_one(session: Session, key: int) -> StoredOffer | None:
    """One offer by key."""
    return load(session, [key]).get(key)


def stream(session: Session, batch: int = 500, after: int = 0) -> Iterator[list[StoredOffer]]:
    """All offers that are not deleted, in key order, batch by batch (keyset paging: memory stays flat)."""
    while True:
        query = _offers().where(_OFFERS.c.id > after, _OFFERS.c.deleted_at.is_(None))
        rows = session.connection().execute(query.order_by(_OFFERS.c.id).limit(batch)).all()
        if not rows:
            return
        after = rows[-1].id
        yield _assemble(session, rows, _from_to(rows[0].id, after))


def _among(keys: Sequence[int]) -> Wanted:
    return lambda column: column.in_(keys)


def _from_to(first: int, last: int) -> Wanted:
    return lambda column: column.between(first, last)


def _table(model: type[DeclarativeBase]) -> Table:
    table: Any = model.__table__
    return cast("Table", table)


_OFFERS, _PROVIDERS = _table(Offer), _table(Provider)


def _offers() -> Select[Any]:
    columns = ("uuid", "public_id", "slug", *PROVIDER)
    provider = [_PROVIDERS.c[name].label(f"provider_{name}") for name in columns]
    return select(*_OFFERS.columns, *provider).outerjoin_from(
        _OFFERS, _PROVIDERS, _PROVIDERS.c.id == _OFFERS.c.provider_id
    )


def _assemble(session: Session, rows: Sequence[Row[Any]], wanted: Wanted) -> list[StoredOffer]:
    terms = _terms(session, wanted)
    parts = {
        "places": _children(session, Place, wanted, PLACE),
        "times": _children(session, WeeklyTime, wanted, TIME),
        "course_runs": _children(session, CourseRun, wanted, RUN),
        "translations": _children(session, Translation, wanted, TRANSLATION),
        "contacts": _contacts(session, wanted),
    }
    offers = []
    names = rows[0]._fields if rows else ()
    for row in rows:
        columns = dict(zip(names, row, strict=True))  # looking names up in a row takes three times as long
        key = columns["id"]
        record: dict[str, Any] = {"id": columns["uuid"], "public_id": columns["public_id"]}
        record["source"] = {"name": columns["source_name"], "id": columns["source_id"]}
        for name in SCALARS:
            record[name] = columns[name]
        carried = terms.get(key, {})
        for name in TERMS:
            record[name] = [slug for slug, _ in carried.get(name, ())]
        record["languages"] = [{"code": slug, "note": note} for slug, note in carried.get("languages", ())]
        for name, found in parts.items():
            record[name] = found.get(key, [])
        for time in record["times"]:
            time["exceptions"] = [date.fromisoformat(day) for day in time["exceptions"]]
        record["translations"].sort(key=itemgetter("language", "field"))
        record["notice"] = {"text": columns["notice"], "until": columns["notice_until"]}
        record["provider"] = None
        if columns["provider_id"] is not None:
            provider = {name: columns[f"provider_{name}"] for name in PROVIDER}
            record["provider"] = {"id": columns["provider_uuid"]} | provider
        offers.append(_stored(columns, record))
    return offers


def _stored(columns: dict[str, Any], record: dict[str, Any]) -> StoredOffer:
    return StoredOffer(
        key=columns["id"],
        rev=columns["rev"],
        edited_here=columns["edited_here"],
        uuid=columns["uuid"],
        public_id=columns["public_id"],
        slug=columns["slug"],
        deleted=columns["deleted_at"] is not None,
        status_since=columns["status_since"],
        created_at=columns["created_at"],
        changed_at=columns["changed_at"],
        provider_public_id=columns["provider_public_id"] or "",
        provider_slug=columns["provider_slug"] or "",
        record=record,
    )


def _terms(session: Session, wanted: Wanted) -> dict[int, dict[str, list[tuple[str, str]]]]:
    """Offer → vocabulary → (slug, note) in order. An offer has a dozen: the most numerous rows of the store."""
    table = _table(OfferTerm)
    query = select(table.c.offer_id, table.c.vocabulary, table.c.slug, table.c.note).where(wanted(table.c.offer_id))
    found: dict[int, dict[str, list[tuple[str, str]]]] = {}
    rows = session.connection().execute(query.order_by(table.c.offer_id, table.c.position)).all()
    for key, vocabulary, slug, note in rows:
        found.setdefault(key, {}).setdefault(vocabulary, []).append((slug, note))
    return found


def _children(
    session: Session, model: type[DeclarativeBase], wanted: Wanted, names: tuple[str, ...]
) -> dict[int, list[dict[str, Any]]]:
    table = _table(model)
    query = select(table.c.offer_id, *(table.c[name] for name in names)).where(wanted(table.c.offer_id))
    if "position" in table.c:
        query = query.order_by(table.c.offer_id, table.c.position)
    return _grouped(session, query, names)


def _contacts(session: Session, wanted: Wanted) -> dict[int, list[dict[str, Any]]]:
    named, table = _table(OfferContact), _table(Contact)
    query = (
        select(named.c.offer_id, table.c.uuid, *(table.c[name] for name in CONTACT))
        .join_from(named, table, table.c.id == named.c.contact_id)
        .where(wanted(named.c.offer_id))
        .order_by(named.c.offer_id, named.c.position)
    )
    return _grouped(session, query, ("id", *CONTACT))


def _grouped(session: Session, query: Select[Any], names: tuple[str, ...]) -> dict[int, list[dict[str, Any]]]:
    found: dict[int, list[dict[str, Any]]] = {}
    for key, *values in session.connection().execute(query).all():
        found.setdefault(key, []).append(dict(zip(names, values, strict=True)))
    return found
