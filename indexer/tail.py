"""The process that keeps all indexes current: polls the store, applies changes, repairs what it finds out of order.

Each engine has a tail in a thread of its own, so that one that hangs does not hold up the standby. One process at a time is
the tail of an engine (a lease), others wait to take over. An engine or a data base that fails is tried again, with
growing pauses and one line in the log; nothing is lost meanwhile, because checkpoints stand still.
"""

import logging
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from threading import Event

from indexer.following import Follower
from indexer.jobs import Orders
from indexer.switching import Indexing, serve
from service.clock import passed
from service.errors import SearchUnavailable, StoreUnavailable
from service.paths import data_folder
from service.search.opensearch import mapping
from service.store import indexes, meta
from service.store.lease import Lease, LeaseLost

POLL = 0.05
"""Seconds between looks at the store; an edit is found about this soon."""
LEASE_SECONDS = 15.0
JOBS_EVERY = timedelta(seconds=1)
TIDY_EVERY = timedelta(minutes=1)
FIRST_WAIT, LONGEST_WAIT = timedelta(milliseconds=500), timedelta(seconds=15)
"""Pause after the first failure of something, and the longest one after many."""

log = logging.getLogger(__name__)


class Outages:
    """What does not work at the moment, and when to try it again; each outage is one line in the log, its end another."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self._clock = clock
        self._waits: dict[str, tuple[datetime, timedelta]] = {}
        """Since when a wait goes on, and how long it is."""

    def over(self, what: str) -> bool:
        """True where it may be tried (again)."""
        if what not in self._waits:
            return True
        since, wait = self._waits[what]
        return passed(wait, since, self._clock())

    @contextmanager
    def trying(self, what: str) -> Iterator[None]:
        """Notes whether the block succeeds; `SearchUnavailable` and `StoreUnavailable` do not leave it."""
        try:
            yield
        except (SearchUnavailable, StoreUnavailable) as error:
            if what not in self._waits:
                log.warning("%s: not available, waiting: %s", what, error.reason)
            wait = min(self._waits[what][1] * 2, LONGEST_WAIT) if what in self._waits else FIRST_WAIT
            self._waits[what] = (self._clock(), wait)
        else:
            if self._waits.pop(what, None):
                log.info("%s: available again", what)


def follow(works: Sequence[Indexing], stop: Event) -> None:
    """Keeps the indexes of all engines current until `stop` is set. What no tail expects ends all of them and is raised."""
    with ThreadPoolExecutor(len(works), thread_name_prefix="tail") as threads:
        running = [threads.submit(Tail(work).run, stop) for work in works]
        try:
            for ended in as_completed(running):
                ended.result()
        finally:
            stop.set()


class Tail:
    """Keeps the indexes of one engine current. `run` works until `stop` is set; `turn` is one look, for tests and for
    one-off catching up."""

    def __init__(self, work: Indexing, orders: Orders | None = None) -> None:
        self._work = work
        self._engine = work.writer.engine
        self._lease = Lease(work.database, f"tail:{self._engine}", LEASE_SECONDS, work.clock)
        self._orders = orders or Orders(work.database, self._engine, work.clock)
        self._outages = Outages(work.clock)
        self._followers: dict[str, Follower] = {}
        self._looked = self._tidied = datetime.min.replace(tzinfo=UTC)
        self._waiting = False

    def run(self, stop: Event) -> None:
        """Keeps all indexes current until `stop` is set; the batch under way is finished first."""
        try:
            while not stop.is_set():
                self.turn()
                stop.wait(POLL)
        finally:
            self.close()

    def turn(self) -> int:
        """Looks once and applies what is due. Returns the number of changes."""
        applied = 0
        if self._outages.over("store"):
            with self._outages.trying("store"):
                if self._leading():
                    self._periodic()
                    with self._work.database.reading() as session:
                        names = indexes.behind(session, self._engine)
                    applied = sum(self._follow(name) for name in names)
        return applied

    def close(self) -> None:
        """Ends the job under way, and gives back leases and writers."""
        self._orders.stop()
        with suppress(StoreUnavailable, SearchUnavailable):
            for follower in self._followers.values():
                follower.stop()
            self._lease.release()
        self._followers.clear()

    def _leading(self) -> bool:
        """True while this process is the tail."""
        try:
            if self._lease.held:
                self._lease.keep()
            elif not self._lease.take():
                if not self._waiting:
                    log.info("another process keeps the indexes current; waiting to take over")
                self._waiting = True
                return False
        except LeaseLost:
            log.warning("lease lost: another process keeps the indexes current")
            self._retire(list(self._followers))
            return False
        self._waiting = False
        return True

    def _follow(self, name: str) -> int:
        if not self._outages.over(name):
            return 0
        applied = 0
        with self._outages.trying(name):
            follower = self._follower(name)
            if follower:
                try:
                    applied = follower.advance()
                except LeaseLost:
                    log.warning("%s: lease lost", name)
                    self._retire([name])
        return applied

    def _follower(self, name: str) -> Follower | None:
        """The follower of an index; None while another process writes it."""
        if name not in self._followers:
            lease = Lease(self._work.database, f"index:{name}", LEASE_SECONDS, self._work.clock)
            if not lease.take():
                return None
            work = self._work
            self._followers[name] = Follower(work.database, work.writer, name, lease, work.clock, work.today)
        return self._followers[name]

    def _retire(self, names: list[str]) -> None:
        for name in names:
            follower = self._followers.pop(name)
            self._work.writer.release(name)
            with suppress(StoreUnavailable):
                follower.lease.release()

    def _periodic(self) -> None:
        clock = self._work.clock()
        if passed(TIDY_EVERY, self._tidied, clock) and self._outages.over("engine"):
            self._tidied = clock
            with self._outages.trying("engine"):
                self._tidy()
        if passed(JOBS_EVERY, self._looked, clock):
            self._looked = clock
            self._orders.look()
            self._keep_leases()

    def _keep_leases(self) -> None:
        """Leases of indexes without changes are renewed too; those of indexes that are followed no longer are given back."""
        with self._work.database.reading() as session:
            followed = {i.name for i in indexes.listed(session, self._engine) if i.state in indexes.FOLLOWED}
        self._retire([name for name in self._followers if name not in followed])
        for name in list(self._followers):
            try:
                self._followers[name].lease.keep()
            except LeaseLost:
                self._retire([name])

    def _tidy(self) -> None:
        reason = why_rebuild(self._work)
        if reason:
            self._orders.rebuild(reason)
            self._tidied -= TIDY_EVERY - JOBS_EVERY  # soon again: nobody waits a minute for the first index
            self._looked = datetime.min.replace(tzinfo=UTC)
        elif serve(self._work):
            log.warning("the engine served another index than the store says; repaired")


def why_rebuild(work: Indexing) -> str:
    """Why the served index must be built anew, in German; "" where it need not. Raises `SearchUnavailable`."""
    with work.database.reading() as session:
        index = indexes.current(session, work.writer.engine)
        here = meta.store_id(session)
    if index is None:
        return "erster Index"
    if index.store_id != here:
        return "andere Datenbank"
    if index.name not in work.writer.names():
        return "der Index fehlt"
    built_with = work.writer.meta(index.name)
    if built_with.get("store_id") != here:
        return "andere Datenbank"
    definition = mapping.read(data_folder("mappings"))
    if (built_with.get("version"), built_with.get("words")) != (definition.version, definition.words):
        return "" if "rolled_back_at" in index.report else "neue Felder oder Wortlisten"
    return ""
