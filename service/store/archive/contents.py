"""What an archive holds: every table that is not left out, with the kinds of its columns, at any revision of the tables.

Kinds are what both data bases have in common. They are read from a store made in memory by the migrations, so a store that
was not migrated for a while can be backed up, and an archive of then can be restored.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any

from sqlalchemy import (
    CHAR,
    JSON,
    BigInteger,
    Boolean,
    Column,
    Date,
    DateTime,
    Double,
    Float,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    Uuid,
    func,
    select,
)
from sqlalchemy.orm import Session
from sqlalchemy.types import TypeEngine

from service.store import migrate
from service.store.archive import BATCH
from service.store.database import Database
from service.store.models import Utc

ARCHIVED = frozenset({
    "accounts", "audit", "contacts", "counter", "course_runs", "offer_contacts", "offer_terms", "offers", "places",
    "providers", "settings", "terms", "translations", "weekly_times",
})  # fmt: skip
"""What a restore brings back."""
EMPTIED = {
    "changes": "every index is built anew after a restore, from the counter's revision on, so nobody asks for older changes",
    "index_failures": "names offers that an index of then refused",
    "sessions": "one that was ended since the backup must not open anything again",
}
"""Left out, and empty after a restore: their rows refer to what the restore replaces."""
KEPT = {
    "index_words": "belongs to the physical indexes of this installation",
    "indexes": "the physical indexes of this installation; the new store id says that they are of another store",
    "jobs": "orders to the processes of this installation and reports on its indexes",
    "leases": "rights of running processes: a row that came back or vanished would give out a token for the second time",
    "login_failures": "a restore must not lift a lock against guessing passwords, nor bring an old one back",
}
"""Left out, and not touched by a restore: they tell of this installation's processes, not of its offers."""
ALEMBIC = "alembic_version"
"""Alembic's own table; the manifest names its revision."""

TYPES: dict[str, TypeEngine[Any]] = {
    "bool": Boolean(),
    "bytes": LargeBinary(),
    "date": Date(),
    "datetime": Utc(),
    "float": Double(),
    "int": BigInteger(),
    "json": JSON(none_as_null=True),
    "text": Text(),
    "uuid": Uuid(),
}
"""Kind → how SQLAlchemy reads and writes it on both data bases."""
REFLECTED: tuple[tuple[type[TypeEngine[Any]], str], ...] = (
    (Boolean, "bool"), (LargeBinary, "bytes"), (DateTime, "datetime"), (Date, "date"), (Float, "float"), (Integer, "int"),
    (JSON, "json"), (CHAR, "uuid"), (String, "text"),
)  # fmt: skip
"""SQLite's types → kinds; the first that fits. The only CHAR is what SQLAlchemy's Uuid makes there."""


@dataclass(frozen=True)
class Layout:
    """A table in an archive: columns with their kinds, in order, and its primary key."""

    name: str
    columns: dict[str, str]
    key: tuple[str, ...]

    @cached_property
    def table(self) -> Table:
        """The table for statements on either data base, whatever the models say today."""
        return Table(self.name, MetaData(), *(Column(name, TYPES[kind]) for name, kind in self.columns.items()))

    @property
    def member(self) -> str:
        """Name of its file in the zip."""
        return f"{self.name}.jsonl"


@cache
def layouts(revision: str) -> tuple[Layout, ...]:
    """The archived tables as they are at a revision, those that others refer to first."""
    scratch = Database("sqlite://")
    try:
        migrate.upgrade(scratch, to=revision)
        found = MetaData()
        with scratch.connecting() as connection:
            found.reflect(connection)
    finally:
        scratch.close()
    left_out = EMPTIED.keys() | KEPT.keys() | {ALEMBIC}
    return tuple(_layout(table) for table in found.sorted_tables if table.name not in left_out)


def _layout(table: Table) -> Layout:
    kinds = {column.name: kind_of(column.type) for column in table.columns}
    return Layout(table.name, kinds, tuple(column.name for column in table.primary_key.columns))


def kind_of(type_: TypeEngine[Any]) -> str:
    """The kind of a reflected column. Raises `TypeError` for a type that nobody has thought of yet."""
    for known, kind in REFLECTED:
        if isinstance(type_, known):
            return kind
    raise TypeError(f"{type_!r} has no kind in service.store.archive.contents")


def count(session: Session, layout: Layout) -> int:
    """Number of rows."""
    return session.scalars(select(func.count()).select_from(layout.table)).one()


def rows(session: Session, layout: Layout) -> Iterator[list[dict[str, Any]]]:
    """All rows by primary key, in batches, read by a cursor of the server: memory stays flat."""
    query = select(layout.table).order_by(*(layout.table.c[name] for name in layout.key))
    found = session.connection().execute(query, execution_options={"yield_per": BATCH})
    for batch in found.mappings().partitions():
        yield [dict(row) for row in batch]
