"""The storm itself: writers write, events happen, and when it is quiet again everything is looked at."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from service import clock, config
from service.store import indexes, migrate, terms
from service.store.database import Database
from tests.store import factory
from tests.storm import aftermath, journal, plan, writer
from tests.storm.happenings import CALM_SECONDS, LOOK_SECONDS, Happenings, Node, Report
from tests.storm.processes import Indexer, Processes
from tests.storm.weather import Forecast

FIRST_SECONDS = 180


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
        events = [each for each in self.forecast.events(self.seed) if self.node or each.kind != "kill engine"]
        happenings = Happenings(self.folder, self.database, self.processes, self.indexer, self.node, self.report)
        under_way: list[Future[None]] = []
        with ThreadPoolExecutor(8) as threads, happenings.until_abandoned():
            with self._timed("edits"):
                writers = [self._writer(number) for number in range(1, plan.WRITERS + 1)]
                while any(process.poll() is None for process in writers):
                    share = self._acknowledged() / self.edits
                    while events and events[0].at <= share:
                        self.told(f"{events[0].at:.0%}: {events[0].kind}")
                        under_way.append(threads.submit(happenings.happen, events.pop(0)))
                    self._pause()
            with self._timed("ending what was begun"):
                under_way += [
                    threads.submit(happenings.happen, event) for event in events
                ]  # too late for the last look
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
        self.indexer.look()
        time.sleep(LOOK_SECONDS)

    @contextmanager
    def _timed(self, what: str) -> Iterator[None]:
        started = time.monotonic()
        yield
        self.report.seconds[what] = time.monotonic() - started
        self.told(f"{what}: {self.report.seconds[what]:.1f} s")
