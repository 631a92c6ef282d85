"""Memory of a process and of the processes that it started, looked at again and again.

Resident memory counts shared pages in each process that has them, and pages of the embedded index' files that happen to
be mapped; the proportional share (PSS) divides them, so that only its sum over processes says what they take.
"""

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median

PAUSE = 0.2
"""Seconds between two looks: a look walks all pages, more often it would slow what it looks at."""
KINDS = ("Rss", "Pss", "Anonymous")
"""Anonymous: neither of a file nor shared."""
Usage = dict[str, float]
"""Kind → megabytes (10^6 bytes)."""


@dataclass(frozen=True, slots=True)
class Sample:
    """One look: the process itself, and all of its tree together."""

    at: datetime
    main: Usage
    tree: Usage
    processes: int


@dataclass(slots=True)
class Watch:
    """Collects samples of a process by its id."""

    samples: list[Sample] = field(default_factory=list)

    def look(self, pid: int) -> None:
        """Takes a sample; none of a process that has ended."""
        found = [usage(member) for member in [pid, *descendants(pid)]]
        there = [entry for entry in found if entry]
        if found[0]:
            tree = {kind: sum(entry[kind] for entry in there) for kind in KINDS}
            self.samples.append(Sample(datetime.now(UTC), found[0], tree, len(there)))

    def most(self, measured: Callable[[Sample], float]) -> float:
        """The largest value; 0.0 where there was no sample."""
        return max(map(measured, self.samples), default=0.0)

    def growth(self, begun: datetime, seconds: float) -> float:
        """The median of the last third of a span of time divided by that of the first third; 1.0 is flat, and what is
        said of a span too short for two samples."""
        third = timedelta(seconds=seconds / 3)
        first = self._between(begun, begun + third)
        last = self._between(begun + 2 * third, begun + 3 * third)
        return median(last) / median(first) if first and last else 1.0

    def _between(self, begin: datetime, end: datetime) -> Sequence[float]:
        return [sample.tree["Pss"] for sample in self.samples if begin <= sample.at < end]


def children(pid: int) -> list[int]:
    """The child processes, whichever thread started them; none of a process that has ended."""
    found: list[int] = []
    with suppress(OSError):
        for thread in Path(f"/proc/{pid}/task").iterdir():
            with suppress(OSError):
                found += map(int, (thread / "children").read_text(encoding="ascii").split())
    return found


def descendants(pid: int) -> list[int]:
    """Children, their children and so on."""
    return [member for child in children(pid) for member in (child, *descendants(child))]


def usage(pid: int) -> Usage:
    """Megabytes by kind; {} for a process that has ended."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii").splitlines()[1:]
    except OSError:
        return {}
    kilobytes = {name: int(rest.split()[0]) for name, _, rest in (line.partition(":") for line in lines)}
    return {name: kilobytes[name] * 1024 / 1e6 for name in KINDS} if kilobytes else {}
