"""Bulk requests of OpenSearch: how they are made, what their answers mean, and two at a time for a full build."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, NamedTuple

import orjson

from indexer.writers import BULK, Deletion, Document, Failure
from service.errors import SearchUnavailable

CONNECTIONS = 2
BULK_BYTES = 5_000_000
"""Bytes of one request: the server refuses 100 MB, and a small request is repeated more cheaply."""
FILTER = "errors,items.*.status,items.*.error.type,items.*.error.reason,items.*.error.caused_by.reason"
"""What of an answer is read."""


class Action(NamedTuple):
    """What a line of a bulk request is about; a tuple, as each goes from process to process."""

    offer_id: str
    rev: int
    line: bytes


def outcome(name: str, actions: Sequence[Action], answer: Mapping[str, Any]) -> tuple[list[Action], list[Failure]]:
    """Actions that the server was too busy for, and documents that it refused. Raises `SearchUnavailable` for the rest.

    409 (a newer revision is there) and a delete's 404 (nothing to delete) are successes.
    """
    again: list[Action] = []
    failures: list[Failure] = []
    if not answer["errors"]:
        return again, failures
    for action, item in zip(actions, answer["items"], strict=True):
        result = next(iter(item.values()))
        status, error = result["status"], result.get("error")
        if status == 429:
            again.append(action)
        elif status == 400:
            failures.append(Failure(action.offer_id, action.rev, reason(error)))
        elif status not in {200, 201, 409} and not (status == 404 and error is None):
            raise SearchUnavailable(f"OpenSearch {status} on {name}: {reason(error)}")
    return again, failures


def reason(error: Mapping[str, Any] | None) -> str:
    """The server's reason in one line."""
    if not error:
        return "no reason given"
    caused = (error.get("caused_by") or {}).get("reason")
    return f"{error.get('type')}: {error.get('reason')}" + (f" ({caused})" if caused else "")


def requests(actions: Iterable[Action]) -> Iterator[list[Action]]:
    """Requests of at most `BULK` actions and about `BULK_BYTES` bytes."""
    request: list[Action] = []
    size = 0
    for action in actions:
        if request and (len(request) >= BULK or size + len(action.line) > BULK_BYTES):
            yield request
            request, size = [], 0
        request.append(action)
        size += len(action.line)
    if request:
        yield request


def index_action(document: Document) -> Action:
    """Writes a document."""
    offer_id, rev = document["offer_id"], document["rev"]
    return Action(offer_id, rev, b"%b\n%b\n" % (_head("index", offer_id, rev), orjson.dumps(document)))


def delete_action(deletion: Deletion) -> Action:
    """Deletes a document."""
    return Action(*deletion, _head("delete", *deletion) + b"\n")


def _head(kind: str, offer_id: str, rev: int) -> bytes:
    return f'{{"{kind}":{{"_id":"{offer_id}","version":{rev},"version_type":"external_gte"}}}}'.encode()


class BulkLoad:
    """See `indexer.writers.Load`. `add` waits while two requests are under way and two more are ready."""

    def __init__(self, send: Callable[[list[Action]], list[Failure]], threads: ThreadPoolExecutor) -> None:
        self.failures: list[Failure] = []
        self._send = send
        self._threads = threads
        self._sent: list[Future[list[Failure]]] = []

    def add(self, prepared: Sequence[Action]) -> None:
        """See `Load.add`."""
        for actions in requests(prepared):
            while len(self._sent) >= 2 * CONNECTIONS:
                self.failures += self._sent.pop(0).result()
            self._sent.append(self._threads.submit(self._send, actions))

    def finish(self) -> None:
        """Waits for what is under way."""
        while self._sent:
            self.failures += self._sent.pop(0).result()
