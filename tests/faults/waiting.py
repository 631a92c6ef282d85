"""Waiting for what must come. Nothing is decided by how long it took, unless it takes longer than anybody waits."""

from __future__ import annotations

import time
from collections.abc import Callable

LIMIT = 60.0
"""Seconds after which a fault must be over by itself."""
PAUSE = 0.1


def until(done: Callable[[], object], what: str, said: Callable[[], str] = str, *, limit: float = LIMIT) -> float:
    """Waits until something is so; returns the seconds it took. `said` adds what helps to understand a failure."""
    began = time.monotonic()
    while not done():
        if time.monotonic() - began > limit:
            raise AssertionError(f"not within {limit:.0f} s: {what}\n{said()}")
        time.sleep(PAUSE)
    return time.monotonic() - began
