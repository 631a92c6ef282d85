"""Providers and contacts: found again by id or by what they say, so that offers share them.

Values that are empty in a record leave what is stored (an import often does not have them), unless the caller says that
they are meant (`clearing`, a form in which somebody emptied a field); values given overwrite it. Where several records of one batch name
the same provider, their values are put together first: importing a file twice then changes nothing.
"""

import uuid as uuid_module
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Select, bindparam, insert, select, tuple_, update
from sqlalchemy.orm import Session

from service.store.identity import new_public_id, slugify
from service.store.models import Contact, Provider
from service.store.records import CONTACT, PROVIDER

Value = dict[str, Any]
IDENTITY = ("role", "name", "phone", "mail")
UNSAID = {"phone_visibility": "public", "mail_visibility": "public"}
"""What holds for a new contact whose record does not say it."""


@dataclass(slots=True)
class Resolved:
    """Providers or contacts of a batch: final values and keys by UUID.

    `changed` maps the keys of those whose stored values changed to {field: [before, after]}.
    """

    values: dict[uuid_module.UUID, Value] = field(default_factory=dict)
    keys: dict[uuid_module.UUID, int] = field(default_factory=dict)
    names: dict[Any, uuid_module.UUID] = field(default_factory=dict)
    changed: dict[int, dict[str, list[Any]]] = field(default_factory=dict)

    def find(self, value: Value) -> uuid_module.UUID:
        """The UUID under which a given provider or contact was resolved."""
        return self.names[_name(value)]


def _name(value: Value) -> Any:
    """What tells one from another: for a contact its id, else what it says; for a provider its name."""
    if "role" in value:
        return value["id"] or tuple(value[part] for part in IDENTITY)
    return value["name"]


def resolve_providers(session: Session, given: Sequence[Value], *, clearing: bool = False) -> Resolved:
    """Finds providers by name (or by id, for one that was renamed), inserts new ones, writes changed values."""
    merged = _merge(given)
    table: Any = Provider.__table__
    rows = _Rows(session, select(table.c.id, table.c.uuid, *(table.c[name] for name in PROVIDER)))
    found = {row["name"]: row for row in rows.where_in(table.c.name, merged)}
    lost = {value["id"]: name for name, value in merged.items() if value["id"] and name not in found}
    found |= {lost[row["uuid"]]: row for row in rows.where_in(table.c.uuid, lost)}
    return _store(session, Provider, PROVIDER, merged, found, clearing)


def resolve_contacts(session: Session, given: Sequence[Value], *, clearing: bool = False) -> Resolved:
    """Finds contacts by id, else by role, name, phone and mail; inserts new ones, writes changed values."""
    merged = _merge(given)
    table: Any = Contact.__table__
    rows = _Rows(session, select(table.c.id, table.c.uuid, *(table.c[name] for name in CONTACT)).order_by(table.c.id))
    found: dict[Any, Value] = {}
    for row in rows.where_in(table.c.uuid, [name for name in merged if isinstance(name, uuid_module.UUID)]):
        found[row["uuid"]] = row
    says = tuple_(*(table.c[part] for part in IDENTITY))
    for row in rows.where_in(says, [name for name in merged if isinstance(name, tuple)]):
        found.setdefault(tuple(row[part] for part in IDENTITY), row)
    return _store(session, Contact, CONTACT, merged, found, clearing)


class _Rows:
    """Rows as dicts, the same dict for the same row however it was found."""

    def __init__(self, session: Session, query: Select[Any]) -> None:
        self.session, self.query = session, query
        self.known: dict[int, Value] = {}

    def where_in(self, column: Any, values: Iterable[Any]) -> Iterator[Value]:
        listed = list(values)
        for start in range(0, len(listed), 500):
            for row in self.session.execute(self.query.where(column.in_(listed[start : start + 500]))):
                yield self.known.setdefault(row.id, dict(row._mapping))


def _merge(given: Sequence[Value]) -> dict[Any, Value]:
    merged: dict[Any, Value] = {}
    for value in given:
        known = merged.setdefault(_name(value), dict(value))
        known |= {name: entry for name, entry in value.items() if entry not in ("", None)}
    return merged


def _store(
    session: Session,
    model: type[Any],
    names: tuple[str, ...],
    merged: dict[Any, Value],
    found: dict[Any, Value],
    clearing: bool,
) -> Resolved:
    resolved = Resolved()
    rows: dict[uuid_module.UUID, Value] = {row["uuid"]: row for row in found.values()}
    new = []
    for name, value in merged.items():
        row = found.get(name)
        if row is None:
            uuid = value["id"] if value["id"] and value["id"] not in rows else uuid_module.uuid4()
            row = {"uuid": uuid} | {part: value[part] or UNSAID.get(part, value[part]) for part in names}
            new.append(row)
            rows[uuid] = row
        else:
            meant = set(names) - UNSAID.keys() if clearing and value["id"] == row["uuid"] else set()
            wanted = {part: value[part] for part in names if part in meant or value[part] not in ("", None)}
            _change(row, wanted, resolved)
        resolved.names[name] = row["uuid"]
    resolved.values = {uuid: {"id": uuid} | {part: row[part] for part in names} for uuid, row in rows.items()}
    resolved.keys = {uuid: row["id"] for uuid, row in rows.items() if "id" in row}
    _update(session, model, names, [row for row in rows.values() if row.get("id") in resolved.changed])
    resolved.keys |= _insert(session, model, new)
    return resolved


def _change(row: Value, wanted: Value, resolved: Resolved) -> None:
    different = {part: entry for part, entry in wanted.items() if row[part] != entry}
    if different:
        said = resolved.changed.setdefault(row["id"], {})
        said |= {part: [said.get(part, [row[part]])[0], entry] for part, entry in different.items()}
        row |= different


def _update(session: Session, model: type[Any], names: tuple[str, ...], rows: Sequence[Value]) -> None:
    table: Any = model.__table__
    statement = update(table).where(table.c.id == bindparam("key"))
    statement = statement.values({part: bindparam(f"new_{part}") for part in names})
    if rows:
        values = [{"key": row["id"]} | {f"new_{part}": row[part] for part in names} for row in rows]
        session.connection().execute(statement, values)


def _insert(session: Session, model: type[Any], rows: Sequence[Value]) -> dict[uuid_module.UUID, int]:
    table: Any = model.__table__
    if model is Provider:
        rows = [row | {"public_id": new_public_id(), "slug": slugify(str(row["name"]))} for row in rows]
    if not rows:
        return {}
    added = session.connection().execute(insert(table).returning(table.c.uuid, table.c.id), rows)
    return {row.uuid: row.id for row in added}
