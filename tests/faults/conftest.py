"""Installations for faults. Each is shared by a module: a fault leaves it as it was, or the next one says so."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.faults.stage import Stage, stage, stage_on_cluster
from tests.servers import opensearch, postgres
from tests.servers.chooser import Unavailable
from tests.servers.plugin import missing


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder that goes with the module."""
    made = tmp_path_factory.mktemp("faults")
    yield made
    shutil.rmtree(made, ignore_errors=True)


@pytest.fixture(scope="module")
def on_postgres(folder: Path, opensearch_url: str, postgres_url: str) -> Iterator[Stage]:
    """PostgreSQL, OpenSearch behind a proxy, and a standby: the usual shape of production."""
    with postgres.fresh_database(postgres_url) as database, stage(folder, opensearch_url, database) as made:
        yield made


@pytest.fixture(scope="module")
def on_sqlite(folder: Path, opensearch_url: str) -> Iterator[Stage]:
    """The same with SQLite."""
    with stage(folder, opensearch_url) as made:
        yield made


@pytest.fixture(scope="module")
def one_machine(folder: Path) -> Iterator[Stage]:
    """SQLite and the embedded index."""
    with stage(folder) as made:
        yield made


@pytest.fixture(scope="module")
def on_cluster(folder: Path) -> Iterator[Stage]:
    """SQLite, a cluster of two nodes and a standby."""
    with ExitStack() as stack:
        try:
            made = stack.enter_context(stage_on_cluster(folder))
        except Unavailable as error:
            missing(opensearch.KIND, str(error))
        yield made
