"""`place`: an installation of the test's own, on every combination of store and engine. All race tests work in it."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from opensearchpy import OpenSearch

from indexer.switching import Indexing
from service.store import migrate, terms
from service.store.database import Database
from tests.indexer.conftest import Clock
from tests.races.places import Place
from tests.servers import postgres
from tests.store import factory

COMBINATIONS = [(store, engine) for store in ("sqlite", "postgres") for engine in ("embedded", "opensearch")]


@pytest.fixture(params=COMBINATIONS, ids="-".join)
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Place]:
    """A store with small vocabularies and no offers, and an engine without an index."""
    store, engine = request.param
    prefix = f"t{secrets.token_hex(6)}"
    environment = {
        "ANGEBOTE_DATA_DIR": str(tmp_path),
        "ANGEBOTE_INDEX_PREFIX": prefix,
        "ANGEBOTE_STANDBY": "off",
        "ANGEBOTE_COUNTY": str(tmp_path),  # nothing is judged here
    }
    with ExitStack() as stack:
        if store == "postgres":
            url = stack.enter_context(postgres.fresh_database(request.getfixturevalue("postgres_url")))
            environment["ANGEBOTE_DATABASE_URL"] = url
        if engine == "opensearch":
            url = request.getfixturevalue("opensearch_url")
            environment["ANGEBOTE_SEARCH_URL"] = url
            client = stack.enter_context(OpenSearch(url, timeout=30))
            stack.callback(client.indices.delete, index=f"{prefix}-v*", params={"ignore_unavailable": "true"})
        made = Place(environment, Clock(), stack)
        _prepare(made)
        yield made


def _prepare(place: Place) -> None:
    database = Database(place.settings.database_url)
    migrate.upgrade(database)
    with database.writing() as session:
        terms.replace(session, factory.lists())
    database.close()


@pytest.fixture
def work(place: Place) -> Indexing:
    """Both sides of the place, as one process sees them."""
    return place.open()


@pytest.fixture
def clock(place: Place) -> Clock:
    """The clock of the whole place."""
    return place.clock
