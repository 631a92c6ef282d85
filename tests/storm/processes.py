"""The processes of a storm: commands of `angebote`, the indexer that is killed and started again, writers."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from threading import Lock

from service.store import leases
from service.store.database import Database
from service.store.lease import owned_by
from tests.servers.runs import ROOT

COMMAND = (sys.executable, "-P", "-m", "service.cli")
COMMAND_SECONDS = 300
STOP_SECONDS = 30


@dataclass
class Processes:
    """Starts them with one environment, each with a log of its own in the folder."""

    folder: Path
    environment: Mapping[str, str]
    started: dict[subprocess.Popen[bytes], Path] = field(default_factory=dict)
    """Each with its log."""
    _numbers: Iterator[int] = field(default_factory=lambda: count(1))

    def start(self, name: str, *command: str | Path) -> subprocess.Popen[bytes]:
        """A process in a session of its own."""
        path = self.folder / f"{next(self._numbers):03}-{name}.log"
        own = {k: v for k, v in os.environ.items() if not k.startswith("ANGEBOTE_")}
        with path.open("wb") as log:
            process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                cwd=self.folder,
                env=own | {"PYTHONPATH": str(ROOT)} | dict(self.environment),
                start_new_session=True,
            )
        self.started[process] = path
        return process

    def angebote(self, *words: str) -> subprocess.Popen[bytes]:
        """A command of the product."""
        return self.start("-".join(word for word in words if word.isalpha()), *COMMAND, *words)

    def finish(self, process: subprocess.Popen[bytes], seconds: float = COMMAND_SECONDS) -> tuple[int, str]:
        """Exit code and all output of a process that ends by itself."""
        code = process.wait(seconds)
        return code, self.output(process)

    def output(self, process: subprocess.Popen[bytes]) -> str:
        """What a process has written so far."""
        return self.started[process].read_text(errors="replace").strip()

    def close(self) -> None:
        """Ends whatever still runs."""
        for process in list(self.started):
            if process.poll() is None:
                process.kill()
            process.wait()


class Indexer:
    """`angebote index tail`, of which one runs at a time."""

    def __init__(self, processes: Processes, database: Database) -> None:
        self.deaths: list[str] = []
        """Ends that nobody asked for."""
        self._processes = processes
        self._database = database
        self._process = processes.angebote("index", "tail")
        self._lock = Lock()

    def look(self) -> None:
        """Starts it again where it has died by itself."""
        with self._lock:
            if self._process.poll() is not None:
                lines = self._processes.output(self._process).splitlines()
                self.deaths.append(f"code {self._process.returncode}: {lines[-1] if lines else ''}")
                self._replace(free=True)

    def kill(self, *, free: bool) -> None:
        """SIGKILL, and a new one. `free`: its leases are given back, as `angebote run` does; else they have to expire."""
        with self._lock:
            self._process.kill()
            self._process.wait()
            self._replace(free=free)

    def _replace(self, *, free: bool) -> None:
        if free:
            with self._database.writing() as session:
                leases.release_all(session, owned_by(self._process.pid), datetime.now(UTC))
        self._process = self._processes.angebote("index", "tail")

    def stop(self) -> int:
        """SIGTERM. Returns the exit code."""
        self._process.send_signal(signal.SIGTERM)
        return self._process.wait(STOP_SECONDS)
