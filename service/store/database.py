"""Connections to the store: SQLite by default, PostgreSQL in production.

Two ways in: `reading()` never writes; `writing()` is one transaction, committed at its end. With SQLite a writing
transaction takes the write lock at its start (BEGIN IMMEDIATE), so that it cannot fail half-way for want of it; keep I/O
and rendering out of it. Open a `Database` after gunicorn's fork, never before.
"""

import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import orjson
from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as NoFreeConnection
from sqlalchemy.orm import Session, sessionmaker

from service.errors import StoreUnavailable
from service.store.patience import be_patient, impatient_engine

BUSY_SECONDS = 30
"""How long a writing transaction waits for another one."""
GRACE = 1.0
"""How much longer a hurried statement is waited for than the server lets it run: then it says itself that it was too slow."""
STEPS = 100_000
"""Steps of SQLite's machine, some milliseconds, between looks at the clock of a hurried statement."""


class Database:
    """The store's connections. Raises `StoreUnavailable` where the data base does not answer; with `patience` also where
    a server on another machine takes longer than so many seconds for a statement."""

    def __init__(self, url: str, patience: float | None = None) -> None:
        self.url = url
        self.sqlite = url.startswith("sqlite")
        self._reader = _sqlite(url, begin="BEGIN") if self.sqlite else impatient_engine(url, patience)
        self._writer = _sqlite(url, begin="BEGIN IMMEDIATE") if self.sqlite else self._reader
        self._read = sessionmaker(self._reader, expire_on_commit=False, autoflush=False)
        self._write = sessionmaker(self._writer, expire_on_commit=False)

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A session for reading; its transaction is one snapshot on SQLite."""
        with _translated(), self._read() as session:
            yield session

    @contextmanager
    def hurried(self, seconds: float) -> Iterator[Session]:
        """Like `reading`, for dear statements: what is not answered in time raises `StoreUnavailable`."""
        with self.reading() as session:
            if not self.sqlite:
                be_patient(session, seconds + GRACE)
                session.execute(text(f"SET LOCAL statement_timeout = {int(seconds * 1000)}"))
                yield session
                return
            raw: Any = session.connection().connection.dbapi_connection
            until = time.monotonic() + seconds
            raw.set_progress_handler(lambda: time.monotonic() > until, STEPS)
            try:
                yield session
            finally:
                raw.set_progress_handler(None, STEPS)

    @contextmanager
    def snapshot(self) -> Iterator[Session]:
        """A session whose whole reading sees one moment, on PostgreSQL too (REPEATABLE READ)."""
        with _translated(), self._read() as session:
            if not self.sqlite:
                session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
            yield session

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """One writing transaction: committed at the end of the block, rolled back on an exception. Where the data base does
        not answer to the commit itself, nobody knows whether it was carried out."""
        with _translated(), self._write.begin() as session:
            if not self.sqlite:
                be_patient(session, BUSY_SECONDS)
            yield session

    @contextmanager
    def connecting(self) -> Iterator[Connection]:
        """A connection without a transaction yet, for migrations."""
        with _translated(), self._writer.connect() as connection:
            yield connection

    def close(self) -> None:
        """Closes all connections."""
        self._reader.dispose()
        self._writer.dispose()


@contextmanager
def _translated() -> Iterator[None]:
    """Connection failures as `StoreUnavailable`; mistakes in statements stay what they are."""
    try:
        yield
    except DBAPIError as error:
        damaged = type(error.orig) is sqlite3.DatabaseError  # "file is not a database"
        if (
            damaged
            or error.connection_invalidated
            or (isinstance(error, OperationalError) and not _is_mistake(error.orig))
        ):
            raise StoreUnavailable(_reason(error.orig)) from error
        raise
    except (sqlite3.DatabaseError, NoFreeConnection) as error:  # while a connection is opened
        raise StoreUnavailable(_reason(error)) from error


def _is_mistake(error: BaseException | None) -> bool:
    """SQLite reports a missing table or a wrong statement as an operational error, too."""
    return isinstance(error, sqlite3.OperationalError) and error.sqlite_errorcode == sqlite3.SQLITE_ERROR


def _reason(error: BaseException | None) -> str:
    return next(iter(str(error).splitlines()), "") or type(error).__name__


def _sqlite(url: str, begin: str) -> Engine:
    engine = create_engine(url, connect_args={"timeout": BUSY_SECONDS}, json_deserializer=orjson.loads)

    @event.listens_for(engine, "connect")
    def prepare(connection: sqlite3.Connection, _: Any) -> None:
        connection.isolation_level = None  # the driver would begin transactions by its own rules otherwise
        for pragma in (
            "journal_mode=WAL",
            "synchronous=FULL",
            "foreign_keys=ON",
            f"busy_timeout={BUSY_SECONDS * 1000}",
            "cache_size=-16000",
        ):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def start(connection: Any) -> None:
        connection.exec_driver_sql(begin)

    return engine
