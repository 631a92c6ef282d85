"""Reading offers: rows of many tables put together into records (`service.schemas.offer`), many offers at a time.

One function serves the offer page, the export, the form and the indexer, so that they cannot disagree. It costs nine
statements for a batch, whatever its size.
"""

import uuid as uuid_module
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from operator import itemgetter
from typing import Any, cast

from sqlalchemy import Row, Select, Table, select
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


def load(session: Session, keys: Sequence[int]) -> dict[int, StoredOffer]:
    """The offers with these keys, deleted ones too; in the order of `keys`."""
    found: dict[int, StoredOffer] = {}
    for start in range(0, len(keys), 1000):
        part = keys[start : start + 1000]
        rows = {row.id: row for row in session.connection().execute(_offers().where(_OFFERS.c.id.in_(part)))}
        found |= {offer.key: offer for offer in _assemble(session, [rows[key] for key in part if key in rows])}
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
        yield _assemble(session, rows)


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


def _assemble(session: Session, rows: Sequence[Row[Any]]) -> list[StoredOffer]:
    keys = [row.id for row in rows]
    terms = _terms(session, keys)
    parts = {
        "places": _children(session, Place, keys, PLACE),
        "times": _children(session, WeeklyTime, keys, TIME),
        "course_runs": _children(session, CourseRun, keys, RUN),
        "translations": _children(session, Translation, keys, TRANSLATION),
        "contacts": _contacts(session, keys),
    }
    offers = []
    for row in rows:
        columns = row._mapping
        record: dict[str, Any] = {"id": row.uuid, "public_id": row.public_id}
        record["source"] = {"name": row.source_name, "id": row.source_id}
        for name in SCALARS:
            record[name] = columns[name]
        carried = terms.get(row.id, {})
        for name in TERMS:
            record[name] = [slug for slug, _ in carried.get(name, ())]
        record["languages"] = [{"code": slug, "note": note} for slug, note in carried.get("languages", ())]
        for name, found in parts.items():
            record[name] = found.get(row.id, [])
        for time in record["times"]:
            time["exceptions"] = [date.fromisoformat(day) for day in time["exceptions"]]
        record["translations"].sort(key=itemgetter("language", "field"))
        record["notice"] = {"text": row.notice, "until": row.notice_until}
        record["provider"] = None
        if row.provider_id is not None:
            record["provider"] = {"id": row.provider_uuid} | {name: columns[f"provider_{name}"] for name in PROVIDER}
        offers.append(_stored(row, record))
    return offers


def _stored(row: Row[Any], record: dict[str, Any]) -> StoredOffer:
    return StoredOffer(
        key=row.id, rev=row.rev, edited_here=row.edited_here, uuid=row.uuid, public_id=row.public_id, slug=row.slug,
        deleted=row.deleted_at is not None, status_since=row.status_since, created_at=row.created_at,
        changed_at=row.changed_at, provider_public_id=row.provider_public_id or "", provider_slug=row.provider_slug or "",
        record=record,
    )  # fmt: skip


def _terms(session: Session, keys: Sequence[int]) -> dict[int, dict[str, list[tuple[str, str]]]]:
    """Offer → vocabulary → (slug, note) in order. An offer has a dozen: the most numerous rows of the store."""
    table = _table(OfferTerm)
    query = select(table.c.offer_id, table.c.vocabulary, table.c.slug, table.c.note).where(table.c.offer_id.in_(keys))
    found: dict[int, dict[str, list[tuple[str, str]]]] = {}
    rows = session.connection().execute(query.order_by(table.c.offer_id, table.c.position)).all()
    for key, vocabulary, slug, note in rows:
        found.setdefault(key, {}).setdefault(vocabulary, []).append((slug, note))
    return found


def _children(
    session: Session, model: type[DeclarativeBase], keys: Sequence[int], names: tuple[str, ...]
) -> dict[int, list[dict[str, Any]]]:
    table = _table(model)
    query = select(table.c.offer_id, *(table.c[name] for name in names)).where(table.c.offer_id.in_(keys))
    if "position" in table.c:
        query = query.order_by(table.c.offer_id, table.c.position)
    return _grouped(session, query, names)


def _contacts(session: Session, keys: Sequence[int]) -> dict[int, list[dict[str, Any]]]:
    named, table = _table(OfferContact), _table(Contact)
    query = (
        select(named.c.offer_id, table.c.uuid, *(table.c[name] for name in CONTACT))
        .join_from(named, table, table.c.id == named.c.contact_id)
        .where(named.c.offer_id.in_(keys))
        .order_by(named.c.offer_id, named.c.position)
    )
    return _grouped(session, query, ("id", *CONTACT))


def _grouped(session: Session, query: Select[Any], names: tuple[str, ...]) -> dict[int, list[dict[str, Any]]]:
    found: dict[int, list[dict[str, Any]]] = {}
    for key, *values in session.connection().execute(query).all():
        found.setdefault(key, []).append(dict(zip(names, values, strict=True)))
    return found
