"""Every fault that the service must bear, with the level that answers meanwhile. Tests and table go through this list."""

from __future__ import annotations

import resource
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from service.search.embedded.client import index_folder
from tests.faults import proxy
from tests.faults.proxy import PASS
from tests.faults.stage import Stage
from tests.faults.trial import Begin, Fault
from tests.faults.waiting import until
from tests.servers.nodes import Node, elected
from tests.servers.runs import ROOT


def between(fault: proxy.Fault) -> Begin:
    """Something between service and OpenSearch."""

    @contextmanager
    def begin(stage: Stage) -> Iterator[None]:
        assert stage.proxy
        stage.proxy.fault = fault
        try:
            yield
        finally:
            stage.proxy.fault = PASS

    return begin


def store(fault: proxy.Fault) -> Begin:
    """Something between service and PostgreSQL."""

    @contextmanager
    def begin(stage: Stage) -> Iterator[None]:
        assert stage.store
        stage.store.fault = fault
        try:
            yield
        finally:
            stage.store.fault = PASS

    return begin


def setting(**values: Any) -> Begin:
    """A setting of the index, taken back afterwards."""

    @contextmanager
    def begin(stage: Stage) -> Iterator[None]:
        with stage.opensearch() as client:
            name = stage.index("opensearch")
            client.indices.put_settings(index=name, body={"index": values})
            try:
                yield
            finally:
                client.indices.put_settings(index=name, body={"index": dict.fromkeys(values)})

    return begin


@contextmanager
def without_alias(stage: Stage) -> Iterator[None]:
    """Somebody removed the alias, which other programs may read; pages ask for the index that the store names."""
    with stage.opensearch() as client:
        name, alias = stage.index("opensearch"), stage.settings.index_prefix
        client.indices.delete_alias(index=name, name=alias)
        try:
            yield
        finally:
            client.indices.put_alias(index=name, name=alias)


@contextmanager
def paused_indexer(stage: Stage) -> Iterator[None]:
    """The indexer hangs. Its lease ends meanwhile or not; both must do no harm."""
    stage.processes["indexer"].signal(signal.SIGSTOP)
    try:
        yield
    finally:
        stage.processes["indexer"].signal(signal.SIGCONT)


@contextmanager
def everything_gone(stage: Stage) -> Iterator[None]:
    """No OpenSearch, no standby, no indexer: the store is all that is left. Afterwards the operator rebuilds."""
    assert stage.proxy
    with paused_indexer(stage), between(proxy.REFUSE)(stage):
        shutil.rmtree(index_folder(stage.settings.data_dir))
        yield
    rebuild(stage, "embedded")


def small_files(size: int) -> Begin:
    """The indexer cannot make any file larger than this: the way a full disk looks to one process."""

    @contextmanager
    def begin(stage: Stage) -> Iterator[None]:
        process = stage.processes["indexer"].pid
        before = resource.prlimit(process, resource.RLIMIT_FSIZE)
        resource.prlimit(process, resource.RLIMIT_FSIZE, (size, before[1]))
        try:
            yield
        finally:
            resource.prlimit(process, resource.RLIMIT_FSIZE, before)

    return begin


@contextmanager
def lost_folder(stage: Stage) -> Iterator[None]:
    """The folder of the embedded index is gone while everything runs. Afterwards the operator rebuilds."""
    with paused_indexer(stage):  # it would build a new one within a minute
        shutil.rmtree(index_folder(stage.settings.data_dir))
        yield
    rebuild(stage, "embedded")


@contextmanager
def lost_node(stage: Stage) -> Iterator[None]:
    """One of two nodes dies by force; the elected one lives, and is the one that the service asks."""
    with _killed(stage, of_elected=False):
        yield


@contextmanager
def red(stage: Stage) -> Iterator[None]:
    """The only copy of the index is on a node that dies: the cluster lives, the index is there, and none of its shards."""
    _, other = _elected_and_other(stage)
    with stage.opensearch() as client:
        name = stage.index("opensearch")
        addresses = client.nodes.info(metric="http")["nodes"]
        home = next(key for key, node in addresses.items() if other.url.endswith(node["http"]["publish_address"]))
        only_there = {"auto_expand_replicas": False, "number_of_replicas": 0, "routing.allocation.require._id": home}
        before = client.indices.get_settings(index=name, params={"flat_settings": "true"})[name]["settings"]
        copies = {"format": "json", "h": "id,state"}
        try:
            client.indices.put_settings(index=name, body={"index": only_there})
            until(
                lambda: client.cat.shards(index=name, params=copies) == [{"id": home, "state": "STARTED"}],
                "the index is on one node",
                stage.said,
            )
            with lost_node(stage):
                yield
        finally:
            as_before = {key: before.get(f"index.{key}") for key in only_there}
            client.indices.put_settings(index=name, body={"index": as_before})


@contextmanager
def lost_elected_node(stage: Stage) -> Iterator[None]:
    """The elected node dies by force: the other one may elect nobody."""
    with _killed(stage, of_elected=True):
        yield


@contextmanager
def _killed(stage: Stage, *, of_elected: bool) -> Iterator[None]:
    manager, other = _elected_and_other(stage)
    dies, lives = (manager, other) if of_elected else (other, manager)
    assert stage.proxy
    stage.proxy.target = lives.url
    dies.kill()
    try:
        yield
    finally:
        dies.start()
        dies.wait()


def _elected_and_other(stage: Stage) -> tuple[Node, Node]:
    manager = elected(stage.nodes)
    return manager, next(node for node in stage.nodes if node is not manager)


@contextmanager
def killed_nodes(stage: Stage) -> Iterator[None]:
    """All nodes die by force; afterwards they start on the same data."""
    for node in stage.nodes:
        node.kill()
    try:
        yield
    finally:
        for node in stage.nodes:
            node.start()
        for node in stage.nodes:
            node.wait()


@contextmanager
def paused_nodes(stage: Stage) -> Iterator[None]:
    """All nodes hang: their connections are taken, nothing answers."""
    for node in stage.nodes:
        node.pause()
    try:
        yield
    finally:
        for node in stage.nodes:
            node.resume()


def rebuild(stage: Stage, engine: str) -> None:
    """What an operator types when an index is lost. The indexer may have been quicker: then there is nothing to do."""
    command = [sys.executable, "-P", "-m", "service.cli", "index", "rebuild", "--engine", engine]

    def done() -> bool:
        return (
            subprocess.run(
                command, env=stage.child_environment(), cwd=ROOT, capture_output=True, check=False
            ).returncode
            == 0
        )

    until(done, f"{engine} is rebuilt", stage.said)


NETWORK = [
    Fault("connections refused", between(proxy.REFUSE), "standby"),
    Fault("connections reset in the middle", between(proxy.RESET), "standby"),
    Fault("connections closed in the middle", between(proxy.CUT), "standby"),
    Fault("answers 0.3 s late", between(proxy.delay(0.3)), "opensearch"),
    Fault("answers 3 s late", between(proxy.delay(3)), "standby"),
    Fault("no answers (hangs)", between(proxy.HANG), "standby"),
    Fault("one byte every 0.3 s", between(proxy.DRIP), "standby"),
    Fault("bytes that are no HTTP", between(proxy.NOT_HTTP), "standby"),
    Fault("a page instead of JSON", between(proxy.NOT_JSON), "standby"),
    Fault("HTTP 429, overloaded", between(proxy.error(429)), "standby"),
    Fault("HTTP 503", between(proxy.error(503)), "standby"),
]
"""Between service and OpenSearch."""

ENGINE = [
    Fault("timed_out in answers", between(proxy.timed_out()), "standby"),
    Fault("failed shards in answers", between(proxy.failed_shards()), "standby"),
    Fault("index blocked for writing", setting(**{"blocks.write": True}), "opensearch", found=False),
    Fault("disk of OpenSearch full", setting(**{"blocks.read_only_allow_delete": True}), "opensearch", found=False),
    Fault("alias gone", without_alias, "opensearch"),
    Fault("indexer hangs", paused_indexer, "opensearch", found=False),
    Fault("OpenSearch, standby and indexer gone", everything_gone, "database"),
]
"""OpenSearch itself, and several things at once."""

STORE = [
    Fault("data base refuses connections", store(proxy.REFUSE), "opensearch", found=False, saves=False),
    Fault("data base hangs", store(proxy.HANG), "opensearch", found=False, saves=False),
]
"""PostgreSQL."""

MACHINE = [
    Fault("one machine: disk full for the indexer", small_files(2_000), "embedded", found=False),
    Fault("one machine: indexer hangs", paused_indexer, "embedded", found=False),
    Fault("one machine: folder of the index lost", lost_folder, "database"),
]
"""Everything on one machine: SQLite and the embedded index, which answers first there."""

CLUSTER = [
    Fault("one of two nodes killed", lost_node, "opensearch", also="standby", returns=True),
    Fault("index red: its only copy is on a node that died", red, "standby"),
    Fault("the elected node killed", lost_elected_node, "opensearch", also="standby", found=None),
    Fault("all nodes hang", paused_nodes, "standby"),
    Fault("all nodes killed", killed_nodes, "standby"),
]
"""A cluster of two nodes."""
