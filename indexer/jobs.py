"""Rebuilds that staff order in the browser: taken by the tail, done by a child process so that tailing goes on."""

import logging
import subprocess
import sys
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any

from indexer.rebuild import rebuild
from indexer.switching import Indexing, rebuild_lease
from service.errors import SearchUnavailable, ServiceError, StoreUnavailable
from service.store import jobs, leases
from service.store.database import Database
from service.store.lease import Clock

COMMAND = (sys.executable, "-P", "-m", "service.cli", "index", "rebuild", "--job")
STOP_SECONDS = 10.0
FIRST_PAUSE, LONGEST_PAUSE = timedelta(seconds=10), timedelta(minutes=10)
"""How long after a failed build the tail orders the next one by itself; doubled each time."""

log = logging.getLogger(__name__)


def run_job(work: Indexing, job: int, progress: Callable[[int, int, str], None]) -> dict[str, Any]:
    """Does one rebuild and writes progress and outcome into its row. Raises what `rebuild` raises."""
    with work.database.reading() as session:
        ordered = jobs.get(session, job)
    if ordered is None or ordered.kind != jobs.REBUILD or ordered.state not in {jobs.QUEUED, jobs.RUNNING}:
        raise ServiceError(f"Den Auftrag {job} gibt es nicht, oder er ist schon erledigt.")
    written = work.clock() - timedelta(days=1)

    def report(done: int, total: int, step: str) -> None:
        nonlocal written
        progress(done, total, step)
        if work.clock() - written >= timedelta(seconds=1):
            written = work.clock()
            with work.database.writing() as session:
                jobs.progress(session, job, done, total, step)

    try:
        outcome = rebuild(work, ordered.ordered_by, report)
    except BaseException as error:
        with work.database.writing() as session:
            jobs.fail(session, job, _reason(error), work.clock())
        raise
    with work.database.writing() as session:
        jobs.progress(session, job, outcome["offers"], outcome["offers"], "Fertig")
        jobs.finish(session, job, outcome, work.clock())
    return outcome


def _reason(error: BaseException) -> str:
    if isinstance(error, SearchUnavailable | StoreUnavailable):
        return f"{error.message} ({error.reason})"
    return error.message if isinstance(error, ServiceError) else f"Abgebrochen: {type(error).__name__}"


class Rebuilds:
    """The rebuild jobs as the tail sees them: one child process at a time."""

    def __init__(self, database: Database, engine: str, clock: Clock, command: Sequence[str] = COMMAND) -> None:
        self._database = database
        self._engine = engine
        self._clock = clock
        self._command = command
        self._child: tuple[int, subprocess.Popen[bytes]] | None = None
        self._pause = FIRST_PAUSE
        self._not_before = clock()

    def look(self) -> None:
        """Notes the end of the running job, and starts the next one. Raises `StoreUnavailable`."""
        if self._child:
            job, process = self._child
            code = process.poll()
            if code is None:
                return
            self._ended(job, code)
        with self._database.reading() as session:
            waiting, orphans = jobs.waiting(session, jobs.REBUILD), jobs.running(session, jobs.REBUILD)
            working = leases.holder(session, rebuild_lease(self._engine), self._clock())
        if working or not (waiting or orphans):
            return
        with self._database.writing() as session:
            for orphan in orphans:
                jobs.fail(session, orphan, "Abgebrochen: der Prozess endete.", self._clock())
            job_taken = jobs.take(session, jobs.REBUILD, self._clock())
        if job_taken is not None:
            log.info("rebuild, job %d: started", job_taken)
            self._child = (job_taken, subprocess.Popen([*self._command, str(job_taken)], start_new_session=True))  # noqa: S603

    @property
    def child(self) -> subprocess.Popen[bytes] | None:
        """The process that builds now."""
        return self._child[1] if self._child else None

    def order(self, reason: str) -> None:
        """Orders a rebuild that the tail itself sees to be needed; after a failure not at once."""
        if self._child or self._clock() < self._not_before:
            return
        with self._database.writing() as session:
            jobs.order(session, jobs.REBUILD, f"Indexierung: {reason}", self._clock())
        self._not_before = self._clock() + self._pause

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

    def _ended(self, job: int, code: int) -> None:
        with self._database.writing() as session:
            jobs.fail(session, job, f"Abgebrochen: der Prozess endete mit {code}.", self._clock())
        self._child = None
        log.log(logging.WARNING if code else logging.INFO, "rebuild, job %d: ended with code %d", job, code)
        self._pause = min(self._pause * 2, LONGEST_PAUSE) if code else FIRST_PAUSE
        self._not_before = self._clock() + (self._pause if code else timedelta())
