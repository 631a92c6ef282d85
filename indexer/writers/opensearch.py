"""Writes to OpenSearch: bulk requests with external versions, concrete names, one alias.

The helpers of the client are not used: they raise on 409 and 404, which are successes here, and retry nothing by default.
"""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from itertools import chain
from typing import Any

from opensearchpy import OpenSearch
from opensearchpy.exceptions import OpenSearchException, TransportError

from indexer.writers import SMALL_BATCH, Deletion, Document, Failure, Indexed, belongs, made_at
from indexer.writers.bulk import CONNECTIONS, FILTER, Action, BulkLoad, delete_action, index_action, outcome, requests
from service.config import Settings
from service.errors import SearchUnavailable
from service.paths import data_folder
from service.search.engine import EngineName
from service.search.opensearch import client, mapping

TIMEOUT = 30.0
"""Seconds for one request of the indexer; nobody waits for it on a page."""
WAITS = (0.1, 0.2, 0.5, 1.0, 2.0, 4.0)
"""Seconds before a request that the server was too busy for (429) is repeated."""
PAGE = 5_000
"""Documents of one page when ids and revisions are read."""
READ = ("offer_id", "rev", "content_hash")
"""What is read of them: the values that they are sorted by, so that no field is fetched."""
MISSING = 2**63 - 1
"""What the server sorts a document by that has no number."""


def connect(settings: Settings) -> OpenSearch:
    """A client for indexing: patient, without retries of its own."""
    return client.connect(settings, seconds=TIMEOUT, connections=CONNECTIONS + 2)


@contextmanager
def _translated() -> Iterator[None]:
    """The client's exceptions, and answers that are not what was asked for, as `SearchUnavailable`."""
    try:
        yield
    except client.MISUNDERSTOOD as error:
        raise SearchUnavailable(f"OpenSearch: the answer is not understood: {type(error).__name__} {error}") from error
    except TransportError as error:
        raise SearchUnavailable(f"OpenSearch {error.status_code}: {error.error}") from error
    except OpenSearchException as error:
        raise SearchUnavailable(f"OpenSearch: {type(error).__name__}: {error}") from error


def _object(answer: Any) -> dict[str, Any]:
    """An answer that is a JSON object, as all of them are; half of one, or a proxy's page, comes as text."""
    if not isinstance(answer, dict):
        raise TypeError(f"{type(answer).__name__} instead of an object")
    return answer


def _indexed(offer_id: str, rev: int, content_hash: str) -> Indexed:
    """What a document was sorted by. TypeError where it has not all of it."""
    if offer_id is None or content_hash is None or rev == MISSING:
        raise TypeError(f"a document without one of {', '.join(READ)}")
    return Indexed(offer_id, rev, content_hash)


def _status(unavailable: SearchUnavailable) -> int | str | None:
    """The HTTP status behind an error, "N/A" where no answer came."""
    cause = unavailable.__cause__
    return cause.status_code if isinstance(cause, TransportError) else None


class OpenSearchWriter:
    """See `IndexWriter`. Threads may share it."""

    engine: EngineName = "opensearch"

    def __init__(self, connection: OpenSearch, prefix: str, sleep: Callable[[float], None] = time.sleep) -> None:
        self._client = connection
        self._prefix = prefix
        self._sleep = sleep
        self._seen: set[str] = set()

    @property
    def prepare(self) -> Callable[[Document], Action]:
        """See `IndexWriter.prepare`: a line of a bulk request."""
        return index_action

    def create(self, name: str, meta: Mapping[str, Any]) -> None:
        """See `IndexWriter.create`."""
        self._check(name)
        body = mapping.read(data_folder("mappings")).body(meta)
        with _translated():
            _object(self._client.indices.create(index=name, body=body))

    def meta(self, name: str) -> dict[str, Any]:
        """See `IndexWriter.meta`."""
        with _translated():
            return dict(self._client.indices.get_mapping(index=name)[name]["mappings"].get("_meta", {}))

    @contextmanager
    def load(self, name: str) -> Iterator[BulkLoad]:
        """See `IndexWriter.load`; two requests are under way at a time, without refreshes in between."""
        self._settle(name, "-1")
        with ThreadPoolExecutor(CONNECTIONS, thread_name_prefix="bulk") as threads:
            under_way = BulkLoad(lambda actions: self._send(name, actions, refresh=False), threads)
            try:
                yield under_way
                under_way.finish()
            finally:
                threads.shutdown(cancel_futures=True)
        self._settle(name, None)

    def _settle(self, name: str, interval: str | None) -> None:
        self._check(name)
        with _translated():
            _object(self._client.indices.put_settings(index=name, body={"index": {"refresh_interval": interval}}))

    def write(self, name: str, upserts: Sequence[Document], deletes: Sequence[Deletion] = ()) -> list[Failure]:
        """See `IndexWriter.write`."""
        self._check(name)
        self._make_sure_it_exists(name)
        refresh = len(upserts) + len(deletes) <= SMALL_BATCH
        actions = chain(map(index_action, upserts), map(delete_action, deletes))
        return [failure for part in requests(actions) for failure in self._send(name, part, refresh=refresh)]

    def _send(self, name: str, actions: list[Action], *, refresh: bool) -> list[Failure]:
        """One bulk request; what the server was too busy for is sent again, a few times."""
        failures: list[Failure] = []
        for wait in (*WAITS, 0.0):
            actions, refused = self._send_once(name, actions, refresh=refresh)
            failures += refused
            if not actions:
                return failures
            self._sleep(wait)
        raise SearchUnavailable(f"OpenSearch 429: too busy for {len(actions)} documents after {len(WAITS)} repeats")

    def _send_once(self, name: str, actions: list[Action], *, refresh: bool) -> tuple[list[Action], list[Failure]]:
        params = {"filter_path": FILTER} | ({"refresh": "true"} if refresh else {})
        body = b"".join(action.line for action in actions)
        try:
            with _translated():
                return outcome(name, actions, self._client.bulk(body=body, index=name, params=params))
        except SearchUnavailable as unavailable:
            if _status(unavailable) == 429:
                return actions, []
            raise

    def refresh(self, name: str) -> None:
        """See `IndexWriter.refresh`."""
        with _translated():
            _object(self._client.indices.refresh(index=name))

    def release(self, name: str) -> None:
        """Nothing to give up: OpenSearch takes writes of many."""

    def switch(self, name: str) -> None:
        """See `IndexWriter.switch`: one call takes the alias from the old index and gives it to the new one."""
        self._check(name)
        actions: list[dict[str, Any]] = [
            {"remove": {"index": old, "alias": self._prefix}} for old in self._aliased() if old != name
        ]
        with _translated():
            _object(
                self._client.indices.update_aliases(
                    body={"actions": [*actions, {"add": {"index": name, "alias": self._prefix}}]}
                )
            )

    def current(self) -> str:
        """See `IndexWriter.current`."""
        return max(self._aliased(), default="")

    def _aliased(self) -> list[str]:
        try:
            with _translated():
                return list(_object(self._client.indices.get_alias(name=self._prefix)))
        except SearchUnavailable as unavailable:
            if _status(unavailable) == 404:
                return []
            raise

    def names(self) -> list[str]:
        """See `IndexWriter.names`."""
        with _translated():
            found = _object(
                self._client.indices.get_alias(
                    index=f"{self._prefix}-v*", params={"expand_wildcards": "open,closed", "allow_no_indices": "true"}
                )
            )
        return sorted((name for name in found if belongs(name, self._prefix)), key=made_at)

    def drop(self, name: str) -> None:
        """See `IndexWriter.drop`. ValueError for the index behind the alias."""
        self._check(name)
        if name in self._aliased():
            raise ValueError(f"{name} is in use")
        self._seen.discard(name)
        with _translated():
            self._client.indices.delete(index=name, params={"ignore_unavailable": "true"})

    def entries(self, name: str) -> Iterator[Indexed]:
        """See `IndexWriter.entries`; a point in time keeps the pages consistent. The next page is fetched while this one
        is used."""
        with _translated():
            point = self._client.create_pit(index=name, params={"keep_alive": "2m"})["pit_id"]
        with ThreadPoolExecutor(1) as ahead:
            try:
                coming: Future[list[Any]] | None = ahead.submit(self._page, name, point, None)
                while coming:
                    hits = coming.result()
                    with _translated():
                        full = len(hits) == PAGE
                        coming = ahead.submit(self._page, name, point, hits[-1]["sort"]) if full else None
                        found = [_indexed(*hit["sort"][: len(READ)]) for hit in hits]
                    yield from found
            finally:
                with suppress(SearchUnavailable), _translated():  # the server drops it by itself
                    self._client.delete_pit(body={"pit_id": [point]})

    def _page(self, name: str, point: str, after: list[Any] | None) -> list[Any]:
        body: dict[str, Any] = {
            "size": PAGE, "sort": [{field: "asc"} for field in READ], "stored_fields": "_none_",
            "track_total_hits": False, "pit": {"id": point, "keep_alive": "2m"},
        }  # fmt: skip
        if after:
            body["search_after"] = after
        with _translated():
            answer = self._client.search(body=body)
            if answer["timed_out"] or answer["_shards"]["failed"]:
                raise SearchUnavailable(f"OpenSearch: {name} could not be read completely")
            hits: list[Any] = answer["hits"]["hits"]
            return hits

    def close(self) -> None:
        """See `IndexWriter.close`."""
        self._client.close()

    def _check(self, name: str) -> None:
        if not belongs(name, self._prefix):
            raise ValueError(f"{name} is no physical index of {self._prefix}")

    def _make_sure_it_exists(self, name: str) -> None:
        """A server that creates missing indexes by itself would make one with guessed fields."""
        if name not in self._seen:
            if "version" not in self.meta(name):
                raise SearchUnavailable(f"OpenSearch: {name} was not made by the indexer")
            self._seen.add(name)
