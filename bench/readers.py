"""What visitors notice of a rebuild: their pages before it and while it runs, through gunicorn and all that is behind it.

Four readers come at random moments, eight pages a second altogether, whether or not earlier ones were answered; the clock
of a page starts when it is due, so that waiting behind a slow one counts. Each page has a connection of its own.
"""

import random
import re
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from threading import Event, Thread

from bench.addresses import EVERYTHING
from bench.connection import BenchFailed, Connection
from bench.figures import Figure
from bench.rounds import interleaved, p50, p95, ratios, spread
from bench.stage import Stage
from service.search.engine import EngineName

READERS = 4
PAGES_A_SECOND = 8.0
SECONDS = 30.0
"""Length of reading without a rebuild."""
AFTERWARDS = 2.0
"""Seconds of reading after a rebuild: the first pages from the new index count, too."""


@dataclass(slots=True)
class Reading:
    """Milliseconds of each page that was answered, and why others were not."""

    times: list[float] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)
    levels: Counter[str] = field(default_factory=Counter)
    """Searches by the level that answered them."""

    @property
    def failed(self) -> float:
        """Share of pages that were not answered by 200, in percent."""
        return 100 * len(self.failures) / (len(self.failures) + len(self.times))

    def elsewhere(self, engine: EngineName) -> float:
        """Share of searches that another level than the engine answered, in percent."""
        return 100 * (self.levels.total() - self.levels[engine]) / max(1, self.levels.total())


def measure(stage: Stage, searches: Sequence[str], rounds: int, until: float, seconds: float = SECONDS) -> list[Figure]:
    """p95 of pages without and with a rebuild, their quotient, and pages that failed."""
    pages = [f"{EVERYTHING}?{search}" for search in searches]
    rivals: dict[str, Callable[[], Reading]] = {}
    for engine in stage.engines:
        rivals[f"before {engine}"] = partial(_alone, stage, engine, pages, seconds)
        rivals[f"during {engine}"] = partial(_beside_rebuild, stage, engine, pages)
        _warm_up(stage, engine, pages)
    found = interleaved(rivals, rounds, until)
    figures = []
    for engine in stage.engines:
        figures += _figures(engine, found[f"before {engine}"], found[f"during {engine}"])
    return figures


def _figures(engine: EngineName, before: Sequence[Reading], during: Sequence[Reading]) -> list[Figure]:
    slow, slower = ([p95(found.times) for found in readings] for readings in (before, during))
    answered = len(during[-1].times)
    reasons = sorted({reason for found in (*before, *during) for reason in found.failures})
    note = f"{PAGES_A_SECOND:g} Seiten je Sekunde, {answered} während des Neuaufbaus"
    note += f", p50 {p50(before[-1].times):.0f} → {p50(during[-1].times):.0f} ms"
    elsewhere = [found.elsewhere(engine) for found in during]
    levels = ", ".join(f"{level} {number}" for level, number in sorted(during[-1].levels.items()))
    return [
        Figure("readers_before", engine, "Leser, p95 ohne Neuaufbau", "ms", spread(slow)),
        Figure("readers_during", engine, "Leser, p95 im Neuaufbau", "ms", spread(slower), note),
        Figure("readers_elsewhere", engine, "Leser im Neuaufbau, andere Stufe", "%", spread(elsewhere), levels),
        Figure("readers_ratio", engine, "Leser, im Neuaufbau : ohne", "×", ratios(slower, slow)),
        Figure(
            "readers_failed", engine, "Leser, vergebliche Anfragen", "%",
            spread(found.failed for found in (*before, *during)), "; ".join(reasons[:3]),
        ),
    ]  # fmt: skip


def _warm_up(stage: Stage, engine: EngineName, pages: Sequence[str]) -> None:
    """Each worker shows some pages for nothing."""
    for page in pages[:40]:
        _ask(stage.web(engine)[1], page)


def _alone(stage: Stage, engine: EngineName, pages: Sequence[str], seconds: float) -> Reading:
    stage.settle(engine)
    with reading(stage.web(engine)[1], pages) as found:
        time.sleep(seconds)
    return _checked(found)


def _beside_rebuild(stage: Stage, engine: EngineName, pages: Sequence[str]) -> Reading:
    stage.settle(engine)
    with reading(stage.web(engine)[1], pages) as found:
        stage.rebuild(engine)
        time.sleep(AFTERWARDS)
    return _checked(found)


def _checked(found: Reading) -> Reading:
    if not found.times:
        raise BenchFailed(f"no page was answered: {found.failures[:1]}")
    return found


@contextmanager
def reading(address: str, pages: Sequence[str]) -> Iterator[Reading]:
    """Readers ask for pages as long as the block lasts; what they found is complete after it."""
    found, stop, before = Reading(), Event(), answered_by(address)
    threads = [Thread(target=_read, args=(address, pages, number, stop, found)) for number in range(READERS)]
    for thread in threads:
        thread.start()
    try:
        yield found
    finally:
        stop.set()
        for thread in threads:
            thread.join()
        found.levels = answered_by(address) - before


def _read(address: str, pages: Sequence[str], number: int, stop: Event, found: Reading) -> None:
    """One reader: the first page at once, the others at random moments. `found` is only appended to."""
    draw = random.Random(number)  # noqa: S311  the same moments in each round
    place, due = number * len(pages) // READERS, time.perf_counter()
    while not stop.wait(max(0.0, due - time.perf_counter())):
        problem = _ask(address, pages[place % len(pages)])
        if problem:
            found.failures.append(problem)
        else:
            found.times.append((time.perf_counter() - due) * 1000)
        place += 1
        due += draw.expovariate(PAGES_A_SECOND / READERS)


def answered_by(address: str) -> Counter[str]:
    """Level → number of searches that it has answered for these pages so far, by their metrics."""
    connection = Connection(address)
    try:
        found = re.findall(
            r'^angebote_search_seconds_count\{engine="(\w+)"\} ([\d.]+)',
            connection.get("/metrics").decode(),
            re.MULTILINE,
        )
    finally:
        connection.close()
    return Counter({level: int(float(number)) for level, number in found})


def _ask(address: str, page: str) -> str:
    """Asks for one page over a new connection. Returns why it was not answered, "" where it was."""
    connection = Connection(address)
    try:
        connection.get(page)
    except BenchFailed as failed:
        return str(failed)
    finally:
        connection.close()
    return ""
