"""What it costs the engine that queries are understood: the request of a results page against the same request, facets and
all, with a plain `match` of what was typed.

Asked are the judged queries of the county, as people type them (misspelt, in other languages, whole questions), and the searches of
the other measurements. Marks are made in Python in either case and counted in neither. Suggestions are asked for over HTTP,
letter by letter, as the page does while somebody types.
"""

import json
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from functools import partial
from urllib.parse import parse_qsl, urlencode

from bench.addresses import EVERYTHING
from bench.connection import Connection
from bench.figures import Figure
from bench.requests import Bare, bare_embedded, bare_opensearch, record, timed
from bench.rounds import interleaved, p50, p95, ratios, spread
from bench.stage import Stage
from service.relevance.judged import read_folder
from service.search.engine import SearchRequest
from service.search.opensearch import query

JUDGED, FEW = 150, 20
"""Judged queries that are asked, spread over all slices; a short bench asks few."""
TYPED = range(2, 9)
"""Letters after which suggestions are asked for."""


def measure(stage: Stage, searches: Sequence[str], rounds: int, until: float, most: int = JUDGED) -> list[Figure]:
    """Milliseconds by engine, with everything on and plain, and the ratios of their medians. `most`: judged queries."""
    words = _judged(stage, most)
    searched = [search for search in searches if dict(parse_qsl(search)).get("q")]
    pages = [f"{EVERYTHING}?{search}" for search in (*searched, *(urlencode({"q": word}) for word in words))]
    typed = [
        f"/vorschlaege?{urlencode({'q': word[:count]})}" for word in words for count in TYPED if count <= len(word)
    ]
    with ExitStack() as stack:
        rivals: dict[str, Callable[[], list[float]]] = {}
        for engine in stage.engines:
            here, search = stage.contexts[engine], stage.search(engine)
            requests = record(search, here.database, pages)
            web = Connection(stage.web(engine)[1])
            stack.callback(web.close)
            rivals[f"suggestions {engine}"] = partial(timed, web.get, typed)
            if engine == "embedded":
                asked = bare_embedded(here.settings.data_dir, search.engine.served(), requests)
                rivals["understood embedded"] = partial(timed, asked, pages)
                continue
            server = stage.opensearch()
            stack.callback(server.close)
            asked = bare_opensearch(server, here.settings.index_prefix, requests)
            rivals["understood opensearch"] = partial(timed, asked, pages)
            rivals["plain opensearch"] = partial(timed, _plain(server, here.settings.index_prefix, requests), pages)
        for run in rivals.values():
            run()  # once for nothing
        found = interleaved(rivals, rounds, until)
    return _figures(found)


def _judged(stage: Stage, most: int) -> list[str]:
    """Judged queries from the first to the last slice; the same ones in every run."""
    queries = [judged.query for judged in read_folder(stage.any.settings.county)]
    count = min(most, len(queries))
    return [queries[number * len(queries) // count] for number in range(count)]


def _plain(server: Connection, alias: str, requests: dict[str, SearchRequest]) -> Bare:
    """The page's own request with a plain match in place of the understood query. Nothing else narrows these searches:
    selections filter after counting."""

    def body(address: str, request: SearchRequest) -> bytes:
        typed = dict(parse_qsl(address.partition("?")[2]))["q"]
        return json.dumps(query.body(request) | {"query": {"match": {"all": typed}}}).encode()

    bodies = {address: body(address, request) for address, request in requests.items()}

    def ask(address: str) -> None:
        server.post(f"/{alias}/_search", bodies[address])

    return ask


def _figures(times: dict[str, list[list[float]]]) -> list[Figure]:
    figures = []
    middle = {rival: [p50(found) for found in rounds] for rival, rounds in times.items()}
    for rival, found in times.items():
        kind, engine = rival.split()
        label = {"understood": "Anfrage, verstanden", "plain": "Anfrage, bloßes match", "suggestions": "Vorschläge"}[
            kind
        ]
        figures.append(Figure(f"{kind}_p50", engine, f"{label}, p50", "ms", spread(middle[rival])))
        figures.append(Figure(f"{kind}_p95", engine, f"{label}, p95", "ms", spread(map(p95, found))))
    if "plain opensearch" in middle:
        quotient = ratios(middle["understood opensearch"], middle["plain opensearch"])
        figures.append(Figure("understood_to_plain", "opensearch", "Verstanden : bloßes match", "×", quotient))
    if {"understood embedded", "understood opensearch"} <= middle.keys():
        quotient = ratios(middle["understood embedded"], middle["understood opensearch"])
        figures.append(
            Figure("understood_embedded_to_opensearch", "", "Anfrage: eingebettet : OpenSearch", "×", quotient)
        )
    return figures
