"""A store with something in every table, what an export says of it, and archives that were tampered with."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import insert, select

from service.exchange.export import export
from service.store import accounts, changes, indexes, jobs, leases, migrate, offers, sessions, terms
from service.store.archive import MANIFEST, contents
from service.store.archive.reading import Archive
from service.store.archive.restoring import Restored, restore
from service.store.archive.writing import write
from service.store.database import Database
from service.store.models import Base
from service.store.offers import Edit
from tests.store import factory

NOW = datetime(2026, 3, 2, 9, 0, 0, 123456, tzinfo=UTC)
TOKEN = "one token of a session"


def made(url: str) -> Database:
    """A store with all tables."""
    database = Database(url)
    migrate.upgrade(database)
    return database


def fill(database: Database, count: int = 3) -> None:
    """Offers with all fields, deleted ones, and a row in every other table."""
    with database.writing() as session:
        terms.replace(session, factory.lists())
        few = [Edit(factory.record(title=f"Kurs {number} „ä€😀“")) for number in range(count)]
        keys = offers.save(session, [Edit(factory.full_record()), *few], actor="test").keys
        offers.withdraw(session, keys[-1], actor="test")
        account = accounts.add(session, "redaktion@example.org", "Redaktion", "vier lose worte reichen")
        sessions.add(session, TOKEN, account.id, {}, datetime.now(UTC))
        accounts.note_failures(session, ["somebody"], NOW)
        leases.take(session, "tail:embedded", "here:1", NOW, 60)
        jobs.order(session, jobs.rebuild("embedded"), "test", NOW)
        indexes.begin(session, "offers-v1-x", "embedded", NOW)
        indexes.add_words(session, "offers-v1-x", ["kurs"])
        indexes.make_current(session, "offers-v1-x", NOW)
        indexes.note_failures(session, "offers-v1-x", {keys[0]: (1, "refused")}, (), NOW)


def archive(database: Database, path: Path) -> Path:
    """A backup."""
    with path.open("wb") as file:
        write(database, file)
    return path


def bring_back(database: Database, path: Path, **options: Any) -> Restored:
    """A restore, checked before."""
    with Archive(path) as opened:
        opened.check()
        return restore(database, opened, path.parent, **options)


def exported(database: Database) -> bytes:
    """All offers with everything, as JSONL."""
    out = io.BytesIO()
    export(database, "jsonl", out, date(2026, 3, 2))
    return out.getvalue()


def tables(database: Database, *names: str) -> dict[str, list[dict[str, Any]]]:
    """All rows of tables; without names of those that an archive holds."""
    found = {}
    with database.reading() as session:
        for name in names or sorted(contents.ARCHIVED):
            table = Base.metadata.tables[name]
            rows = session.execute(select(table).order_by(*table.primary_key.columns)).mappings()
            found[name] = [dict(row) for row in rows]
    return found


def rev(database: Database) -> int:
    """The counter."""
    with database.reading() as session:
        return changes.latest_rev(session)


def tampered(path: Path, change: Callable[[dict[str, Any], dict[str, bytes]], None]) -> Path:
    """A copy whose manifest and files were changed, packed anew, with checksums as `change` leaves them."""
    with zipfile.ZipFile(path) as packed:
        files = {name: packed.read(name) for name in packed.namelist()}
    manifest = json.loads(files.pop(MANIFEST))
    change(manifest, files)
    copy = path.with_name("tampered.zip")
    with zipfile.ZipFile(copy, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in files.items():
            packed.writestr(name, content)
        packed.writestr(MANIFEST, json.dumps(manifest))
    return copy


def edited(path: Path, table: str, change: Callable[[list[dict[str, Any]]], object]) -> Path:
    """A copy in which a table has other rows, with the right number and checksum."""

    def apply(manifest: dict[str, Any], files: dict[str, bytes]) -> None:
        rows = [json.loads(line) for line in files[f"{table}.jsonl"].splitlines()]
        change(rows)
        lines = "".join(json.dumps(row) + "\n" for row in rows).encode()
        files[f"{table}.jsonl"] = lines
        manifest["tables"][table] |= {"rows": len(rows), "sha256": hashlib.sha256(lines).hexdigest()}

    return tampered(path, apply)


def old_store(url: str) -> Database:
    """A store as of the first migration, with an offer that says little."""
    database = Database(url)
    migrate.upgrade(database, to="0001")
    first = {layout.name: layout for layout in contents.layouts("0001")}
    values = {"bool": False, "date": date(2026, 3, 2), "datetime": NOW, "int": 1, "json": [], "text": "-"}
    nullable = {column.name for column in Base.metadata.tables["offers"].columns if column.nullable}
    row = {name: None if name in nullable else values.get(kind) for name, kind in first["offers"].columns.items()}
    row |= {
        "uuid": UUID("9d0e8f5e-3a60-4c39-9f0c-0f5b3f5a4f11"),
        "public_id": "abcd2345",
        "title": "Von damals",
        "id": 7,
        "rev": 1,
    }
    with database.writing() as session:
        session.connection().execute(insert(first["offers"].table), [row])
        session.connection().execute(first["counter"].table.update().values(rev=1))
    return database
