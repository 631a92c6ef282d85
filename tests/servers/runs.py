"""A run owns its servers: one of each kind, shared by all processes of the run, ended with it.

The process that begins a run (pytest, a bench, ``python -m tests.servers``) makes a folder and holds a lock on a file
in it. Any process of the run (a worker of pytest-xdist, too) may ask for a server: the first one starts a keeper, the
others read what it wrote. Keepers wait for the lock of the owner. The operating system frees it when the owner ends,
even by SIGKILL, so no server outlives its run and nobody has to find and end processes by name.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from tests.servers.chooser import Unavailable
from tests.servers.process import is_locked, locked, tail

ROOT = Path(__file__).resolve().parents[2]
START_SECONDS = 300  # the first start of OpenSearch downloads about 85 MB
END_SECONDS = 30


@dataclass(frozen=True, slots=True)
class Server:
    """A server of a run. Without ``url`` there is none, and ``reason`` says why."""

    name: str  # as printed: "OpenSearch"
    url: str = ""
    version: str = ""
    way: str = ""  # chooser.Way as text
    reason: str = ""

    def __str__(self) -> str:
        how = f" ({self.way})" if self.way else ""
        return f"{self.name} {self.version}{how}"


class ServerRun:
    """The servers of one run. Make one with ``owned()`` or, in another process of the same run, ``joined()``."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @classmethod
    @contextmanager
    def owned(cls) -> Iterator[ServerRun]:
        """A new run; its servers end with the block. Logs stay if ``keep_logs`` was called, all else goes."""
        folder = Path(tempfile.mkdtemp(prefix="angebote-server-"))
        folder.chmod(0o711)  # PostgreSQL runs as another user where we are root
        run = cls(folder)
        try:
            with locked(folder / "owner"):
                try:
                    yield run
                finally:
                    (folder / "ended").touch()
        finally:
            run._wait_for_keepers()
            if not (folder / "keep-logs").exists():
                shutil.rmtree(folder, ignore_errors=True)

    @classmethod
    def joined(cls, folder: Path) -> ServerRun:
        """The run that another process owns."""
        return cls(folder)

    def server(self, kind: str, **options: str) -> Server:
        """The run's server of this kind, started on first demand; options count for that first demand only."""
        with locked(self.folder / f"{kind}.start"):
            state = self.folder / f"{kind}.json"
            if not state.exists():
                self._start(kind, options)
            return Server(**json.loads(state.read_text()))

    def url(self, kind: str, **options: str) -> str:
        """Address of the run's server. Raises Unavailable with the reason where there is none."""
        server = self.server(kind, **options)
        if not server.url:
            raise Unavailable(server.reason)
        return server.url

    def note(self, kind: str, server: Server) -> None:
        """Remembers a server, or the reason why there is none, for all processes of the run."""
        path = self.folder / f"{kind}.json"
        draft = path.with_suffix(f".{os.getpid()}")
        draft.touch(0o600)
        draft.write_text(json.dumps(asdict(server)))
        draft.replace(path)

    def known(self) -> list[Server]:
        """Every server that was asked for so far, with or without success."""
        return [Server(**json.loads(path.read_text())) for path in sorted(self.folder.glob("*.json"))]

    def keep_logs(self) -> Path:
        """Leaves the folder with the logs behind at the end of the run, and returns it."""
        (self.folder / "keep-logs").touch()
        return self.folder

    def sweep(self) -> None:
        """Removes the folder of a run whose owner was killed and could not do so; called by its keepers."""
        if not (self.folder / "ended").exists() and not is_locked(self.folder / "owner"):
            shutil.rmtree(self.folder, ignore_errors=True)

    def _start(self, kind: str, options: dict[str, str]) -> None:
        log = self.folder / f"{kind}.keeper.log"
        keeper = _spawn(
            [sys.executable, "-m", "tests.servers.keeper", kind, str(self.folder), json.dumps(options)], log
        )
        until = time.monotonic() + START_SECONDS
        while not (self.folder / f"{kind}.json").exists():
            ended = os.waitpid(keeper, os.WNOHANG) != (0, 0)
            if ended and not (self.folder / f"{kind}.json").exists():
                self.note(kind, Server(kind, reason=f"{kind}: startet nicht: {tail(log)}"))
            elif time.monotonic() > until:
                self.note(kind, Server(kind, reason=f"{kind}: ist nach {START_SECONDS} s nicht bereit: {tail(log)}"))
            time.sleep(0.05)

    def _wait_for_keepers(self) -> None:
        until = time.monotonic() + END_SECONDS
        while any(is_locked(path) for path in self.folder.glob("*.keeper")) and time.monotonic() < until:
            time.sleep(0.05)


def _spawn(command: list[str], log: Path) -> int:
    """Process id of a child that outlives this process if need be and is no part of the terminal's process group."""
    environment = os.environ | {"PYTHONPATH": os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])}
    out = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
    try:
        files = [(os.POSIX_SPAWN_DUP2, out, 1), (os.POSIX_SPAWN_DUP2, out, 2)]
        return os.posix_spawn(command[0], command, environment, file_actions=files, setsid=True)
    finally:
        os.close(out)
