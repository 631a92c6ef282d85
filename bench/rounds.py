"""Arithmetic of measurements. A machine's speed drifts, so rivals take turns, and a ratio is taken within a round."""

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Spread:
    """What several rounds gave: the median, the lowest and the highest."""

    median: float
    low: float
    high: float
    rounds: int


def spread(values: Iterable[float]) -> Spread:
    """Median and extremes of the rounds. Raises ValueError where there is none."""
    found = sorted(values)
    if not found:
        raise ValueError("no round was measured")
    return Spread(median(found), found[0], found[-1], len(found))


def ratios(above: Sequence[float], below: Sequence[float]) -> Spread:
    """Quotients of two rivals, round by round."""
    return spread(a / b for a, b in zip(above, below, strict=True))


def percentile(values: Iterable[float], share: float) -> float:
    """The smallest measured value that is not exceeded by `share` (0 to 1) of all: nearest rank, nothing interpolated."""
    found = sorted(values)
    if not found:
        raise ValueError("nothing was measured")
    return found[max(0, -int(-share * len(found) // 1) - 1)]


def p50(values: Iterable[float]) -> float:
    """The median as a measured value."""
    return percentile(values, 0.5)


def p95(values: Iterable[float]) -> float:
    """What 95 of 100 stay within."""
    return percentile(values, 0.95)


def interleaved(
    rivals: Mapping[str, Callable[[], T]],
    rounds: int,
    until: float,
    clock: Callable[[], float] = time.monotonic,
) -> dict[str, list[T]]:
    """Lets every rival run once a round, every other round in reverse order, so that none always comes after the same one.

    The first round always takes place; no further one begins that would probably not end before `until`.
    """
    found: dict[str, list[T]] = {name: [] for name in rivals}
    begun = clock()
    for number in range(rounds):
        now = clock()
        if number and now + (now - begun) / number > until:
            break
        for name in list(rivals) if number % 2 == 0 else reversed(list(rivals)):
            found[name].append(rivals[name]())
    return found
