"""How long a page takes, and how long its engine alone: one client, one request at a time, over kept connections.

A round asks every address of the list once from each rival: the results page, `/angebote.json`, the bare engine, on each
engine; and the page without a query, kept and made anew. Answers are not compressed, as behind a proxy that does it. Ratios are quotients of the medians of one round.
"""

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from functools import partial

from bench.addresses import EVERYTHING, EVERYTHING_ANEW
from bench.connection import Connection
from bench.figures import Figure
from bench.requests import Bare, bare_embedded, bare_opensearch, record, timed
from bench.rounds import interleaved, p50, p95, ratios, spread
from bench.stage import Stage
from service.search.engine import EngineName

REPEATS = 20
"""Times that the one page without a query is asked for in a round."""
NAMES = {"page": "Ergebnisseite", "json": "/angebote.json", "engine": "Suchmaschine"}
EVERYTHING_NAMES = {
    "everything_cached": "Ohne Suchwort, aufbewahrt",
    "everything_uncached": "Ohne Suchwort, neu erzeugt",
    "everything_engine": "Ohne Suchwort, Suchmaschine",
}
Times = dict[str, list[list[float]]]
"""Rival → round → milliseconds of each request."""


def measure(stage: Stage, searches: Sequence[str], rounds: int, until: float) -> list[Figure]:
    """All figures of pages."""
    pages = [f"{EVERYTHING}?{search}" for search in searches]
    with ExitStack() as stack:
        rivals: dict[str, Callable[[], list[float]]] = {}
        for engine in stage.engines:
            _, address = stage.web(engine)
            web = Connection(address)
            stack.callback(web.close)
            bare = _bare(stage, engine, [*pages, EVERYTHING_ANEW], stack)
            machine = [page.replace(EVERYTHING, f"{EVERYTHING}.json", 1) for page in pages]
            rivals[f"page {engine}"] = partial(timed, web.get, pages)
            rivals[f"json {engine}"] = partial(timed, web.get, machine)
            rivals[f"engine {engine}"] = partial(timed, bare, pages)
            rivals[f"everything_cached {engine}"] = partial(timed, web.get, [EVERYTHING] * REPEATS)
            rivals[f"everything_uncached {engine}"] = partial(timed, web.get, [EVERYTHING_ANEW] * REPEATS)
            rivals[f"everything_engine {engine}"] = partial(timed, bare, [EVERYTHING_ANEW] * REPEATS)
        for run in rivals.values():
            run()  # once for nothing: files into memory, code into Java's compiler
        found = interleaved(rivals, rounds, until)
    return _figures(found, stage.engines)


def _bare(stage: Stage, engine: EngineName, pages: Sequence[str], stack: ExitStack) -> Bare:
    here = stage.contexts[engine]
    search = stage.search(engine)
    requests = record(search, here.database, pages)
    if engine == "embedded":
        return bare_embedded(here.settings.data_dir, search.engine.served(), requests)
    connection = stage.opensearch()
    stack.callback(connection.close)
    return bare_opensearch(connection, here.settings.index_prefix, requests)


def _figures(times: Times, engines: Sequence[EngineName]) -> list[Figure]:
    figures = []
    middle = {name: [p50(found) for found in rounds] for name, rounds in times.items()}
    for engine in engines:
        for kind, label in NAMES.items():
            slow = spread(p95(found) for found in times[f"{kind} {engine}"])
            figures.append(Figure(f"{kind}_p50", engine, f"{label}, p50", "ms", spread(middle[f"{kind} {engine}"])))
            figures.append(Figure(f"{kind}_p95", engine, f"{label}, p95", "ms", slow))
        for kind in ("page", "json"):
            quotient = ratios(middle[f"{kind} {engine}"], middle[f"engine {engine}"])
            figures.append(Figure(f"{kind}_to_engine", engine, f"{NAMES[kind]} : Suchmaschine", "×", quotient))
        for kind, label in EVERYTHING_NAMES.items():
            figures.append(Figure(kind, engine, f"{label}, p50", "ms", spread(middle[f"{kind} {engine}"])))
    if len(engines) == 2:
        quotient = ratios(middle["page embedded"], middle["page opensearch"])
        figures.append(Figure("embedded_to_opensearch", "", "Seite: eingebettet : OpenSearch", "×", quotient))
    return figures
