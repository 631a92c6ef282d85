"""Putting an archive into a store: one transaction, so that whatever happens on the way leaves the old state.

Readers see the old state until the end; writers wait. Tables are emptied and filled, never dropped: pages go on answering,
and on PostgreSQL the role that reads and writes rows has all the rights that this needs. An archive of an older revision
first becomes a store of then in a folder of its own, is migrated there, and is read from there.

What goes on afterwards: the store has a new id, so no index that was built before is read or written, and the indexer
builds new ones; the numbers of revisions and of vocabularies go on from the higher one of both states, so that nothing
that a process or an open form remembers of the old state is taken for the new one.
"""

import tempfile
import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import delete, func, insert, select, text, update
from sqlalchemy.exc import DataError, IntegrityError
from sqlalchemy.orm import Session

from service.errors import ServiceError
from service.store import changes, meta, migrate, terms
from service.store.archive import BadArchive, Progress, contents, silent
from service.store.archive.contents import Layout
from service.store.archive.reading import REMEDY, Archive
from service.store.database import Database
from service.store.models import Base, Counter

WORTH = {"offers": ("Angebot", "Angebote"), "providers": ("Anbieter", "Anbieter"),
         "contacts": ("Kontakt", "Kontakte"), "accounts": ("Konto", "Konten")}  # fmt: skip
"""Tables that make a store one that is not replaced unasked."""
Rows = Callable[[Layout], Iterator[list[dict[str, Any]]]]


class StoreInUse(ServiceError):
    """The store holds something, and nobody said that it may be replaced."""


@dataclass(frozen=True, slots=True)
class Restored:
    """What a restore did. `replaced`: rows that were there before, by table of `WORTH`, without empty ones."""

    offers: int
    replaced: dict[str, int]


def holdings(session: Session) -> dict[str, int]:
    """What a store holds that somebody would miss: rows by table, without empty ones."""
    counts = {name: select(func.count()).select_from(Base.metadata.tables[name]) for name in WORTH}
    return {name: number for name, query in counts.items() if (number := session.scalars(query).one())}


def named(holding: dict[str, int]) -> str:
    """Holdings for people: "3 Angebote, 1 Konto"."""
    return ", ".join(f"{number} {WORTH[name][number != 1]}" for name, number in holding.items())


def restore(
    database: Database, archive: Archive, folder: Path, *, overwrite: bool = False, progress: Progress = silent
) -> Restored:
    """Makes a store hold what a checked archive holds. `folder` is for the detour of an older archive.

    Raises `StoreInUse`, `BadArchive`, `NewerStore`; the store is unchanged then, but that its tables are up to date.
    """
    migrate.upgrade(database)
    layouts = contents.layouts(migrate.HEAD)
    with _as_of_today(archive, folder, progress) as rows, database.writing() as session:
        _wait_for_writers(session, layouts)
        if migrate.revision(session) != migrate.head():
            raise migrate.NewerStore(migrate.revision(session))
        found = holdings(session)
        if found and not overwrite:
            raise in_use(found)
        before = changes.latest_rev(session), terms.version(session)
        for name in contents.EMPTIED:
            session.execute(delete(Base.metadata.tables[name]))
        _fill(session, layouts, rows, _Told(progress, "Wiederherstellen", archive.total))
        _go_on(session, *before)
        _pass_by_keys(session, layouts)
        changes.audit(
            session, "cli", "store.restore", "store:", file=archive.path.name, moment=archive.moment.isoformat(),
            schema=archive.schema, replaced=found,
        )  # fmt: skip
        return Restored(archive.count("offers"), found)


def in_use(found: dict[str, int]) -> StoreInUse:
    """Why a store that holds something is left alone."""
    return StoreInUse(
        f"Die Datenbank enthält schon {named(found)}. Nichts wurde geändert. Mit --overwrite wird das alles durch den Inhalt "
        "des Archivs ersetzt, auch das Änderungsprotokoll; vorher bitte sichern: angebote backup DATEI"
    )


@dataclass
class _Told:
    progress: Progress
    step: str
    total: int
    done: int = 0

    def add(self, rows: int) -> None:
        self.done += rows
        self.progress(self.step, self.done, self.total)


@contextmanager
def _as_of_today(archive: Archive, folder: Path, progress: Progress) -> Iterator[Rows]:
    """The archive's rows for today's tables: its own, or those of a store of its time that was migrated."""
    if archive.schema == migrate.head():
        yield archive.rows
        return
    with tempfile.TemporaryDirectory(dir=folder, prefix=".restore-") as name:
        staged = Database(f"sqlite:///{Path(name) / 'staged.sqlite'}")
        try:
            migrate.upgrade(staged, to=archive.schema)
            with staged.writing() as session:
                told = _Told(progress, "Auf den neuen Tabellenstand bringen", archive.total)
                _fill(session, archive.layouts, archive.rows, told)
            migrate.upgrade(staged)
            with staged.snapshot() as session:
                yield lambda layout: contents.rows(session, layout)
        finally:
            staged.close()


def _wait_for_writers(session: Session, layouts: Sequence[Layout]) -> None:
    """Excludes everybody who writes what is replaced, in the order in which others lock: edits first, the audit last."""
    changes.lock(session)
    if session.get_bind().dialect.name == "postgresql":
        names = [*contents.EMPTIED, *(layout.name for layout in layouts if layout.name != "audit"), "audit"]
        session.execute(text(f"LOCK TABLE {', '.join(names)} IN SHARE ROW EXCLUSIVE MODE"))


def _fill(session: Session, layouts: Sequence[Layout], rows: Rows, told: _Told) -> None:
    """Empties the tables, those first that refer to others, and fills them the other way round. Raises `BadArchive`."""
    for layout in reversed(layouts):
        session.execute(delete(layout.table))
    for layout in layouts:
        try:
            for batch in rows(layout):
                session.connection().execute(insert(layout.table), batch)
                told.add(len(batch))
        except (IntegrityError, DataError) as error:
            reason = " ".join(str(error.orig).split())
            raise BadArchive(f"Der Inhalt der Tabelle {layout.name} passt nicht: {reason}. {REMEDY}") from error


def _go_on(session: Session, rev: int, vocabulary: int) -> None:
    """Another store from now on, with numbers above all that were used in either state."""
    session.execute(
        update(Counter).where(Counter.rev < rev).values(rev=rev), execution_options={"synchronize_session": False}
    )
    meta.put(session, terms.VERSION, str(max(vocabulary, terms.version(session)) + 1))
    meta.put(session, meta.STORE_ID, str(uuid.uuid4()))


def _pass_by_keys(session: Session, layouts: Sequence[Layout]) -> None:
    """PostgreSQL numbers new rows by sequences, which know nothing of keys that were given; SQLite looks at the rows.

    A sequence is drawn from as often as needed instead of being set, which only the owner of the tables may do. It stays
    where it is on a failure, and never goes back.
    """
    if session.get_bind().dialect.name != "postgresql":
        return
    for layout in layouts:
        if layout.key != ("id",):
            continue
        sequence = session.scalar(text("SELECT pg_get_serial_sequence(:name, 'id')"), {"name": layout.name})
        if sequence:
            state = session.execute(text(f"SELECT last_value, is_called FROM {sequence}")).one()  # noqa: S608  its own name
            highest = session.scalars(select(func.coalesce(func.max(layout.table.c.id), 0))).one()
            missing = highest - (state.last_value if state.is_called else state.last_value - 1)
            draw = text("SELECT count(nextval(CAST(:name AS regclass))) FROM generate_series(1, :missing)")
            session.execute(draw, {"name": sequence, "missing": missing})
