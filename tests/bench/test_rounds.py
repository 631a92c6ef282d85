from __future__ import annotations

import pytest

from bench.rounds import Spread, interleaved, p50, p95, percentile, ratios, spread


def test_a_spread_is_median_lowest_and_highest() -> None:
    assert spread([5, 1, 9, 2, 3]) == Spread(3, 1, 9, 5)
    assert spread([2, 4]) == Spread(3, 2, 4, 2)


def test_ratios_are_taken_within_a_round() -> None:
    assert ratios([10, 40], [10, 20]) == Spread(1.5, 1, 2, 2)
    with pytest.raises(ValueError, match="shorter"):
        ratios([1, 2], [1])


def test_percentiles_are_measured_values() -> None:
    values = list(range(1, 101))
    assert (p50(values), p95(values), percentile(values, 1), percentile(values, 0)) == (50, 95, 100, 1)
    assert (p50([7]), p95([7])) == (7, 7)
    assert p95([1, 2, 3]) == 3
    for nothing in (spread, p50):
        with pytest.raises(ValueError, match="measured"):
            nothing([])


def test_rivals_take_turns_in_both_orders() -> None:
    order: list[str] = []
    rivals = {name: (lambda name=name: order.append(name)) for name in "ab"}
    found = interleaved(rivals, 3, until=100, clock=lambda: 0.0)
    assert order == ["a", "b", "b", "a", "a", "b"]
    assert {name: len(times) for name, times in found.items()} == {"a": 3, "b": 3}


def test_no_round_begins_that_would_end_too_late() -> None:
    now = [0.0]

    def slow() -> None:
        now[0] += 4

    assert len(interleaved({"slow": slow}, 5, until=10, clock=lambda: now[0])["slow"]) == 2
    assert len(interleaved({"slow": slow}, 5, until=0, clock=lambda: now[0])["slow"]) == 1
