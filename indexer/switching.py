"""Which index is served: switching, going back, clearing away. The store decides, the engine's alias follows.

The store's row changes first. Should the process die before the engine has followed, a tail that finds them different
repairs it (`serve`).
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import date
from typing import Any

from indexer.writers import IndexWriter, made_at
from service import clock as county
from service.config import Settings
from service.errors import ServiceError, StoreUnavailable
from service.store import indexes, leases, meta
from service.store.database import Database
from service.store.lease import Clock, Lease, now

LEASE_SECONDS = 60.0
"""How long after the death of a rebuild the next one must wait; longer than any single request of a writer."""


class RebuildRunning(ServiceError):
    """Somebody is building, switching or clearing away indexes already."""

    status = 409


class RebuildFailed(ServiceError):
    """The new index did not pass its checks; it was dropped and the old one is served as before. `report` says what was
    found."""

    def __init__(self, message: str, report: Mapping[str, Any] | None = None) -> None:
        super().__init__(message)
        self.report = dict(report or {})


@dataclass(frozen=True, slots=True)
class Indexing:
    """What work on indexes needs: both sides, and where time comes from."""

    database: Database
    writer: IndexWriter
    settings: Settings
    clock: Clock = now
    today: Callable[[], date] = county.today

    @property
    def prefix(self) -> str:
        """Name of the alias; what belongs to this installation begins with it."""
        return self.settings.index_prefix


@contextmanager
def alone(work: Indexing) -> Iterator[Lease]:
    """The right to build, switch and drop indexes of this engine. Raises `RebuildRunning`."""
    lease = Lease(work.database, rebuild_lease(work.writer.engine), LEASE_SECONDS, work.clock)
    if not lease.take():
        with work.database.reading() as session:
            holder = leases.holder(session, lease.name, work.clock())
        who = f" ({holder.owner}; frei spätestens um {holder.expires_at:%H:%M:%S} UTC)" if holder else ""
        raise RebuildRunning(f"An den Indexen wird bereits gearbeitet{who}. Bitte das Ende abwarten.")
    try:
        yield lease
    finally:
        with suppress(StoreUnavailable):
            lease.release()


def rebuild_lease(engine: str) -> str:
    """Name of the lease of rebuilds."""
    return f"rebuild:{engine}"


def serve(work: Indexing) -> bool:
    """Makes the engine serve the index that the store says is current. Returns whether anything had to be done."""
    with work.database.reading() as session:
        index = indexes.current(session, work.writer.engine)
    if index is None or work.writer.current() == index.name:
        return False
    work.writer.switch(index.name)
    return True


def roll_back(work: Indexing) -> str:
    """Serves the previous index again; edits were written to it all the time. Returns its name. Raises `RebuildFailed`."""
    with alone(work) as lease:
        kept = set(work.writer.names())
        with work.database.writing() as session:
            lease.guard(session)
            here = meta.store_id(session)
            listed = indexes.listed(session, work.writer.engine)
            previous = next(
                (i for i in listed if i.state == "previous" and i.name in kept and i.store_id == here), None
            )
            if previous is None:
                raise RebuildFailed("Es gibt keinen vorigen Index, zu dem zurückgekehrt werden kann.")
            report = previous.report | {"rolled_back_at": work.clock().isoformat(timespec="seconds")}
            indexes.make_current(session, previous.name, work.clock(), report)
        serve(work)
    return previous.name


def clear_away(work: Indexing) -> list[str]:
    """Drops all indexes but the current and the previous one. Raises `RebuildRunning`."""
    with alone(work) as lease:
        return prune(work, lease)


def prune(work: Indexing, lease: Lease) -> list[str]:
    """The same for one who works alone already. Reports of failed builds stay until a later build succeeds."""
    with work.database.writing() as session:
        lease.guard(session)
        listed = indexes.listed(session, work.writer.engine)
    kept = {index.name for index in listed if index.state in indexes.FOLLOWED} | {work.writer.current()}
    dropped = [name for name in work.writer.names() if name not in kept]
    for name in dropped:
        work.writer.drop(name)
        lease.keep()
    served = max((made_at(index.name) for index in listed if index.state == "current"), default=None)
    with work.database.writing() as session:
        for index in listed:
            report_counts = index.state == "failed" and (served is None or made_at(index.name) > served)
            if index.name not in kept and not report_counts:
                indexes.forget(session, index.name)
    return dropped
