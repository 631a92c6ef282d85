"""A circuit breaker: what failed twice in a row is left alone for a while, so that no page waits for it again and again."""

import time
from collections.abc import Callable
from contextlib import suppress
from threading import Lock

FAILURES = 2
"""Failures in a row that open it."""
SHORTEST, LONGEST = 5.0, 30.0
"""Seconds before the first probe; the most between probes, each failed one doubles them."""
Changed = Callable[[bool], None]


class Breaker:
    """Closed: everything may try. Open: nothing, until the pause is over; then exactly one request, the probe.

    Whoever was allowed says how it went: `succeeded`, `failed`, or `left` where nothing was learnt. Threads may share it.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic, changed: Changed | None = None) -> None:
        self._clock, self._changed = clock, changed
        self._lock = Lock()
        self._failures = 0
        self._pause = SHORTEST
        self._until: float | None = None
        self._probing = False

    @property
    def open(self) -> bool:
        """True while nothing but a probe may try."""
        return self._until is not None

    def would_allow(self) -> bool:
        """True where `allows` would say yes now; claims nothing."""
        with self._lock:
            return self._may()

    def allows(self) -> bool:
        """True where this request may try; behind a pause that makes it the probe."""
        with self._lock:
            allowed = self._may()
            self._probing = self._probing or (allowed and self._until is not None)
            return allowed

    def _may(self) -> bool:
        return self._until is None or (not self._probing and self._clock() >= self._until)

    def succeeded(self) -> None:
        """It worked: closed, whatever was before."""
        with self._lock:
            closed = self._until is not None
            self._failures, self._pause, self._until, self._probing = 0, SHORTEST, None, False
            self._tell(closed, False)

    def failed(self) -> None:
        """It did not work. What began before it opened changes nothing any more."""
        with self._lock:
            opened = False
            if self._until is None:
                self._failures += 1
                opened = self._failures >= FAILURES
                self._until = self._clock() + self._pause if opened else None
            elif self._probing:
                self._probing = False
                self._pause = min(2 * self._pause, LONGEST)
                self._until = self._clock() + self._pause
            self._tell(opened, True)

    def left(self) -> None:
        """Nothing was learnt; another request may be the probe."""
        with self._lock:
            self._probing = False

    def _tell(self, happened: bool, opened: bool) -> None:
        if happened and self._changed:
            with suppress(Exception):  # who watches must not break a search
                self._changed(opened)
