"""The standby is one more index: it has its own checkpoint, and goes on while OpenSearch does not."""

from __future__ import annotations

import secrets
import socket
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from opensearchpy import OpenSearch

from indexer import tail as tails
from indexer.jobs import Orders
from indexer.switching import Indexing
from indexer.tail import Tail
from indexer.verify import verify
from indexer.writers import open_writer
from service import config
from service.config import EngineName, Settings
from service.store import indexes, jobs, terms
from service.store.database import Database
from tests.indexer.conftest import TODAY, Clock
from tests.indexer.scenes import add, build, in_step, indexed
from tests.store import factory


@pytest.fixture
def both(opensearch_url: str, tmp_path: Path) -> Iterator[Settings]:
    """Settings with OpenSearch and a standby."""
    made = config.load(
        {
            "ANGEBOTE_DATA_DIR": str(tmp_path),
            "ANGEBOTE_INDEX_PREFIX": f"t{secrets.token_hex(6)}",
            "ANGEBOTE_SEARCH_URL": opensearch_url,
            "ANGEBOTE_COUNTY": str(tmp_path),
        }
    )
    yield made
    with OpenSearch(opensearch_url, timeout=30) as client:
        client.indices.delete(index=f"{made.index_prefix}-v*", params={"ignore_unavailable": "true"})


@pytest.fixture
def works(both: Settings, database: Database, clock: Clock) -> Iterator[dict[EngineName, Indexing]]:
    """One store, both engines."""
    with database.writing() as session:
        terms.replace(session, factory.lists())
    made = {
        engine: Indexing(database, open_writer(both, engine), both, clock, lambda: TODAY) for engine in both.engines
    }
    yield made
    for work in made.values():
        work.writer.close()


def idle(work: Indexing) -> Tail:
    """A tail whose jobs nobody does."""
    return Tail(work, Orders(work.database, work.writer.engine, work.clock, command=("false",)))


def test_both_engines_are_kept_where_there_is_a_standby(both: Settings) -> None:
    assert both.engines == ("opensearch", "embedded")
    assert replace(both, standby=False).engines == ("opensearch",)
    assert replace(both, search_url="").engines == ("embedded",)


def test_edits_reach_both_indexes_each_with_its_own_checkpoint(works: dict[EngineName, Indexing]) -> None:
    main, standby = works["opensearch"], works["embedded"]
    add(main, "Deutschkurs")
    build(main)
    build(standby)
    add(main, "Sprachcafé")
    first, second = idle(main), idle(standby)
    first.turn()
    assert (indexed(main), indexed(standby)) == (2, 1)
    second.turn()
    assert in_step(main)
    assert in_step(standby)
    first.close()
    second.close()
    assert [outcome.differences for work in works.values() for outcome in verify(work)] == [0, 0]


def test_the_standby_goes_on_while_opensearch_is_away(
    works: dict[EngineName, Indexing], both: Settings, clock: Clock
) -> None:
    main, standby = works["opensearch"], works["embedded"]
    add(main, "Deutschkurs")
    name = build(main)
    build(standby)
    with socket.create_server(("127.0.0.1", 0)) as server:
        nobody = f"http://127.0.0.1:{server.getsockname()[1]}"
    away = replace(main, writer=open_writer(replace(both, search_url=nobody)))
    first, second = idle(away), idle(standby)
    add(main, "Sprachcafé")
    first.turn()
    second.turn()
    assert in_step(standby)
    with main.database.reading() as session:
        assert [lag.revisions for lag in indexes.lag(session, "opensearch", clock())] == [1]
    first.close()
    again = idle(main)
    again.turn()
    assert in_step(main, name)
    for tail in (second, again):
        tail.close()


def test_one_process_follows_both_and_ends_when_it_is_asked(works: dict[EngineName, Indexing]) -> None:
    main = works["opensearch"]
    add(main, "Deutschkurs")
    for work in works.values():
        build(work)
    add(main, "Sprachcafé")
    stop = threading.Event()
    thread = threading.Thread(target=tails.follow, args=(list(works.values()), stop))
    thread.start()
    until = threading.Event()
    for _ in range(300):
        if all(in_step(work) for work in works.values()):
            break
        until.wait(0.05)
    stop.set()
    thread.join(15)
    assert not thread.is_alive()
    assert all(in_step(work) for work in works.values())


def test_an_unexpected_error_ends_the_process_instead_of_one_tail(
    works: dict[EngineName, Indexing], monkeypatch: pytest.MonkeyPatch
) -> None:
    turn = Tail.turn

    def broken(tail: Tail) -> int:
        if tail._engine == "embedded":
            raise RuntimeError("a mistake in the program")
        return turn(tail)

    monkeypatch.setattr(Tail, "turn", broken)
    with pytest.raises(RuntimeError, match="a mistake"):
        tails.follow([replace(work, clock=Clock()) for work in works.values()], threading.Event())


def test_each_engine_has_jobs_of_its_own(works: dict[EngineName, Indexing]) -> None:
    main, standby = works["opensearch"], works["embedded"]
    tail = idle(standby)
    tail.turn()
    tail.close()
    with main.database.reading() as session:
        (job,) = jobs.latest(session, jobs.rebuild("embedded"))
        assert job.ordered_by == "Indexierung: erster Index"
        assert jobs.latest(session, jobs.rebuild("opensearch")) == []
