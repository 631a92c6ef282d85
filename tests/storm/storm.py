"""The storm itself: writers write, events happen, and when it is quiet again everything is looked at."""

from __future__ import annotations

import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from threading import Lock
from typing import Protocol

from service import clock, config
from service.store import changes, indexes, jobs, migrate, terms
from service.store.database import Database
from tests.store import factory
from tests.storm import aftermath, journal, plan, writer
from tests.storm.processes import Indexer, Processes
from tests.storm.weather import Event, Forecast, Kind

LOOK_SECONDS = 0.1
CALM_SECONDS = 240
"""Seconds that catching up may take after the last edit, and what is under way at that moment."""
FIRST_SECONDS = 180


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
class Storm:
    """One storm over one store and engine. `node` is what "kill engine" kills; without it that does not happen."""

    folder: Path
    environment: Mapping[str, str]
    seed: int
    edits: int
    forecast: Forecast
    node: Node | None = None
    told: Callable[[str], None] = lambda _: None

    def run(self) -> Report:
        """All of it. The report says what is wrong; nothing is raised for that."""
        self.folder.mkdir(parents=True, exist_ok=True)
        settings = config.load(self.environment)
        self.today = clock.today()
        self.report = Report(self.seed, settings.database_url.partition(":")[0].partition("+")[0], settings.engine)
        self.database = Database(settings.database_url)
        self.processes = Processes(self.folder, self.environment)
        self._one_at_a_time, self._indexer_lock, self._engine_lock = Lock(), Lock(), Lock()
        try:
            with self._timed("before"):
                self._prepare()
                self.indexer = Indexer(self.processes, self.database)
                self._wait(self._built, FIRST_SECONDS, "the first index")
            self._rage()
            self._look(settings)
        finally:
            self.processes.close()
            self.database.close()
        return self.report

    def _prepare(self) -> None:
        migrate.upgrade(self.database)
        with self.database.writing() as session:
            terms.replace(session, factory.lists())
        size = max(50, self.edits // 10)
        writer.fill(self.database, self.folder / f"{plan.POOL}.journal", self.seed, size, self.today)
        self._size = size

    def _rage(self) -> None:
        """Edits and events, until both are over and the indexes have caught up."""
        events = self.forecast.events(self.seed)
        under_way: list[Future[None]] = []
        with ThreadPoolExecutor(8) as threads:
            with self._timed("edits"):
                writers = [self._writer(number) for number in range(1, plan.WRITERS + 1)]
                while any(process.poll() is None for process in writers):
                    share = self._acknowledged() / self.edits
                    while events and events[0].at <= share:
                        under_way.append(threads.submit(self._happen, events.pop(0)))
                    self._pause()
            with self._timed("ending what was begun"):
                under_way += [
                    threads.submit(self._happen, event) for event in events
                ]  # the last look was too early for them
                while not all(each.done() for each in under_way):
                    self._pause()
        self.report.wrong += [repr(error) for each in under_way if (error := each.exception())]
        self.report.wrong += [
            f"a writer ended with {process.returncode}: {self.processes.output(process)[-500:]}"
            for process in writers
            if process.returncode
        ]
        with self._timed("catching up"):
            self._wait(lambda: not self._lag(), CALM_SECONDS, "the indexes to catch up")
        self.report.wrong += [f"the indexer ended by itself, {death}" for death in self.indexer.deaths]

    def _writer(self, number: int) -> subprocess.Popen[bytes]:
        count = self.edits // plan.WRITERS + (number <= self.edits % plan.WRITERS)
        words = (self.seed, number, count, self._size, self.today.isoformat())
        path = self.folder / f"{number}.journal"
        path.touch()
        return self.processes.start(
            f"writer-{number}", sys.executable, "-P", "-m", "tests.storm.writer", path, *(str(word) for word in words)
        )

    def _acknowledged(self) -> int:
        paths = (self.folder / f"{number}.journal" for number in range(1, plan.WRITERS + 1))
        return sum(path.read_bytes().count(b"\n") for path in paths)

    # What happens

    def _happen(self, event: Event) -> None:
        if event.kind == "kill engine" and self.node is None:
            return
        actions: dict[Kind, Callable[[Event], None]] = {
            "kill indexer": self._kill_indexer,
            "kill engine": self._kill_engine,
            "rebuild": self._rebuild,
            "kill rebuild": self._kill_rebuild,
            "roll back": self._roll_back,
            "back up": self._back_up,
            "tidy": self._tidy,
        }
        self.told(f"{event.at:.0%}: {event.kind}")
        actions[event.kind](event)
        self.report.events[event.kind] += 1

    def _kill_indexer(self, event: Event) -> None:
        with self._indexer_lock:
            self.indexer.kill(free=event.dice.random() < 0.5)

    def _kill_engine(self, event: Event) -> None:
        assert self.node
        with self._engine_lock:
            self.node.kill()
            time.sleep(event.dice.uniform(0, 3))
            self.node.start()
            self.node.wait()

    def _rebuild(self, event: Event) -> None:
        """Alternately as staff order it in the browser, and at a terminal."""
        with self._one_at_a_time:
            if self.report.events["rebuild"] % 2:
                self._until_done("index", "rebuild")
            else:
                self._order()

    def _order(self) -> None:
        kind = jobs.rebuild(self.report.engine)
        until = time.monotonic() + CALM_SECONDS
        while time.monotonic() < until:
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
            if state.state in {jobs.DONE, jobs.FAILED} or time.monotonic() > until:
                return state
            time.sleep(LOOK_SECONDS)

    def _kill_rebuild(self, event: Event) -> None:
        with self._one_at_a_time:
            process = self.processes.angebote("index", "rebuild")
            time.sleep(event.dice.uniform(1.5, 8))
            process.kill()
            process.wait()

    def _roll_back(self, _: Event) -> None:
        with self._one_at_a_time:
            self._until_done("index", "rollback")

    def _back_up(self, _: Event) -> None:
        self._until_done("backup", str(self.folder / "storm.zip"))

    def _tidy(self, _: Event) -> None:
        with self.database.writing() as session:
            changes.prune(session)

    def _until_done(self, *words: str) -> None:
        """Repeats a command until it succeeds: it may be refused while somebody else works, or the engine is away."""
        until = time.monotonic() + CALM_SECONDS
        while time.monotonic() < until:
            code, output = self.processes.finish(self.processes.angebote(*words))
            if code == 0:
                return
            self.report.repeated[f"{' '.join(words[:2])}: {output.splitlines()[-1] if output else code}"[:140]] += 1
            time.sleep(1)
        self.report.wrong.append(f"{' '.join(words)} did not succeed")

    # Afterwards

    def _look(self, settings: config.Settings) -> None:
        notes = list(journal.read(self.folder))
        self.report.edits = len(notes) - self._size
        stored = journal.last(notes)
        self.report.offers = len(stored)
        with self._timed("checks"):
            scene = aftermath.Scene(settings, self.database, stored, self.today, self.seed)
            for check in aftermath.CHECKS:
                self._note(check(scene))
            code, output = self.processes.finish(self.processes.angebote("index", "verify"))
            self._note((f"angebote index verify ended with {code}: {output}", [output] if code else []))
            if (archive := self.folder / "storm.zip").exists():
                self._note(self._restored(archive, notes))
        if code := self.indexer.stop():
            self.report.wrong.append(f"the indexer ended with {code} when it was asked to stop")
        if self.today != clock.today():
            self.report.checked.append("midnight passed meanwhile")

    def _note(self, outcome: tuple[str, list[str]]) -> None:
        checked, wrong = outcome
        self.report.checked.append(checked)
        self.report.wrong += wrong

    def _restored(self, archive: Path, notes: list[journal.Note]) -> tuple[str, list[str]]:
        """The backup that was made during the storm, restored into an empty SQLite store."""
        folder = self.folder / "restored"
        other = Processes(self.folder / "restoring", {"ANGEBOTE_DATA_DIR": str(folder)})
        other.folder.mkdir()
        try:
            code, output = other.finish(other.angebote("restore", str(archive)))
        finally:
            other.close()
        if code:
            return "restore", [f"angebote restore ended with {code}: {output}"]
        database = Database(config.load({"ANGEBOTE_DATA_DIR": str(folder)}).database_url)
        seen = {offer: each.state for offer, each in aftermath.offers_of(database).items()}
        database.close()
        living = {offer: state for offer, state in seen.items() if state != journal.DELETED}
        moment = journal.moments(notes, living)
        text = f"the backup holds {len(living)} offers as they were at revision {moment and moment[0]}"
        return text, [] if moment else ["the backup shows no moment that there was"]

    def _built(self) -> bool:
        settings = config.load(self.environment)
        with self.database.reading() as session:
            return all(indexes.served(session, engine).index for engine in settings.engines) and not self._lag()

    def _lag(self) -> int:
        engines = config.load(self.environment).engines
        with self.database.reading() as session:
            return sum(lag.revisions for name in engines for lag in indexes.lag(session, name, datetime.now(UTC)))

    def _wait(self, ready: Callable[[], bool], seconds: float, what: str) -> None:
        until = time.monotonic() + seconds
        while not ready():
            if time.monotonic() > until:
                self.report.wrong.append(f"waited for {what} for {seconds:.0f} s in vain")
                return
            self._pause()

    def _pause(self) -> None:
        with self._indexer_lock:
            self.indexer.look()
        time.sleep(LOOK_SECONDS)

    @contextmanager
    def _timed(self, what: str) -> Iterator[None]:
        started = time.monotonic()
        yield
        self.report.seconds[what] = time.monotonic() - started
        self.told(f"{what}: {self.report.seconds[what]:.1f} s")
