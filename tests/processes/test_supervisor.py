"""The supervisor with children of all kinds."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from service.leash import leashed
from tests.processes.stage import until
from tests.servers.runs import ROOT

SCRIPT = """
import os
from service.cli import supervisor
supervisor.STOP_SECONDS = 1.0
children = supervisor.Supervisor(dict(os.environ), lambda pid: print("tot:", pid, flush=True))
try:
    {}
finally:
    children.stop()
"""


@contextmanager
def supervising(body: str, log: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A supervisor that does this; its output goes to `log`."""
    with log.open("wb") as out:
        child = subprocess.Popen(
            leashed([sys.executable, "-c", SCRIPT.format(body)]), cwd=ROOT, env=os.environ | {"PYTHONPATH": str(ROOT)},
            stdout=out, stderr=subprocess.STDOUT,
        )  # fmt: skip
        try:
            yield child
        finally:
            child.kill()
            child.wait()


def test_a_child_that_keeps_dying_is_started_again_after_growing_pauses(tmp_path: Path) -> None:
    log = tmp_path / "log"
    with supervising("children.start('Kind', ['sh', '-c', 'exit 3']); children.watch()", log) as run:
        until(lambda: "in 2 s" in log.read_text(), "der dritte Neustart", run)

        lines = [line for line in log.read_text().splitlines() if not line.startswith("tot: ")]
        again = ["Neustart sofort.", "Neustart in 1 s.", "Neustart in 2 s."]
        assert lines == [f"Kind: unerwartet beendet (Code 3). {text}" for text in again]
        assert log.read_text().count("tot: ") == 3
        run.terminate()
        assert run.wait(15) == 0


def test_what_is_needed_at_the_beginning_and_dies_ends_everything_with_code_1(tmp_path: Path) -> None:
    log = tmp_path / "log"
    body = "children.start('Kind', ['sh', '-c', 'exit 3']); children.wait(lambda: False, 'Warten', needed='Kind')"
    with supervising(body, log) as run:
        assert run.wait(15) == 1
    assert "Kind: unerwartet beendet (Code 3).\n" in log.read_text()


def test_a_child_that_does_not_stop_is_ended_with_all_that_it_started(tmp_path: Path) -> None:
    log, name = tmp_path / "log", f"sleep 6{os.getpid()}"
    body = f"children.start('Kind', ['sh', '-c', 'trap \"\" TERM; {name} & echo los; wait; wait']); children.watch()"
    with supervising(body, log) as run:
        until(lambda: "los" in log.read_text() and running(name), "Kind und Enkel", run)
        run.terminate()
        assert run.wait(15) == 0
    assert "Kind: endet nicht von selbst und wird abgebrochen." in log.read_text()
    until(lambda: not running(name), "auch der Enkel ist fort")


def running(name: str) -> bool:
    commands = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                commands.append((entry / "cmdline").read_bytes())
            except OSError:
                continue
    return name.replace(" ", "\0").encode() + b"\0" in commands
