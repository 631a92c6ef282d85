"""Backups and restores while others read and write, and when they are killed."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from sqlalchemy import func, select

from service.store import changes, offers
from service.store.archive.writing import write
from service.store.database import Database
from service.store.models import Offer
from service.store.offers import Edit
from tests.servers.runs import ROOT
from tests.store import archives, factory

PATIENCE = 15.0


def until(condition: Callable[[], bool]) -> None:
    """Waits for what other processes do."""
    limit = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < limit


@contextmanager
def child(what: str, url: str, given: str | Path) -> Iterator[subprocess.Popen[bytes]]:
    """A process of `tests.store.archive_children`; killed at the end."""
    command = [sys.executable, "-m", "tests.store.archive_children", what, url, str(given)]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE)
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def test_a_backup_shows_one_moment_while_others_write(database: Database, empty_store: str, tmp_path: Path) -> None:
    with database.writing() as session:
        edits = [Edit(factory.record(title="Stand 0")) for _ in range(4)]
        keys = offers.save(session, edits, actor="test").keys
    seen: list[int] = []

    def wait_for_writers(_step: str, _done: int, _total: int | None) -> None:
        """After each batch of rows the writers go on, so that no two tables are read of the same state."""
        newest = archives.rev(database)
        seen.append(newest)
        until(lambda: archives.rev(database) >= newest + 2)

    with ExitStack() as stack:
        writers = [stack.enter_context(child("write_pairs", empty_store, str(first))) for first in (keys[0], keys[2])]
        for writer in writers:
            assert writer.stdout
            assert writer.stdout.readline() == b"writing\n"
        for number in range(2):
            with (tmp_path / f"{number}.zip").open("wb") as file:
                write(database, file, wait_for_writers)
    assert seen[-1] > seen[0]
    for number in range(2):
        restored = archives.made(f"sqlite:///{tmp_path / f'{number}.sqlite'}")
        archives.bring_back(restored, tmp_path / f"{number}.zip")
        titles = [row["title"] for row in archives.tables(restored)["offers"]]
        assert titles[0] == titles[1]
        assert titles[2] == titles[3]
        with restored.reading() as session:
            assert session.scalars(select(func.max(Offer.rev))).one() == changes.latest_rev(session)
        restored.close()


def test_a_restore_that_is_killed_leaves_the_old_state(database: Database, empty_store: str, tmp_path: Path) -> None:
    archives.fill(database, 20)
    path = archives.archive(database, tmp_path / "a.zip")
    with database.writing() as session:
        offers.save(session, [Edit(factory.record(title="Später"))], actor="test")
    before = archives.tables(database), archives.tables(database, "sessions", "changes", "leases")
    with child("die_restoring", empty_store, path) as process:
        assert process.wait() == -signal.SIGKILL
    assert (archives.tables(database), archives.tables(database, "sessions", "changes", "leases")) == before
    archives.bring_back(database, path, overwrite=True)
    assert "Später" not in archives.exported(database).decode()


def test_readers_see_the_old_state_until_the_new_one_is_whole(database: Database, tmp_path: Path) -> None:
    archives.fill(database)
    path = archives.archive(database, tmp_path / "a.zip")
    with database.writing() as session:
        offers.save(session, [Edit(factory.record(title="Später"))], actor="test")
    old = archives.exported(database)
    seen: list[bytes] = []

    def look(step: str, _done: int, _total: int | None) -> None:
        if step == "Wiederherstellen":
            seen.append(archives.exported(database))

    archives.bring_back(database, path, overwrite=True, progress=look)
    assert seen
    assert all(state == old for state in seen)
    assert archives.exported(database) != old
