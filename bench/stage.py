"""Where a bench takes place: a folder, a store, indexes and processes of its own, all gone at the end.

The store is SQLite in that folder, whatever the settings name; index names carry a random prefix. Both engines index
the same store. Servers listen on loopback.
"""

import os
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Self

from bench.connection import BenchFailed, Connection
from service import config
from service.cli.run import gunicorn, prepare
from service.config import PREFIX, Settings
from service.context import Context
from service.search.engine import EngineName
from service.store import indexes, leases

ROOT = Path(__file__).resolve().parents[1]
START_SECONDS, STOP_SECONDS = 60.0, 15.0
SETTLE_SECONDS = 60.0
WORKERS = 2
"""As `angebote run` starts them."""
SERVICE, BOUND = "service.wsgi:app", "bench.bound:app"


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


@dataclass
class Stage:
    """The bench's own installation. Use it as a context manager."""

    engines: tuple[EngineName, ...]
    given: Mapping[str, str]
    """Environment whose ANGEBOTE_SEARCH_URL, SEARCH_CA and COUNTY count."""
    folder: Path = field(init=False)
    contexts: dict[EngineName, Context] = field(default_factory=dict)
    peaks: dict[str, list[float]] = field(default_factory=dict)
    """Engine → largest memory of each rebuild, in megabytes."""
    _environments: dict[EngineName, dict[str, str]] = field(default_factory=dict)
    _webs: dict[tuple[str, str], tuple[Process, str]] = field(default_factory=dict)
    _stack: ExitStack = field(default_factory=ExitStack)

    def __enter__(self) -> Self:
        self.folder = Path(tempfile.mkdtemp(prefix="angebote-bench-"))
        self._stack.callback(shutil.rmtree, self.folder, ignore_errors=True)
        with self._stack.pop_all() as on_error:
            common = {PREFIX + name: self.given[PREFIX + name] for name in ("COUNTY",) if PREFIX + name in self.given}
            common |= {
                PREFIX + "DATA_DIR": str(self.folder / "data"),
                PREFIX + "INDEX_PREFIX": f"bench{secrets.token_hex(4)}",
                PREFIX + "SECRET_KEY": secrets.token_hex(32),
                PREFIX + "RATE_LIMITS": "off",
            }
            for engine in self.engines:
                own = dict(common)
                if engine == "opensearch":
                    names = (PREFIX + "SEARCH_URL", PREFIX + "SEARCH_CA")
                    own |= {name: self.given[name] for name in names if self.given.get(name)}
                self._environments[engine] = own
                self.contexts[engine] = Context(config.load(own))
            for engine in self.engines:
                on_error.callback(self._close, engine)
            prepare(self.any)
            self._stack = on_error.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        for process, _address in self._webs.values():
            process.stop()
        self._stack.close()

    @property
    def any(self) -> Context:
        """One of the contexts, for the store that all share."""
        return self.contexts[self.engines[0]]

    def settings(self, engine: EngineName) -> Settings:
        """The settings of one engine."""
        return self.contexts[engine].settings

    def opensearch(self) -> Connection:
        """A connection of its own to OpenSearch."""
        settings = self.settings("opensearch")
        return Connection(settings.search_url, settings.search_ca)

    def start(self, name: str, engine: EngineName, command: Sequence[str]) -> Process:
        """A child with the stage's settings; the caller stops it."""
        log = self.folder / f"{name}.log"
        kept = {key: value for key, value in os.environ.items() if not key.startswith(PREFIX)}
        path = os.pathsep.join([str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])])
        environment = {**kept, **self._environments[engine], "PYTHONPATH": path}
        with log.open("ab") as out:
            popen = subprocess.Popen(  # noqa: S603  our own commands
                command,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
                cwd=self.folder,
            )
        return Process(name, popen, log)

    def angebote(self, name: str, engine: EngineName, *arguments: str) -> Process:
        """A command of the product as a child."""
        return self.start(name, engine, [sys.executable, "-m", "service.cli", *arguments])

    def web(self, engine: EngineName, app: str = SERVICE) -> tuple[Process, str]:
        """gunicorn with two workers, and its address; started once, stopped with the stage."""
        if (engine, app) not in self._webs:
            port = _free_port()
            command = gunicorn(f"127.0.0.1:{port}", WORKERS, app)
            process = self.start(f"{engine}-{app.split('.', maxsplit=1)[0]}", engine, command)
            self._webs[engine, app] = process, f"http://127.0.0.1:{port}"
            wait_for(lambda: _listens(port), f"{process.name} does not start", START_SECONDS, process)
        return self._webs[engine, app]

    @contextmanager
    def tail(self, engine: EngineName) -> Iterator[Process]:
        """The process that keeps the index current, from the moment on when it is."""
        process = self.angebote(f"{engine}-tail", engine, "index", "tail")
        try:
            wait_for(lambda: self._followed(engine), "the index does not become current", SETTLE_SECONDS, process)
            yield process
        finally:
            process.stop()

    def _followed(self, engine: EngineName) -> bool:
        """True where a tail is at work and has nothing left to do."""
        with self.any.database.reading() as session:
            at_work = leases.holder(session, f"tail:{engine}", datetime.now(UTC)) is not None
            return at_work and not indexes.behind(session, engine)

    def rebuild(self, engine: EngineName) -> dict[str, float]:
        """Rebuilds the index by the product's command. Seconds by step, and `total`; notes the largest memory."""
        process = self.angebote(f"{engine}-rebuild", engine, "index", "rebuild")
        largest = 0.0
        try:
            while process.popen.poll() is None:
                largest = max(largest, peak(process.popen.pid))
                time.sleep(0.05)
        finally:
            process.stop()
        if process.popen.returncode:
            process.check()
        self.peaks.setdefault(engine, []).append(largest)
        with self.any.database.reading() as session:
            index = indexes.current(session, engine)
        if index is None:
            raise BenchFailed("no index is served after a rebuild")
        seconds: dict[str, float] = index.report["seconds"]
        return {**seconds, "total": sum(seconds.values())}

    def settle(self, engine: EngineName) -> None:
        """Waits until the engine has done what a rebuild leaves it to do in the background."""
        if engine == "opensearch":
            connection = self.opensearch()
            path = f"/{self.settings(engine).index_prefix}-v*/_stats/merge?filter_path=_all.total.merges.current"
            wait_for(lambda: b":0}" in connection.get(path), "OpenSearch does not stop merging", SETTLE_SECONDS)
            connection.close()

    def _close(self, engine: EngineName) -> None:
        here = self.contexts[engine]
        if engine == "opensearch":
            connection = self.opensearch()
            names = connection.get(f"/_cat/indices/{here.settings.index_prefix}-*?h=index").decode("ascii").split()
            for name in names:  # one by one: servers may refuse patterns
                connection.delete(f"/{name}")
            connection.close()
        if "search" in here.__dict__:
            here.search.engine.close()
        here.database.close()


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


def peak(pid: int) -> float:
    """Largest resident memory of a process so far, in megabytes; 0.0 where it has ended."""
    return _status(pid, "VmHWM")


def _status(pid: int, name: str) -> float:
    try:
        lines = Path(f"/proc/{pid}/status").read_text(encoding="ascii", errors="replace").splitlines()
    except OSError:
        return 0.0
    return next((int(line.split()[1]) / 1000 for line in lines if line.startswith(name + ":")), 0.0)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _listens(port: int) -> bool:
    try:
        connection = Connection(f"http://127.0.0.1:{port}")
        connection.get("/healthz")
    except BenchFailed:
        return False
    return True
