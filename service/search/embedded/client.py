"""Answers searches from the embedded index.

Indexes are folders `<data>/index/<name>`; the link `current` names the one that is served and is replaced atomically
(`indexer`). Each search looks at the link and at the time of the last commit, so the indexer's commits are seen at once.
"""

import json
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from threading import Lock
from typing import Any, NamedTuple
from uuid import UUID

import tantivy

from service.errors import SearchUnavailable
from service.search.embedded.query import QueryBuilder
from service.search.embedded.schema import SORT_KEYS, existing_index
from service.search.engine import MOST_VALUES, EngineName, Found, Hit, Proposal, SearchRequest

CURRENT = "current"
UPWARDS = {"beginn", "titel"}
"""Orders whose keys rise."""
_Ranked = list[tuple[Any, tantivy.DocAddress]]


def index_folder(data_dir: Path) -> Path:
    """Where the embedded indexes are."""
    return data_dir / "index"


class _Open(NamedTuple):
    """The index that is served, and the commit that `searcher` sees."""

    name: str
    commit: tuple[int, int] | None
    opened: tantivy.Index
    searcher: tantivy.Searcher
    build: QueryBuilder


class EmbeddedEngine:
    """The engine of one machine: reads the index that a request names, otherwise the one that the indexer linked."""

    name: EngineName = "embedded"

    def __init__(self, data_dir: Path) -> None:
        self._folder = index_folder(data_dir)
        self._lock = Lock()
        self._open: _Open | None = None

    def served(self, index: str = "") -> str:
        """See `SearchEngine.served`; without a name that of the index behind `current`."""
        if index:
            return self._searcher(index)[0]
        try:
            return os.readlink(self._folder / CURRENT)
        except OSError as error:
            raise SearchUnavailable(f"no embedded index: {error.strerror}") from None

    def close(self) -> None:
        """Forgets the open index."""
        self._open = None

    def search(self, request: SearchRequest) -> Found:
        """See `SearchEngine.search`."""
        name, searcher, build = self._searcher(request.index)
        with translated(name):
            text = build.text(request.plan)
            query = build.filtered(text, request)
            total, ranked = _page(searcher, query, request.order, request.offset, request.size)
            scored = request.order == "relevanz"
            hits = [_hit(searcher.doc(address), value if scored else 0.0) for value, address in ranked]
            counts, without = _count(searcher, build, text, request, total)
        return Found(total=total, hits=hits, counts=counts, without=without, index=name)

    def suggest(self, words: Sequence[str], limit: int, index: str = "") -> list[Proposal]:
        """See `SearchEngine.suggest`."""
        name, searcher, build = self._searcher(index)
        with translated(name):
            _, ranked = _page(searcher, build.suggestion(words), "relevanz", 0, limit)
            documents = [json.loads(searcher.doc(address)["hit"][0]) for _, address in ranked]
        return [Proposal(doc["title"], doc["public_id"], doc["slug"]) for doc in documents]

    def _searcher(self, wanted: str = "") -> tuple[str, tantivy.Searcher, QueryBuilder]:
        name = wanted or self.served()
        with self._lock, translated(name):
            commit = _commit(self._folder / name)
            known = self._open
            if known is None or known.name != name:
                index = existing_index(self._folder / name)
                known = _Open(name, None, index, index.searcher(), QueryBuilder(index.schema))
            if known.commit != commit:
                known.opened.reload()
                known = known._replace(commit=commit, searcher=known.opened.searcher())
            self._open = known
            return name, known.searcher, known.build


def _commit(folder: Path) -> tuple[int, int]:
    """What changes with every commit: tantivy replaces `meta.json` by a new file."""
    state = os.stat(folder / "meta.json")
    return state.st_mtime_ns, state.st_ino


@contextmanager
def translated(name: str) -> Iterator[None]:
    """What goes wrong in an index as `SearchUnavailable`."""
    try:
        yield
    except (ValueError, RuntimeError, OSError) as error:
        raise SearchUnavailable(f"embedded index {name}: {error}") from error


def _page(searcher: tantivy.Searcher, query: tantivy.Query, order: str, offset: int, size: int) -> tuple[int, _Ranked]:
    """Total and (value, address) of a page's hits, in the contract's order: by value, equal ones by id.

    tantivy sorts by one key alone, so a group of equals that goes on behind the page is read to its end.
    """
    sorting: dict[str, Any] = {}
    if order != "relevanz":
        ways = tantivy.Order
        sorting = {"order_by_field": SORT_KEYS[order], "order": ways.Asc if order in UPWARDS else ways.Desc}
    wanted = offset + size
    limit = wanted + 20
    while True:
        found = searcher.search(query, limit=limit, **sorting)
        hits: _Ranked = found.hits
        if len(hits) < limit or hits[-1][0] != hits[wanted - 1][0]:
            break
        limit *= 4
    ranked: _Ranked = []
    for _, equals in groupby(hits, key=itemgetter(0)):
        ranked += _by_id(searcher, list(equals)) if len(ranked) < wanted else ()
    total: int = found.count  # type: ignore[attr-defined]  # its type stub forgets it
    return total, ranked[offset:wanted]


def _by_id(searcher: tantivy.Searcher, hits: _Ranked) -> _Ranked:
    if len(hits) < 2:
        return hits
    ties = searcher.fast_field_values("tie", [address for _, address in hits])
    return [hit for _, hit in sorted(zip(ties, hits, strict=True), key=itemgetter(0))]


def _hit(document: tantivy.Document, score: float) -> Hit:
    return Hit(offer_id=str(UUID(document["offer_id"][0])), score=score, data=json.loads(document["hit"][0]))


def _count(
    searcher: tantivy.Searcher, build: QueryBuilder, text: tantivy.Query, request: SearchRequest, total: int
) -> tuple[dict[str, dict[str, int]], dict[str, int]]:
    """Counts of all fields: one pass for the fields without a selection, one more for each field with one."""
    counts: dict[str, dict[str, int]] = {}
    without: dict[str, int] = {}
    own = [field for field in request.counted if request.selected.get(field)]
    free = [field for field in request.counted if field not in own]
    for fields, ignoring in [(free, ""), *(([field], field) for field in own)]:
        if not fields:
            continue
        answer = searcher.aggregate(build.filtered(text, request, ignoring), _terms(fields))
        for field in fields:
            counts[field] = {bucket["key"]: bucket["doc_count"] for bucket in answer[field]["buckets"]}
            without[field] = int(answer["hits"]["value"]) if ignoring else total
    return counts, without


def _terms(fields: Sequence[str]) -> dict[str, Any]:
    wanted: dict[str, Any] = {field: {"terms": {"field": field, "size": MOST_VALUES}} for field in fields}
    return wanted | {"hits": {"value_count": {"field": "rev"}}}
