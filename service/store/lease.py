"""A lease as a process holds it: taken, renewed in passing, guarded in each transaction, given back."""

import os
import socket
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from sqlalchemy.orm import Session

from service.clock import passed
from service.store import leases
from service.store.database import Database
from service.store.leases import LeaseLost

__all__ = ["Clock", "Lease", "LeaseLost", "now", "owned_by"]

Clock = Callable[[], datetime]


def now() -> datetime:
    """The moment in UTC."""
    return datetime.now(UTC)


def owned_by(process: int) -> str:
    """The owner of the leases of a process on this machine."""
    return f"{socket.gethostname()}:{process}"


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
        self._owner = owner or owned_by(os.getpid())
        self._token: int | None = None
        self._renewed = clock()

    @property
    def token(self) -> int | None:
        """The fencing token, for the log."""
        return self._token

    @property
    def held(self) -> bool:
        """True from `take` to `release`, or until it is seen to be lost."""
        return self._token is not None

    def take(self) -> bool:
        """Takes the lease where it is free; True where it is held now. Raises `StoreUnavailable`."""
        if self._token is None:
            self._renewed = self._clock()
            with self._database.reading() as session:  # those who wait look often, and must not hold up writers
                if leases.holder(session, self.name, self._renewed):
                    return False
            with self._database.writing() as session:
                self._token = leases.take(session, self.name, self._owner, self._renewed, self._seconds)
        return self.held

    def keep(self) -> None:
        """Renews the lease when a third of its time has passed. Raises `LeaseLost`, `StoreUnavailable`."""
        if self._token is None:
            raise LeaseLost(self.name)
        now = self._clock()
        if passed(timedelta(seconds=self._seconds / 3), self._renewed, now):
            try:
                with self._database.writing() as session:
                    leases.renew(session, self.name, self._token, now, self._seconds)
            except LeaseLost:
                self._token = None
                raise
            self._renewed = now

    def check(self, session: Session) -> None:
        """Makes sure before a step that nobody else has taken over meanwhile. Raises `LeaseLost`."""
        if self._token is None or not leases.held(session, self.name, self._token):
            self._token = None
            raise LeaseLost(self.name)

    def guard(self, session: Session) -> None:
        """Makes the transaction fail unless the lease is held until its end. Raises `LeaseLost`."""
        if self._token is None:
            raise LeaseLost(self.name)
        try:
            leases.guard(session, self.name, self._token)
        except LeaseLost:
            self._token = None
            raise

    def release(self) -> None:
        """Gives the lease back. Raises `StoreUnavailable`."""
        token, self._token = self._token, None
        if token is not None:
            with self._database.writing() as session:
                leases.release(session, self.name, token, self._clock())
