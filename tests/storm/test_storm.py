"""A small storm with a fixed seed: nothing that was acknowledged is lost. The large one is `make storm`."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import date
from pathlib import Path

import pytest
from opensearchpy import OpenSearch

from tests.servers import postgres
from tests.storm import journal, plan
from tests.storm.journal import DELETED, Note
from tests.storm.storm import Storm
from tests.storm.weather import Forecast

SEED = 20_260_301
FORECAST = Forecast(indexer_kills=1, engine_kills=0, rebuilds=1, rebuild_kills=0, rollbacks=0, backups=1, tidyings=1)


@pytest.fixture(params=["sqlite-embedded", "postgres-opensearch"])
def environment(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[dict[str, str]]:
    made = {"ANGEBOTE_DATA_DIR": str(tmp_path / "data"), "ANGEBOTE_COUNTY": str(tmp_path)}
    with ExitStack() as stack:
        if request.param == "postgres-opensearch":
            prefix = f"t{secrets.token_hex(6)}"
            url = request.getfixturevalue("opensearch_url")
            client = stack.enter_context(OpenSearch(url, timeout=30))
            stack.callback(client.indices.delete, index=f"{prefix}-v*", params={"ignore_unavailable": "true"})
            server = request.getfixturevalue("postgres_url")
            database = stack.enter_context(postgres.fresh_database(server))
            made |= {"ANGEBOTE_DATABASE_URL": database, "ANGEBOTE_SEARCH_URL": url, "ANGEBOTE_INDEX_PREFIX": prefix}
        yield made


def test_no_acknowledged_edit_is_lost_in_a_storm(environment: dict[str, str], tmp_path: Path) -> None:
    report = Storm(tmp_path / "storm", environment, SEED, 1_000, FORECAST).run()
    assert report.wrong == []
    assert report.edits == 1_000
    assert report.events == {"kill indexer": 1, "rebuild": 1, "back up": 1, "tidy": 1}


def test_the_edits_of_a_writer_follow_from_seed_and_number() -> None:
    today = date(2026, 3, 2)
    shared = [operation.offer for operation in plan.pool(7, 20, today)]
    once, again = ([*plan.operations(7, 2, 200, shared, today)] for _ in range(2))
    assert once == again
    assert once != [*plan.operations(7, 3, 200, shared, today)]
    assert {operation.fields is None for operation in once} == {True, False}
    assert Forecast().events(7)[0].at == Forecast().events(7)[0].at


def test_each_offer_has_a_word_of_its_own() -> None:
    offers = [operation.offer for operation in plan.pool(7, 2_000, date(2026, 3, 2))]
    assert len({plan.marker(offer) for offer in offers}) == len(offers)


@pytest.mark.parametrize(
    ("seen", "moment"),
    [
        ({"a": "1"}, (1, 1)),
        ({"a": "1", "b": "2"}, (2, 2)),
        ({"a": "3", "b": "2"}, (3, 3)),
        ({"a": "3"}, (4, 4)),
        ({"b": "2"}, None),
        ({"a": "1", "b": "9"}, None),
        ({"c": "1"}, None),
    ],
)
def test_a_copy_is_compared_with_all_moments_there_were(seen: dict[str, str], moment: tuple[int, int] | None) -> None:
    notes = [Note("a", 1, "1"), Note("b", 2, "2"), Note("a", 3, "3"), Note("b", 4, DELETED)]
    assert journal.moments(notes, seen) == moment
