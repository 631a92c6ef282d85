"""A rebuild is invisible to readers, loses no edit, and never serves an index that did not pass its checks."""

from __future__ import annotations

import multiprocessing
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import update

from indexer import crew, switching
from indexer import document as document_module
from indexer.document import Draft
from indexer.rebuild import rebuild
from indexer.shares import Built, Share
from indexer.switching import Indexing, RebuildFailed
from indexer.tail import Tail
from indexer.verify import verify
from service.search.criteria import SearchCriteria
from service.search.engines import open_engine
from service.search.service import SearchService
from service.search.wordbook import Wordbook
from service.store import changes, indexes, jobs
from service.store.models import Counter, Offer
from tests.indexer.scenes import add, build, current, edit, in_step, indexed, withdraw
from tests.indexer.test_writers import document


def states(work: Indexing) -> dict[str, str]:
    with work.database.reading() as session:
        return {index.name: index.state for index in indexes.listed(session, work.writer.engine)}


def test_the_first_index_holds_what_is_visible(work: Indexing) -> None:
    add(work, "Deutschkurs", "Sprachcafé")
    add(work, "Entwurf", status="draft")
    add(work, "Später", visible_from="2026-04-01")
    report = rebuild(work, "Redaktion")
    assert report["offers"] == indexed(work) == 2
    assert work.writer.current() == report["name"] == current(work).name
    assert current(work).report["by"] == "Redaktion"
    gates = current(work).report["gates"]
    assert (gates["refused"], gates["differences"], gates["judged"]["queries"]) == (0, 0, 0)


def test_an_empty_store_gets_an_empty_index(work: Indexing) -> None:
    build(work)
    assert indexed(work) == 0


def test_parts_and_words_are_kept_beside_the_index(work: Indexing) -> None:
    add(work, *(f"Fahrradwerkstatt Nummer {number}" for number in range(4)), body="<p>Die Werkstatt am Markt.</p>")
    name = build(work)
    with work.database.reading() as session:
        parts, words = indexes.frozen_words(session, name)
    assert "werkstatt" in parts
    assert b"angebote-words" in words


def test_several_processes_build_the_same_index(work: Indexing, monkeypatch: pytest.MonkeyPatch) -> None:
    add(work, *(f"Fahrradwerkstatt Nummer {number}" for number in range(40)), body="<p>Näh- und Sprachkurs.</p>")
    alone = build(work)
    monkeypatch.setattr(crew, "ALONE_BELOW", 0)
    together = build(work)
    assert indexed(work) == 40
    with work.database.reading() as session:
        assert indexes.frozen_words(session, together) == indexes.frozen_words(session, alone)


def test_helpers_end_with_a_rebuild_that_is_stopped(work: Indexing, monkeypatch: pytest.MonkeyPatch) -> None:
    add(work, "Deutschkurs", "Sprachcafé")
    monkeypatch.setattr(crew, "ALONE_BELOW", 0)
    with pytest.raises(KeyboardInterrupt):
        rebuild(work, "test", _killed_at("Angebote laden"))
    assert multiprocessing.active_children() == []
    assert work.writer.names() == []


def test_the_previous_index_is_kept_and_the_one_before_goes(work: Indexing) -> None:
    add(work, "Deutschkurs")
    build(work)
    second, third = build(work), build(work)
    assert states(work) == {second: "previous", third: "current"}
    assert work.writer.names() == [second, third]


def test_without_a_previous_index_there_is_no_way_back(work: Indexing) -> None:
    build(work)
    with pytest.raises(RebuildFailed):
        switching.roll_back(work)


def _killed_at(step: str) -> Any:
    def progress(_: int, __: int, now: str) -> None:
        if now == step:
            raise KeyboardInterrupt

    return progress


def test_a_rebuild_that_is_stopped_leaves_the_old_index(work: Indexing) -> None:
    add(work, "Deutschkurs")
    served = build(work)
    with pytest.raises(KeyboardInterrupt):
        rebuild(work, "test", _killed_at("Angebote laden"))
    assert work.writer.names() == [served]
    assert sorted(states(work).values()) == ["current", "failed"]
    assert indexed(work) == 1


def test_a_refused_document_fails_the_rebuild_and_is_named(work: Indexing, monkeypatch: pytest.MonkeyPatch) -> None:
    (bad,) = add(work, "Deutschkurs")
    add(work, "Sprachcafé")
    served = build(work)
    complete = document_module.complete

    def spoilt(draft: Draft, book: Wordbook) -> dict[str, Any]:
        made = complete(draft, book)
        return {**made, "changed_on": "gestern"} if made["title"] == "Deutschkurs" else made

    with monkeypatch.context() as patch:
        patch.setattr(document_module, "complete", spoilt)
        with pytest.raises(RebuildFailed, match="nimmt 1 Angebote nicht an"):
            build(work)
    assert work.writer.current() == served
    assert work.writer.names() == [served]
    (failed,) = (name for name, state in states(work).items() if state == "failed")
    with work.database.reading() as session:
        assert list(indexes.failures(session, failed)) == [bad]
    build(work)
    assert "failed" not in states(work).values()


def test_a_document_that_is_missing_fails_the_rebuild(work: Indexing, monkeypatch: pytest.MonkeyPatch) -> None:
    add(work, "Deutschkurs", "Sprachcafé")
    build_all = Share.build

    def forgetful(share: Share, parts: frozenset[str]) -> Iterator[Built]:
        for built in build_all(share, parts):
            yield Built(built.prepared[1:], built.failures)

    monkeypatch.setattr(Share, "build", forgetful)
    with pytest.raises(RebuildFailed, match="missing"):
        build(work)
    assert work.writer.names() == []


def test_readers_see_no_failure_and_no_empty_answer(work: Indexing) -> None:
    keys = add(work, *(f"Deutschkurs {number}" for number in range(30)))
    build(work)
    service = SearchService(work.database, open_engine(work.settings, seconds=60))
    totals: list[int] = []
    errors: list[Exception] = []
    stop = threading.Event()

    def read() -> None:
        while not stop.is_set():
            try:
                totals.append(service.search(SearchCriteria(q="deutsch kurs")).found.total)
            except Exception as error:
                errors.append(error)

    readers = [threading.Thread(target=read) for _ in range(2)]
    for reader in readers:
        reader.start()
    tail = Tail(work)
    for number, key in enumerate(keys[:4]):
        edit(work, key, title=f"Deutschkurs am Abend {number}")
        tail.turn()
        build(work)
        tail.turn()
    tail.close()
    stop.set()
    for reader in readers:
        reader.join()
    service.engine.close()
    assert errors == []
    assert set(totals) == {30}


def test_verification_finds_and_repairs_differences(work: Indexing, tail: Tail) -> None:
    missing, stale, surplus, _ = add(work, "Deutschkurs", "Sprachcafé", "Elterncafé", "Nähkurs")
    name = build(work)
    assert [outcome.differences for outcome in verify(work)] == [0]
    _disagree(work, name, missing, stale, surplus)
    (found,) = verify(work)
    assert found.kinds == {"missing": 1, "stale": 1, "surplus": 1}
    while tail.turn():
        pass
    assert in_step(work)
    assert [outcome.differences for outcome in verify(work)] == [0]


def _disagree(work: Indexing, name: str, missing: int, stale: int, surplus: int) -> None:
    """The index as if writes had been lost: offers are put out of step behind its back."""
    changed: dict[int, dict[str, Any]] = {
        missing: {"status": "public"},
        stale: {"title": "Anders"},
        surplus: {"status": "draft"},
    }
    withdraw(work, missing)
    tail = Tail(work)
    while tail.turn():
        pass
    tail.close()
    with work.database.writing() as session:
        for key, values in changed.items():
            later = {"deleted_at": None, "rev": Offer.rev + 1, **values}
            session.execute(update(Offer).where(Offer.id == key).values(later))
        session.execute(update(Counter).values(rev=Counter.rev + 1))
        indexes.advance(session, name, changes.latest_rev(session))


def test_an_offer_that_the_store_does_not_know_orders_a_rebuild(work: Indexing) -> None:
    add(work, "Deutschkurs")
    name = build(work)
    work.writer.write(name, [document("ffffffff-0000-4000-8000-000000000000", 1)])
    (found,) = verify(work)
    assert found.kinds == {"foreign": 1}
    with work.database.reading() as session:
        assert jobs.waiting(session, jobs.rebuild(work.writer.engine))


def test_the_tail_repairs_an_engine_that_serves_another_index(work: Indexing, tail: Tail) -> None:
    first, second = build(work), build(work)
    work.writer.switch(first)
    tail.turn()
    assert work.writer.current() == second


def test_the_tail_orders_the_first_index(work: Indexing, tail: Tail) -> None:
    add(work, "Deutschkurs")
    tail.turn()
    with work.database.reading() as session:
        (job,) = jobs.latest(session, jobs.rebuild(work.writer.engine))
    assert job.ordered_by == "Indexierung: erster Index"
