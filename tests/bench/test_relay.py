from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import nullcontext

import pytest

from bench.connection import BenchFailed, Connection
from bench.relay import Relay


@pytest.fixture
def relay(opensearch_url: str) -> Iterator[Relay]:
    with Relay(opensearch_url) as made:
        yield made


def test_what_is_asked_and_answered_passes_unchanged(relay: Relay, opensearch_url: str) -> None:
    through, straight, index = Connection(relay.url), Connection(opensearch_url), f"/relay{secrets.token_hex(4)}"
    through.put(index, b"{}")
    try:
        with pytest.raises(BenchFailed, match="201"):  # no answer that the bench waits for, but the server's
            through.put(f"{index}/_doc/1?refresh=true", '{"name": "Müllerstraße"}'.encode())
        assert through.get(f"{index}/_source/1") == straight.get(f"{index}/_source/1")
        assert "Müllerstraße" in through.get(f"{index}/_source/1").decode()
    finally:
        through.delete(index)
        through.close()
        straight.close()


def test_a_part_of_the_bulk_requests_is_refused_and_nothing_else(relay: Relay) -> None:
    relay.refuse_every = 3
    connection, body = Connection(relay.url), b'{"delete": {"_index": "nothing", "_id": "1"}}\n'
    for number in range(7):
        with nullcontext() if number % 3 else pytest.raises(BenchFailed, match="429"):
            connection.post("/_bulk", body, "application/x-ndjson")
        connection.get("/")
    connection.close()
    assert (relay.bulk, relay.refused) == (7, 3)


def test_a_closed_relay_refuses_connections_until_it_is_opened(relay: Relay) -> None:
    connection = Connection(relay.url)
    connection.get("/")
    relay.close()
    for _ in range(2):
        with pytest.raises(BenchFailed):
            connection.get("/")
    relay.open()
    assert b"cluster_name" in connection.get("/")
    connection.close()


def test_user_and_path_of_an_address_stay() -> None:
    relay = Relay("http://name:word@127.0.0.1:9/search")
    user, _, rest = relay.url.partition("@")
    assert user == "http://name:word"
    assert rest.endswith("/search")
