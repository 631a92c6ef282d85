"""Where a bench takes place: a folder, a store, indexes and processes of its own, all gone at the end.

The store is SQLite in that folder, whatever the settings name; index names carry a random prefix. Both engines index
the same store. Servers listen on loopback.
"""

import secrets
import shutil
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
from bench.processes import Process, free_port, listens, start, wait_for
from service import config
from service.cli.run import gunicorn, prepare
from service.config import PREFIX, Settings
from service.context import Context
from service.search.engine import EngineName
from service.search.engines import open_engine
from service.search.service import SearchService
from service.store import indexes, leases

START_SECONDS = 60.0
SETTLE_SECONDS = 60.0
ANSWER_SECONDS = 1.0
"""How long an engine may take for an answer; as pages wait for it."""
WORKERS = 2
"""As `angebote run` starts them."""
SERVICE, BOUND = "service.wsgi:app", "bench.bound:app"
STEPS = {"learn": "Wörter", "load": "Laden", "follow": "Nachtragen", "check": "Prüfen", "switch": "Umschalten"}
"""Steps of a rebuild as they are shown."""
Changed = Mapping[str, str]
"""Settings (without the prefix) that differ from those of the stage."""
NOTHING: Changed = {}


@dataclass(frozen=True, slots=True)
class Built:
    """A rebuild that came to its end: what its report says, and when the new index was switched to."""

    name: str
    seconds: Mapping[str, float]
    """Seconds by step; `check` holds those of `gate`."""
    gate: float
    """Seconds in which both indexes were asked the judged queries."""
    switched_at: datetime

    @property
    def total(self) -> float:
        """Seconds of all steps."""
        return sum(self.seconds.values())


@dataclass
class Stage:
    """The bench's own installation. Use it as a context manager."""

    engines: tuple[EngineName, ...]
    given: Mapping[str, str]
    """Environment whose ANGEBOTE_SEARCH_URL, SEARCH_CA and COUNTY count."""
    folder: Path = field(init=False)
    contexts: dict[EngineName, Context] = field(default_factory=dict)
    _environments: dict[EngineName, dict[str, str]] = field(default_factory=dict)
    _services: dict[EngineName, SearchService] = field(default_factory=dict)
    _webs: dict[tuple[object, ...], tuple[Process, str]] = field(default_factory=dict)
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
                    own[PREFIX + "STANDBY"] = "on" if "embedded" in self.engines else "off"
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

    def search(self, engine: EngineName) -> SearchService:
        """The search on one engine alone: no other one answers in its place."""
        if engine not in self._services:
            here = self.contexts[engine]
            opened = open_engine(here.settings, seconds=ANSWER_SECONDS)
            self._services[engine] = SearchService(here.database, opened)
        return self._services[engine]

    def opensearch(self) -> Connection:
        """A connection of its own to OpenSearch."""
        settings = self.settings("opensearch")
        return Connection(settings.search_url, settings.search_ca)

    def start(
        self,
        name: str,
        engine: EngineName,
        command: Sequence[str],
        changed: Changed = NOTHING,
        counts: Path | None = None,
    ) -> Process:
        """A child with the stage's settings; the caller stops it. `counts`: where web processes add up their metrics."""
        own = {PREFIX + key: value for key, value in changed.items()}
        own |= {"PROMETHEUS_MULTIPROC_DIR": str(counts)} if counts else {}
        return start(name, command, self.folder, self._environments[engine] | own)

    def angebote(self, name: str, engine: EngineName, *arguments: str, changed: Changed = NOTHING) -> Process:
        """A command of the product as a child."""
        return self.start(name, engine, [sys.executable, "-m", "service.cli", *arguments], changed)

    def web(self, engine: EngineName, app: str = SERVICE, changed: Changed = NOTHING) -> tuple[Process, str]:
        """gunicorn with two workers, and its address; started once, stopped with the stage."""
        key = (engine, app, *sorted(changed.items()))
        if key not in self._webs:
            port = free_port()
            name = "-".join([engine, app.split(".", maxsplit=1)[0], *(["changed"] if changed else [])])
            counts = Path(tempfile.mkdtemp(prefix="counts-", dir=self.folder))
            process = self.start(name, engine, gunicorn(f"127.0.0.1:{port}", WORKERS, app), changed, counts)
            self._webs[key] = process, f"http://127.0.0.1:{port}"
            wait_for(lambda: listens(port), f"{process.name} does not start", START_SECONDS, process)
        return self._webs[key]

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

    def rebuild(
        self,
        engine: EngineName,
        *,
        changed: Changed = NOTHING,
        watch: Callable[[int], None] = lambda _: None,
        pause: float = 0.05,
    ) -> Built:
        """Rebuilds the index by the product's command; `watch` is called with its process id after each pause.

        The standby index of an installation with OpenSearch is the index of the embedded engine.
        """
        configured: EngineName = engine if engine in self.engines else self.engines[0]
        process = self.angebote(
            f"{engine}-rebuild", configured, "index", "rebuild", "--engine", engine, changed=changed
        )
        try:
            while process.popen.poll() is None:
                watch(process.popen.pid)
                time.sleep(pause)
        finally:
            process.stop()
        if process.popen.returncode:
            process.check()
        with self.any.database.reading() as session:
            index = indexes.current(session, engine)
        if index is None or index.switched_at is None:
            raise BenchFailed("no index is served after a rebuild")
        judged = index.report.get("gates", {}).get("judged", {})
        return Built(index.name, index.report["seconds"], judged.get("seconds", 0.0), index.switched_at)

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
                connection.delete(f"/{name}?ignore_unavailable=true")  # a rebuild that is ending may drop it first
            connection.close()
        if engine in self._services:
            self._services[engine].engine.close()
        here.database.close()
