"""Periodic work: what falls due each minute or each night, done by one process (`angebote jobs run`).

Every task may be done twice or stopped anywhere without harm. One that fails is noted and tried again after a growing
pause; the others go on. When a task was done and when it is next due stands in the store (`service.store.tasks`).
"""

import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from threading import Event

from sqlalchemy.orm import Session

from service import clock as county
from service.config import Settings
from service.errors import ServiceError, StoreUnavailable
from service.store import accounts, changes, jobs, sessions, tasks, visibility
from service.store.database import Database
from service.store.lease import Clock, Lease, LeaseLost, now
from service.store.tasks import TaskState

LEASE = "jobs"
LEASE_SECONDS = 15.0
POLL = 1.0
"""Seconds between looks at what is due."""
FIRST_PAUSE, LONGEST_PAUSE = timedelta(minutes=1), timedelta(minutes=30)
"""After a task's first failure, and after many in a row."""
LONGEST_WAIT = 30.0
"""Seconds between looks at most while the store does not answer."""
JOBS_KEPT = timedelta(days=90)
"""Reports of rebuilds and checks are kept for so long."""

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Here:
    """What tasks work with. `guard` makes a transaction fail when another process has taken over."""

    database: Database
    settings: Settings
    clock: Clock = now
    today: Callable[[], date] = county.today
    guard: Callable[[Session], None] = lambda _: None

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """A writing transaction of the one process that may do this. Raises `LeaseLost`, `StoreUnavailable`."""
        with self.database.writing() as session:
            self.guard(session)
            yield session


@dataclass(frozen=True, slots=True)
class Task:
    """Periodic work: `every` so long, or nightly `at` a time of day in the county. `work` returns its outcome in German."""

    name: str
    work: Callable[[Here], str]
    every: timedelta | None = None
    at: time | None = None

    def first(self, moment: datetime) -> datetime:
        """When a task that was never done is due: at once, or in the coming night."""
        return moment if self.every else self.after(moment)

    def is_due(self, state: TaskState, moment: datetime) -> bool:
        """True from its time on, and where that lies too far ahead: then a clock was wrong when it was noted."""
        return not moment < state.next_at <= max(self.after(moment), moment + LONGEST_PAUSE)

    def after(self, moment: datetime) -> datetime:
        """When it is due again."""
        if self.at is None:
            return moment + (self.every or timedelta(days=1))
        local = moment.astimezone(county.COUNTY_TIME)
        day = local.date() if local.time() < self.at else local.date() + timedelta(days=1)
        return datetime.combine(day, self.at, county.COUNTY_TIME).astimezone(UTC)


def _record_due(here: Here) -> str:
    with here.writing() as session:
        due = visibility.record_due(session, here.today())
    return f"{due} Angebote zur Indexierung vorgemerkt" if due else "nichts zu tun"


def _order_verification(here: Here) -> str:
    with here.writing() as session:
        for engine in here.settings.engines:
            jobs.order(session, jobs.verification(engine), "nächtliche Prüfung", here.clock())
    return f"bestellt für {' und '.join(here.settings.engines)}"


def _clear_away(here: Here) -> str:
    """Each in a transaction of its own: edits need not wait for all of it."""
    moment = here.clock()
    steps: dict[str, Callable[[Session], int]] = {
        "Änderungen": changes.prune,
        "Sitzungen": lambda session: sessions.forget_ended(session, moment),
        "Fehlanmeldungen": lambda session: accounts.forget_failures(session, moment),
        "Aufträge": lambda session: jobs.forget_ended(session, moment - JOBS_KEPT),
    }
    removed: dict[str, int] = {}
    for what, clear in steps.items():
        with here.writing() as session:
            removed[what] = clear(session)
    found = ", ".join(f"{count} {what}" for what, count in removed.items() if count)
    return f"entfernt: {found}" if found else "nichts zu tun"


# At three no hour is missing or comes twice when the clocks change.
TASKS = (
    Task("sichtbarkeit", _record_due, every=timedelta(minutes=1)),
    Task("pruefung", _order_verification, at=time(3, 0)),
    Task("aufraeumen", _clear_away, at=time(3, 30)),
)


def do(here: Here, task: Task, before: TaskState | None = None) -> TaskState:
    """Does a task now and notes how it went. Raises `LeaseLost`; `StoreUnavailable` where it cannot even be noted."""
    before = before or TaskState(task.name, here.clock())
    try:
        outcome = task.work(here)
    except LeaseLost:
        raise
    except Exception as error:
        moment = here.clock()
        state = before.failed(_reason(error), moment, moment + pause(before.failures + 1))
        trace = None if isinstance(error, ServiceError) else error
        again = state.next_at.isoformat("T", "seconds")
        log.warning("%s: failed, next attempt at %s: %s", task.name, again, state.outcome, exc_info=trace)
    else:
        moment = here.clock()
        state = before.done(outcome, moment, task.after(moment))
        log.log(logging.INFO if task.at or before.failures else logging.DEBUG, "%s: %s", task.name, outcome)
    with here.writing() as session:
        tasks.put(session, state)
    return state


def pause(failures: int) -> timedelta:
    """How long a task waits after so many failures in a row."""
    return min(FIRST_PAUSE * (1 << min(failures - 1, 10)), LONGEST_PAUSE)


def _reason(error: Exception) -> str:
    if isinstance(error, ServiceError):
        return " ".join(filter(None, (error.message, getattr(error, "reason", ""))))
    return f"{type(error).__name__}: {error}"


class Periodic:
    """Does what is due until it is stopped. One process at a time (a lease); others wait to take over."""

    def __init__(self, here: Here, given: Sequence[Task] = TASKS) -> None:
        self._lease = Lease(here.database, LEASE, LEASE_SECONDS, here.clock)
        self._here = replace(here, guard=self._lease.guard)
        self._tasks = given
        self._waiting = False

    def run(self, stop: Event) -> None:
        """Works until `stop` is set; the task under way is finished first."""
        wait = POLL
        try:
            while not stop.is_set():
                wait = self._look(stop, wait)
                stop.wait(wait)
        finally:
            with suppress(StoreUnavailable):
                self._lease.release()

    def _look(self, stop: Event, waited: float) -> float:
        """One turn. Returns the seconds until the next; they grow while the store does not answer."""
        try:
            self.turn(stop)
        except StoreUnavailable as error:
            if waited == POLL:
                log.warning("store: not available, waiting: %s", error.reason)
            return min(waited * 2, LONGEST_WAIT)
        if waited != POLL:
            log.info("store: available again")
        return POLL

    def turn(self, stop: Event | None = None) -> list[str]:
        """Does once what is due. Returns the names. Raises `StoreUnavailable`."""
        done: list[str] = []
        try:
            if not self._leading():
                return done
            for task, state in self._due():
                if stop and stop.is_set():
                    break
                do(self._here, task, state)
                done.append(task.name)
                self._lease.keep()
        except LeaseLost:
            log.warning("lease lost: another process does the periodic work")
        return done

    def _leading(self) -> bool:
        if self._lease.held:
            self._lease.keep()
        elif not self._lease.take():
            if not self._waiting:
                log.info("another process does the periodic work; waiting to take over")
            self._waiting = True
            return False
        self._waiting = False
        return True

    def _due(self) -> list[tuple[Task, TaskState]]:
        """Tasks whose time has come; those the store does not know are planned."""
        moment = self._here.clock()
        with self._here.database.reading() as session:
            known = tasks.every(session)
        planned = [(task, known.get(task.name) or TaskState(task.name, task.first(moment))) for task in self._tasks]
        if new := [state for _, state in planned if state.name not in known]:
            with self._here.writing() as session:
                for state in new:
                    tasks.put(session, state)
        return [(task, state) for task, state in planned if task.is_due(state, moment)]
