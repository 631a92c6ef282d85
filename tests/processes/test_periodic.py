"""Periodic tasks: when they are due, what is noted, and what happens when one fails."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

from service import config, periodic
from service.periodic import TASKS, Here, Periodic, Task
from service.store import accounts, jobs, meta, migrate, sessions, tasks
from service.store.database import Database
from service.store.lease import LeaseLost
from service.store.models import LoginFailure, LoginSession
from service.store.tasks import TaskState


class Clock:
    """Goes on when a test says so."""

    def __init__(self, moment: datetime) -> None:
        self.moment = moment

    def __call__(self) -> datetime:
        return self.moment

    def pass_by(self, **spans: float) -> None:
        self.moment += timedelta(**spans)


@pytest.fixture
def clock() -> Clock:
    return Clock(datetime(2026, 3, 2, 11, 0, tzinfo=UTC))


@pytest.fixture
def here(tmp_path: Path, clock: Clock) -> Iterator[Here]:
    settings = config.load({"ANGEBOTE_DATA_DIR": str(tmp_path)})
    database = Database(settings.database_url)
    migrate.upgrade(database)
    yield Here(database, settings, clock, lambda: clock().date())
    database.close()


def noted(here: Here) -> dict[str, TaskState]:
    with here.database.reading() as session:
        return tasks.every(session)


def nothing(_: Here) -> str:
    return "nichts zu tun"


MINUTELY = Task("jede-minute", nothing, every=timedelta(minutes=1))
NIGHTLY = Task("nachts", nothing, at=time(3, 0))


def test_what_is_due_each_minute_is_done_at_once_and_then_each_minute(here: Here, clock: Clock) -> None:
    work = Periodic(here, [MINUTELY])
    done = []
    for _ in range(4):
        done.append(work.turn())
        clock.pass_by(seconds=30)
    assert done == [["jede-minute"], [], ["jede-minute"], []]


def test_what_is_due_at_night_waits_for_the_night(here: Here, clock: Clock) -> None:
    work = Periodic(here, [NIGHTLY])
    assert work.turn() == []
    assert noted(here)["nachts"].next_at == datetime(2026, 3, 3, 2, 0, tzinfo=UTC)
    clock.pass_by(hours=15)
    assert work.turn() == ["nachts"]
    assert work.turn() == []


@pytest.mark.parametrize(
    ("before", "hour"), [(datetime(2026, 3, 28, 12, tzinfo=UTC), 1), (datetime(2026, 10, 24, 12, tzinfo=UTC), 2)]
)
def test_three_o_clock_comes_once_when_the_clocks_change(before: datetime, hour: int) -> None:
    first = NIGHTLY.after(before)
    assert (first.hour, first.date() - before.date()) == (hour, timedelta(days=1))
    assert timedelta(hours=23) < NIGHTLY.after(first) - first < timedelta(hours=25)


def test_a_night_that_was_missed_is_made_up_for_after_a_restart(here: Here, clock: Clock) -> None:
    Periodic(here, [NIGHTLY]).turn()
    clock.pass_by(days=3)
    assert Periodic(replace(here), [NIGHTLY]).turn() == ["nachts"]
    assert noted(here)["nachts"].next_at == datetime(2026, 3, 6, 2, 0, tzinfo=UTC)


def test_a_task_that_fails_is_tried_again_after_growing_pauses_and_stops_no_other(here: Here, clock: Clock) -> None:
    def broken(_: Here) -> str:
        raise RuntimeError("kaputt")

    work = Periodic(here, [Task("kaputt", broken, every=timedelta(minutes=1)), MINUTELY])
    tried = []
    for minute in range(16):
        done = work.turn()
        assert "jede-minute" in done
        tried += [minute] if "kaputt" in done else []
        clock.pass_by(minutes=1)

    state = noted(here)["kaputt"]
    assert tried == [0, 1, 3, 7, 15]
    assert (state.failures, state.outcome, state.done_at) == (5, "RuntimeError: kaputt", None)


def test_a_task_that_recovers_is_back_to_its_hours(here: Here, clock: Clock) -> None:
    broken = TaskState("nachts", clock(), failures=9, outcome="kaputt")
    with here.writing() as session:
        tasks.put(session, broken)
    assert Periodic(here, [NIGHTLY]).turn() == ["nachts"]
    state = noted(here)["nachts"]
    assert (state.failures, state.done_at, state.next_at.hour) == (0, clock(), 2)


def test_a_clock_that_was_wrong_holds_nothing_up(here: Here, clock: Clock) -> None:
    clock.pass_by(days=300)
    Periodic(here, [MINUTELY]).turn()
    clock.pass_by(days=-300)
    assert periodic.Task.is_due(MINUTELY, noted(here)["jede-minute"], clock())


@pytest.mark.parametrize("value", ["", "{}", "[]", '{"next_at": "gestern"}', "kein JSON"])
def test_what_cannot_be_read_is_planned_anew(here: Here, value: str) -> None:
    with here.writing() as session:
        meta.put(session, "task:jede-minute", value)
    assert Periodic(here, [MINUTELY]).turn() == ["jede-minute"]


def test_one_that_lost_its_lease_writes_nothing(here: Here, clock: Clock) -> None:
    work = Periodic(here, [MINUTELY])
    work.turn()

    def sleeps(inside: Here) -> str:
        clock.pass_by(minutes=5)
        assert Periodic(here, [MINUTELY]).turn() == ["jede-minute"]
        with pytest.raises(LeaseLost), inside.writing() as session:
            meta.put(session, "zu spät", "geschrieben")
        raise LeaseLost

    clock.pass_by(seconds=1)
    assert Periodic(here, [MINUTELY]).turn() == []
    late = Periodic(here, [Task("schläft", sleeps, every=timedelta(minutes=1))])
    clock.pass_by(minutes=5)
    assert late.turn() == []
    with here.database.reading() as session:
        assert meta.get(session, "zu spät") == ""
    assert noted(here)["schläft"].tried_at is None


def test_the_night_removes_what_nobody_needs_and_orders_a_check(here: Here, clock: Clock) -> None:
    with here.database.writing() as session:
        sessions.add(session, sessions.new_token(), None, {}, clock())
        accounts.note_failures(session, ["a"], clock())
        old = jobs.order(session, jobs.rebuild("embedded"), "Tests", clock())
        jobs.fail(session, old, "kaputt", clock() - timedelta(days=91))
    work = Periodic(here)
    work.turn()
    clock.pass_by(hours=20)
    assert work.turn() == [task.name for task in TASKS]

    with here.database.reading() as session:
        counts = [session.scalar(select(func.count()).select_from(table)) for table in (LoginSession, LoginFailure)]
        left = [job.kind for job in jobs.newest(session)]
    assert counts == [0, 0]
    assert left == [jobs.verification("embedded")]
    assert noted(here)["aufraeumen"].outcome == "entfernt: 1 Sitzungen, 1 Fehlanmeldungen, 1 Aufträge"


def test_states_are_kept_as_they_are(here: Here, clock: Clock) -> None:
    state = TaskState("a", clock(), None, clock(), 'Ein „Ergebnis“ mit "Anführung"', 3)
    with here.writing() as session:
        tasks.put(session, state)
        json.loads(meta.get(session, "task:a"))
    assert noted(here) == {"a": state}
