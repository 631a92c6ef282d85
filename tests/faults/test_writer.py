"""The indexer takes no broken answer of OpenSearch for a success, nor for an empty index, nor for a reason to end."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from uuid import UUID

import pytest
from opensearchpy import OpenSearch

from indexer.writers import IndexWriter, opensearch
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


def test_a_page_that_fails_ends_the_reading(behind: tuple[Proxy, IndexWriter], monkeypatch: pytest.MonkeyPatch) -> None:
    proxy, writer = behind
    offers = [str(UUID(int=number << 96)) for number in range(1, 10)]
    documents = [{"offer_id": offer, "rev": 1, "content_hash": "x", "title": "Sprachcafé"} for offer in offers]
    assert writer.write(NAME, documents) == []
    writer.refresh(NAME)
    monkeypatch.setattr(opensearch, "PAGE", 2)
    try:
        assert [entry.offer_id for entry in writer.entries(NAME)] == offers, "page by page"
        reading = writer.entries(NAME)
        assert next(reading).offer_id == offers[0]
        proxy.fault = kit.NOT_JSON
        with pytest.raises(SearchUnavailable):
            list(reading)
    finally:
        proxy.fault = PASS
        assert writer.write(NAME, [], [(offer, 2) for offer in offers]) == []
        writer.refresh(NAME)
    assert list(writer.entries(NAME)) == []


@pytest.mark.parametrize("missing", ["offer_id", "rev", "content_hash"])
def test_a_document_that_the_indexer_did_not_write_ends_the_reading(
    behind: tuple[Proxy, IndexWriter], opensearch_url: str, missing: str
) -> None:
    _, writer = behind
    document = {"offer_id": str(UUID(int=1)), "rev": 1, "content_hash": "x"}
    del document[missing]
    with OpenSearch(opensearch_url) as client:
        client.index(index=NAME, id=str(UUID(int=1)), body=document, params={"refresh": "true"})
        try:
            with pytest.raises(SearchUnavailable):
                list(writer.entries(NAME))
        finally:
            client.delete(index=NAME, id=str(UUID(int=1)), params={"refresh": "true"})
    assert list(writer.entries(NAME)) == []
