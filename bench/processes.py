"""Child processes of the bench: how they are started, looked after and stopped."""

import os
import socket
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.connection import BenchFailed, Connection
from service.config import PREFIX

ROOT = Path(__file__).resolve().parents[1]
STOP_SECONDS = 15.0


@dataclass
class Process:
    """A child process and where it logs."""

    name: str
    popen: "subprocess.Popen[bytes]"
    log: Path

    def check(self) -> None:
        """Raises `BenchFailed` with the end of its log if it has died."""
        if (code := self.popen.poll()) is not None:
            lines = self.log.read_text(encoding="utf-8", errors="replace").strip().splitlines()
            raise BenchFailed(f"{self.name} ended with code {code}: {' | '.join(lines[-5:])}")

    def stop(self) -> None:
        """Asks it to end, and ends it."""
        if self.popen.poll() is None:
            self.popen.terminate()
        try:
            self.popen.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.popen.kill()
            self.popen.wait()


def start(name: str, command: Sequence[str], folder: Path, settings: Mapping[str, str]) -> Process:
    """A child in this folder with these settings of the product and no others; the caller stops it."""
    log = folder / f"{name}.log"
    kept = {key: value for key, value in os.environ.items() if not key.startswith(PREFIX)}
    path = os.pathsep.join([str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])])
    with log.open("ab") as out:
        popen = subprocess.Popen(  # noqa: S603  our own commands
            command,
            env={**kept, **settings, "PYTHONPATH": path},
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT,
            cwd=folder,
        )
    return Process(name, popen, log)


def wait_for(ready: Callable[[], bool], problem: str, seconds: float, process: Process | None = None) -> float:
    """Waits until something is so. Returns the seconds it took. Raises `BenchFailed`."""
    started = time.perf_counter()
    while not ready():
        if process:
            process.check()
        if time.perf_counter() - started > seconds:
            raise BenchFailed(f"{problem} within {seconds:.0f} s")
        time.sleep(0.005)
    return time.perf_counter() - started


def free_port() -> int:
    """A port of loopback that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def listens(port: int) -> bool:
    """True where an application of ours answers there."""
    try:
        connection = Connection(f"http://127.0.0.1:{port}")
        connection.get("/healthz")
    except BenchFailed:
        return False
    return True
