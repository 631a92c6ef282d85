"""Processes, files and ports that a server of the tests needs."""

from __future__ import annotations

import fcntl
import os
import random
import re
import signal
import socket
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

from tests.servers.chooser import Unavailable

STOP_SECONDS = 10
PORTS = range(20000, 30000)
"""Below those that operating systems give to connections: they would take the port of a server that is just away."""
_KEPT = ExitStack()


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
    """A port on loopback that is this process's own until it ends (see `reserved_port`)."""
    return _KEPT.enter_context(reserved_port())


@contextmanager
def reserved_port(among: range = PORTS) -> Iterator[int]:
    """A port on loopback that nobody listens on and that no other test takes before the block ends.

    So whatever listens there may be ended and started again at the same address. Raises Unavailable where none is free.
    """
    folder = Path(tempfile.gettempdir(), f"angebote-ports-{os.getuid()}")
    folder.mkdir(mode=0o700, exist_ok=True)
    for port in random.sample(among, len(among)):
        with (folder / str(port)).open("a") as handle, socket.socket() as probe:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                probe.bind(("127.0.0.1", port))
            except OSError:  # locked by another test, or somebody listens
                continue
            probe.close()
            yield port
            return
    raise Unavailable(f"zwischen {among[0]} und {among[-1]} ist kein Port frei")
