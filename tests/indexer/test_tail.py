"""Edits reach every followed index, whatever happens in between."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from indexer.following import Follower
from indexer.switching import Indexing
from indexer.tail import Tail
from indexer.writers import Deletion, Document, Failure
from service.errors import SearchUnavailable, StoreUnavailable
from service.store import changes, indexes, visibility
from service.store.lease import Lease
from service.store.leases import LeaseLost
from tests.indexer.conftest import Clock
from tests.indexer.scenes import add, build, current, edit, in_step, indexed, withdraw


def test_new_and_changed_offers_reach_the_index(work: Indexing, tail: Tail) -> None:
    first, _ = add(work, "Deutschkurs", "Sprachcafé")
    build(work)
    add(work, "Elterncafé")
    edit(work, first, title="Deutschkurs am Abend")
    assert tail.turn() == 2
    assert indexed(work) == 3
    assert in_step(work)


def test_deleted_and_unpublished_offers_leave_the_index(work: Indexing, tail: Tail) -> None:
    first, second, _ = add(work, "Deutschkurs", "Sprachcafé", "Elterncafé")
    build(work)
    withdraw(work, first)
    edit(work, second, title="Sprachcafé", status="paused")
    tail.turn()
    assert indexed(work) == 1
    assert in_step(work)


def test_a_deleted_offer_comes_back_when_it_is_saved_again(work: Indexing, tail: Tail) -> None:
    (key,) = add(work, "Deutschkurs")
    build(work)
    withdraw(work, key)
    tail.turn()
    edit(work, key, title="Deutschkurs")
    tail.turn()
    assert indexed(work) == 1
    assert in_step(work)


def test_an_offer_whose_last_day_has_passed_leaves_without_an_edit(
    work: Indexing,
) -> None:
    add(work, "Deutschkurs", visible_until="2026-03-02")
    build(work)
    with work.database.writing() as session:
        visibility.record_due(session, date(2026, 3, 2))
        assert visibility.record_due(session, date(2026, 3, 3)) == 1
    later = Tail(Indexing(work.database, work.writer, work.settings, work.clock, lambda: date(2026, 3, 3)))
    later.turn()
    assert indexed(work) == 0
    later.close()


def test_new_words_are_added_to_the_index_lexicon(work: Indexing, tail: Tail) -> None:
    add(work, "Deutschkurs")
    name = build(work)
    add(work, "Fahrradwerkstatt")
    tail.turn()
    with work.database.reading() as session:
        added = [word for _, words in indexes.added_words(session, name, 0) for word in words]
    assert "fahrradwerkstatt" in added
    assert "deutschkurs" not in added


def test_after_a_lost_lease_nothing_more_is_recorded(work: Indexing, tail: Tail, clock: Clock) -> None:
    add(work, "Deutschkurs")
    name = build(work)
    lease = Lease(work.database, f"index:{name}", 15, clock, owner="first")
    assert lease.take()
    follower = Follower(work.database, work.writer, name, lease, clock, work.today)
    add(work, "Sprachcafé")
    follower.advance()
    clock.pass_by(16)
    assert Lease(work.database, f"index:{name}", 15, clock, owner="second").take()
    before = current(work).applied_rev
    add(work, "Elterncafé")
    with pytest.raises(LeaseLost):
        follower.advance()
    assert current(work).applied_rev == before
    assert indexed(work) == 2
    work.writer.release(name)


def test_a_batch_whose_lease_was_taken_meanwhile_does_not_move_the_checkpoint(
    work: Indexing, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    add(work, "Deutschkurs")
    name = build(work)
    lease = Lease(work.database, f"index:{name}", 15, clock)
    lease.take()
    follower = Follower(work.database, work.writer, name, lease, clock, work.today)
    add(work, "Sprachcafé")
    before = current(work).applied_rev
    write = work.writer.write

    def slow(*args: Any) -> Any:
        clock.pass_by(20)
        assert Lease(work.database, lease.name, 15, clock, owner="successor").take()
        return write(*args)

    monkeypatch.setattr(work.writer, "write", slow)
    with pytest.raises(LeaseLost):
        follower.advance()
    assert current(work).applied_rev == before
    with work.database.reading() as session:  # what was written late is looked at once more
        assert len(changes.changes_after(session, before, 10)) == 2
    work.writer.release(name)


@pytest.mark.parametrize("hours", [-5, 5])
def test_a_clock_that_is_set_holds_up_nothing(work: Indexing, tail: Tail, clock: Clock, hours: int) -> None:
    add(work, "Deutschkurs")
    build(work)
    add(work, "Sprachcafé")
    tail.turn()
    clock.pass_by(hours * 3600)
    add(work, "Elterncafé")
    tail.turn()
    tail.turn()
    assert indexed(work) == 3
    assert in_step(work)


def test_a_lease_from_before_the_clock_was_set_back_is_free(work: Indexing, clock: Clock) -> None:
    assert Lease(work.database, "index:x", 15, clock, owner="killed").take()
    second = Lease(work.database, "index:x", 15, clock, owner="second")
    assert not second.take()
    clock.pass_by(-3600)
    assert second.take()


def test_a_second_tail_waits_and_takes_over(work: Indexing, tail: Tail, clock: Clock) -> None:
    add(work, "Deutschkurs")
    build(work)
    tail.turn()
    second = Tail(work)
    add(work, "Sprachcafé")
    assert second.turn() == 0
    assert tail.turn() == 1
    tail.close()
    add(work, "Elterncafé")
    assert second.turn() == 1
    second.close()


def test_an_outage_of_the_engine_loses_nothing(
    work: Indexing, tail: Tail, clock: Clock, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    add(work, "Deutschkurs")
    build(work)
    tail.turn()
    add(work, "Sprachcafé")
    with monkeypatch.context() as patch:
        patch.setattr(work.writer, "write", _unavailable)
        for _ in range(4):
            tail.turn()
            clock.pass_by(1)
    assert len([r for r in caplog.records if "not available" in r.message]) == 1
    clock.pass_by(10)
    tail.turn()
    assert in_step(work)


def _unavailable(*_: Any) -> list[Failure]:
    raise SearchUnavailable("gone")


def test_an_outage_of_the_store_is_waited_for(
    work: Indexing, tail: Tail, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    add(work, "Deutschkurs")
    build(work)
    tail.turn()

    def gone(*_: Any) -> list[str]:
        raise StoreUnavailable("gone")

    add(work, "Sprachcafé")
    with monkeypatch.context() as patch:
        patch.setattr(indexes, "behind", gone)
        assert tail.turn() == 0
    assert tail.turn() == 0
    clock.pass_by(1)
    assert tail.turn() == 1


def test_a_refused_offer_is_noted_and_holds_up_nobody(
    work: Indexing, tail: Tail, monkeypatch: pytest.MonkeyPatch
) -> None:
    add(work, "Deutschkurs")
    name = build(work)
    (key,) = add(work, "Abgelehnt")
    add(work, "Sprachcafé")
    write = work.writer.write

    def refusing(index: str, upserts: list[Document], deletes: list[Deletion] = []) -> list[Failure]:  # noqa: B006
        bad = [doc for doc in upserts if doc["title"] == "Abgelehnt"]
        failures = write(index, [doc for doc in upserts if doc not in bad], deletes)
        return failures + [Failure(doc["offer_id"], doc["rev"], "no") for doc in bad]

    with monkeypatch.context() as patch:
        patch.setattr(work.writer, "write", refusing)
        tail.turn()
    with work.database.reading() as session:
        assert indexes.failures(session, name) == {key: "no"}
        assert indexes.lag(session, work.writer.engine, work.clock())[0].failures == 1
    assert indexed(work) == 2
    edit(work, key, title="Angenommen")
    tail.turn()
    with work.database.reading() as session:
        assert indexes.failures(session, name) == {}
    assert in_step(work)
