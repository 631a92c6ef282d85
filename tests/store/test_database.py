"""Connections: what happens when the data base cannot do its work, and what it is told about moments."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import SQLAlchemyError, StatementError

from service.errors import StoreUnavailable
from service.store import changes, migrate
from service.store import database as connections
from service.store.database import Database
from service.store.models import AuditEntry
from tests.servers.process import free_port


def test_a_server_that_does_not_answer_is_said_so() -> None:
    unreachable = Database(f"postgresql+psycopg://nobody:secret-word@127.0.0.1:{free_port()}/none")
    for way in (unreachable.reading, unreachable.snapshot, unreachable.writing):
        with pytest.raises(StoreUnavailable) as refused, way() as session:
            session.execute(text("SELECT 1"))
        assert "Datenbank" in refused.value.message
        assert refused.value.reason
        assert "secret-word" not in refused.value.reason


def test_a_server_that_goes_away_is_said_so_and_found_again(postgres_database: str) -> None:
    database = Database(postgres_database)
    with pytest.raises(StoreUnavailable), database.reading() as session:
        session.execute(text("SELECT pg_terminate_backend(pg_backend_pid())"))
    with database.reading() as session:
        assert session.scalar(text("SELECT 1")) == 1
    database.close()


def test_a_file_that_cannot_be_opened_is_said_so(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'no folder' / 'store.sqlite'}")
    with pytest.raises(StoreUnavailable, match="nicht erreichbar"), database.reading() as session:
        session.execute(text("SELECT 1"))


def test_a_locked_file_is_said_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "BUSY_SECONDS", 0)
    url = f"sqlite:///{tmp_path / 'store.sqlite'}"
    first, second = Database(url), Database(url)
    migrate.upgrade(first)
    with first.writing() as session:
        changes.latest_rev(session)
        with pytest.raises(StoreUnavailable) as refused, second.writing() as other:
            changes.latest_rev(other)
    assert refused.value.reason == "database is locked"
    with first.writing() as session:
        changes.latest_rev(session)
        with second.reading() as other:
            assert changes.latest_rev(other) == 0
    first.close()
    second.close()


def test_a_wrong_statement_is_no_outage(database: Database) -> None:
    with pytest.raises(SQLAlchemyError), database.reading() as session:
        session.execute(text("SELECT * FROM nothing"))


def test_reading_again_sees_what_was_committed(database: Database) -> None:
    with database.writing() as session:
        changes.audit(session, "redaktion", "login", "account:1", size=3)
    with database.reading() as session:
        assert session.scalars(select(AuditEntry)).one().details == {"size": 3}


def test_an_exception_undoes_the_block(database: Database) -> None:
    def fail() -> None:
        with database.writing() as session:
            changes.audit(session, "redaktion", "login", "account:1")
            raise KeyError

    with pytest.raises(KeyError):
        fail()
    with database.reading() as session:
        assert session.scalars(select(AuditEntry)).all() == []


def test_moments_are_kept_in_utc(database: Database) -> None:
    summer = datetime(2026, 7, 1, 12, 0, tzinfo=timezone(timedelta(hours=2)))
    with database.writing() as session:
        session.add(AuditEntry(at=summer, actor="a", action="b", object="c", details={}))
    with database.reading() as session:
        assert session.scalars(select(AuditEntry.at)).one().isoformat() == "2026-07-01T10:00:00+00:00"


def test_a_moment_without_a_zone_is_a_mistake(database: Database) -> None:
    naive = datetime(2026, 7, 1, 12, 0, tzinfo=UTC).replace(tzinfo=None)
    with pytest.raises(StatementError, match="zone"), database.writing() as session:
        session.add(AuditEntry(at=naive, actor="a", action="b", object="c", details={}))


def test_a_statement_that_takes_too_long_is_given_up(database: Database) -> None:
    counting = (
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 500000000) SELECT max(i) FROM n"
    )
    with pytest.raises(StoreUnavailable) as given_up, database.hurried(0.2) as session:
        session.execute(text(counting))
    assert given_up.value.reason
    with database.reading() as session:  # the connection that is used next has no limit any more
        assert session.scalar(text("SELECT 1")) == 1
