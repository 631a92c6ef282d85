"""The store's tables come from migrations alone."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import inspect, select

import service.store
from service.errors import StoreUnavailable
from service.store import changes, meta, migrate
from service.store.database import Database
from service.store.models import Base, Counter


def test_the_models_equal_the_migrations(database: Database) -> None:
    with database.connecting() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
        assert compare_metadata(context, Base.metadata) == []


def test_a_store_is_current_only_after_its_migrations(empty_store: str) -> None:
    database = Database(empty_store)
    assert not migrate.is_current(database)
    migrate.upgrade(database)
    assert migrate.is_current(database)
    database.close()


def test_a_second_upgrade_changes_nothing(database: Database) -> None:
    with database.reading() as session:
        before = meta.store_id(session)
    migrate.upgrade(database)
    with database.reading() as session:
        assert meta.store_id(session) == before
        assert changes.latest_rev(session) == 0


def test_processes_that_migrate_at_once_make_one_store(empty_store: str) -> None:
    stores = [Database(empty_store) for _ in range(4)]
    with ThreadPoolExecutor(len(stores)) as pool:
        list(pool.map(migrate.upgrade, stores))
    with stores[0].reading() as session:
        assert len(session.scalars(select(Counter)).all()) == 1
    for store in stores:
        store.close()


def test_a_migration_that_fails_leaves_no_table(empty_store: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_: object) -> None:
        raise OSError("the power went")

    database = Database(empty_store)
    monkeypatch.setattr(meta, "prepare", fail)
    with pytest.raises(OSError, match="power"):
        migrate.upgrade(database)
    with database.connecting() as connection:
        assert inspect(connection).get_table_names() == []
    database.close()


def test_sqlite_checks_references_again_after_a_migration(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'store.sqlite'}")
    migrate.upgrade(database)
    with database.writing() as session:
        assert session.connection().exec_driver_sql("PRAGMA foreign_keys").scalar() == 1
    database.close()


def test_a_server_that_does_not_answer_is_said_so(tmp_path: Path) -> None:
    database = Database("postgresql+psycopg://nobody@127.0.0.1:9/none")
    with pytest.raises(StoreUnavailable) as refused:
        migrate.upgrade(database)
    assert "127.0.0.1" in refused.value.reason
    assert "127.0.0.1" not in refused.value.message


def test_the_migrations_lie_inside_the_package() -> None:
    package = Path(service.store.__file__).parent
    assert (package / "migrations" / "script.py.mako").is_file()
    assert package / "migrations" == migrate.FOLDER
