"""What was backed up comes back, into either kind of store."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Date,
    DateTime,
    Double,
    Float,
    Integer,
    LargeBinary,
    String,
    TypeDecorator,
    Uuid,
)

from service.store import accounts, changes, indexes, leases, meta, migrate, offers, sessions, terms
from service.store.archive import contents
from service.store.archive.reading import Archive
from service.store.archive.restoring import StoreInUse
from service.store.database import Database
from service.store.models import Base
from service.store.offers import Edit
from tests.servers import postgres
from tests.store import archives, factory

KINDS: tuple[tuple[Any, str], ...] = (
    (Boolean, "bool"), (LargeBinary, "bytes"), (DateTime, "datetime"), (Date, "date"), (Double, "float"), (Float, "float"),
    (BigInteger, "int"), (Integer, "int"), (JSON, "json"), (Uuid, "uuid"), (String, "text"),
)  # fmt: skip


@pytest.fixture(params=["sqlite", "postgres"])
def target(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """An empty store to restore into, of each kind in turn; together with `database` all four ways."""
    if request.param == "sqlite":
        made = archives.made(f"sqlite:///{tmp_path / 'target.sqlite'}")
        yield made
        made.close()
    else:
        with postgres.fresh_database(request.getfixturevalue("postgres_url")) as url:
            made = archives.made(url)
            yield made
            made.close()


def test_every_table_is_archived_or_left_out_for_a_reason() -> None:
    named = [contents.ARCHIVED, contents.EMPTIED.keys(), contents.KEPT.keys()]
    assert set().union(*named) == set(Base.metadata.tables)
    assert sum(len(names) for names in named) == len(Base.metadata.tables)


def test_an_archive_holds_all_columns_of_the_models_by_kind() -> None:
    def kind(column: Any) -> str:
        implemented = column.type.impl if isinstance(column.type, TypeDecorator) else column.type
        return next(kind for known, kind in KINDS if isinstance(implemented, known))

    found = {layout.name: layout.columns for layout in contents.layouts(migrate.HEAD)}
    assert found == {
        name: {column.name: kind(column) for column in Base.metadata.tables[name].columns} for name in contents.ARCHIVED
    }


def test_everything_comes_back_into_either_kind_of_store(database: Database, target: Database, tmp_path: Path) -> None:
    archives.fill(database)
    before = archives.tables(database)
    archives.bring_back(target, archives.archive(database, tmp_path / "a.zip"))
    after = archives.tables(target)
    assert after["audit"].pop()["action"] == "store.restore"
    changed = {row["name"]: row["value"] for row in after.pop("settings")}
    kept = {row["name"]: row["value"] for row in before.pop("settings")}
    assert changed.keys() == kept.keys()
    assert {name for name in kept if kept[name] != changed[name]} == {meta.STORE_ID, terms.VERSION}
    assert after == before
    assert archives.exported(target) == archives.exported(database)


def test_a_restored_store_goes_on(database: Database, target: Database, tmp_path: Path) -> None:
    archives.fill(database)
    archives.bring_back(target, archives.archive(database, tmp_path / "a.zip"))
    with target.writing() as session:
        known = {row["id"] for row in archives.tables(database)["offers"]}
        provider, contact = factory.provider(name="Neu"), factory.contact(role="Neu")
        saved = offers.save(session, [Edit(factory.record(provider=provider, contacts=[contact]))], actor="test")
        accounts.add(session, "zwei@example.org", "Zwei", "vier lose worte reichen")
    assert not set(saved.keys) & known
    assert archives.rev(target) == archives.rev(database) + 1


def test_a_second_restore_gives_the_same_again(database: Database, tmp_path: Path) -> None:
    archives.fill(database)
    before = archives.exported(database)
    path = archives.archive(database, tmp_path / "a.zip")
    with database.writing() as session:
        offers.save(session, [Edit(factory.record(title="Später"))], actor="test")
    for _ in range(2):
        archives.bring_back(database, path, overwrite=True)
        assert archives.exported(database) == before


def test_a_store_that_holds_something_is_left_alone_unless_told(database: Database, tmp_path: Path) -> None:
    archives.fill(database)
    path = archives.archive(database, tmp_path / "a.zip")
    before = archives.tables(database)
    with pytest.raises(StoreInUse, match=r"4 Angebote, 1 Anbieter, 2 Kontakte, 1 Konto.*--overwrite"):
        archives.bring_back(database, path)
    assert archives.tables(database) == before
    done = archives.bring_back(database, path, overwrite=True)
    assert done.replaced == {"offers": 4, "providers": 1, "contacts": 2, "accounts": 1}
    last = archives.tables(database, "audit")["audit"][-1]
    assert (last["actor"], last["action"], last["details"]["replaced"]["offers"]) == ("cli", "store.restore", 4)


def test_sessions_end_and_locks_against_guessing_stay(database: Database, tmp_path: Path) -> None:
    archives.fill(database)
    archives.bring_back(database, archives.archive(database, tmp_path / "a.zip"), overwrite=True)
    with database.reading() as session:
        assert sessions.find(session, archives.TOKEN, datetime.now(UTC)) is None
        assert accounts.failures(session, "somebody", archives.NOW)


def test_fencing_tokens_never_come_again(database: Database, tmp_path: Path) -> None:
    archives.fill(database)
    path = archives.archive(database, tmp_path / "a.zip")
    later = archives.NOW + timedelta(hours=1)
    with database.writing() as session:
        given = leases.take(session, "tail:embedded", "here:2", later, 60)
    archives.bring_back(database, path, overwrite=True)
    with database.writing() as session:
        assert given
        leases.guard(session, "tail:embedded", given)
        assert leases.take(session, "tail:embedded", "here:3", later + timedelta(hours=1), 60) == given + 1


def test_no_index_of_before_is_read(database: Database, tmp_path: Path) -> None:
    archives.fill(database)
    with database.reading() as session:
        assert indexes.served(session, "embedded").index
    archives.bring_back(database, archives.archive(database, tmp_path / "a.zip"), overwrite=True)
    with database.reading() as session:
        assert not indexes.served(session, "embedded").index
        assert indexes.behind(session, "embedded") == []


def test_numbers_go_on_from_the_higher_one_of_both_states(database: Database, tmp_path: Path) -> None:
    archives.fill(database)
    path = archives.archive(database, tmp_path / "a.zip")
    with database.writing() as session:
        offers.save(session, [Edit(factory.record())], actor="test")
        terms.replace(session, factory.lists(towns=[factory.term("marl", "Stadt Marl")]))
        newest, words = changes.latest_rev(session), terms.version(session)
    archives.bring_back(database, path, overwrite=True)
    with database.reading() as session:
        assert changes.latest_rev(session) == newest
        assert terms.version(session) > words
        assert changes.changes_after(session, 0, 10) == []


def test_an_archive_of_the_first_tables_restores_into_those_of_today(
    empty_store: str, target: Database, tmp_path: Path
) -> None:
    old = archives.old_store(empty_store)
    path = archives.archive(old, tmp_path / "a.zip")
    old.close()
    with Archive(path) as opened:
        assert opened.schema == "0001"
    before = {entry.name for entry in tmp_path.iterdir()}
    archives.bring_back(target, path)
    (offer,) = archives.tables(target)["offers"]
    assert (offer["id"], offer["title"], offer["created_at"]) == (7, "Von damals", archives.NOW)
    assert migrate.is_current(target)
    assert {entry.name for entry in tmp_path.iterdir()} - {"target.sqlite-wal", "target.sqlite-shm"} <= before


def test_a_store_of_before_a_migration_can_be_backed_up_and_restored_into(empty_store: str, tmp_path: Path) -> None:
    old = archives.old_store(empty_store)
    path = archives.archive(old, tmp_path / "a.zip")
    archives.bring_back(old, path, overwrite=True)
    assert migrate.is_current(old)
    assert [offer["title"] for offer in archives.tables(old)["offers"]] == ["Von damals"]
    old.close()
