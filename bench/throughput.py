"""Pages a second with two workers and eight clients, against a bare Flask page served the same way (`bench.bound`)."""

import json
import pickle
import sys
from collections.abc import Sequence
from dataclasses import asdict
from functools import partial
from urllib.parse import urlsplit

from bench.addresses import EVERYTHING
from bench.bound import requests_file
from bench.connection import BenchFailed, Connection
from bench.figures import Figure
from bench.load import CLIENTS, Order, Outcome
from bench.requests import record
from bench.rounds import interleaved, ratios, spread
from bench.stage import BOUND, SERVICE, WORKERS, Stage
from service.search.engine import EngineName

SECONDS = 5.0
"""Length of one measurement."""
WARM_UP = 2.0


def measure(stage: Stage, searches: Sequence[str], rounds: int, until: float, seconds: float = SECONDS) -> list[Figure]:
    """Pages a second of the product and of the bound, on each engine, and their quotient."""
    pages = [f"{EVERYTHING}?{search}" for search in searches]
    rivals = {}
    for engine in stage.engines:
        prepare(stage, engine, pages)
        for app in (SERVICE, BOUND):
            rivals[f"{app} {engine}"] = partial(load, stage, engine, app, pages, seconds)
            load(stage, engine, app, pages, min(seconds, WARM_UP))
        _same_answer(stage, engine, pages[0])
    found = interleaved(rivals, rounds, until)
    figures = []
    for engine in stage.engines:
        ours, bound = (
            [outcome.answered / outcome.seconds for outcome in found[f"{app} {engine}"]] for app in (SERVICE, BOUND)
        )
        asking = max(outcome.processor / outcome.seconds for outcome in found[f"{BOUND} {engine}"])
        note = f"{WORKERS} Prozesse, {CLIENTS} Anfragende (höchstens {asking:.0%} eines Prozessors)"
        figures += [
            Figure("throughput", engine, "Durchsatz, Ergebnisseite", "/s", spread(ours), note),
            Figure("throughput_bound", engine, "Durchsatz, kahle Seite", "/s", spread(bound)),
            Figure("throughput_ratio", engine, "Durchsatz : kahle Seite", "×", ratios(ours, bound)),
        ]
    return figures


def prepare(stage: Stage, engine: EngineName, pages: Sequence[str]) -> None:
    """Leaves the engine's requests where the bound reads them."""
    here = stage.contexts[engine]
    by_search = {
        urlsplit(page).query: request for page, request in record(stage.search(engine), here.database, pages).items()
    }
    requests_file(here.settings).write_bytes(pickle.dumps(by_search))


def load(stage: Stage, engine: EngineName, app: str, pages: Sequence[str], seconds: float) -> Outcome:
    """One measurement by a process of its own. Raises `BenchFailed` where an answer was not 200."""
    process, address = stage.web(engine, app)
    order = Order(urlsplit(address).port or 0, list(pages), seconds)
    file = stage.folder / "order.json"
    file.write_text(json.dumps(asdict(order)), encoding="utf-8")
    clients = stage.start("clients", engine, [sys.executable, "-m", "bench.load", str(file)])
    clients.log.write_bytes(b"")
    clients.popen.wait()
    process.check()
    if clients.popen.returncode:
        clients.check()
    outcome = Outcome(**json.loads(clients.log.read_bytes().splitlines()[-1]))
    if outcome.refused or not outcome.answered:
        raise BenchFailed(f"{app} on {engine}: {outcome.refused} of {outcome.answered + outcome.refused} not answered")
    return outcome


def _same_answer(stage: Stage, engine: EngineName, page: str) -> None:
    """The bound shows as many hits as the product, otherwise the comparison says nothing."""
    ours, bound = (Connection(stage.web(engine, app)[1]) for app in (SERVICE, BOUND))
    total = json.loads(ours.get(page.replace(EVERYTHING, f"{EVERYTHING}.json", 1)))["total"]
    bare = bound.get(page)
    ours.close()
    bound.close()
    if not bare.startswith(f"<p>{total}</p>".encode()):
        raise BenchFailed(f"the bound on {engine} shows other hits than the page")
