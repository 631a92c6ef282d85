"""Answers searches from OpenSearch.

The page's path waits a second at most and never tries twice: the circuit breaker and the standby index are there for
that. Open it after gunicorn's fork; connections are pooled in each process.
"""

import time
from collections.abc import Sequence
from typing import Any

from opensearchpy import OpenSearch
from opensearchpy.exceptions import (
    ConnectionError as NotReachable,
)
from opensearchpy.exceptions import (
    ConnectionTimeout,
    OpenSearchException,
    SerializationError,
    TransportError,
)

from service.config import Settings
from service.errors import SearchUnavailable
from service.search.engine import EngineName, Found, Proposal, SearchRequest
from service.search.opensearch import query, results

CONNECTIONS = 8
"""Kept open in a process: as many as it has threads."""
ALIAS_SECONDS = 5.0
"""How long the name behind the alias is believed where an answer without hits does not say it."""

REASONS = {
    "index_not_found_exception": "no index behind the alias",
    "index_closed_exception": "the index is closed",
    "no_shard_available_action_exception": "no copy of the index is available",
    "cluster_block_exception": "the cluster is blocked",
    "circuit_breaking_exception": "the server is short of memory",
    "rejected_execution_exception": "the server is overloaded",
    "task_cancelled_exception": "the server cancelled the search",
    "too_many_clauses": "the query has too many clauses",
    "too_many_nested_clauses": "the query has too many clauses",
    "security_exception": "the server refuses the user",
    "authentication_exception": "the server refuses the user",
    "parsing_exception": "the server does not understand the query",
    "query_shard_exception": "the query does not fit the index",
    "illegal_argument_exception": "the query does not fit the index",
}
"""Root causes of the server, in words for logs and metrics."""
MISUNDERSTOOD = (KeyError, TypeError, ValueError, AttributeError, IndexError)


def connect(settings: Settings, *, seconds: float, connections: int = CONNECTIONS) -> OpenSearch:
    """A client that tries once. Nothing is sent before its first call."""
    return OpenSearch(
        settings.search_url,
        timeout=seconds,
        max_retries=0,
        retry_on_timeout=False,
        pool_maxsize=connections,
        ca_certs=str(settings.search_ca) if settings.search_ca else None,
    )


class OpenSearchEngine:
    """The engine of production: reads the alias that the indexer switches, or the one index that it is given."""

    name: EngineName = "opensearch"

    def __init__(self, settings: Settings, *, seconds: float, index: str = "") -> None:
        self._alias = index or settings.index_prefix
        self._fixed = index
        self._client = connect(settings, seconds=seconds)
        self._patience = f"{int(seconds * 900)}ms"  # the server stops a little before the client, and says so
        self._known: tuple[float, str] = (0.0, "")

    def search(self, request: SearchRequest) -> Found:
        """See `SearchEngine.search`."""
        answer = self._ask(query.body(request))
        try:
            return results.found(answer, request, results.index(answer) or self._index())
        except MISUNDERSTOOD as error:
            raise _not_understood(error) from error

    def suggest(self, words: Sequence[str], limit: int) -> list[Proposal]:
        """See `SearchEngine.suggest`."""
        answer = self._ask(query.suggestion(words, limit))
        try:
            return results.proposals(answer)
        except MISUNDERSTOOD as error:
            raise _not_understood(error) from error

    def served(self) -> str:
        """Name of the index behind the alias."""
        if self._fixed:
            return self._fixed
        try:
            names = sorted(self._client.indices.get_alias(name=self._alias))
        except OpenSearchException as error:
            raise SearchUnavailable(reason(error)) from error
        except MISUNDERSTOOD as error:
            raise _not_understood(error) from error
        if len(names) != 1:
            raise SearchUnavailable(f"the alias {self._alias} stands for {len(names)} indexes")
        return str(names[0])

    def close(self) -> None:
        """Closes the connections."""
        self._client.close()

    def _ask(self, body: query.Clause) -> results.Answer:
        try:
            answer: Any = self._client.search(body={**body, "timeout": self._patience}, index=self._alias)
            refused = results.refused(answer)
        except OpenSearchException as error:
            raise SearchUnavailable(reason(error)) from error
        except MISUNDERSTOOD as error:
            raise _not_understood(error) from error
        if refused:
            raise SearchUnavailable(refused)
        found: results.Answer = answer
        return found

    def _index(self) -> str:
        """The served index, looked up again after a few seconds."""
        until, name = self._known
        if time.monotonic() > until:
            name = self.served()
            self._known = (time.monotonic() + ALIAS_SECONDS, name)
        return name


def reason(error: OpenSearchException) -> str:
    """Why the server did not answer, for logs and metrics."""
    if isinstance(error, ConnectionTimeout):
        return "no answer in time"
    if isinstance(error, NotReachable):
        return "not reachable"
    if isinstance(error, SerializationError):
        return "the answer is no JSON"
    if not isinstance(error, TransportError):
        return type(error).__name__
    cause = _root_cause(error)
    return f"{error.status_code}: {REASONS.get(cause) or cause or 'error without a cause'}"


def _root_cause(error: TransportError) -> str:
    """The type of the first root cause; "" where the answer names none, as that of a proxy."""
    info: Any = error.info
    try:
        return str(info["error"]["root_cause"][0]["type"])
    except MISUNDERSTOOD:
        return ""


def _not_understood(error: Exception) -> SearchUnavailable:
    return SearchUnavailable(f"the answer is not understood: {type(error).__name__} {error}")
