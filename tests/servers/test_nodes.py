"""What a test starts ends with it, even if it is killed or what it started is paused."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from contextlib import suppress

from tests.servers.guarded import GUARDIAN

SECONDS = 15


def guarded(*command: str) -> tuple[subprocess.Popen[bytes], int]:
    guardian = subprocess.Popen(
        [sys.executable, "-P", GUARDIAN, *command],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        start_new_session=True,
    )
    assert guardian.stdout
    child = int(guardian.stdout.readline())
    guardian.stdout.close()
    return guardian, child


def ended(process: int) -> bool:
    until = time.monotonic() + SECONDS
    while time.monotonic() < until:
        with suppress(ProcessLookupError):
            os.kill(process, 0)
            time.sleep(0.02)
            continue
        return True
    return False


def test_a_child_ends_when_its_starter_lets_go_of_it() -> None:
    guardian, child = guarded("sleep", "1000")
    assert guardian.stdin
    guardian.stdin.close()
    guardian.wait(SECONDS)
    assert ended(child)


def test_a_paused_child_ends_too() -> None:
    guardian, child = guarded("sleep", "1000")
    os.kill(child, signal.SIGSTOP)
    assert guardian.stdin
    guardian.stdin.close()
    guardian.wait(SECONDS)
    assert ended(child)


def test_a_child_ends_when_its_starter_is_killed() -> None:
    program = (
        "import subprocess, sys, signal\n"
        "child = subprocess.Popen([sys.executable, '-P', sys.argv[1], 'sleep', '1000'],"
        " stdin=subprocess.PIPE, stdout=subprocess.PIPE)\n"
        "print(child.stdout.readline().decode().strip(), flush=True)\nsignal.pause()"
    )
    with subprocess.Popen([sys.executable, "-c", program, str(GUARDIAN)], stdout=subprocess.PIPE) as starter:
        assert starter.stdout
        child = int(starter.stdout.readline())
        starter.kill()
    assert ended(child)


def test_the_guardian_ends_with_its_child() -> None:
    guardian, child = guarded("sleep", "1000")
    os.kill(child, signal.SIGKILL)
    assert guardian.wait(SECONDS) != 0
    assert guardian.stdin
    guardian.stdin.close()
