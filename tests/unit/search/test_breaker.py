"""A breaker: what fails is left alone, and tried again by exactly one request at a time."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import pytest

from service.search.breaker import FAILURES, LONGEST, SHORTEST, Breaker


@dataclass
class Clock:
    """A clock that goes when it is told to."""

    now: float = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def told() -> list[bool]:
    """What the breaker told of itself: True as it opened, False as it closed."""
    return []


@pytest.fixture
def breaker(clock: Clock, told: list[bool]) -> Breaker:
    return Breaker(clock, told.append)


@pytest.fixture
def opened(breaker: Breaker) -> Breaker:
    """A breaker that has just opened."""
    for _ in range(FAILURES):
        assert breaker.allows()
        breaker.failed()
    return breaker


def test_one_failure_changes_nothing(breaker: Breaker, told: list[bool]) -> None:
    breaker.failed()
    assert breaker.allows()
    assert not breaker.open
    assert told == []


def test_failures_count_only_in_a_row(breaker: Breaker) -> None:
    for _ in range(5):
        breaker.failed()
        breaker.succeeded()
    assert not breaker.open


def test_two_failures_in_a_row_open_it(opened: Breaker, told: list[bool]) -> None:
    assert opened.open
    assert not opened.allows()
    assert told == [True]


def test_it_stays_open_for_its_pause(opened: Breaker, clock: Clock) -> None:
    clock.now += SHORTEST - 0.01
    assert not opened.allows()
    clock.now += 0.01
    assert opened.allows()


def test_behind_the_pause_exactly_one_request_goes_through(opened: Breaker, clock: Clock) -> None:
    clock.now += SHORTEST
    assert opened.would_allow()
    with ThreadPoolExecutor(8) as threads:
        assert sum(threads.map(lambda _: opened.allows(), range(50))) == 1
    assert not opened.would_allow()


def test_asking_whether_it_would_allow_claims_nothing(opened: Breaker, clock: Clock) -> None:
    clock.now += SHORTEST
    assert all(opened.would_allow() for _ in range(3))
    assert opened.allows()


def test_a_successful_probe_closes_it(opened: Breaker, clock: Clock, told: list[bool]) -> None:
    clock.now += SHORTEST
    assert opened.allows()
    opened.succeeded()
    assert not opened.open
    assert all(opened.allows() for _ in range(3))
    assert told == [True, False]


def test_the_pause_doubles_to_its_limit_while_probes_fail(opened: Breaker, clock: Clock, told: list[bool]) -> None:
    pauses = []
    for _ in range(6):
        begun = clock.now
        while not opened.allows():
            clock.now += 0.5
        pauses.append(clock.now - begun)
        opened.failed()
    assert pauses == [5, 10, 20, LONGEST, LONGEST, LONGEST]
    assert told == [True]


def test_after_a_recovery_the_pause_is_short_again(opened: Breaker, clock: Clock) -> None:
    for _ in range(3):
        clock.now += LONGEST
        assert opened.allows()
        opened.failed()
    clock.now += LONGEST
    assert opened.allows()
    opened.succeeded()
    for _ in range(FAILURES):
        opened.failed()
    clock.now += SHORTEST
    assert opened.allows()


def test_failures_of_requests_that_began_before_change_nothing(opened: Breaker, clock: Clock) -> None:
    for _ in range(5):
        opened.failed()
    clock.now += SHORTEST
    assert opened.allows()


def test_a_probe_that_learnt_nothing_leaves_the_next_one_in(opened: Breaker, clock: Clock) -> None:
    clock.now += SHORTEST
    assert opened.allows()
    opened.left()
    assert opened.allows()


def test_a_watcher_that_fails_breaks_nothing(clock: Clock) -> None:
    def refuse(_: bool) -> None:
        raise RuntimeError

    breaker = Breaker(clock, refuse)
    for _ in range(FAILURES):
        breaker.failed()
    assert breaker.open
