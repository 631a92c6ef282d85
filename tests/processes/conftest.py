"""Installations with demo offers: one with an index, one without; every process is gone at the end of a test."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.processes.stage import Stage
from tests.web import installation

if sys.platform != "linux":
    collect_ignore = [
        "test_run.py",
        "test_spares.py",
        "test_stopping.py",
        "test_supervisor.py",
    ]  # processes are read from /proc


@pytest.fixture(scope="session")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with demo offers and an index; never written by a test."""
    folder = tmp_path_factory.mktemp("processes") / "data"
    folder.mkdir()
    installation.build(folder)
    return folder


@pytest.fixture
def stage(filled: Path, tmp_path: Path) -> Iterator[Stage]:
    """An installation that was stopped: store and index are there."""
    installation.copy(filled, tmp_path / "data")
    made = Stage(tmp_path)
    yield made
    made.end()


@pytest.fixture
def unbuilt(stage: Stage) -> Stage:
    """The same without an index."""
    stage.forget_indexes()
    shutil.rmtree(stage.data / "index")
    return stage
