"""What happens in a storm: everything is done with real processes, and what may be refused is tried again."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from threading import Event as Flag
from threading import Lock
from typing import Protocol

from service.store import changes, jobs
from service.store.database import Database
from tests.storm.processes import Indexer, Processes
from tests.storm.weather import Event, Kind

LOOK_SECONDS = 0.1
CALM_SECONDS = 240
"""Seconds that catching up may take after the last edit, and what is under way at that moment."""


class Node(Protocol):
    """An OpenSearch node that may be killed; see `tests.servers.nodes`."""

    def kill(self) -> None: ...
    def start(self) -> None: ...
    def wait(self) -> None: ...


@dataclass
class Report:
    """What happened, how long it took, and what is wrong afterwards."""

    seed: int
    store: str
    engine: str
    edits: int = 0
    offers: int = 0
    seconds: dict[str, float] = field(default_factory=dict)
    events: Counter[Kind] = field(default_factory=Counter)
    repeated: Counter[str] = field(default_factory=Counter)
    """What had to be tried again, and why."""
    checked: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)


@dataclass
class Happenings:
    """Events of one storm. What works on indexes comes one after the other, and so do deaths of the engine."""

    folder: Path
    database: Database
    processes: Processes
    indexer: Indexer
    node: Node | None
    report: Report
    abandoned: Flag = field(default_factory=Flag)
    """Set where the storm is ended before its time: nothing is tried again."""
    _indexes: Lock = field(default_factory=Lock)
    _engine: Lock = field(default_factory=Lock)

    @contextmanager
    def until_abandoned(self) -> Iterator[None]:
        """A storm that is interrupted in this block ends its processes and waits for nothing."""
        try:
            yield
        except BaseException:
            self.abandoned.set()
            self.processes.close()
            raise

    def happen(self, event: Event) -> None:
        """One event, to its end; several may go on at once."""
        actions: dict[Kind, Callable[[Event], None]] = {
            "kill indexer": self._kill_indexer,
            "kill engine": self._kill_engine,
            "rebuild": self._rebuild,
            "kill rebuild": self._kill_rebuild,
            "roll back": self._roll_back,
            "back up": self._back_up,
            "tidy": self._tidy,
        }
        actions[event.kind](event)
        self.report.events[event.kind] += 1

    def _kill_indexer(self, event: Event) -> None:
        self.indexer.kill(free=event.dice.random() < 0.5)

    def _kill_engine(self, event: Event) -> None:
        assert self.node
        with self._engine:
            self.node.kill()
            time.sleep(event.dice.uniform(0, 3))
            self.node.start()
            self.node.wait()

    def _rebuild(self, event: Event) -> None:
        """Alternately as staff order it in the browser, and at a terminal."""
        with self._indexes:
            if self.report.events["rebuild"] % 2:
                self._until_done("index", "rebuild")
            else:
                self._order()

    def _order(self) -> None:
        kind = jobs.rebuild(self.report.engine)
        until = time.monotonic() + CALM_SECONDS
        while time.monotonic() < until and not self.abandoned.is_set():
            with self.database.writing() as session:
                job = jobs.order(session, kind, "storm", datetime.now(UTC))
            state = self._ended(job, until)
            if state.state == jobs.DONE:
                return
            self.report.repeated[f"ordered rebuild: {state.report.get('error', state.state)}"[:140]] += 1
        self.report.wrong.append("an ordered rebuild did not succeed")

    def _ended(self, job: int, until: float) -> jobs.JobState:
        while True:
            with self.database.reading() as session:
                state = jobs.get(session, job)
            assert state
            if state.state in {jobs.DONE, jobs.FAILED} or time.monotonic() > until or self.abandoned.is_set():
                return state
            time.sleep(LOOK_SECONDS)

    def _kill_rebuild(self, event: Event) -> None:
        with self._indexes:
            process = self.processes.angebote("index", "rebuild")
            time.sleep(event.dice.uniform(1.5, 8))
            process.kill()
            process.wait()

    def _roll_back(self, _: Event) -> None:
        with self._indexes:
            self._until_done("index", "rollback")

    def _back_up(self, _: Event) -> None:
        self._until_done("backup", str(self.folder / "storm.zip"))

    def _tidy(self, _: Event) -> None:
        with self.database.writing() as session:
            changes.prune(session)

    def _until_done(self, *words: str) -> None:
        """Repeats a command until it succeeds: it may be refused while somebody else works, or the engine is away."""
        until = time.monotonic() + CALM_SECONDS
        while time.monotonic() < until and not self.abandoned.is_set():
            code, output = self.processes.finish(self.processes.angebote(*words))
            if code == 0:
                return
            self.report.repeated[f"{' '.join(words[:2])}: {output.splitlines()[-1] if output else code}"[:140]] += 1
            time.sleep(1)
        self.report.wrong.append(f"{' '.join(words)} did not succeed")
