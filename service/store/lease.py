"""A lease as a process holds it: taken, renewed in passing, guarded in each transaction, given back."""

import os
import socket
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from sqlalchemy.orm import Session

from service.store import leases
from service.store.database import Database
from service.store.leases import LeaseLost

__all__ = ["Clock", "Lease", "LeaseLost", "now", "process_name"]

Clock = Callable[[], datetime]


def now() -> datetime:
    """The moment in UTC."""
    return datetime.now(UTC)


def process_name() -> str:
    """Machine and process, for messages."""
    return f"{socket.gethostname()}:{os.getpid()}"


class Lease:
    """One lease of this process. It is renewed by `keep`, which work calls between its steps; no thread does it, so a
    process that hangs loses its lease."""

    def __init__(
        self, database: Database, name: str, seconds: float, clock: Clock = now, owner: str | None = None
    ) -> None:
        self.name = name
        self._database = database
        self._seconds = seconds
        self._clock = clock
        self._owner = owner or process_name()
        self._token: int | None = None
        self._renew_at = clock()

    @property
    def held(self) -> bool:
        """True from `take` to `release`, or until it is seen to be lost."""
        return self._token is not None

    def take(self) -> bool:
        """Takes the lease where it is free; True where it is held now. Raises `StoreUnavailable`."""
        if self._token is None:
            with self._database.writing() as session:
                self._token = leases.take(session, self.name, self._owner, self._clock(), self._seconds)
            self._plan()
        return self.held

    def keep(self) -> None:
        """Renews the lease when a third of its time has passed. Raises `LeaseLost`, `StoreUnavailable`."""
        if self._token is None:
            raise LeaseLost(self.name)
        if self._clock() >= self._renew_at:
            try:
                with self._database.writing() as session:
                    leases.renew(session, self.name, self._token, self._clock(), self._seconds)
            except LeaseLost:
                self._token = None
                raise
            self._plan()

    def guard(self, session: Session) -> None:
        """Makes the transaction fail unless the lease is held until its end. Raises `LeaseLost`."""
        if self._token is None:
            raise LeaseLost(self.name)
        try:
            leases.guard(session, self.name, self._token, self._clock())
        except LeaseLost:
            self._token = None
            raise

    def release(self) -> None:
        """Gives the lease back. Raises `StoreUnavailable`."""
        token, self._token = self._token, None
        if token is not None:
            with self._database.writing() as session:
                leases.release(session, self.name, token, self._clock())

    def _plan(self) -> None:
        self._renew_at = self._clock() + timedelta(seconds=self._seconds / 3)
