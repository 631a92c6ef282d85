"""The store's tables: made and brought up to date by Alembic's migrations in `service/store/migrations`."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text
from sqlalchemy.orm import Session

from service.errors import ServiceError
from service.store import meta
from service.store.database import Database

FOLDER = Path(__file__).parent / "migrations"
LOCK = 5_240_017_301
"""Number of PostgreSQL's advisory lock that one migrating process holds; any number that nobody else uses."""
HEAD = "head"
"""The newest revision, whatever its number."""


class NewerStore(ServiceError):
    """The store was migrated by a later version of the product."""

    def __init__(self, found: str) -> None:
        super().__init__(
            f"Die Datenbank ist von einer neueren Version des Programms (Tabellenstand {found}, bekannt bis {head()}). "
            "Bitte das Programm aktualisieren."
        )


def upgrade(database: Database, to: str = HEAD) -> None:
    """Brings the store up to date in one transaction; does nothing to a store that is. Of two processes one waits.

    `to` names an older revision, for archives of that time. Raises `NewerStore`.
    """
    with _migrating(database) as connection:
        found = _revision(connection)
        if found and not is_known(found):
            raise NewerStore(found)
        command.upgrade(_config(connection), to)
        with Session(bind=connection, join_transaction_mode="rollback_only") as session:
            meta.prepare(session)
            session.commit()  # into the connection's transaction


def is_current(database: Database) -> bool:
    """True where the store has exactly the tables that this version of the product works with."""
    with database.reading() as session:
        return revision(session) == head()


def revision(session: Session) -> str:
    """The revision of a store's tables; "" where it has none."""
    return _revision(session.connection())


def head() -> str:
    """The revision that this version of the product works with."""
    return _scripts().get_current_head() or ""


def is_known(revision: str) -> bool:
    """True for a revision that this version of the product has a migration of; a later version knows more."""
    return revision in {script.revision for script in _scripts().walk_revisions()}


def draft(database: Database, number: str, message: str) -> None:
    """Writes a new migration from the difference between the models and a store; for developers."""
    with _migrating(database) as connection:
        command.revision(_config(connection), message, autogenerate=True, rev_id=number)


@contextmanager
def _migrating(database: Database) -> Iterator[Connection]:
    """One transaction that excludes other migrating processes. SQLite's writing transactions exclude each other anyway."""
    with database.connecting() as connection:
        _check_references(connection, database, "OFF")  # altering a table makes it anew: others refer to it meanwhile
        try:
            with connection.begin():
                if not database.sqlite:
                    connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
                yield connection
                if database.sqlite and (broken := connection.exec_driver_sql("PRAGMA foreign_key_check").all()):
                    raise RuntimeError(f"the migration left references to rows that are gone: {broken[:5]}")
        finally:
            _check_references(connection, database, "ON")


def _check_references(connection: Connection, database: Database, switch: str) -> None:
    """SQLite alone; it ignores this inside a transaction, so SQLAlchemy must not begin one for it."""
    raw = connection.connection.dbapi_connection
    if database.sqlite and raw is not None:
        raw.cursor().execute(f"PRAGMA foreign_keys={switch}")


def _revision(connection: Connection) -> str:
    return MigrationContext.configure(connection).get_current_revision() or ""


def _scripts() -> ScriptDirectory:
    return ScriptDirectory.from_config(_config())


def _config(connection: Connection | None = None) -> Config:
    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", str(FOLDER).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.set_main_option("file_template", "%%(rev)s_%%(slug)s")
    return config
