"""`database`: an empty, migrated store of the test's own, once on SQLite and once on PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from service.store import migrate
from service.store.database import Database
from tests.servers import postgres


@pytest.fixture(params=["sqlite", "postgres"])
def empty_store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Address of a data base without tables."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'store.sqlite'}"
    else:
        with postgres.fresh_database(request.getfixturevalue("postgres_url")) as url:
            yield url


@pytest.fixture
def database(empty_store: str) -> Iterator[Database]:
    """A store with all tables and no offers."""
    made = Database(empty_store)
    migrate.upgrade(made)
    yield made
    made.close()
