"""What the tests of the indexer do to a store, and what they see in an index."""

from __future__ import annotations

from typing import Any

from indexer import rebuild
from indexer.compare import differences
from indexer.switching import Indexing
from service.store import indexes, offers
from service.store.indexes import Physical
from tests.indexer.conftest import TODAY
from tests.store import factory


def add(work: Indexing, *titles: str, **fields: Any) -> list[int]:
    """New public offers; their keys."""
    edits = [offers.Edit(factory.record(title=title, **fields)) for title in titles]
    with work.database.writing() as session:
        return offers.save(session, edits, actor="test").keys


def edit(work: Indexing, key: int, **fields: Any) -> None:
    """An edit of an offer."""
    with work.database.writing() as session:
        offers.save(session, [offers.Edit(factory.record(**fields), key=key)], actor="test")


def withdraw(work: Indexing, key: int) -> None:
    """An offer is deleted."""
    with work.database.writing() as session:
        offers.withdraw(session, key, actor="test")


def build(work: Indexing) -> str:
    """A rebuild; the new index' name."""
    return str(rebuild.rebuild(work, "test")["name"])


def current(work: Indexing) -> Physical:
    """The served index as the store knows it."""
    with work.database.reading() as session:
        found = indexes.current(session, work.writer.engine)
    assert found is not None
    return found


def indexed(work: Indexing, name: str = "") -> int:
    """Number of documents in an index."""
    name = name or current(work).name
    work.writer.refresh(name)
    return len(list(work.writer.entries(name)))


def in_step(work: Indexing, name: str = "") -> bool:
    """True where an index holds exactly what is visible."""
    name = name or current(work).name
    work.writer.refresh(name)
    with work.database.reading() as session:
        applied = indexes.applied_rev(session, name)
        pending = [lag for lag in indexes.lag(session, work.writer.engine, work.clock()) if lag.name == name]
    return not any(lag.revisions for lag in pending) and not list(
        differences(work.database, work.writer, name, applied, TODAY)
    )
