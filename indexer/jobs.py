"""Jobs on indexes: ordered in the browser, by the hour or by the tail, taken by the tail, done by a child process so that
tailing goes on. Rebuilds from the command line write a row, too: the table is the history.
"""

import logging
import subprocess
import sys
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

from indexer import verify
from indexer.rebuild import rebuild
from indexer.switching import Indexing, RebuildFailed, rebuild_lease
from service.clock import passed
from service.errors import SearchUnavailable, ServiceError, StoreUnavailable
from service.leash import leashed
from service.store import jobs, leases
from service.store.database import Database
from service.store.jobs import JobState
from service.store.lease import Clock, owned_by

COMMAND = (sys.executable, "-P", "-m", "service.cli", "index", "job")
STOP_SECONDS = 10.0
FIRST_PAUSE, LONGEST_PAUSE = timedelta(seconds=10), timedelta(minutes=10)
"""How long after a failed build the tail orders the next one by itself; doubled each time."""
SHOWN_EVERY = timedelta(seconds=1)

Progress = Callable[[int, int, str], None]
log = logging.getLogger(__name__)


def ordered(database: Database, job: int) -> JobState:
    """A job that is to be done. Raises `ServiceError` where there is none or it has ended."""
    with database.reading() as session:
        found = jobs.get(session, job)
    if found is None or found.state not in {jobs.QUEUED, jobs.RUNNING}:
        raise ServiceError(f"Den Auftrag {job} gibt es nicht, oder er ist schon erledigt.")
    return found


def run_job(work: Indexing, job: JobState, progress: Progress = lambda *_: None) -> dict[str, Any]:
    """Does a job and writes progress and outcome into its row. Returns its report; raises what its work raises."""
    row = _Row(work, job.id, progress)
    with row:
        if job.kind == jobs.verification(work.writer.engine):
            row.report = {"indexes": [str(outcome) for outcome in verify.verify(work)]}
        else:
            row.report = rebuild(work, job.ordered_by, row.progress)
    return row.report


def run_rebuild(work: Indexing, by: str, progress: Progress, *, anyway: bool = False) -> dict[str, Any]:
    """A rebuild that nobody ordered before: its row appears with its first step. Raises what `rebuild` raises."""
    row = _Row(work, None, progress, by)
    with row:
        row.report = rebuild(work, by, row.progress, anyway=anyway)
    return row.report


class _Row:
    """A job's row while its work is done. Progress is written once a second."""

    def __init__(self, work: Indexing, job: int | None, shown: Progress, by: str = "") -> None:
        self.report: dict[str, Any] = {}
        self._work = work
        self._job = job
        self._shown = shown
        self._by = by
        self._written: datetime | None = None

    def progress(self, done: int, total: int, step: str) -> None:
        """How far the work is."""
        self._shown(done, total, step)
        now = self._work.clock()
        if self._written is None or passed(SHOWN_EVERY, self._written, now):
            self._written = now
            with self._work.database.writing() as session:
                if self._job is None:
                    self._job = jobs.begin(session, jobs.rebuild(self._work.writer.engine), self._by, now)
                jobs.progress(session, self._job, done, total, step)

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if self._job is None:
            return
        with self._work.database.writing() as session:
            if error is None:
                offers = self.report.get("offers", 0)
                jobs.progress(session, self._job, offers, offers, "Fertig")
                jobs.finish(session, self._job, self.report, self._work.clock())
            else:
                report = error.report if isinstance(error, RebuildFailed) else {}
                jobs.fail(session, self._job, _reason(error), self._work.clock(), report)


def _reason(error: BaseException) -> str:
    if isinstance(error, SearchUnavailable | StoreUnavailable):
        return f"{error.message} ({error.reason})"
    return error.message if isinstance(error, ServiceError) else f"Abgebrochen: {type(error).__name__}"


class Orders:
    """The jobs of an engine as its tail sees them: one child process at a time."""

    def __init__(self, database: Database, engine: str, clock: Clock, command: Sequence[str] = COMMAND) -> None:
        self._database = database
        self._engine = engine
        self._clock = clock
        self._command = command
        self._kinds = (jobs.rebuild(engine), jobs.verification(engine))
        self._child: tuple[int, subprocess.Popen[bytes]] | None = None
        self._pause = FIRST_PAUSE
        self._waiting: tuple[datetime, timedelta] = (clock(), timedelta())

    def look(self) -> None:
        """Notes the end of the running job, and starts the next one. Raises `StoreUnavailable`."""
        if self._child:
            job, process = self._child
            code = process.poll()
            if code is None:
                return
            self._ended(job, process.pid, code)
        with self._database.reading() as session:
            waiting = [kind for kind in self._kinds if jobs.waiting(session, kind)]
            orphans = [job for kind in self._kinds for job in jobs.running(session, kind)]
            working = leases.holder(session, rebuild_lease(self._engine), self._clock())
        if working or not (waiting or orphans):
            return
        with self._database.writing() as session:
            for orphan in orphans:
                jobs.fail(session, orphan, "Abgebrochen: der Prozess endete.", self._clock())
            taken = next(filter(None, (jobs.take(session, kind, self._clock()) for kind in waiting)), None)
        if taken is not None:
            log.info("%s: job %d started", self._engine, taken)
            self._child = (taken, subprocess.Popen(leashed([*self._command, str(taken)]), start_new_session=True))  # noqa: S603

    @property
    def child(self) -> subprocess.Popen[bytes] | None:
        """The process that works now."""
        return self._child[1] if self._child else None

    def rebuild(self, reason: str) -> None:
        """Orders a rebuild that the tail itself sees to be needed; after a failure not at once."""
        if self._child or not passed(self._waiting[1], self._waiting[0], self._clock()):
            return
        with self._database.writing() as session:
            jobs.order(session, jobs.rebuild(self._engine), f"Indexierung: {reason}", self._clock())
        self._waiting = (self._clock(), self._pause)

    def stop(self) -> None:
        """Ends the child process; its build is dropped, its job has failed."""
        if self._child:
            _, process = self._child
            process.terminate()
            try:
                process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
            self._child = None

    def _ended(self, job: int, process: int, code: int) -> None:
        with self._database.writing() as session:
            jobs.fail(session, job, f"Abgebrochen: der Prozess endete mit {code}.", self._clock())
            leases.release_all(session, owned_by(process), self._clock())
        self._child = None
        log.log(logging.WARNING if code else logging.INFO, "%s: job %d ended with code %d", self._engine, job, code)
        self._pause = min(self._pause * 2, LONGEST_PAUSE) if code else FIRST_PAUSE
        self._waiting = (self._clock(), self._pause if code else timedelta())
