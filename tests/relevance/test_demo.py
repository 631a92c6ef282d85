"""The demo offers with the judged queries of the county, on both engines."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from bench.evaluate import evaluate


def test_the_search_is_as_good_as_it_was_and_both_engines_alike(
    tmp_path: Path, opensearch_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ANGEBOTE_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("ANGEBOTE_SEARCH_URL", opensearch_url)
    file = tmp_path / "found.json"
    result = CliRunner().invoke(evaluate, ["--demo", "--json", str(file)], catch_exceptions=False)
    found = json.loads(file.read_text(encoding="utf-8"))

    assert result.exit_code == 0, result.output
    assert "Verglichen mit dem Stand vom" in result.output
    assert found["unknown"] == found["hidden"] == found["left_out"] == []
    for name, parity in found["parity"]["opensearch/embedded"].items():
        assert parity["overlap"] >= 0.8, name
        assert abs(parity["difference"]) <= 0.02, name
