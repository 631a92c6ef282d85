"""A writer on each engine, with a prefix of the test's own; nothing is left behind."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from pathlib import Path

import pytest
from opensearchpy import OpenSearch

from indexer.writers import IndexWriter
from indexer.writers.embedded import EmbeddedWriter
from indexer.writers.opensearch import OpenSearchWriter
from tests.store.conftest import database, empty_store

__all__ = ["database", "empty_store"]


@pytest.fixture
def prefix() -> str:
    return f"t{secrets.token_hex(6)}"


@pytest.fixture(params=["embedded", "opensearch"])
def writer(request: pytest.FixtureRequest, tmp_path: Path, prefix: str) -> Iterator[IndexWriter]:
    """A writer whose prefix nobody else uses."""
    if request.param == "embedded":
        made = EmbeddedWriter(tmp_path, prefix)
        yield made
        made.close()
        return
    client = OpenSearch(request.getfixturevalue("opensearch_url"), timeout=30, pool_maxsize=6)
    yield OpenSearchWriter(client, prefix)
    client.indices.delete(index=f"{prefix}-v*", params={"ignore_unavailable": "true"})
    client.close()
