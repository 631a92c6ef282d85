"""Real processes, ended by SIGKILL at seeded random moments while others edit: a fresh one makes everything good."""

from __future__ import annotations

import random
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from indexer.switching import Indexing, rebuild_lease
from service import clock as county
from service.store import leases
from service.store.lease import now, owned_by
from tests.indexer.scenes import add, edit, withdraw
from tests.races.places import Place, build, catch_up, differences
from tests.storm.processes import Processes

READY_SECONDS = 120
"""How long a process may take to begin its work on a machine with much else to do."""


@pytest.fixture
def processes(place: Place, tmp_path: Path) -> Iterator[Processes]:
    folder = tmp_path / "processes"
    folder.mkdir()
    made = Processes(folder, place.environment)
    yield made
    made.close()


@pytest.mark.parametrize("seed", [11])
def test_whatever_is_killed_while_others_edit_is_made_good_by_the_next(
    place: Place, processes: Processes, seed: int
) -> None:
    dice = random.Random(seed)
    work = replace(place.open(), clock=now, today=county.today)
    engine = work.writer.engine
    keys = add(work, *(f"Deutschkurs {number}" for number in range(40)))
    build(work)
    work.writer.close()
    with _editing(place, keys, seed):
        for command, lease in [("tail", f"tail:{engine}"), ("rebuild", rebuild_lease(engine))] * 2:
            process = processes.angebote("index", command)
            _wait_until_it_works(work, process, lease)
            with suppress(subprocess.TimeoutExpired):  # a rebuild may have come to its end
                process.wait(dice.uniform(0, 1.5))
            process.kill()
            process.wait()
            with work.database.writing() as session:  # what a supervisor does; otherwise the lease has to expire
                leases.release_all(session, owned_by(process.pid), now())
    fresh = replace(place.open(), clock=now, today=county.today)
    catch_up(fresh)
    assert differences(fresh) == []
    build(fresh)
    catch_up(fresh)
    assert differences(fresh) == []
    assert len(fresh.writer.names()) == 2


@contextmanager
def _editing(place: Place, keys: list[int], seed: int) -> Iterator[None]:
    """Edits, deletions and returns, without a pause."""
    work = replace(place.open(), clock=now, today=county.today)
    stop = threading.Event()
    failed: list[Exception] = []

    def write() -> None:
        dice = random.Random(seed)
        number = 0
        try:
            while not stop.is_set():
                number += 1
                key = dice.choice(keys)
                if dice.random() < 0.3:
                    withdraw(work, key)
                else:
                    edit(work, key, title=f"Nähstube {number}")
        except Exception as error:
            failed.append(error)

    thread = threading.Thread(target=write)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()
    assert failed == []


def _wait_until_it_works(work: Indexing, process: subprocess.Popen[bytes], lease: str) -> None:
    until = datetime.now(UTC).timestamp() + READY_SECONDS
    while process.poll() is None and datetime.now(UTC).timestamp() < until:
        with work.database.reading() as session:
            held = leases.holder(session, lease, now())
        if held and held.owner == owned_by(process.pid):
            return
        with suppress(subprocess.TimeoutExpired):
            process.wait(0.05)
    raise AssertionError(f"{lease} was not taken, exit code {process.poll()}")
