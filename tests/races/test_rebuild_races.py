"""Whatever happens while an index is built, it holds what is visible afterwards, and so does the one before."""

from __future__ import annotations

import threading
from datetime import date
from typing import Any

import pytest

from indexer import rebuild as rebuilding
from indexer import shares, switching
from indexer.rebuild import rebuild
from indexer.switching import Indexing, RebuildFailed, RebuildRunning
from service.errors import SearchUnavailable
from service.store import changes, indexes, meta, terms
from service.store.lease import Lease
from service.store.leases import LeaseLost
from tests.indexer.conftest import Clock
from tests.indexer.scenes import add, current, edit, withdraw
from tests.races.places import Place, build, catch_up, differences, on, tail_of
from tests.store import factory

STEPS = ["Wörter sammeln", "Angebote laden", "Änderungen nachtragen", "Prüfen", "Umschalten"]
TERMS = [
    ("topics", "jugend"), ("topics", "sprachtreffs"), ("topics", "deutschkurse"), ("audiences", "frauen"),
    ("audiences", "eltern"),
]  # fmt: skip
"""Terms that no other term has above it."""


def test_edits_deletions_and_returns_during_a_rebuild_are_not_lost(
    place: Place, work: Indexing, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shares, "BATCH", 4)  # some offers have been read by then, others have not
    offers = {step: add(work, *(f"{step}: Sprachschule {number}" for number in range(7))) for step in STEPS}
    for keys in offers.values():
        withdraw(work, keys[6])
    build(work)
    seen: list[str] = []

    def meanwhile(step: str) -> None:
        if step not in STEPS:
            return
        seen.append(step)
        for changed, gone, back in (offers[step][:3], offers[step][3:6]):
            edit(work, changed, title=f"{step}: Nähstube")
            withdraw(work, gone)
            withdraw(work, back)
            edit(work, back, title=f"{step}: Elterncafé")
        edit(work, offers[step][6], title=f"{step}: Wiederkehr")
        add(work, f"{step}: Chor")

    build(work, meanwhile)
    catch_up(work)
    assert seen == STEPS
    assert differences(work) == []
    for word in ("Nähstube", "Elterncafé", "Wiederkehr", "Chor"):
        assert place.finds(work, word) == {f"{step}: {word}" for step in STEPS}
    assert place.finds(work, "Sprachschule") == set()


def test_edits_that_a_tail_applies_meanwhile_reach_both_indexes(work: Indexing, place: Place) -> None:
    offers = {step: add(work, *(f"{step}: Sprachschule {number}" for number in range(3))) for step in STEPS}
    build(work)
    beside = place.open()
    tail = tail_of(beside)

    def meanwhile(step: str) -> None:
        if step in STEPS:
            changed, gone, back = offers[step]
            edit(beside, changed, title=f"{step}: Nähstube")
            withdraw(beside, gone)
            withdraw(beside, back)
            tail.turn()
            edit(beside, back, title=f"{step}: Nähstube")
            tail.turn()
            with beside.database.writing() as session:
                changes.prune(session)

    build(work, meanwhile)
    tail.close()
    catch_up(beside)
    assert differences(beside) == []
    assert place.finds(beside, "Sprachschule") == set()


def test_a_rebuild_comes_to_its_end_while_edits_never_pause(work: Indexing) -> None:
    (key,) = add(work, "Deutschkurs")
    build(work)
    edits = 0

    def endless(*_: Any) -> None:
        nonlocal edits
        edits += 1
        assert edits < 100
        edit(work, key, title=f"Nähstube {edits}")

    rebuild(work, "test", endless)
    catch_up(work)
    assert differences(work) == []


def test_going_back_after_further_edits_loses_none(work: Indexing) -> None:
    changed, gone = add(work, "Deutschkurs", "Sprachcafé")
    first, second = build(work), build(work)
    add(work, "Nähstube")
    edit(work, changed, title="Deutschkurs am Abend")
    withdraw(work, gone)
    catch_up(work)
    assert switching.roll_back(work) == first
    assert _states(work) == {first: "current", second: "previous"}
    assert differences(work) == []
    add(work, "Elterncafé")
    edit(work, gone, title="Sprachcafé")
    catch_up(work)
    assert switching.roll_back(work) == second
    assert differences(work) == []


def test_a_second_rebuild_and_a_way_back_are_refused_while_one_runs(work: Indexing, place: Place) -> None:
    add(work, "Deutschkurs")
    build(work)
    build(work)
    beside = place.open()
    refused: list[str] = []

    def meanwhile(_: str) -> None:
        for intrude in (build, switching.roll_back, switching.clear_away):
            with pytest.raises(RebuildRunning) as caught:
                intrude(beside)
            refused.append(caught.value.message)

    name = build(work, meanwhile)
    assert len(refused) >= 3 * len(STEPS)
    assert current(work).name == name
    assert differences(work) == []


def test_of_two_rebuilds_at_the_same_moment_each_comes_to_an_end(work: Indexing, place: Place) -> None:
    add(work, *(f"Deutschkurs {number}" for number in range(20)))
    build(work)
    outcomes: list[str] = []
    together = threading.Barrier(2)

    def one(own: Indexing) -> None:
        together.wait(15)
        try:
            outcomes.append(build(own))
        except RebuildRunning:
            outcomes.append("refused")

    both = [threading.Thread(target=one, args=(place.open(),)) for _ in range(2)]
    for thread in both:
        thread.start()
    for thread in both:
        thread.join()
    assert len(outcomes) == 2
    assert current(work).name in outcomes
    assert set(work.writer.names()) == set(_states(work))
    assert differences(work) == []


def test_a_rebuild_that_was_killed_is_cleared_away_by_the_next(
    work: Indexing, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    add(work, "Deutschkurs")
    served = build(work)
    with monkeypatch.context() as patch:
        patch.setattr(Lease, "release", lambda _: None)  # a killed process gives nothing back, and tidies nothing up
        patch.setattr(rebuilding._Build, "_drop", lambda *_: None)
        with pytest.raises(KeyboardInterrupt):
            build(work, _killed_at("Prüfen"))
    work.writer.close()
    assert work.writer.current() == current(work).name == served
    with pytest.raises(RebuildRunning):
        build(work)
    clock.pass_by(61)
    new = build(work)
    assert _states(work) == {served: "previous", new: "current"}
    assert work.writer.names() == [served, new]
    assert differences(work) == []


def test_a_rebuild_that_was_killed_before_readers_were_switched_is_completed(
    work: Indexing, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    add(work, "Deutschkurs")
    build(work)
    with monkeypatch.context() as patch:
        patch.setattr(Lease, "release", lambda _: None)
        with pytest.raises(KeyboardInterrupt):
            build(work, _killed_at("Umschalten"))
    work.writer.close()
    clock.pass_by(61)
    assert work.writer.current() != current(work).name
    add(work, "Sprachcafé")
    catch_up(work)
    assert work.writer.current() == current(work).name
    assert differences(work) == []


def test_a_rebuild_that_slept_through_its_lease_gives_way(work: Indexing, place: Place, clock: Clock) -> None:
    add(work, *(f"Deutschkurs {number}" for number in range(5)))
    build(work)
    beside = place.open()
    awake: list[str] = []

    def sleeps(step: str) -> None:
        if step == "Angebote laden":
            clock.pass_by(61)
            awake.append(build(beside))

    with pytest.raises((LeaseLost, SearchUnavailable)):  # its index is gone by then, too
        build(work, sleeps)
    assert current(work).name == awake[0]
    assert differences(work) == []
    assert len(work.writer.names()) == 2


def test_a_rebuild_that_slept_before_switching_does_not_switch(work: Indexing, place: Place, clock: Clock) -> None:
    add(work, "Deutschkurs")
    build(work)
    beside = place.open()
    awake: list[str] = []
    seen: list[str] = []

    def sleeps(_: int, __: int, step: str) -> None:
        if "Prüfen" in seen and step != "Prüfen" and not awake:
            clock.pass_by(61)
            awake.append(build(beside))
        seen.append(step)

    with pytest.raises(LeaseLost):
        rebuild(work, "test", sleeps)
    assert work.writer.current() == current(work).name == awake[0]
    assert differences(work) == []


@pytest.mark.parametrize("moment", STEPS[1:4], ids=["load", "follow", "check"])
def test_offers_that_begin_and_end_at_midnight_during_a_rebuild(work: Indexing, place: Place, moment: str) -> None:
    add(work, "Letzter Tag", visible_until="2026-03-02")
    add(work, "Erster Tag", visible_from="2026-03-03")
    build(work)
    day = [date(2026, 3, 2)]
    late = on(lambda: day[0], work)

    def midnight(step: str) -> None:
        if step == moment:
            day[0] = date(2026, 3, 3)

    build(late, midnight)
    catch_up(late)
    assert differences(late) == []
    assert place.finds(late, "Tag") == {"Erster Tag"}


def test_words_of_vocabularies_that_change_during_a_rebuild_are_found(work: Indexing, place: Place) -> None:
    carried = dict(zip(STEPS, TERMS, strict=True))
    keys = {step: add(work, step, **{name: [slug]})[0] for step, (name, slug) in carried.items()}
    add(work, "Nähstube")
    build(work)
    renamed: dict[str, set[str]] = {"topics": set(), "audiences": set()}

    def rename(step: str) -> None:
        if step in carried:
            name, slug = carried[step]
            edit(work, keys[step], title=f"{step}!", **{name: [slug]})  # so that the old words are at hand
            renamed[name].add(slug)
            _rename(work, renamed)

    build(work, rename)
    catch_up(work)
    assert differences(work) == []
    assert place.finds(work, "Halbwüchsige") == {f"{step}!" for step in STEPS}


def _rename(work: Indexing, renamed: dict[str, set[str]]) -> None:
    changed = {
        name: [
            factory.term(slug, "Halbwüchsige" if slug in slugs else "", parent)
            for slug, parent in factory.SLUGS[name].items()
        ]
        for name, slugs in renamed.items()
    }
    with work.database.writing() as session:
        terms.replace(session, factory.lists(**changed))


@pytest.mark.parametrize("moment", [STEPS[1], STEPS[3]], ids=["load", "check"])
def test_an_index_whose_store_was_replaced_meanwhile_is_not_served(work: Indexing, moment: str) -> None:
    add(work, "Deutschkurs")
    build(work)

    def restored(step: str) -> None:
        if step == moment:
            with work.database.writing() as session:
                meta.put(session, meta.STORE_ID, "another store")

    try:
        name = build(work, restored)
    except RebuildFailed:
        name = ""
    with work.database.reading() as session:
        assert indexes.served(session, work.writer.engine).index == ""
    new = build(work)
    assert new != name
    catch_up(work)
    assert differences(work) == []


def _states(work: Indexing) -> dict[str, str]:
    with work.database.reading() as session:
        return {index.name: index.state for index in indexes.listed(session, work.writer.engine)}


def _killed_at(step: str) -> Any:
    def progress(now: str) -> None:
        if now == step:
            raise KeyboardInterrupt

    return progress
