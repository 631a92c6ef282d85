"""From a record to the tables' rows; the way back is `service.store.records`."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import Table, bindparam, delete, insert, update
from sqlalchemy.orm import Session

from service.store import records
from service.store.identity import slugify
from service.store.models import CourseRun, Offer, OfferContact, OfferTerm, Place, Translation, WeeklyTime
from service.store.people import Resolved

PARTS = (OfferTerm, Place, WeeklyTime, CourseRun, Translation, OfferContact)
Record = dict[str, Any]


def _columns(record: Record, providers: Resolved, now: datetime, imported: bool) -> dict[str, Any]:
    provider = record["provider"]
    return {name: record[name] for name in records.SCALARS} | {
        "slug": slugify(record["title"]),
        "source_name": record["source"]["name"],
        "source_id": record["source"]["id"],
        "provider_id": providers.keys[provider["id"]] if provider else None,
        "notice": record["notice"]["text"],
        "notice_until": record["notice"]["until"],
        "changed_at": now,
        "deleted_at": None,
        "edited_here": not imported,
    }


def insert_offers(
    session: Session, fresh: Sequence[Record], providers: Resolved, now: datetime, imported: bool
) -> list[int]:
    """Inserts new offers. Returns their keys, in order."""
    if not fresh:
        return []
    rows = [
        _columns(record, providers, now, imported)
        | {"uuid": record["id"], "public_id": record["public_id"], "rev": 0}
        | {"created_at": now, "status_since": now.date()}
        for record in fresh
    ]
    table: Any = Offer.__table__
    added = session.connection().execute(insert(table).returning(table.c.uuid, table.c.id), rows)
    keys = {row.uuid: row.id for row in added}
    return [keys[record["id"]] for record in fresh]


def mark_imported(session: Session, keys: Sequence[int]) -> None:
    """Offers that an import found equal to their source count as not edited here."""
    for start in range(0, len(keys), 1000):
        session.execute(update(Offer).where(Offer.id.in_(keys[start : start + 1000])).values(edited_here=False))


def update_offers(
    session: Session,
    other: Sequence[tuple[int, Record]],
    before: Mapping[int, records.StoredOffer],
    providers: Resolved,
    now: datetime,
    imported: bool,
) -> None:
    """Overwrites the columns of offers; `before` are the offers as stored."""
    if not other:
        return
    rows = []
    for key, record in other:
        old = before[key]
        since: date = old.status_since if old.record["status"] == record["status"] else now.date()
        rows.append(_columns(record, providers, now, imported) | {"key": key, "status_since": since})
    names = [name for name in rows[0] if name != "key"]
    table: Any = Offer.__table__
    statement = (
        update(table).where(table.c.id == bindparam("key")).values({name: bindparam(f"new_{name}") for name in names})
    )
    session.connection().execute(
        statement, [{"key": row["key"]} | {f"new_{name}": row[name] for name in names} for row in rows]
    )


def write_parts(session: Session, written: Mapping[int, Record], replaced: Sequence[int], contacts: Resolved) -> None:
    """Inserts what belongs to the offers: terms, places, times, course runs, translations, contacts.

    Deletes what the `replaced` ones had.
    """
    for model in PARTS:
        for start in range(0, len(replaced), 1000):
            session.execute(delete(_table(model)).where(_table(model).c.offer_id.in_(replaced[start : start + 1000])))
    rows: dict[type[Any], list[dict[str, Any]]] = {model: [] for model in PARTS}
    for key, record in written.items():
        for name in records.TERMS:
            rows[OfferTerm] += [_term(key, name, slug, "", n) for n, slug in enumerate(record[name])]
        rows[OfferTerm] += [_term(key, "languages", e["code"], e["note"], n) for n, e in enumerate(record["languages"])]
        rows[Place] += [{"offer_id": key, "position": n, **place} for n, place in enumerate(record["places"])]
        rows[WeeklyTime] += [
            {"offer_id": key, "position": n, **time, "exceptions": [day.isoformat() for day in time["exceptions"]]}
            for n, time in enumerate(record["times"])
        ]
        rows[CourseRun] += [{"offer_id": key, "position": n, **run} for n, run in enumerate(record["course_runs"])]
        rows[Translation] += [{"offer_id": key, **entry} for entry in record["translations"]]
        rows[OfferContact] += [
            {"offer_id": key, "contact_id": contacts.keys[contact["id"]], "position": n}
            for n, contact in enumerate(record["contacts"])
        ]
    for model, values in rows.items():
        if values:
            session.connection().execute(insert(_table(model)), values)


def _table(model: type[Any]) -> Table:
    table: Table = model.__table__
    return table


def _term(key: int, vocabulary: str, slug: str, note: str, position: int) -> dict[str, Any]:
    return {"offer_id": key, "vocabulary": vocabulary, "slug": slug, "note": note, "position": position}
