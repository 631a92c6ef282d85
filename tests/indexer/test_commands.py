"""`angebote index …` as somebody at a terminal meets it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import Result
from flask import Flask
from flask.testing import FlaskCliRunner

from indexer.cli import index
from indexer.jobs import Orders, ordered, run_job
from indexer.switching import Indexing
from indexer.writers import open_writer
from service import config
from service.context import Context
from service.errors import SearchUnavailable, ServiceError
from service.store import jobs, migrate, terms
from tests.indexer.conftest import Clock
from tests.indexer.scenes import add, current, edit
from tests.store import factory

REBUILD = jobs.rebuild("embedded")


@pytest.fixture
def state(tmp_path: Path) -> Iterator[Context]:
    """A demo installation: SQLite and the embedded engine in one folder."""
    made = Context(config.load({"ANGEBOTE_DATA_DIR": str(tmp_path)}))
    migrate.upgrade(made.database)
    with made.database.writing() as session:
        terms.replace(session, factory.lists())
    yield made
    made.database.close()


@pytest.fixture
def here(state: Context) -> Iterator[Indexing]:
    writer = open_writer(state.settings)
    yield Indexing(state.database, writer, state.settings)
    writer.close()


def angebote(state: Context, *args: str) -> Result:
    app = Flask("angebote")
    app.extensions["angebote"] = state
    return FlaskCliRunner(app).invoke(index, list(args))


def test_status_says_how_to_get_a_first_index(state: Context) -> None:
    result = angebote(state, "status")
    assert result.exit_code == 1
    assert "angebote index rebuild" in result.output


def test_rebuild_reports_what_was_built(state: Context, here: Indexing) -> None:
    add(here, "Deutschkurs", "Sprachcafé")
    result = angebote(state, "rebuild")
    assert result.exit_code == 0
    assert result.output.startswith("2 Angebote in ")
    assert angebote(state, "status").exit_code == 0


def test_status_for_machines_names_the_lag(state: Context, here: Indexing) -> None:
    (key,) = add(here, "Deutschkurs")
    angebote(state, "rebuild")
    edit(here, key, title="Deutschkurs am Abend")
    result = angebote(state, "status", "--json")
    assert result.exit_code == 1
    (entry,) = json.loads(result.output)["indexes"]
    assert (entry["state"], entry["behind"], entry["failures"]) == ("current", 1, 0)


def test_verify_tells_by_its_exit_code(state: Context, here: Indexing) -> None:
    add(here, "Deutschkurs")
    assert angebote(state, "verify").exit_code == 1
    angebote(state, "rebuild")
    result = angebote(state, "verify")
    assert (result.exit_code, "keine Abweichung" in result.output) == (0, True)


def test_rollback_and_prune(state: Context, here: Indexing) -> None:
    angebote(state, "rebuild")
    first = current(here).name
    angebote(state, "rebuild")
    assert first in angebote(state, "rollback").output
    assert angebote(state, "prune").output == "Es gab nichts zu löschen.\n"


def test_an_ordered_rebuild_writes_its_outcome(state: Context, here: Indexing) -> None:
    add(here, "Deutschkurs")
    with here.database.writing() as session:
        job = jobs.order(session, REBUILD, "Kreisverwaltung", here.clock())
        assert jobs.order(session, REBUILD, "Kreisverwaltung", here.clock()) == job
        assert jobs.take(session, REBUILD, here.clock()) == job
        assert jobs.take(session, REBUILD, here.clock()) is None
    assert angebote(state, "job", str(job)).exit_code == 0
    with here.database.reading() as session:
        done = jobs.get(session, job)
    assert done is not None
    assert (done.state, done.done, done.report["by"]) == ("done", 1, "Kreisverwaltung")
    assert isinstance(angebote(state, "job", str(job)).exception, ServiceError)


def test_an_ordered_rebuild_that_fails_says_why(here: Indexing, monkeypatch: pytest.MonkeyPatch) -> None:
    with here.database.writing() as session:
        job = jobs.order(session, REBUILD, "Kreisverwaltung", here.clock())
        jobs.take(session, REBUILD, here.clock())

    def gone(*_: object) -> None:
        raise SearchUnavailable("disk full")

    monkeypatch.setattr(here.writer, "create", gone)
    with pytest.raises(SearchUnavailable):
        run_job(here, ordered(here.database, job))
    with here.database.reading() as session:
        failed = jobs.get(session, job)
    assert failed is not None
    assert failed.state == "failed"
    assert "disk full" in failed.report["error"]


def test_the_tail_lets_a_child_process_do_an_ordered_rebuild(here: Indexing, clock: Clock, tmp_path: Path) -> None:
    seen = tmp_path / "seen"
    orders = Orders(here.database, "embedded", clock, command=("sh", "-c", f'echo "$0" > {seen}; exit 3'))
    with here.database.writing() as session:
        job = jobs.order(session, REBUILD, "Kreisverwaltung", clock())
    orders.look()
    assert orders.child is not None
    orders.child.wait()
    orders.look()
    assert seen.read_text().strip() == str(job)
    with here.database.reading() as session:
        failed = jobs.get(session, job)
    assert failed is not None
    assert failed.state == "failed"
    orders.rebuild("erster Index")
    with here.database.reading() as session:
        assert not jobs.waiting(session, REBUILD)
    clock.pass_by(60)
    orders.rebuild("erster Index")
    with here.database.reading() as session:
        assert jobs.waiting(session, REBUILD)
