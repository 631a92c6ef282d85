"""From one machine to PostgreSQL and OpenSearch and back, and what the indexer makes of a store that was restored."""

from __future__ import annotations

import os
import secrets
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from opensearchpy import OpenSearch

from indexer import rebuild, tail
from indexer.switching import Indexing
from service.store import indexes
from tests.indexer import scenes
from tests.indexer.conftest import clock, prefix, settings, work, writer
from tests.servers.runs import ROOT
from tests.store import archives
from tests.store.conftest import database, empty_store
from tests.web import installation

__all__ = ["clock", "database", "empty_store", "prefix", "settings", "work", "writer"]


@pytest.fixture
def other(opensearch_url: str, postgres_database: str) -> Iterator[dict[str, str]]:
    """Settings of an installation on PostgreSQL and OpenSearch."""
    name = f"t{secrets.token_hex(6)}"
    yield {"DATABASE_URL": postgres_database, "SEARCH_URL": opensearch_url, "INDEX_PREFIX": name, "STANDBY": "off"}
    with OpenSearch(opensearch_url, timeout=30) as client:
        client.indices.delete(index=f"{name}-v*", params={"ignore_unavailable": "true"})


def test_moving_there_and_back_keeps_every_byte_of_the_export(tmp_path: Path, other: dict[str, str]) -> None:
    def angebote(folder: str, *args: str, **changes: str) -> bytes:
        environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT)}
        done = subprocess.run(
            [sys.executable, "-m", "service.cli", *args],
            env=environment | installation.environment(tmp_path / folder, **changes), capture_output=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        return done.stdout

    there, back = str(tmp_path / "there.zip"), str(tmp_path / "back.zip")
    installation.build(tmp_path / "one")
    before = angebote("one", "export", "--format", "jsonl")
    angebote("one", "backup", there)
    angebote("two", "restore", there, **other)
    assert b"Angebote in" in angebote("two", "index", "rebuild", **other)
    angebote("two", "index", "verify", **other)
    assert angebote("two", "export", "--format", "jsonl", **other) == before
    angebote("two", "backup", back, **other)
    angebote("three", "restore", back)
    angebote("three", "index", "rebuild")
    angebote("three", "index", "verify")
    assert angebote("three", "export", "--format", "jsonl") == before


def test_the_indexer_notices_a_restore_and_builds_anew(work: Indexing, tmp_path: Path) -> None:
    (key,) = scenes.add(work, "Von gestern")
    path = archives.archive(work.database, tmp_path / "a.zip")
    scenes.edit(work, key, title="Von heute")
    scenes.add(work, "Auch von heute")
    old = scenes.build(work)
    assert tail.why_rebuild(work) == ""
    archives.bring_back(work.database, path, overwrite=True)
    assert tail.why_rebuild(work) == "andere Datenbank"
    with work.database.reading() as session:
        assert not indexes.served(session, work.writer.engine).index
    new = str(rebuild.rebuild(work, "test")["name"])
    assert new != old
    assert tail.why_rebuild(work) == ""
    assert scenes.indexed(work) == 1
    assert scenes.in_step(work)
    assert work.writer.current() == new
    scenes.edit(work, key, title="Von morgen")
    with work.database.reading() as session:
        assert indexes.behind(session, work.writer.engine) == [new]
