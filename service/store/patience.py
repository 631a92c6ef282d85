"""Connections to PostgreSQL that do not wait for ever.

A data base that hangs keeps its connections open: the kernel answers for it, so no timeout of TCP or of the server ever
ends the wait. Pages give a statement a few seconds; the connection is then closed and `StoreUnavailable` says why.
"""

from typing import Any

import psycopg
from psycopg.abc import RV, PQGen
from sqlalchemy import Engine, create_engine, event
from sqlalchemy.orm import Session

CONNECT_SECONDS, IMPATIENT_CONNECT_SECONDS = 5, 2
"""How long a new connection may take; the client library takes no less than two."""
LOOKS_MILLISECONDS = 2_000
"""How often the server looks, in the middle of a statement, whether anybody still waits for it."""
LOOKS_SINCE = 140_000
"""The first version of the server that does."""


class ImpatientConnection(psycopg.Connection[Any]):
    """Waits `patience` seconds for each statement; None: as long as it takes."""

    patience: float | None = None

    def wait(self, gen: PQGen[RV], interval: float = 0.1, timeout: float | None = None) -> RV:
        """See `psycopg.Connection.wait`. Raises `psycopg.OperationalError` when the patience ends."""
        if timeout is not None or self.patience is None:
            return super().wait(gen, interval, timeout)
        try:
            return super().wait(gen, interval, self.patience)
        except psycopg.errors._WaitTimeout as error:
            self.pgconn.finish()  # what it still says would be taken for the answer to the next statement
            raise psycopg.OperationalError(f"no answer within {self.patience:g} s") from error


def impatient_engine(url: str, seconds: float | None) -> Engine:
    """An engine for PostgreSQL whose statements wait at most so long. The server ends those that were given up."""
    within = CONNECT_SECONDS if seconds is None else IMPATIENT_CONNECT_SECONDS
    engine = create_engine(
        url, pool_size=5, max_overflow=5, pool_pre_ping=True, connect_args={"connect_timeout": within}
    )

    @event.listens_for(engine, "do_connect")
    def connect(_: Any, __: Any, arguments: Any, options: Any) -> ImpatientConnection:
        made = ImpatientConnection.connect(*arguments, **options)
        made.patience = seconds
        if seconds is not None and made.info.server_version >= LOOKS_SINCE:
            made.execute(f"SET client_connection_check_interval = {LOOKS_MILLISECONDS}")
            made.commit()
        return made

    @event.listens_for(engine, "checkin")
    def forget(connection: ImpatientConnection | None, _: Any) -> None:
        if connection:
            connection.patience = seconds

    return engine


def be_patient(session: Session, seconds: float) -> None:
    """Until the session ends, an impatient connection waits as long as this: for a lock that others hold."""
    connection = session.connection().connection.driver_connection
    if isinstance(connection, ImpatientConnection) and connection.patience is not None:
        connection.patience = seconds
