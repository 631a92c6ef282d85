"""A whole installation for faults: store, OpenSearch behind a proxy, the standby, pages and indexer as processes.

It is looked at from outside only: pages over HTTP, commands, and the store's own figures of the indexes' lag.
"""

from __future__ import annotations

import os
import secrets
import signal
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from urllib.parse import urlsplit

from opensearchpy import OpenSearch
from sqlalchemy import make_url

from indexer.rebuild import rebuild
from indexer.switching import Indexing
from indexer.writers import open_writer
from service import config
from service.cli.run import gunicorn
from service.config import EngineName, Settings
from service.exchange.demo import load_demo
from service.store import accounts, indexes, migrate, terms
from service.store.database import Database
from service.vocabulary import read_folder
from tests.faults.proxy import Proxy
from tests.faults.visitor import Visitor
from tests.faults.waiting import until
from tests.servers.guarded import Guarded
from tests.servers.nodes import Node, cluster
from tests.servers.process import free_port, tail
from tests.servers.runs import ROOT
from tests.web import installation


class Stage:
    """See module. `with stage(folder, …) as stage:` starts it; everything ends with the block."""

    def __init__(self, folder: Path, proxy: Proxy | None = None, **changes: str) -> None:
        self.folder = folder
        self.proxy = proxy
        self.environment = installation.environment(folder / "data", **changes)
        self.port = free_port()
        self.visitor = Visitor(f"127.0.0.1:{self.port}")
        self.store: Proxy | None = None
        """What stands between the processes and PostgreSQL."""
        self.processes: dict[str, Guarded] = {}
        self.nodes: Sequence[Node] = ()
        """The nodes of a cluster of its own, where it has one."""

    @cached_property
    def settings(self) -> Settings:
        """What the processes read from their environment."""
        return config.load(self.environment)

    @cached_property
    def database(self) -> Database:
        """The store, for looking at it."""
        return Database(self.settings.database_url)

    def fill(self) -> None:
        """Demo offers, an account, and an index of each engine."""
        migrate.upgrade(self.database)
        with self.database.writing() as session:
            terms.replace(session, read_folder(self.settings.county))
        load_demo(self.database, self.settings.county)
        with self.database.writing() as session:
            accounts.add(session, installation.MAIL, "Redaktion", installation.PASSWORD)
        for engine in self.settings.engines:
            with self.indexing(engine) as work:
                rebuild(work, "Tests")

    @contextmanager
    def indexing(self, engine: EngineName | None = None) -> Iterator[Indexing]:
        """Store and writer of an engine, in this process."""
        writer = open_writer(self.settings, engine)
        try:
            yield Indexing(self.database, writer, self.settings)
        finally:
            writer.close()

    def start(self) -> None:
        """Pages and indexer; returns when both work."""
        self.start_indexer()
        self.start_pages()

    def start_indexer(self) -> None:
        """`angebote index tail`."""
        self._start("indexer", [sys.executable, "-P", "-m", "service.cli", "index", "tail"])

    def start_pages(self) -> None:
        """The web processes as `angebote run` starts them."""
        self._start("pages", gunicorn(f"127.0.0.1:{self.port}", self.settings.web_workers))
        until(lambda: self.visitor.answers("/healthz"), "the pages answer", self.said)

    def _start(self, name: str, command: list[str]) -> None:
        self.processes[name] = Guarded(command, self._log(name), ROOT, self.child_environment())

    def child_environment(self) -> dict[str, str]:
        """What a command of this installation is started with; nothing of the machine's own settings counts."""
        kept = {key: value for key, value in os.environ.items() if not key.startswith(("ANGEBOTE_", "PROMETHEUS_"))}
        through = {"ANGEBOTE_DATABASE_URL": _through(self.store, self.settings.database_url)} if self.store else {}
        return kept | self.environment | through | {"PYTHONPATH": str(ROOT)}

    def _log(self, name: str) -> Path:
        return self.folder / f"{name}.log"

    def said(self) -> str:
        """The last lines of the logs, for a failure that a person reads."""
        return "\n".join(f"{name}: {tail(self._log(name), 12)}" for name in self.processes)

    def unbroken(self) -> bool:
        """True where no process has ended since the start."""
        return all(process.running for process in self.processes.values())

    @contextmanager
    def opensearch(self) -> Iterator[OpenSearch]:
        """The server behind the proxy."""
        assert self.proxy, "this stage has no OpenSearch"
        with OpenSearch(self.proxy.target, timeout=30) as client:
            yield client

    def lag(self, engine: str | None = None) -> int:
        """Changes that served indexes do not hold yet, of one engine or of all."""
        found = 0
        with self.database.reading() as session:
            for name in [engine] if engine else self.settings.engines:
                lags = indexes.lag(session, name, datetime.now(UTC))
                found += sum(lag.revisions for lag in lags if lag.state == "current")
        return found

    def index(self, engine: str) -> str:
        """Name of the served index."""
        with self.database.reading() as session:
            return indexes.served(session, engine).index

    def close(self) -> None:
        """Ends the processes, politely first; removes what is in OpenSearch and in memory."""
        for process in self.processes.values():
            if process.running:
                process.signal(signal.SIGTERM)
        for process in self.processes.values():
            process.close()
        self.database.close()


@contextmanager
def stage(folder: Path, opensearch: str = "", database: str = "", **changes: str) -> Iterator[Stage]:
    """A filled installation whose processes run. `opensearch`: address of the server that the proxy leads to, else the
    embedded engine; `database`: address of the store, else SQLite in the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    given = {"WEB_WORKERS": "1", "INDEX_PREFIX": f"t{secrets.token_hex(6)}"} | changes
    if database:
        given["DATABASE_URL"] = database
    with ExitStack() as stack:
        proxy = stack.enter_context(Proxy(opensearch)) if opensearch else None
        made = Stage(folder, proxy, **given | ({"SEARCH_URL": proxy.url} if proxy else {}))
        if opensearch:
            stack.callback(_clear, made)
        stack.callback(made.close)
        if database:
            made.store = stack.enter_context(Proxy(database, raw=True))
        made.fill()
        made.start()
        until(lambda: made.lag() == 0, "the indexes are current", made.said)
        made.visitor.log_in()
        yield made


@contextmanager
def stage_on_cluster(folder: Path, database: str = "") -> Iterator[Stage]:
    """An installation on two nodes of its own; each index has a copy on both."""
    with cluster(folder / "cluster") as nodes, stage(folder, nodes[0].url, database) as made:
        made.nodes = nodes
        with made.opensearch() as client:
            name = made.index("opensearch")
            client.cluster.health(index=name, params={"wait_for_status": "green"})
        yield made


def _through(proxy: Proxy, database: str) -> str:
    """The address of a data base, by way of the proxy."""
    url = make_url(database).set(host="127.0.0.1", port=urlsplit(proxy.url).port)
    return url.render_as_string(hide_password=False)


def _clear(made: Stage) -> None:
    with made.opensearch() as client:
        client.indices.delete(index=f"{made.settings.index_prefix}-v*", params={"ignore_unavailable": "true"})
