"""SIGTERM in the middle of an answer, an import, an export; a parent that is gone."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from sqlalchemy import func, select

from service.cli.run import gunicorn
from service.store.models import Offer
from tests.processes.stage import Stage, until
from tests.servers.process import free_port, running
from tests.servers.runs import ROOT


def test_a_request_under_way_is_answered_before_the_pages_end(tmp_path: Path) -> None:
    address = f"127.0.0.1:{free_port()}"
    command = [
        "env",
        f"SLOW_FOLDER={tmp_path}",
        f"PYTHONPATH={ROOT}",
        *gunicorn(address, 1, "tests.processes.slow:app"),
    ]
    with running(command, tmp_path / "log") as pages, ThreadPoolExecutor(1) as visitor:
        until(lambda: listens(address), "die Seiten antworten", pages)
        answer = visitor.submit(lambda: urllib.request.urlopen(f"http://{address}/", timeout=30).read())
        until((tmp_path / "asked").exists, "die Anfrage ist da", pages)

        pages.terminate()
        until((tmp_path / "told").exists, "die Seiten sollen enden", pages)
        (tmp_path / "go").touch()

        assert answer.result(30) == b"done"
        assert pages.wait(30) == 0


def listens(address: str) -> bool:
    """Whether somebody listens there, from /proc: asking would be a request of its own."""
    port = f":{int(address.split(':')[1]):04X} 00000000:0000 0A"
    return port in Path("/proc/net/tcp").read_text()


def test_an_import_that_is_ended_while_it_writes_has_written_nothing(stage: Stage) -> None:
    lines = [f"Kurs {number};Jeden Montag;Verein {number}" for number in range(300)]
    (stage.folder / "viele.csv").write_text("titel;kurztext;anbieter\n" + "\n".join(lines), encoding="utf-8")
    before = offers(stage)
    work = stage.angebote("import", str(stage.folder / "viele.csv"))
    until(lambda: is_writing(stage), "der Import schreibt", work)

    interrupt(work)

    assert work.wait(30) == 128 + signal.SIGTERM, stage.said()
    assert offers(stage) == before
    assert "Traceback" not in stage.said()
    assert stage.angebote("import", str(stage.folder / "viele.csv")).wait(60) == 0
    assert offers(stage) == before + 300


def test_an_export_that_is_ended_leaves_no_file(stage: Stage) -> None:
    target = stage.folder / "alle"
    target.mkdir()
    work = stage.angebote("export", "--output", str(target / "alle.jsonl"))
    until(lambda: list(target.iterdir()), "der Export schreibt", work)

    interrupt(work)

    assert work.wait(30) == 128 + signal.SIGTERM, stage.said()
    assert list(target.iterdir()) == []


def interrupt(work: subprocess.Popen[bytes]) -> None:
    """SIGTERM to a process that is held first, so that it cannot come to its end meanwhile."""
    work.send_signal(signal.SIGSTOP)
    work.terminate()
    work.send_signal(signal.SIGCONT)


def offers(stage: Stage) -> int:
    with stage.database.reading() as session:
        return session.scalars(select(func.count()).select_from(Offer)).one()


def is_writing(stage: Stage) -> bool:
    connection = sqlite3.connect(stage.data / "angebote.sqlite", timeout=0, isolation_level=None)
    try:
        connection.execute("BEGIN IMMEDIATE")
        connection.execute("ROLLBACK")
    except sqlite3.OperationalError:
        return True
    else:
        return False
    finally:
        connection.close()


PARENT = """
import subprocess, sys
from service import leash
if sys.argv[1] == "watcher":
    command = leash.leashed(["sleep", "600"])
    start = "import sys; sys.path.insert(0, %r); from service import leash; leash._told_by_linux = lambda: False; "
    start += "leash.become(int(sys.argv[1]), sys.argv[2:])"
    command = [sys.executable, "-c", start % sys.argv[2], *command[4:]]
else:
    command = leash.leashed(["sleep", "600"])
child = subprocess.Popen(command)
print(child.pid, flush=True)
child.wait()
"""


def test_a_child_on_the_leash_ends_with_its_parent_on_linux_and_elsewhere() -> None:
    for way in ("linux", "watcher"):
        parent = subprocess.Popen(
            [sys.executable, "-c", PARENT, way, str(ROOT)], cwd=ROOT, stdout=subprocess.PIPE, text=True
        )
        assert parent.stdout
        child = int(parent.stdout.readline())
        until(lambda child=child: b"sleep" in Path(f"/proc/{child}/cmdline").read_bytes(), "Kind", parent)  # type: ignore[misc]

        parent.kill()
        parent.wait()
        parent.stdout.close()

        until(lambda child=child: not alive(child), way)  # type: ignore[misc]


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
        return "State:\tZ" not in Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return False
