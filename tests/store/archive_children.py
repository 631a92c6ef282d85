"""Processes of tests/store/test_archive_at_work.py: `python -m tests.store.archive_children WHAT ADDRESS FILE`."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path
from typing import NoReturn

from service.store import offers
from service.store.archive.reading import Archive
from service.store.archive.restoring import restore
from service.store.database import Database
from service.store.offers import Edit
from tests.store import factory


def write_pairs(database: Database, first: str) -> NoReturn:
    """Gives two offers the same number, again and again, one higher each time, until it is killed."""
    number, keys = 0, [int(first), int(first) + 1]
    while True:
        number += 1
        titles = [Edit(factory.record(title=f"Stand {number}"), key=key) for key in keys]
        with database.writing() as session:
            offers.save(session, titles, actor="test")
        if number == 1:
            print("writing", flush=True)  # noqa: T201


def die_restoring(database: Database, path: str) -> None:
    """Is killed in the middle of a restore, after the tables were emptied and some filled."""

    def told(step: str, done: int, total: int | None) -> None:
        if step == "Wiederherstellen" and total and done > total // 2:
            os.kill(os.getpid(), signal.SIGKILL)

    with Archive(Path(path)) as archive:
        archive.check()
        restore(database, archive, Path(path).parent, overwrite=True, progress=told)


if __name__ == "__main__":
    what, address, given = sys.argv[1:]
    {"write_pairs": write_pairs, "die_restoring": die_restoring}[what](Database(address), given)
