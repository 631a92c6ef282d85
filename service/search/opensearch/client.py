"""Answers searches from OpenSearch.

The page's path waits a second at most, whatever happens (`deadline`), and never tries twice: the circuit breaker and the
standby index are there for that. Open it after gunicorn's fork; connections are pooled in each process.
"""

import time
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

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
from service.search.opensearch.deadline import AbandonableConnection, Deadline, TooLate, TooMany

CONNECTIONS = 8
"""Kept open in a process: as many as it has threads."""
CALLS = 2 * CONNECTIONS
"""Calls under way in a process at most, abandoned ones among them."""
GRACE = 1.05
"""The deadline of a call in terms of its timeout: usually the timeout is first and closes its connection in good order."""
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
T = TypeVar("T")
MISUNDERSTOOD = (KeyError, TypeError, ValueError, AttributeError, IndexError)


def connect(settings: Settings, *, seconds: float, connections: int = CONNECTIONS) -> OpenSearch:
    """A client that tries once. Nothing is sent before its first call."""
    return OpenSearch(
        settings.search_url,
        timeout=seconds,
        max_retries=0,
        retry_on_timeout=False,
        pool_maxsize=connections,
        connection_class=AbandonableConnection,
        ca_certs=str(settings.search_ca) if settings.search_ca else None,
    )


class OpenSearchEngine:
    """The engine of production: reads the index that a request names, otherwise the alias that the indexer switches."""

    name: EngineName = "opensearch"

    def __init__(self, settings: Settings, *, seconds: float) -> None:
        self._alias = settings.index_prefix
        self._client = connect(settings, seconds=seconds)
        self._deadline = Deadline(seconds * GRACE, CALLS)
        self._patience = f"{int(seconds * 900)}ms"  # the server stops a little before the client, and says so
        self._known: tuple[float, str] = (0.0, "")

    def search(self, request: SearchRequest) -> Found:
        """See `SearchEngine.search`."""
        answer = self._ask(query.body(request), request.index)
        try:
            return results.found(answer, request, request.index or results.index(answer) or self._behind_alias())
        except MISUNDERSTOOD as error:
            raise _not_understood(error) from error

    def suggest(self, words: Sequence[str], limit: int, index: str = "") -> list[Proposal]:
        """See `SearchEngine.suggest`."""
        answer = self._ask(query.suggestion(words, limit), index)
        try:
            return results.proposals(answer)
        except MISUNDERSTOOD as error:
            raise _not_understood(error) from error

    def served(self, index: str = "") -> str:
        """See `SearchEngine.served`; without a name that of the index behind the alias."""
        if index:
            self._ask(query.NOTHING, index)
            return index
        names = self._call(lambda: sorted(self._client.indices.get_alias(name=self._alias)))
        if len(names) != 1:
            raise SearchUnavailable(f"the alias {self._alias} stands for {len(names)} indexes")
        return str(names[0])

    def close(self) -> None:
        """Closes the connections."""
        self._deadline.close()
        self._client.close()

    def _ask(self, body: query.Clause, index: str = "") -> results.Answer:
        body = {**body, "timeout": self._patience}
        same_copy = {"preference": self._alias}  # copies of a shard score a little differently: pages must fit together

        def ask() -> tuple[results.Answer, str]:
            answer: Any = self._client.search(body=body, index=index or self._alias, params=same_copy)
            return answer, results.refused(answer)

        found, refused = self._call(ask)
        if refused:
            raise SearchUnavailable(refused)
        return found

    def _call(self, function: Callable[[], T]) -> T:
        """A call to the server, within the deadline. Raises `SearchUnavailable`."""
        try:
            return self._deadline.run(function)
        except TooLate:
            raise SearchUnavailable("no answer in time") from None
        except TooMany:
            raise SearchUnavailable("too many calls under way") from None
        except OpenSearchException as error:
            raise SearchUnavailable(reason(error), of_query=_of_query(error)) from error
        except MISUNDERSTOOD as error:
            raise _not_understood(error) from error

    def _behind_alias(self) -> str:
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


def _of_query(error: OpenSearchException) -> bool:
    """True where the server is well and refuses this query alone."""
    return isinstance(error, TransportError) and error.status_code == 400


def _root_cause(error: TransportError) -> str:
    """The type of the first root cause; "" where the answer names none, as that of a proxy."""
    info: Any = error.info
    try:
        return str(info["error"]["root_cause"][0]["type"])
    except MISUNDERSTOOD:
        return ""


def _not_understood(error: Exception) -> SearchUnavailable:
    return SearchUnavailable(f"the answer is not understood: {type(error).__name__} {error}")
