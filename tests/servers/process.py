"""Processes, files and ports that a server of the tests needs."""

from __future__ import annotations

import fcntl
import re
import signal
import socket
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

STOP_SECONDS = 10


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Holds a lock between processes; waits until it is free. It ends with the process, however that ends."""
    with path.open("a") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def is_locked(path: Path) -> bool:
    """Whether another process holds ``locked(path)``."""
    with path.open("a") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False


@contextmanager
def running(
    command: Sequence[str | Path], log: Path, *, stop: signal.Signals = signal.SIGTERM, user: str | None = None
) -> Iterator[subprocess.Popen[bytes]]:
    """A child process that writes to ``log`` and is ended with ``stop``, after ten seconds by force."""
    with log.open("ab") as out:
        child = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT,
            cwd=log.parent,
            user=user,
            extra_groups=[] if user else None,
        )
    try:
        yield child
    finally:
        child.send_signal(stop)
        try:
            child.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()


def tail(log: Path, lines: int = 8) -> str:
    """The last lines of a log on one line, for a reason that a person reads."""
    if not log.exists():
        return "kein Protokoll"
    return " | ".join(log.read_text(errors="replace").split("\n")[-lines:]).strip(" |")


def without_password(url: str) -> str:
    """The address as it may be printed."""
    return re.sub(r"//[^/@]*@", "//…@", url)


def free_port() -> int:
    """A port on loopback that nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
