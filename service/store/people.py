"""Providers and contacts: found again by id or by what they say, so that offers share them.

Values that are empty in a record leave what is stored; values given overwrite it. Where several records of one batch name
the same provider, their values are put together first: importing a file twice then changes nothing.
"""

import uuid as uuid_module
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import insert, or_, select, tuple_, update
from sqlalchemy.orm import Session

from service.store.identity import new_public_id, slugify
from service.store.models import Contact, Provider
from service.store.records import CONTACT, PROVIDER

Value = dict[str, Any]
IDENTITY = ("role", "name", "phone", "mail")


@dataclass(slots=True)
class Resolved:
    """Providers or contacts of a batch: final values and keys by UUID; `changed` are keys whose stored values changed."""

    values: dict[uuid_module.UUID, Value] = field(default_factory=dict)
    keys: dict[uuid_module.UUID, int] = field(default_factory=dict)
    names: dict[Any, uuid_module.UUID] = field(default_factory=dict)
    changed: list[int] = field(default_factory=list)

    def find(self, value: Value) -> uuid_module.UUID:
        """The UUID under which a given provider or contact was resolved."""
        return self.names[_name(value)]


def _name(value: Value) -> Any:
    """What tells one from another: for a contact its id, else what it says; for a provider its name."""
    if "role" in value:
        return value["id"] or tuple(value[part] for part in IDENTITY)
    return value["name"]


def resolve_providers(session: Session, given: Sequence[Value]) -> Resolved:
    """Finds providers by name (or by id, for one that was renamed), inserts new ones, writes changed values."""
    merged = _merge(given)
    found: dict[Any, Any] = {}
    ids = [value["id"] for value in merged.values() if value["id"]]
    for part in _chunks(list(merged)):
        for row in session.execute(select(Provider).where(Provider.name.in_(part))).scalars():
            found[row.name] = row
    for part in _chunks(ids):
        by_id = {row.uuid: row for row in session.execute(select(Provider).where(Provider.uuid.in_(part))).scalars()}
        for name, value in merged.items():
            if name not in found and value["id"] in by_id:
                found[name] = by_id[value["id"]]
    return _store(session, Provider, PROVIDER, merged, found)


def resolve_contacts(session: Session, given: Sequence[Value]) -> Resolved:
    """Finds contacts by id, else by role, name, phone and mail; inserts new ones, writes changed values."""
    merged = _merge(given)
    found: dict[Any, Any] = {}
    for part in _chunks([key for key in merged if isinstance(key, uuid_module.UUID)]):
        for row in session.execute(select(Contact).where(Contact.uuid.in_(part))).scalars():
            found[row.uuid] = row
    says = tuple_(Contact.role, Contact.name, Contact.phone, Contact.mail)
    for part in _chunks([key for key in merged if isinstance(key, tuple)], 200):
        for row in session.execute(
            select(Contact).where(or_(*(says == key for key in part))).order_by(Contact.id)
        ).scalars():
            found.setdefault((row.role, row.name, row.phone, row.mail), row)
    return _store(session, Contact, CONTACT, merged, found)


def _merge(given: Sequence[Value]) -> dict[Any, Value]:
    merged: dict[Any, Value] = {}
    for value in given:
        known = merged.setdefault(_name(value), dict(value))
        known |= {name: entry for name, entry in value.items() if entry not in ("", None)}
    return merged


def _store(
    session: Session, model: type[Any], names: tuple[str, ...], merged: dict[Any, Value], found: dict[Any, Any]
) -> Resolved:
    resolved = Resolved()
    new = []
    for name, value in merged.items():
        row = found.get(name)
        if row is None:
            uuid = value["id"] or uuid_module.uuid4()
            new.append({"uuid": uuid} | {part: value[part] for part in names})
        else:
            uuid = row.uuid
            wanted = {part: value[part] for part in names if value[part] not in ("", None)}
            different = {part: entry for part, entry in wanted.items() if getattr(row, part) != entry}
            if different:
                session.execute(update(model).where(model.id == row.id).values(**different))
                resolved.changed.append(row.id)
            resolved.keys[uuid] = row.id
        resolved.names[name] = uuid
        final = {part: value[part] if row is None else value[part] or getattr(row, part) for part in names}
        resolved.values[uuid] = {"id": uuid} | final
    if new:
        if model is Provider:
            new = [row | {"public_id": new_public_id(), "slug": slugify(str(row["name"]))} for row in new]
        for key, uuid in session.execute(insert(model).returning(model.id, model.uuid), new):
            resolved.keys[uuid] = key
    return resolved


def _chunks(values: list[Any], size: int = 1000) -> list[list[Any]]:
    return [values[start : start + size] for start in range(0, len(values), size)]
