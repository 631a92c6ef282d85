"""The very requests that a results page sends to its engine, and both engines asked without a page around them."""

import json
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import tantivy

from bench.connection import Connection
from service.search.criteria import parse
from service.search.embedded.client import UPWARDS, index_folder
from service.search.embedded.query import QueryBuilder
from service.search.embedded.schema import SORT_KEYS, existing_index
from service.search.engine import MOST_VALUES, Found, Proposal, SearchEngine, SearchRequest
from service.search.opensearch import query
from service.search.service import SearchService
from service.store.database import Database

Bare = Callable[[str], None]
"""Asks an engine what the page at this address asks."""


def timed(ask: Callable[[str], object], addresses: Sequence[str]) -> list[float]:
    """Milliseconds of each request, one after the other."""
    found = []
    for address in addresses:
        started = time.perf_counter()
        ask(address)
        found.append((time.perf_counter() - started) * 1000)
    return found


class Recorder:
    """An engine that notes what it is asked."""

    def __init__(self, engine: SearchEngine) -> None:
        self.name = engine.name
        self.asked: list[SearchRequest] = []
        self._engine = engine

    def search(self, request: SearchRequest) -> Found:
        """See `SearchEngine.search`."""
        self.asked.append(request)
        return self._engine.search(request)

    def suggest(self, words: Sequence[str], limit: int, index: str = "") -> list[Proposal]:
        """See `SearchEngine.suggest`."""
        return self._engine.suggest(words, limit, index)

    def served(self, index: str = "") -> str:
        """See `SearchEngine.served`."""
        return self._engine.served(index)

    def close(self) -> None:
        """See `SearchEngine.close`."""
        self._engine.close()


def record(search: SearchService, database: Database, addresses: Sequence[str]) -> dict[str, SearchRequest]:
    """Address (path and query string of a results page) → what its engine is asked."""
    recorder = Recorder(search.engine)
    service = SearchService(database, recorder)
    for address in addresses:
        service.search(parse(parse_qsl(urlsplit(address).query), service.vocabularies()))
    return dict(zip(addresses, recorder.asked, strict=True))


def bare_opensearch(connection: Connection, alias: str, requests: dict[str, SearchRequest]) -> Bare:
    """Sends the body of the page's own request over a kept connection and reads the answer, no more."""
    bodies = {address: json.dumps(query.body(request)).encode() for address, request in requests.items()}
    path = f"/{alias}/_search"

    def ask(address: str) -> None:
        connection.post(path, bodies[address])

    return ask


def bare_embedded(data_dir: Path, served: str, requests: dict[str, SearchRequest]) -> Bare:
    """The page's own queries, built beforehand, in this process: hits with their stored data, total and counts."""
    index = existing_index(index_folder(data_dir) / served)
    build = QueryBuilder(index.schema)
    prepared = {address: _prepared(build, request) for address, request in requests.items()}

    def ask(address: str) -> None:
        hits, sorting, limit, counts = prepared[address]
        index.reload()
        searcher = index.searcher()
        found = searcher.search(hits, limit=limit, **sorting)
        for _, place in found.hits[requests[address].offset :]:
            searcher.doc(place)["hit"]
        for counted, values in counts:
            searcher.aggregate(counted, values)

    return ask


def _prepared(
    build: QueryBuilder, request: SearchRequest
) -> tuple[tantivy.Query, dict[str, Any], int, list[tuple[tantivy.Query, dict[str, Any]]]]:
    text = build.text(request.plan)
    own = [field for field in request.counted if request.selected.get(field)]
    free = [field for field in request.counted if field not in own]
    counts = [(build.filtered(text, request), _values(free))]
    counts += [(build.filtered(text, request, field), _values([field])) for field in own]
    sorting: dict[str, Any] = {}
    if request.order != "relevanz":
        way = tantivy.Order.Asc if request.order in UPWARDS else tantivy.Order.Desc
        sorting = {"order_by_field": SORT_KEYS[request.order], "order": way}
    return build.filtered(text, request), sorting, request.offset + request.size, counts


def _values(fields: Sequence[str]) -> dict[str, Any]:
    return {field: {"terms": {"field": field, "size": MOST_VALUES}} for field in fields}
