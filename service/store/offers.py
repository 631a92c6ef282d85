"""Writing offers, and finding them by their names.

`save` takes records that passed `service.schemas.offer.validate_record` and writes them in the caller's transaction:
rows, then audit, then, last, the revisions. Providers and contacts are records of their own that offers share; an edit
that changes one is a change of every offer that names it.
"""

import uuid as uuid_module
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import bindparam, delete, insert, select, update
from sqlalchemy.orm import Session

from service.errors import EditConflict
from service.store import changes, records
from service.store.identity import new_public_id, slugify
from service.store.models import (
    CourseRun,
    Offer,
    OfferContact,
    OfferTerm,
    Place,
    Translation,
    WeeklyTime,
)
from service.store.people import Resolved, resolve_contacts, resolve_providers

CHILDREN = (OfferTerm, Place, WeeklyTime, CourseRun, Translation, OfferContact)
Record = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Edit:
    """One record to write. `key` None makes a new offer; `expected_rev` refuses to overwrite somebody else's edit."""

    record: Record
    key: int | None = None
    expected_rev: int | None = None


@dataclass(slots=True)
class Saved:
    """What `save` did: keys in the order of the edits, and which of them were new or really changed."""

    keys: list[int]
    created: list[int] = field(default_factory=list)
    changed: list[int] = field(default_factory=list)
    rev: int = 0


def save(
    session: Session, edits: Sequence[Edit], *, actor: str, imported: bool = False, now: datetime | None = None
) -> Saved:
    """Writes records; one that equals what is stored draws no revision. Raises `EditConflict`."""
    now = now or datetime.now(UTC)
    before = records.load(session, [edit.key for edit in edits if edit.key is not None])
    for edit in edits:
        if edit.expected_rev is not None and edit.key is not None and before[edit.key].rev != edit.expected_rev:
            raise EditConflict(
                "Jemand anderes hat dieses Angebot inzwischen geändert. Bitte vergleichen und noch einmal speichern."
            )
    providers = resolve_providers(session, [edit.record["provider"] for edit in edits if edit.record["provider"]])
    contacts = resolve_contacts(session, [contact for edit in edits for contact in edit.record["contacts"]])
    complete = [_complete(edit, before.get(edit.key or 0), providers, contacts) for edit in edits]
    fresh = [(edit, record) for edit, record in zip(edits, complete, strict=True) if edit.key is None]
    other = [
        (edit.key, record)
        for edit, record in zip(edits, complete, strict=True)
        if edit.key is not None and (record != before[edit.key].record or before[edit.key].deleted)
    ]
    new_keys = _insert(session, [record for _, record in fresh], providers, now, imported)
    _update(session, other, before, providers, now, imported)
    written = list(zip(new_keys, (record for _, record in fresh), strict=True)) + other
    _write_children(session, written, [key for key, _ in other], contacts)
    _audit(session, actor, new_keys, dict(written), before, imported=imported)
    touched = dict.fromkeys(key for key, _ in written)
    sharing = [key for key in _sharing(session, providers, contacts) if key not in touched]
    numbers = iter(new_keys)
    saved = Saved(keys=[next(numbers) if edit.key is None else edit.key for edit in edits])
    saved.created, saved.changed = new_keys, [key for key, _ in other]
    saved.rev = changes.record_changes(session, [*touched, *sharing])
    return saved


def withdraw(session: Session, key: int, *, actor: str, now: datetime | None = None) -> int:
    """Deletes an offer softly: it leaves every index and page, its row stays. Returns the revision."""
    session.execute(update(Offer).where(Offer.id == key).values(deleted_at=now or datetime.now(UTC)))
    changes.audit(session, actor, "offer.delete", f"offer:{key}")
    return changes.record_changes(session, [key])


def key_by_public_id(session: Session, public_id: str) -> int | None:
    """The key of the offer with this public id, deleted or not."""
    return session.scalars(select(Offer.id).where(Offer.public_id == public_id)).first()


def keys_by_source(session: Session, sources: Sequence[tuple[str, str]]) -> dict[tuple[str, str], int]:
    """Keys of imported offers by (source name, source id)."""
    names = {name for name, _ in sources}
    query = select(Offer.source_name, Offer.source_id, Offer.id).where(
        Offer.source_name.in_(names), Offer.source_id != ""
    )
    wanted = set(sources)
    return {(name, number): key for name, number, key in session.execute(query) if (name, number) in wanted}


def keys_by_uuid(session: Session, uuids: Sequence[uuid_module.UUID]) -> dict[uuid_module.UUID, int]:
    """Keys by UUID."""
    found: dict[uuid_module.UUID, int] = {}
    for start in range(0, len(uuids), 1000):
        query = select(Offer.uuid, Offer.id).where(Offer.uuid.in_(uuids[start : start + 1000]))
        found.update((uuid, key) for uuid, key in session.execute(query))
    return found


def _complete(edit: Edit, before: records.StoredOffer | None, providers: Resolved, contacts: Resolved) -> Record:
    """The record with the ids that the store gives, so that it can be compared with what is stored."""
    record = dict(edit.record)
    record["id"] = before.uuid if before else record["id"] or uuid_module.uuid4()
    record["public_id"] = before.public_id if before else record["public_id"] or new_public_id()
    if record["provider"]:
        record["provider"] = providers.values[providers.find(record["provider"])]
    found = [contacts.values[contacts.find(contact)] for contact in record["contacts"]]
    record["contacts"] = list({contact["id"]: contact for contact in found}.values())
    record["translations"] = sorted(record["translations"], key=lambda entry: (entry["language"], entry["field"]))
    return record


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


def _insert(session: Session, fresh: Sequence[Record], providers: Resolved, now: datetime, imported: bool) -> list[int]:
    if not fresh:
        return []
    rows = [
        _columns(record, providers, now, imported)
        | {"uuid": record["id"], "public_id": record["public_id"], "rev": 0}
        | {"created_at": now, "status_since": now.date()}
        for record in fresh
    ]
    return list(session.scalars(insert(Offer).returning(Offer.id, sort_by_parameter_order=True), rows))


def _update(
    session: Session,
    other: Sequence[tuple[int, Record]],
    before: Mapping[int, records.StoredOffer],
    providers: Resolved,
    now: datetime,
    imported: bool,
) -> None:
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


def _write_children(
    session: Session, written: Sequence[tuple[int, Record]], replaced: Sequence[int], contacts: Resolved
) -> None:
    for model in CHILDREN:
        for start in range(0, len(replaced), 1000):
            table: Any = model.__table__
            session.execute(delete(table).where(table.c.offer_id.in_(replaced[start : start + 1000])))
    rows: dict[type[Any], list[dict[str, Any]]] = {model: [] for model in CHILDREN}
    for key, record in written:
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
            session.execute(insert(model), values)


def _term(key: int, vocabulary: str, slug: str, note: str, position: int) -> dict[str, Any]:
    return {"offer_id": key, "vocabulary": vocabulary, "slug": slug, "note": note, "position": position}


def _audit(
    session: Session,
    actor: str,
    created: Sequence[int],
    written: Mapping[int, Record],
    before: Mapping[int, records.StoredOffer],
    *,
    imported: bool,
) -> None:
    entries = []
    new = set(created)
    for key, record in written.items():
        old = {} if key in new else before[key].record
        fields = {
            name: [old.get(name), value] for name, value in record.items() if key not in new and old.get(name) != value
        }
        details = {"title": record["title"]} | ({"fields": _plain(fields)} if fields else {})
        entries.append((f"offer:{record['public_id']}", details))
    changes.audit_many(session, actor, "offer.import" if imported else "offer.save", entries)


def _plain(value: Any) -> Any:
    """A value as JSON: dates and ids as text."""
    if isinstance(value, dict):
        return {name: _plain(entry) for name, entry in value.items()}
    if isinstance(value, list):
        return [_plain(entry) for entry in value]
    return value if value is None or isinstance(value, str | int | float | bool) else str(value)


def _sharing(session: Session, providers: Resolved, contacts: Resolved) -> list[int]:
    """Offers that name a provider or contact which this edit changed."""
    found: dict[int, None] = {}
    if providers.changed:
        query = select(Offer.id).where(Offer.provider_id.in_(providers.changed), Offer.deleted_at.is_(None))
        found |= dict.fromkeys(session.scalars(query.order_by(Offer.id)))
    if contacts.changed:
        query = select(OfferContact.offer_id).where(OfferContact.contact_id.in_(contacts.changed))
        found |= dict.fromkeys(session.scalars(query.order_by(OfferContact.offer_id)))
    return list(found)
