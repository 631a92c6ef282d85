from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from service import cli


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Runs `angebote` with a store of the test's own."""
    monkeypatch.setenv("ANGEBOTE_DATA_DIR", str(tmp_path / "data"))

    def angebote(*args: str) -> Result:
        return CliRunner().invoke(cli.cli, list(args), prog_name="angebote")

    return angebote


def test_import_reports_and_ends_with_zero(run: Any, tmp_path: Path) -> None:
    file = tmp_path / "a.csv"
    file.write_text("titel;kurztext\nTreff;Text\n", encoding="utf-8")
    result = run("import", str(file))
    assert (result.exit_code, "neu: 1" in result.stdout) == (0, True)
    assert "unverändert: 1" in run("import", str(file)).stdout


def test_a_refused_file_ends_with_one_and_its_problems(run: Any, tmp_path: Path) -> None:
    file = tmp_path / "a.csv"
    file.write_text("titel;kurztext\n;Text\n", encoding="utf-8")
    result = run("import", str(file))
    assert result.exit_code == 1
    assert "Zeile 2, titel: Bitte ausfüllen." in result.stderr


def test_a_missing_file_or_unknown_format_is_a_wrong_call(run: Any, tmp_path: Path) -> None:
    assert run("import", str(tmp_path / "fehlt.csv")).exit_code == 2
    assert run("export", "--format", "pdf").exit_code == 2
    assert run("export", "--output", str(tmp_path / "fehlt" / "a.csv")).exit_code == 2


def test_export_goes_to_standard_output_or_into_a_file(run: Any, tmp_path: Path) -> None:
    file = tmp_path / "a.csv"
    file.write_text("titel;kurztext\nTreff;Text\n", encoding="utf-8")
    run("import", str(file))
    assert json.loads(run("export", "--format", "jsonl").stdout)["title"] == "Treff"
    target = tmp_path / "out.csv"
    assert run("export", "--output", str(target)).exit_code == 0
    assert target.read_bytes() == run("export").stdout_bytes
    assert run("import", str(target)).exit_code == 0
