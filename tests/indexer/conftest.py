"""A writer on each engine, with a prefix of the test's own; nothing is left behind."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from opensearchpy import OpenSearch

from indexer.jobs import Orders
from indexer.switching import Indexing
from indexer.tail import Tail
from indexer.writers import IndexWriter, open_writer
from service import config
from service.config import Settings
from service.store import terms
from service.store.database import Database
from tests.store import factory
from tests.store.conftest import database, empty_store

__all__ = ["database", "empty_store"]
TODAY = date(2026, 3, 2)


@pytest.fixture
def prefix() -> str:
    return f"t{secrets.token_hex(6)}"


@pytest.fixture(params=["embedded", "opensearch"])
def settings(request: pytest.FixtureRequest, tmp_path: Path, prefix: str) -> Settings:
    """Settings of each engine in turn, with a prefix that nobody else uses and without judged queries."""
    environment = {
        "ANGEBOTE_DATA_DIR": str(tmp_path),
        "ANGEBOTE_INDEX_PREFIX": prefix,
        "ANGEBOTE_STANDBY": "off",
        "ANGEBOTE_COUNTY": str(tmp_path),
    }
    if request.param == "opensearch":
        environment["ANGEBOTE_SEARCH_URL"] = request.getfixturevalue("opensearch_url")
    return config.load(environment)


@pytest.fixture
def writer(settings: Settings) -> Iterator[IndexWriter]:
    """A writer whose indexes go with the test."""
    made = open_writer(settings)
    yield made
    made.close()
    if settings.search_url:
        with OpenSearch(settings.search_url, timeout=30) as client:
            client.indices.delete(index=f"{settings.index_prefix}-v*", params={"ignore_unavailable": "true"})


class Clock:
    """A clock that goes on only when a test says so, and by a millisecond with each look, so that names differ."""

    def __init__(self) -> None:
        self.moment = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        self.moment += timedelta(milliseconds=1)
        return self.moment

    def pass_by(self, seconds: float) -> None:
        self.moment += timedelta(seconds=seconds)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def work(database: Database, writer: IndexWriter, settings: Settings, clock: Clock) -> Indexing:
    """A store with small vocabularies and no offers, and a writer without an index."""
    with database.writing() as session:
        terms.replace(session, factory.lists())
    return Indexing(database, writer, settings, clock, lambda: TODAY)


@pytest.fixture
def tail(work: Indexing) -> Iterator[Tail]:
    """A tail whose rebuilds nobody does."""
    made = Tail(work, Orders(work.database, work.writer.engine, work.clock, command=("false",)))
    yield made
    made.close()
