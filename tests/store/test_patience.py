"""A data base that hangs: whoever is impatient goes on, and the next one gets a connection that works."""

from __future__ import annotations

import time
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from sqlalchemy import make_url, text

from service.errors import StoreUnavailable
from service.store.database import Database
from tests.faults.proxy import HANG, PASS, Proxy

PATIENCE = 0.5


@pytest.fixture
def behind_proxy(postgres_url: str) -> Iterator[tuple[Database, Proxy]]:
    """An impatient data base, and what stands between."""
    with Proxy(postgres_url, raw=True) as proxy:
        url = make_url(postgres_url).set(host="127.0.0.1", port=urlsplit(proxy.url).port)
        database = Database(url.render_as_string(hide_password=False), PATIENCE)
        try:
            yield database, proxy
        finally:
            database.close()


def one(database: Database) -> int:
    with database.reading() as session:
        return int(session.execute(text("SELECT 1")).scalar_one())


def given_up(database: Database) -> bool:
    """Whether a slow statement is not waited for."""
    with pytest.raises(StoreUnavailable) as raised, database.reading() as session:
        session.execute(text(f"SELECT pg_sleep({4 * PATIENCE})"))
    return "no answer within" in raised.value.reason


def test_a_connection_that_hangs_is_given_up_and_replaced(behind_proxy: tuple[Database, Proxy]) -> None:
    database, proxy = behind_proxy
    assert one(database) == 1
    proxy.fault = HANG
    with pytest.raises(StoreUnavailable):
        one(database)
    proxy.fault = PASS
    assert one(database) == 1


def test_who_writes_waits_longer(behind_proxy: tuple[Database, Proxy]) -> None:
    database, _ = behind_proxy
    assert given_up(database)
    began = time.monotonic()
    with database.writing() as session:
        session.execute(text(f"SELECT pg_sleep({2 * PATIENCE})"))
    assert time.monotonic() - began > PATIENCE
    assert given_up(database), "the next reader is as impatient as the first"


def test_without_a_limit_a_statement_takes_as_long_as_it_takes(postgres_url: str) -> None:
    database = Database(postgres_url)
    with database.reading() as session:
        session.execute(text(f"SELECT pg_sleep({2 * PATIENCE})"))
    database.close()
