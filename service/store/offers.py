"""Writing offers, and finding them by their names.

`save` takes records that passed `service.schemas.offer.validate_record` and writes them in the caller's transaction:
rows, then revisions, then audit. Providers and contacts are records of their own that offers share; an edit
that changes one is a change of every offer that names it.
"""

import uuid as uuid_module
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from service.errors import EditConflict, OfferNotFound
from service.messages import message
from service.schemas.offer import plain
from service.store import changes, records, rows
from service.store.identity import is_public_id, new_public_id
from service.store.models import Offer, OfferContact
from service.store.people import Resolved, resolve_contacts, resolve_providers

Record = dict[str, Any]
NOT_FOUND = message("Dieses Angebot gibt es nicht. Bitte suchen Sie es noch einmal.")


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
    session: Session,
    edits: Sequence[Edit],
    *,
    actor: str,
    imported: bool = False,
    clearing: bool = False,
    now: datetime | None = None,
) -> Saved:
    """Writes records; one that equals what is stored draws no revision. `clearing`: see `service.store.people`.

    Raises `EditConflict` where somebody else saved first, `OfferNotFound` where there is no offer with an edit's key, and
    `ValueError` for two edits of one offer.
    """
    now = now or datetime.now(UTC)
    changes.lock(session)
    before = _before(session, edits)
    providers = resolve_providers(session, _providers(edits), clearing=clearing)
    contacts = resolve_contacts(session, _contacts(edits), clearing=clearing)
    taken = _taken_public_ids(session, edits)
    complete = [_complete(edit, before.get(edit.key or 0), providers, contacts, taken) for edit in edits]
    fresh = [record for edit, record in zip(edits, complete, strict=True) if edit.key is None]
    known = [(edit.key, record) for edit, record in zip(edits, complete, strict=True) if edit.key is not None]
    other = [(key, record) for key, record in known if record != before[key].record or before[key].deleted]
    new_keys = rows.insert_offers(session, fresh, providers, now, imported)
    rows.update_offers(session, other, before, providers, now, imported)
    if imported:
        rows.mark_imported(session, [key for key, record in known if before[key].edited_here])
    written = dict(list(zip(new_keys, fresh, strict=True)) + other)
    rows.write_parts(session, written, [key for key, _ in other], contacts)
    sharing = [key for key in _sharing(session, providers, contacts) if key not in written]
    rev = changes.record_changes(session, [*written, *sharing])
    first = rev - len(written) - len(sharing) + 1
    _audit(session, actor, "offer.import" if imported else "offer.save", written, before, first)
    _audit_people(session, actor, providers, contacts)
    numbers = iter(new_keys)
    keys = [next(numbers) if edit.key is None else edit.key for edit in edits]
    return Saved(keys, created=new_keys, changed=[key for key, _ in other], rev=rev)


def _providers(edits: Sequence[Edit]) -> list[Record]:
    return [edit.record["provider"] for edit in edits if edit.record["provider"]]


def _contacts(edits: Sequence[Edit]) -> list[Record]:
    return [contact for edit in edits for contact in edit.record["contacts"]]


def withdraw(session: Session, key: int, *, actor: str, now: datetime | None = None) -> int:
    """Deletes an offer softly: it leaves every index and page, its row stays. Returns the revision.

    Raises `OfferNotFound`; an offer that is deleted already stays as it is.
    """
    changes.lock(session)
    offer = session.execute(select(Offer.public_id, Offer.deleted_at).where(Offer.id == key)).first()
    if offer is None:
        raise OfferNotFound(NOT_FOUND)
    if offer.deleted_at is not None:
        return changes.latest_rev(session)
    session.execute(update(Offer).where(Offer.id == key).values(deleted_at=now or datetime.now(UTC)))
    rev = changes.record_changes(session, [key])
    changes.audit(session, actor, "offer.delete", f"offer:{offer.public_id}", rev)
    return rev


def key_by_public_id(session: Session, public_id: str) -> int | None:
    """The key of the offer with this public id, deleted or not."""
    if not is_public_id(public_id):
        return None
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


def _before(session: Session, edits: Sequence[Edit]) -> dict[int, records.StoredOffer]:
    """The offers to change as they are now, every one of them where the editor believes it to be."""
    keys = [edit.key for edit in edits if edit.key is not None]
    if len(set(keys)) < len(keys):
        raise ValueError("two edits of one offer")
    before = records.load(session, keys)
    for edit in edits:
        if edit.key is None:
            continue
        if edit.key not in before:
            raise OfferNotFound(NOT_FOUND)
        if edit.expected_rev is not None and before[edit.key].rev != edit.expected_rev:
            raise EditConflict(
                message(
                    "Jemand anderes hat dieses Angebot inzwischen geändert. Bitte vergleichen und noch einmal speichern."
                )
            )
    return before


def _taken_public_ids(session: Session, edits: Sequence[Edit]) -> set[str]:
    """Which of the public ids that new records bring along belong to another offer already."""
    brought = [edit.record["public_id"] for edit in edits if edit.key is None and edit.record["public_id"]]
    taken: set[str] = set()
    for start in range(0, len(brought), 1000):
        taken |= set(session.scalars(select(Offer.public_id).where(Offer.public_id.in_(brought[start : start + 1000]))))
    return taken


def _complete(
    edit: Edit, before: records.StoredOffer | None, providers: Resolved, contacts: Resolved, taken: set[str]
) -> Record:
    """The record with the ids that the store gives, so that it can be compared with what is stored."""
    record = dict(edit.record)
    if before:
        record["id"], record["public_id"] = before.uuid, before.public_id
    else:
        record["id"] = record["id"] or uuid_module.uuid4()
        if not record["public_id"] or record["public_id"] in taken:
            record["public_id"] = new_public_id()
        taken.add(record["public_id"])
    if record["provider"]:
        record["provider"] = providers.values[providers.find(record["provider"])]
    found = [contacts.values[contacts.find(contact)] for contact in record["contacts"]]
    record["contacts"] = list({contact["id"]: contact for contact in found}.values())
    record["translations"] = sorted(record["translations"], key=lambda entry: (entry["language"], entry["field"]))
    return record


def _audit(
    session: Session,
    actor: str,
    action: str,
    written: Mapping[int, Record],
    before: Mapping[int, records.StoredOffer],
    first_rev: int,
) -> None:
    entries, revs = [], {}
    for rev, (key, record) in enumerate(written.items(), first_rev):
        details: dict[str, Any] = {"title": record["title"]}
        if key in before:
            old = before[key].record
            details["fields"] = plain({name: [old[name], record[name]] for name in old if old[name] != record[name]})
        entries.append((f"offer:{record['public_id']}", details))
        revs[entries[-1][0]] = rev
    changes.audit_many(session, actor, action, entries, revs)


def _audit_people(session: Session, actor: str, providers: Resolved, contacts: Resolved) -> None:
    for kind, resolved in (("provider", providers), ("contact", contacts)):
        uuids = {key: uuid for uuid, key in resolved.keys.items()}
        entries = [(f"{kind}:{uuids[key]}", {"fields": plain(fields)}) for key, fields in resolved.changed.items()]
        changes.audit_many(session, actor, f"{kind}.change", entries)


def _sharing(session: Session, providers: Resolved, contacts: Resolved) -> list[int]:
    """Offers that name a provider or contact which this edit changed."""
    found: set[int] = set()
    for column, changed in (
        (Offer.provider_id, list(providers.changed)),
        (OfferContact.contact_id, list(contacts.changed)),
    ):
        query = select(Offer.id).outerjoin(OfferContact, OfferContact.offer_id == Offer.id)
        for start in range(0, len(changed), 1000):
            named = column.in_(changed[start : start + 1000])
            found.update(session.scalars(query.where(named, Offer.deleted_at.is_(None))))
    return sorted(found)
