"""The indexer takes no broken answer of OpenSearch for a success, nor for an empty index, nor for a reason to end."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import pytest
from opensearchpy import OpenSearch

from indexer.writers import IndexWriter
from indexer.writers.opensearch import OpenSearchWriter
from service.errors import SearchUnavailable
from service.search.opensearch.mapping import index_name
from tests.faults import proxy as kit
from tests.faults.proxy import PASS, Fault, Proxy

pytestmark = pytest.mark.xdist_group("faults-network")
PREFIX = f"t{secrets.token_hex(6)}"
NAME = index_name(PREFIX, 2, datetime(2026, 3, 2, tzinfo=UTC))
FAULTS = {
    "refused": kit.REFUSE, "cut": kit.CUT, "reset": kit.RESET, "no HTTP": kit.NOT_HTTP, "a page": kit.NOT_JSON,
    "429": kit.error(429), "503": kit.error(503),
}  # fmt: skip
CALLS: dict[str, Callable[[IndexWriter], object]] = {
    "create": lambda writer: writer.create(NAME, {}),
    "meta": lambda writer: writer.meta(NAME),
    "write": lambda writer: writer.write(NAME, [], [("9d0e8f5e-3a60-4c39-9f0c-0f5b3f5a4f11", 1)]),
    "refresh": lambda writer: writer.refresh(NAME),
    "switch": lambda writer: writer.switch(NAME),
    "current": lambda writer: writer.current(),
    "names": lambda writer: writer.names(),
    "entries": lambda writer: list(writer.entries(NAME)),
}


@pytest.fixture(scope="module")
def behind(opensearch_url: str) -> Iterator[tuple[Proxy, IndexWriter]]:
    with Proxy(opensearch_url) as proxy, OpenSearch(proxy.url, timeout=30, max_retries=0) as client:
        writer = OpenSearchWriter(client, PREFIX, sleep=lambda _: None)
        writer.create(NAME, {"version": 2})
        writer.switch(NAME)
        assert writer.names() == [NAME]
        yield proxy, writer
        client.indices.delete(index=f"{PREFIX}-v*")


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS)
def test_a_broken_answer_is_no_answer(behind: tuple[Proxy, IndexWriter], fault: Fault) -> None:
    proxy, writer = behind
    for call in CALLS.values():
        proxy.fault = fault
        try:
            with pytest.raises(SearchUnavailable):
                call(writer)
        finally:
            proxy.fault = PASS
    assert (writer.names(), writer.current(), list(writer.entries(NAME))) == ([NAME], NAME, [])
