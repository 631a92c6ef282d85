"""A clock that jumps, and a lease that is lost: whoever writes, no edit is lost, and nobody has to restart anything."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from indexer.switching import Indexing
from indexer.tail import Tail
from indexer.writers.embedded import EmbeddedWriter
from service.store import terms
from service.store.database import Database
from tests.indexer import scenes
from tests.indexer.conftest import TODAY, Clock
from tests.store import factory
from tests.store.conftest import database, empty_store
from tests.web import installation

__all__ = ["database", "empty_store"]
pytestmark = pytest.mark.xdist_group("faults-machine")
HOUR, DAY = 3600.0, 86_400.0


@pytest.fixture
def work(database: Database, tmp_path: Path) -> Iterator[Indexing]:
    """A store and a built embedded index."""
    settings = installation.settings(tmp_path)
    with database.writing() as session:
        terms.replace(session, factory.lists())
    writer = EmbeddedWriter(tmp_path, settings.index_prefix)
    made = Indexing(database, writer, settings, Clock(), lambda: TODAY)
    scenes.build(made)
    yield made
    writer.close()


def jump(work: Indexing, seconds: float) -> None:
    assert isinstance(work.clock, Clock)
    work.clock.pass_by(seconds)


@pytest.mark.parametrize("seconds", [HOUR, -HOUR, 400 * DAY, -400 * DAY])
def test_a_clock_that_jumps_stops_nothing(work: Indexing, seconds: float) -> None:
    tail = Tail(work)
    keys = scenes.add(work, "Nähen", "Kochen")
    assert tail.turn() == 2
    jump(work, seconds)
    scenes.edit(work, keys[0], title="Nähen am Abend")
    assert tail.turn() == 1
    jump(work, -seconds)
    scenes.withdraw(work, keys[1])
    assert tail.turn() == 1
    tail.close()
    assert scenes.in_step(work)
    assert scenes.indexed(work) == 1


def test_a_lost_lease_passes_the_work_on_and_comes_back(work: Indexing) -> None:
    ahead = Clock()
    ahead.pass_by(HOUR)  # by this clock the other one's lease has ended long ago
    other_writer = EmbeddedWriter(work.settings.data_dir, work.prefix)
    first, second = Tail(work), Tail(replace(work, writer=other_writer, clock=ahead))
    scenes.add(work, "Nähen")
    assert first.turn() == 1
    work.writer.release(scenes.current(work).name)  # as at the death of a process, which holds tantivy's lock
    scenes.add(work, "Kochen")
    assert second.turn() == 1
    scenes.add(work, "Singen")
    assert first.turn() == 0
    assert second.turn() == 1
    second.close()
    other_writer.close()
    jump(work, 2 * HOUR)
    scenes.add(work, "Malen")
    assert first.turn() + first.turn() == 1  # one turn to notice what was lost, one to take it again
    first.close()
    assert scenes.in_step(work)
    assert scenes.indexed(work) == 4
