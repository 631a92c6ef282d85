"""What visitors get without OpenSearch: the standby's pages and the data base's, against OpenSearch's in the same rounds.

Three installations on the same store take turns, page by page: one with OpenSearch, one whose way to OpenSearch (`bench.relay`) is
closed in the middle, so that connections are refused and the standby answers, and one that has neither. The slowest page
around the moment of the outage and the pages that failed are shown, too, and how soon OpenSearch answers again.
"""

import json
import time
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import partial
from itertools import cycle

from bench.addresses import EVERYTHING
from bench.connection import BenchFailed, Connection
from bench.figures import Figure
from bench.processes import free_port
from bench.relay import Relay
from bench.rounds import interleaved, p50, ratios, spread
from bench.stage import Stage

IN_A_ROW = 12
"""Answers of one level in a row after which both workers are believed to be there."""
TRANSITION_SECONDS, RECOVERY_SECONDS = 30.0, 90.0
PAUSE = 0.05
"""Seconds between these answers."""
DATABASE_PAGES, DATABASE_SECONDS = 40, 30.0
"""The data base is asked for so many pages in a round, and for no further one after so many seconds."""


def measure(stage: Stage, searches: Sequence[str], rounds: int, until: float) -> list[Figure]:
    """p50 of pages by level, and what the outage itself costs; nothing where OpenSearch is not measured."""
    if "opensearch" not in stage.engines:
        return []
    pages = [f"{EVERYTHING}?{search}" for search in searches]
    settings = stage.settings("opensearch")
    if "embedded" not in stage.engines:
        stage.rebuild("embedded", changed={"STANDBY": "on"})
    with ExitStack() as stack:
        relay = stack.enter_context(Relay(settings.search_url, settings.search_ca))
        _, second = stage.web("opensearch", changed={"SEARCH_URL": relay.url, "SEARCH_CA": "", "STANDBY": "on"})
        nowhere = {"SEARCH_URL": f"http://127.0.0.1:{free_port()}", "SEARCH_CA": "", "STANDBY": "off"}
        _, third = stage.web("opensearch", changed=nowhere)
        _until(second, pages, "opensearch", RECOVERY_SECONDS)
        relay.close()
        outage = _until(second, pages, "standby", TRANSITION_SECONDS)
        _until(third, pages, "database", TRANSITION_SECONDS)
        addresses = {"opensearch": stage.web("opensearch")[1], "standby": second, "database": third}
        webs = {level: Connection(address) for level, address in addresses.items()}
        for web in webs.values():
            stack.callback(web.close)
        _side_by_side(webs, pages)  # once for nothing
        found = interleaved({"levels": partial(_side_by_side, webs, pages)}, rounds, until)["levels"]
        for level, address in addresses.items():
            if (last := _level(address, pages[0])) != level:
                raise BenchFailed(f"pages came from {last} and not from {level}")
        relay.open()
        started = time.perf_counter()
        back = _until(second, pages, "opensearch", RECOVERY_SECONDS)
        recovered = time.perf_counter() - started
    middle = {level: [p50(times[level]) for times in found] for level in addresses}
    failed = 100 * (outage.failed + back.failed) / (len(outage.times) + len(back.times))
    return [
        Figure("standby_before", "opensearch", "Seite mit OpenSearch, p50", "ms", spread(middle["opensearch"])),
        Figure("standby_p50", "opensearch", "Seite vom Ersatzindex, p50", "ms", spread(middle["standby"])),
        Figure(
            "standby_ratio",
            "opensearch",
            "Ersatzindex : OpenSearch",
            "×",
            ratios(middle["standby"], middle["opensearch"]),
        ),
        Figure("database_p50", "opensearch", "Seite aus der Datenbank, p50", "ms", spread(middle["database"])),
        Figure("outage_longest", "opensearch", "Ausfall, langsamste Antwort", "ms", spread([max(outage.times)])),
        Figure("outage_failed", "opensearch", "Ausfall, vergebliche Anfragen", "%", spread([failed])),
        Figure("recovery", "opensearch", "Wieder OpenSearch nach", "s", spread([recovered])),
    ]


@dataclass(slots=True)
class Transition:
    """Milliseconds of the answers until all came from one level, and how many were no answers."""

    times: list[float] = field(default_factory=list)
    failed: int = 0


def _until(address: str, pages: Sequence[str], level: str, seconds: float) -> Transition:
    """Asks until so many answers in a row came from a level. Raises `BenchFailed` where that does not happen."""
    found, row, last = Transition(), 0, ""
    begun = time.perf_counter()
    for page in cycle(pages):
        started = time.perf_counter()
        try:
            last = _level(address, page)
        except BenchFailed as failed:
            last = str(failed)
            found.failed += 1
        found.times.append((time.perf_counter() - started) * 1000)
        row = row + 1 if last == level else 0
        if row == IN_A_ROW:
            break
        if time.perf_counter() - begun > seconds:
            raise BenchFailed(f"pages do not come from {level} within {seconds:.0f} s but: {last}")
        time.sleep(PAUSE)
    return found


def _level(address: str, page: str) -> str:
    """Which level answers a search now, asked over a new connection, so that each worker gets its turn."""
    connection = Connection(address)
    try:
        return str(json.loads(connection.get(page.replace(EVERYTHING, f"{EVERYTHING}.json", 1)))["engine"])
    finally:
        connection.close()


def _side_by_side(webs: Mapping[str, Connection], pages: Sequence[str]) -> dict[str, list[float]]:
    """Milliseconds of pages by level, asked for one by one: each page from all levels before the next one, every other
    page in reverse order, so that whatever else the machine does meets all of them alike."""
    found: dict[str, list[float]] = {level: [] for level in webs}
    begun = time.perf_counter()
    for number, page in enumerate(pages):
        too_much = number >= DATABASE_PAGES or time.perf_counter() - begun > DATABASE_SECONDS
        asked = [level for level in webs if level != "database" or not too_much]
        for level in asked if number % 2 else reversed(asked):
            started = time.perf_counter()
            webs[level].get(page)
            found[level].append((time.perf_counter() - started) * 1000)
    return found
