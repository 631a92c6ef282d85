"""A data base that hangs: whoever is impatient goes on, and the next one gets a connection that works."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from sqlalchemy import make_url, text
from sqlalchemy.orm import Session

from service.errors import StoreUnavailable
from service.store.database import Database
from tests.faults.proxy import HANG, PASS, Proxy
from tests.faults.waiting import until

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
    with database.writing() as session:
        assert slept(session)
    assert given_up(database), "the next reader is as impatient as the first"


def test_without_a_limit_a_statement_takes_as_long_as_it_takes(postgres_url: str) -> None:
    database = Database(postgres_url)
    try:
        with database.reading() as session:
            assert slept(session)
    finally:
        database.close()


def test_who_hurries_may_take_as_long_as_they_say(behind_proxy: tuple[Database, Proxy]) -> None:
    database, _ = behind_proxy
    with database.hurried(8 * PATIENCE) as session:
        assert slept(session)
    with pytest.raises(StoreUnavailable) as raised, database.hurried(PATIENCE) as session:
        session.execute(text(f"SELECT pg_sleep({20 * PATIENCE})"))
    assert "statement timeout" in raised.value.reason, "the server says so itself"


def test_the_server_ends_what_nobody_waits_for(behind_proxy: tuple[Database, Proxy], postgres_url: str) -> None:
    database, _ = behind_proxy
    with pytest.raises(StoreUnavailable), database.reading() as session:
        session.execute(text("SELECT pg_sleep(600)"))
    watcher = Database(postgres_url)
    running = text(
        "SELECT count(*) FROM pg_stat_activity WHERE query LIKE '%pg_sleep(600)%' AND pid != pg_backend_pid()"
    )

    def gone() -> bool:
        with watcher.reading() as session:
            return int(session.execute(running).scalar_one()) == 0

    try:
        until(gone, "the statement has ended")
    finally:
        watcher.close()


def slept(session: Session) -> bool:
    """Whether a statement that takes longer than the patience is answered."""
    answer = session.execute(text("SELECT 'done' FROM pg_sleep(:seconds)"), {"seconds": 2 * PATIENCE})
    return str(answer.scalar_one()) == "done"
