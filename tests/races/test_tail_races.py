"""Whatever happens while changes are applied, every index ends with what is visible, and nothing comes back from the dead."""

from __future__ import annotations

from typing import Any

import pytest

from indexer.following import Follower
from indexer.switching import Indexing
from indexer.tail import why_rebuild
from service.store import changes, indexes, meta, terms, visibility
from tests.indexer.conftest import TODAY, Clock
from tests.indexer.scenes import add, current, edit, withdraw
from tests.races.places import Place, build, catch_up, differences, on, tail_of
from tests.store import factory


class Crash(Exception):
    """The process dies here."""


def _dies(*_: Any) -> None:
    raise Crash


@pytest.mark.parametrize("moment", ["before the engine has the batch", "before the checkpoint says so"])
def test_a_crash_around_a_write_repeats_harmlessly(
    work: Indexing, place: Place, monkeypatch: pytest.MonkeyPatch, moment: str
) -> None:
    changed, gone = add(work, "Deutschkurs", "Sprachcafé")
    build(work)
    before = current(work).applied_rev
    edit(work, changed, title="Nähstube")
    withdraw(work, gone)
    add(work, "Elterncafé")
    tail = tail_of(work)
    with monkeypatch.context() as patch:
        if moment.startswith("before the engine"):
            patch.setattr(work.writer, "write", _dies)
        else:
            patch.setattr(Follower, "_record", _dies)
        with pytest.raises(Crash):
            tail.turn()
    assert current(work).applied_rev == before
    tail.close()
    successor = place.open()
    catch_up(successor)
    assert differences(successor) == []
    assert place.finds(work, "Nähstube") == {"Nähstube"}


def test_the_same_change_delivered_twice_does_no_harm(
    work: Indexing, place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    key, gone = add(work, "Deutschkurs", "Sprachcafé")
    build(work)
    with work.database.writing() as session:
        changes.record_changes(session, [key])
        changes.record_changes(session, [key])
    withdraw(work, gone)
    write = work.writer.write
    monkeypatch.setattr(work.writer, "write", lambda *args: [*write(*args), *write(*args)])
    catch_up(work)
    assert differences(work) == []


def test_a_batch_that_arrives_late_replaces_nothing_newer(
    work: Indexing, place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    changed, gone, back = add(work, "Deutschkurs", "Sprachcafé", "Elterncafé")
    build(work)
    batches: list[tuple[Any, ...]] = []
    write = work.writer.write

    def noted(*args: Any) -> Any:
        batches.append(args)
        return write(*args)

    monkeypatch.setattr(work.writer, "write", noted)
    edit(work, changed, title="Nähstube eins")
    edit(work, gone, title="Sprachcafé eins")
    withdraw(work, back)
    catch_up(work)
    late = list(batches)
    edit(work, changed, title="Nähstube zwei")
    edit(work, back, title="Elterncafé zwei")
    catch_up(work)
    for batch in late:
        write(*batch)
    assert differences(work) == []
    assert place.finds(work, "Nähstube") == {"Nähstube zwei"}


@pytest.mark.parametrize("used", [False, True], ids=["first write", "later write"])
def test_who_slept_through_its_lease_brings_nothing_back(
    place: Place, work: Indexing, clock: Clock, monkeypatch: pytest.MonkeyPatch, used: bool
) -> None:
    gone, changed = add(work, "Deutschkurs", "Sprachcafé")
    name = build(work)
    successor = place.open()
    sleeper = tail_of(work)
    if used:
        add(work, "Nähstube")
        sleeper.turn()
    write = work.writer.write
    slept: list[bool] = []

    def sleeps(*args: Any) -> Any:
        if not slept:
            slept.append(True)
            clock.pass_by(20)
            withdraw(successor, gone)
            edit(successor, changed, title="Sprachcafé am Markt")
            catch_up(successor)
            place.forget_deletions(name)
        return write(*args)

    monkeypatch.setattr(work.writer, "write", sleeps)
    edit(work, gone, title="Deutschkurs am Abend")
    edit(work, changed, title="Sprachcafé am Abend")
    sleeper.turn()
    sleeper.close()
    clock.pass_by(20)
    catch_up(successor)
    assert slept
    assert differences(successor) == []
    assert place.finds(successor, "Deutschkurs") == set()
    assert place.finds(successor, "Sprachcafé") == {"Sprachcafé am Markt"}


def test_two_tails_at_once_do_the_work_of_one(work: Indexing, place: Place) -> None:
    (key,) = add(work, "Deutschkurs")
    build(work)
    first, second = tail_of(work), tail_of(place.open())
    assert first.turn() == 0
    for number in range(3):
        edit(work, key, title=f"Deutschkurs {number}")
        assert [second.turn(), first.turn()] == [0, 1]
    first.close()
    edit(work, key, title="Nähstube")
    assert second.turn() == 1
    second.close()
    assert differences(work) == []


def test_edits_while_the_engine_is_away_the_whole_time_are_not_lost(place: Place, clock: Clock) -> None:
    with place.fragile() as (work, gone):
        keys = add(work, *(f"Deutschkurs {number}" for number in range(6)))
        build(work)
        build(work)
        tail = tail_of(work)
        tail.turn()
        gone(True)
        for key in keys[:3]:
            edit(work, key, title="Nähstube")
            tail.turn()
            clock.pass_by(20)
        withdraw(work, keys[3])
        withdraw(work, keys[4])
        edit(work, keys[4], title="Nähstube")
        add(work, "Nähstube")
        assert tail.turn() == 0
        gone(False)
        clock.pass_by(20)
        while tail.turn():
            pass
        tail.close()
        assert differences(work) == []
        assert len(place.finds(work, "Nähstube")) == 1
        assert place.finds(work, "Deutschkurs") == {"Deutschkurs 5"}


def test_an_edit_on_the_way_while_a_day_begins_leaves_no_trace_of_yesterday(
    work: Indexing, place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    ends, begins = add(work, "Letzter Tag", "Erster Tag")
    build(work)
    day = [TODAY]
    late = on(lambda: day[0], work)
    write = work.writer.write

    def midnight(*args: Any) -> Any:
        if day[0] == TODAY:
            day[0] = TODAY.replace(day=TODAY.day + 1)
            with work.database.writing() as session:
                visibility.record_due(session, day[0])
        return write(*args)

    with work.database.writing() as session:
        visibility.record_due(session, TODAY)
    edit(work, ends, title="Letzter Tag", visible_until=TODAY.isoformat())
    edit(work, begins, title="Erster Tag", visible_from=TODAY.replace(day=TODAY.day + 1).isoformat())
    monkeypatch.setattr(work.writer, "write", midnight)
    catch_up(late)
    assert differences(late) == []
    assert place.finds(late, "Tag") == {"Erster Tag"}


def test_words_that_change_while_a_tail_works_reach_its_next_batch(work: Indexing, place: Place) -> None:
    (key,) = add(work, "Treffpunkt", topics=["jugend"])
    build(work)
    tail = tail_of(work)
    edit(work, key, title="Treffpunkt am Markt", topics=["jugend"])
    tail.turn()
    topics = [
        factory.term(slug, "Halbwüchsige" if slug == "jugend" else "", parent)
        for slug, parent in factory.SLUGS["topics"].items()
    ]
    with work.database.writing() as session:
        terms.replace(session, factory.lists(topics=topics))
    while tail.turn():
        pass
    tail.close()
    assert differences(work) == []
    assert place.finds(work, "Halbwüchsige") == {"Treffpunkt am Markt"}


@pytest.mark.parametrize("moment", ["between batches", "while a batch is written"])
def test_an_index_of_a_store_that_was_replaced_is_left_alone_and_built_anew(
    work: Indexing, place: Place, monkeypatch: pytest.MonkeyPatch, moment: str
) -> None:
    (key,) = add(work, "Deutschkurs")
    build(work)
    assert why_rebuild(work) == ""
    tail = tail_of(work)
    write = work.writer.write

    def restored(*args: Any) -> Any:
        _replace_store(work)
        return write(*args)

    edit(work, key, title="Nähstube")
    if moment == "between batches":
        tail.turn()
        _replace_store(work)
    else:
        monkeypatch.setattr(work.writer, "write", restored)
        tail.turn()
    add(work, "Sprachcafé")
    assert tail.turn() == 0
    tail.close()
    with work.database.reading() as session:
        assert indexes.served(session, work.writer.engine).index == ""
    assert why_rebuild(work) == "andere Datenbank"
    build(work)
    catch_up(work)
    assert why_rebuild(work) == ""
    assert differences(work) == []
    assert place.finds(work, "Sprachcafé") == {"Sprachcafé"}


def _replace_store(work: Indexing) -> None:
    """What a restore does at its end."""
    with work.database.writing() as session:
        meta.put(session, meta.STORE_ID, "another store")
