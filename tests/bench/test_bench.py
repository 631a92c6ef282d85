"""The whole bench, as small as it gets: the figures mean nothing here, but every one must be there."""

from __future__ import annotations

import json
import os
import re
import shutil
import tempfile
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from bench.cli import ALL, WEIGHTS, bench
from bench.figures import GOALS, Figure, Goal
from bench.processes import ROOT
from bench.rounds import spread
from tests.bench.texts import write_texts

OF_AN_ENGINE = {
    "page_p50", "page_p95", "json_p50", "json_p95", "engine_p50", "engine_p95", "page_to_engine", "json_to_engine",
    "everything_cached", "everything_uncached", "everything_engine", "throughput", "throughput_bound", "throughput_ratio",
    "worker_rss", "worker_pss", "indexer_rss", "indexer_pss", "rebuild_rss", "rebuild_pss", "rebuild_tree_rss",
    "rebuild_tree_pss", "rebuild_growth", "indexing", "indexing_whole", "indexing_gate", "indexing_bare",
    "indexing_ratio", "indexing_whole_ratio", "readers_before", "readers_during", "readers_elsewhere", "readers_ratio",
    "readers_failed", "freshness_p50", "freshness_p95", "understood_p50", "understood_p95", "suggestions_p50",
    "suggestions_p95",
}  # fmt: skip
WITH_OPENSEARCH = {
    "busy_calm", "busy", "busy_ratio", "busy_wrong", "standby_before", "standby_p50", "standby_ratio", "database_p50",
    "outage_longest", "outage_failed", "recovery", "plain_p50", "plain_p95", "understood_to_plain",
}  # fmt: skip
NOTHING_IS_GOOD = {"busy_wrong", "readers_failed", "readers_elsewhere", "outage_failed", "indexing_gate"}
"""Figures that may be 0."""
OF_BOTH = {"embedded_to_opensearch", "understood_embedded_to_opensearch"}
OF_THE_STORE = {"editing_longest", "editing_p50", "import_rate"}


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the bench makes its folder; no settings of the machine count. The county has one judged query a slice: each of a
    dozen rebuilds asks all of them."""
    for name in [name for name in os.environ if name.startswith("ANGEBOTE_")]:
        monkeypatch.delenv(name)
    folder = tmp_path / "temporary"
    folder.mkdir()
    county = shutil.copytree(ROOT / "seed", tmp_path / "county")
    for slice_ in (county / "golden").glob("*.csv"):
        slice_.write_text("".join(slice_.read_text(encoding="utf-8").splitlines(keepends=True)[:2]), encoding="utf-8")
    monkeypatch.setenv("ANGEBOTE_COUNTY", str(county))
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    monkeypatch.chdir(tmp_path)
    return folder


def run(folder: Path, *arguments: str) -> tuple[Result, dict[str, object]]:
    texts, file = write_texts(folder.parent / "texts.jsonl"), folder.parent / "figures.json"
    given = ["--texts", str(texts), "--json", str(file), "--rounds", "1", "--minutes", "1", *arguments]
    result = CliRunner().invoke(bench, given, catch_exceptions=False)
    return result, json.loads(file.read_text(encoding="utf-8"))


def test_a_run_without_opensearch_leaves_nothing(temporary: Path) -> None:
    profile = temporary.parent / "profile"
    only = [part for name in ("pages", "freshness", "editing") for part in ("--only", name)]
    result, found = run(temporary, "--offers", "200", "--profile", str(profile), *only)
    assert found["failed"] == {}
    assert result.exit_code == 0
    figures = {(figure["name"], figure["engine"]): figure for figure in found["figures"]}  # type: ignore[attr-defined]
    own = {name for name in OF_AN_ENGINE if name.startswith(("page", "json", "engine", "everything", "freshness"))}
    assert set(figures) == {(name, "embedded") for name in own} | {(name, "") for name in OF_THE_STORE}
    assert all(
        (figure["value"] > 0 or name in NOTHING_IS_GOOD) and figure["low"] <= figure["value"] <= figure["high"]
        for (name, _), figure in figures.items()
    )
    assert "Ergebnisseite" in result.output
    assert "render_template" in (profile / "results-embedded.txt").read_text()
    assert list(temporary.iterdir()) == []
    assert not (temporary.parent / "data").exists()


def test_both_engines_are_compared_in_one_run(
    temporary: Path, opensearch_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ANGEBOTE_TEST_SEARCH_URL", opensearch_url)
    result, found = run(temporary, "--offers", "60", "--engines", "embedded,opensearch")
    assert found["failed"] == {}
    assert result.exit_code == 0
    names = {(figure["name"], figure["engine"]) for figure in found["figures"]}  # type: ignore[attr-defined]
    both = {(name, engine) for name in OF_AN_ENGINE for engine in ("embedded", "opensearch")}
    alone = {(name, "opensearch") for name in WITH_OPENSEARCH}
    assert names == both | alone | {(name, "") for name in OF_THE_STORE} | {(name, "") for name in OF_BOTH}
    values = {figure["name"]: figure["value"] for figure in found["figures"]}  # type: ignore[attr-defined]
    assert (values["busy_wrong"], values["readers_failed"], values["outage_failed"]) == (0, 0, 0)


def test_the_standby_is_built_where_only_opensearch_is_measured(
    temporary: Path, opensearch_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ANGEBOTE_TEST_SEARCH_URL", opensearch_url)
    result, found = run(temporary, "--offers", "50", "--engines", "opensearch", "--only", "standby")
    assert found["failed"] == {}
    assert result.exit_code == 0
    names = {figure["name"] for figure in found["figures"]}  # type: ignore[attr-defined]
    assert names == {name for name in WITH_OPENSEARCH if not name.startswith(("busy", "plain", "understood"))}
    assert list(temporary.iterdir()) == []


def test_only_what_was_named_is_measured(temporary: Path) -> None:
    result, found = run(temporary, "--offers", "60", "--only", "editing")
    assert result.exit_code == 0
    assert {figure["name"] for figure in found["figures"]} == OF_THE_STORE  # type: ignore[attr-defined]


def test_a_measurement_that_does_not_work_ends_with_1_and_leaves_the_others(
    temporary: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bench.stage.SERVICE", "service.nothing:app")
    monkeypatch.setattr("bench.memory.SERVICE", "service.nothing:app")
    result, found = run(temporary, "--offers", "60", "--only", "memory", "--only", "editing")
    assert result.exit_code == 1
    assert "embedded-service ended with code" in found["failed"]["memory"]  # type: ignore[index]
    assert {figure["name"] for figure in found["figures"]} == OF_THE_STORE  # type: ignore[attr-defined]


def test_a_missed_goal_is_a_result() -> None:
    figure = Figure("page_to_engine", "opensearch", "Seite", "×", spread([1.4, 2.0, 1.9]))
    assert figure.goal == GOALS["page_to_engine"] == Goal("most", 1.6)
    assert figure.as_json()["goal"] == {"at_most": 1.6}
    assert figure.as_json()["reached"] is False
    assert Figure("page_to_engine", "embedded", "Seite", "×", spread([9.0])).goal is None
    assert Goal("least", 0.7).reached(0.7)


def test_every_measurement_is_explained_and_gets_its_share_of_the_time() -> None:
    explained = re.findall(r"^\| `([a-z]+)` \|", (ROOT / "docs" / "speed.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert tuple(explained) == ALL
    assert set(WEIGHTS) == set(ALL)


def test_unknown_engines_are_named(temporary: Path) -> None:
    with pytest.raises(Exception, match="solr"):
        CliRunner().invoke(bench, ["--engines", "solr"], catch_exceptions=False)
