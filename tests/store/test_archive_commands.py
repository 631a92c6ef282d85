"""`angebote backup` and `angebote restore` as somebody at a terminal or a cron job meets them."""

from __future__ import annotations

import os
import resource
import secrets
import signal
import stat
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from service import cli
from service.store import accounts, offers
from service.store.database import Database
from service.store.offers import Edit
from tests.servers.runs import ROOT
from tests.store import archives, factory

ENDED = """
import os, signal, sys
from contextlib import contextmanager
from service import cli
from service.cli import backup

@contextmanager
def progress():
    yield lambda step, done, total: os.kill(os.getpid(), signal.SIGTERM)

backup.progress = progress
cli.main(sys.argv[1:])
"""
"""The command line in a process that is asked to end when it has written the first rows."""


SHARED_MEMORY = 32_768
"""Bytes of the file that SQLite itself writes for reading; the limit of a process holds for all of its files."""


@pytest.fixture
def store(tmp_path: Path) -> Path:
    """A data folder with a filled store."""
    (tmp_path / "data").mkdir()
    database = archives.made(f"sqlite:///{tmp_path / 'data' / 'angebote.sqlite'}")
    archives.fill(database)
    database.close()
    return tmp_path / "data"


@pytest.fixture
def run(store: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Runs `angebote` in this process."""
    monkeypatch.setenv("ANGEBOTE_DATA_DIR", str(store))

    def angebote(*args: str | Path) -> Result:
        return CliRunner().invoke(cli.cli, [str(arg) for arg in args], prog_name="angebote")

    return angebote


def process(store: Path, *args: str | Path, code: str = "", longest: int = 0) -> subprocess.CompletedProcess[bytes]:
    """Runs `angebote` in a process of its own, whose files may have at most `longest` bytes."""
    command = [sys.executable, "-c", code] if code else [sys.executable, "-m", "service.cli"]

    def limit() -> None:
        if longest:
            resource.setrlimit(resource.RLIMIT_FSIZE, (longest, longest))

    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "ANGEBOTE_DATA_DIR": str(store)}
    environment["PYTHONDONTWRITEBYTECODE"] = "1"  # a compiled module that was cut off would break whoever reads it next
    return subprocess.run(
        [*command, *(str(arg) for arg in args)], env=environment, capture_output=True, check=False, preexec_fn=limit
    )


def export(run: Any) -> str:
    return str(run("export", "--format", "jsonl").stdout)


def test_a_backup_is_one_line_and_one_private_file(run: Any, tmp_path: Path) -> None:
    done = run("backup", tmp_path / "a.zip")
    assert done.exit_code == 0, done.output
    assert done.stdout.startswith(f"{tmp_path / 'a.zip'}: 4 Angebote, ")
    assert done.stdout.count("\n") == 1
    assert stat.S_IMODE((tmp_path / "a.zip").stat().st_mode) == 0o600
    assert {entry.name for entry in tmp_path.iterdir()} == {"a.zip", "data"}


def test_a_restore_says_what_it_did_and_asks_before_it_replaces(run: Any, tmp_path: Path) -> None:
    before = export(run)
    run("backup", tmp_path / "a.zip")
    refused = run("restore", tmp_path / "a.zip")
    assert refused.exit_code == 1
    assert "--overwrite" in str(refused.exception)
    done = run("restore", tmp_path / "a.zip", "--overwrite")
    assert done.exit_code == 0, done.output
    assert "4 Angebote aus" in done.stdout
    assert "Ersetzt wurden: 4 Angebote, 1 Anbieter, 2 Kontakte, 1 Konto." in done.stdout
    assert export(run) == before


def test_a_backup_stands_in_the_audit_log_of_its_store(run: Any, store: Path, tmp_path: Path) -> None:
    run("backup", tmp_path / "a.zip")
    database = Database(f"sqlite:///{store / 'angebote.sqlite'}")
    last = archives.tables(database, "audit")["audit"][-1]
    database.close()
    assert (last["actor"], last["action"], last["details"]["file"]) == ("cli", "store.backup", "a.zip")


def test_a_file_of_the_same_name_is_replaced_only_when_told(run: Any, tmp_path: Path) -> None:
    (tmp_path / "a.zip").write_text("of yesterday", encoding="utf-8")
    refused = run("backup", tmp_path / "a.zip")
    assert (refused.exit_code, "gibt es schon" in refused.stderr) == (1, True)
    assert (tmp_path / "a.zip").read_text(encoding="utf-8") == "of yesterday"
    assert run("backup", tmp_path / "a.zip", "--overwrite").exit_code == 0
    assert zipfile.is_zipfile(tmp_path / "a.zip")


@pytest.mark.parametrize("name", ["/dev/null", "{tmp}/missing/a.zip", "{tmp}"])
def test_a_name_that_cannot_be_a_file_is_a_wrong_call(run: Any, tmp_path: Path, name: str) -> None:
    refused = run("backup", name.format(tmp=tmp_path))
    assert refused.exit_code == 2
    assert Path("/dev/null").is_char_device()


def test_standard_output_is_a_file_too(store: Path, run: Any, tmp_path: Path) -> None:
    before = export(run)
    done = process(store, "backup", "-")
    assert b"4 Angebote" in done.stderr
    (tmp_path / "a.zip").write_bytes(done.stdout)
    assert run("restore", tmp_path / "a.zip", "--overwrite").exit_code == 0
    assert export(run) == before


def test_a_full_disk_leaves_the_file_of_before(store: Path, tmp_path: Path) -> None:
    (tmp_path / "a.zip").write_text("of yesterday", encoding="utf-8")
    database = Database(f"sqlite:///{store / 'angebote.sqlite'}")
    with database.writing() as session:
        long = [Edit(factory.record(body=f"<p>{secrets.token_hex(1500)}</p>")) for _ in range(60)]
        offers.save(session, long, actor="test")
    database.close()
    refused = process(store, "backup", tmp_path / "a.zip", "--overwrite", longest=SHARED_MEMORY + 8000)
    assert refused.returncode == 1
    assert refused.stderr.decode().count("\n") == 1
    assert "größer als erlaubt" in refused.stderr.decode()
    assert (tmp_path / "a.zip").read_text(encoding="utf-8") == "of yesterday"
    assert {entry.name for entry in tmp_path.iterdir()} == {"a.zip", "data"}


def test_a_backup_that_is_asked_to_end_leaves_nothing(store: Path, tmp_path: Path) -> None:
    ended = process(store, "backup", tmp_path / "a.zip", code=ENDED)
    assert ended.returncode == 128 + signal.SIGTERM, ended.stderr
    assert {entry.name for entry in tmp_path.iterdir()} == {"data"}


def test_a_restore_that_is_asked_to_end_changes_nothing(run: Any, store: Path, tmp_path: Path) -> None:
    run("backup", tmp_path / "a.zip")
    database = Database(f"sqlite:///{store / 'angebote.sqlite'}")
    with database.writing() as session:
        accounts.add(session, "zwei@example.org", "Zwei", "vier lose worte reichen")
    before = archives.tables(database)
    ended = process(store, "restore", tmp_path / "a.zip", "--overwrite", code=ENDED)
    assert ended.returncode == 128 + signal.SIGTERM, ended.stderr
    assert archives.tables(database) == before
    database.close()


def test_expected_mistakes_are_one_line(store: Path, tmp_path: Path) -> None:
    (tmp_path / "a.zip").write_bytes(b"PK")
    refused = process(store, "restore", tmp_path / "a.zip")
    assert (refused.returncode, refused.stderr.decode().count("\n")) == (1, 1)
    assert "kein Archiv" in refused.stderr.decode()
    empty = process(tmp_path / "nothing", "backup", tmp_path / "b.zip")
    assert (empty.returncode, empty.stderr.decode().count("\n")) == (1, 1)
    assert "angebote migrate" in empty.stderr.decode()
    assert not (tmp_path / "b.zip").exists()
