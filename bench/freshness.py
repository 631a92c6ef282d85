"""From an edit to the first search that finds it, with `angebote index tail` running as it does in service.

The clock starts before the edit's transaction and stops when a search answers with the new title.
"""

import random
import string
import time
from collections.abc import Callable
from functools import partial

from bench.connection import BenchFailed
from bench.figures import Figure
from bench.rounds import interleaved, p50, p95, spread
from bench.stage import Stage
from service.search.criteria import SearchCriteria
from service.search.engine import EngineName
from service.store import offers, records
from service.store.database import Database

EDITS = 20
"""Edits of a round: the second slowest of all rounds together is not a single accident."""
LONGEST = 30.0
PAUSE = 0.1
"""Seconds between edits, so that they are edits one by one."""
POLL = 0.004


def measure(stage: Stage, rounds: int, until: float, edits: int = EDITS) -> list[Figure]:
    """p50 and p95 of the time from edit to hit, in seconds."""
    draw = random.Random()  # noqa: S311  new words in each run
    rivals: dict[str, Callable[[], list[float]]] = {
        engine: partial(_round, stage, engine, draw, edits) for engine in stage.engines
    }
    found = interleaved(rivals, rounds, until)
    figures = []
    for engine in stage.engines:
        note = f"{edits} Änderungen je Runde"
        figures += [
            Figure("freshness_p50", engine, "Änderung bis Treffer, p50", "s", spread(map(p50, found[engine])), note),
            Figure("freshness_p95", engine, "Änderung bis Treffer, p95", "s", spread(map(p95, found[engine]))),
        ]
    return figures


def _round(stage: Stage, engine: EngineName, draw: random.Random, edits: int) -> list[float]:
    with stage.tail(engine) as tail:
        found = []
        for key in draw.sample(keys(stage.any.database), edits + 1):
            tail.check()
            found.append(_edit_until_hit(stage, engine, key, "".join(draw.choices(string.ascii_lowercase, k=14))))
            time.sleep(PAUSE)
    return found[1:]  # with the first edit a tail opens its writer and reads its words; in service it has them


def _edit_until_hit(stage: Stage, engine: EngineName, key: int, word: str) -> float:
    """Seconds until an offer is found by a word that its new title brings."""
    search = stage.search(engine)
    title = f"Angebot {word}"
    asked = SearchCriteria(q=word)
    started = time.perf_counter()
    retitle(stage.any.database, key, title)
    while True:
        if any(hit.data["title"] == title for hit in search.search(asked).found.hits):
            return time.perf_counter() - started
        if time.perf_counter() - started > LONGEST:
            raise BenchFailed(f"an edit was not found on {engine} within {LONGEST:.0f} s")
        time.sleep(POLL)


def retitle(database: Database, key: int, title: str) -> None:
    """What an editor does who saves one offer with another title."""
    with database.reading() as session:
        stored = records.load_one(session, key)
    if stored is None:
        raise BenchFailed(f"the offer {key} has gone")
    edit = offers.Edit({**stored.record, "title": title}, key, stored.rev)
    with database.writing() as session:
        offers.save(session, [edit], actor="bench")


def keys(database: Database, most: int = 2_000) -> list[int]:
    """Keys of some offers."""
    with database.reading() as session:
        return [offer.key for offer in next(records.stream(session, most), [])]
