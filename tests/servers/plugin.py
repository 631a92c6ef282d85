"""Fixtures ``opensearch_url``, ``postgres_url``, ``postgres_database`` and ``chromium``, and the summary of servers.

One OpenSearch and one PostgreSQL serve the whole run, with pytest-xdist all its workers; they start when the first
test asks for them. Tests therefore use random index names or prefixes and a database of their own. Where a server
cannot be had, its tests are skipped and the end of the run says why; with ``CI=true``, or when an address was given,
they fail.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any, NoReturn

import pytest
from playwright.sync_api import Browser

from tests.servers import browser, opensearch, postgres
from tests.servers.chooser import Unavailable
from tests.servers.process import locked
from tests.servers.runs import Server, ServerRun

RUN = pytest.StashKey[ServerRun]()
OWNED = pytest.StashKey[ExitStack]()
FOLDER = "angebote_servers"  # key in what the controller of pytest-xdist hands to its workers
GIVEN = {opensearch.KIND: opensearch.VARIABLE, postgres.KIND: postgres.VARIABLE}


def pytest_configure(config: pytest.Config) -> None:
    """The controller (or the only process) owns the run, workers join it."""
    if handed := getattr(config, "workerinput", None):
        config.stash[RUN] = ServerRun.joined(Path(handed[FOLDER]))
    else:
        config.stash[OWNED] = ExitStack()
        config.stash[RUN] = config.stash[OWNED].enter_context(ServerRun.owned())


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """Hands the folder of the run to a worker of pytest-xdist."""
    node.workerinput[FOLDER] = str(node.config.stash[RUN].folder)


def pytest_unconfigure(config: pytest.Config) -> None:
    """Ends the servers of the run."""
    if owned := config.stash.get(OWNED, None):
        owned.close()


@pytest.fixture(scope="session")
def opensearch_url(pytestconfig: pytest.Config) -> str:
    """Address of the run's OpenSearch node. It is shared: use random index names and delete them."""
    return _url(pytestconfig, opensearch.KIND)


@pytest.fixture(scope="session")
def postgres_url(pytestconfig: pytest.Config) -> str:
    """Address of the run's PostgreSQL (``postgresql+psycopg://…``). It is shared: create nothing in its database."""
    return _url(pytestconfig, postgres.KIND)


@pytest.fixture
def postgres_database(postgres_url: str) -> Iterator[str]:
    """Address of an empty database that is the test's own."""
    with postgres.fresh_database(postgres_url) as url:
        yield url


@pytest.fixture(scope="session")
def chromium(pytestconfig: pytest.Config) -> Iterator[Browser]:
    """The browser of this process; take a new context for each test: ``chromium.new_context()``.

    Playwright keeps an event loop in the main thread from here on: ``asyncio.run`` fails in later tests of this process.
    """
    run = pytestconfig.stash[RUN]
    with ExitStack() as opened:
        reason = ""
        with locked(run.folder / f"{browser.KIND}.start"):  # one worker installs, the others wait
            try:
                found = opened.enter_context(browser.chromium())
            except Unavailable as error:
                reason = str(error)
        if reason:
            run.note(browser.KIND, Server(browser.NAME, reason=reason))
            missing(browser.KIND, reason)
        run.note(browser.KIND, Server(browser.NAME, url="about:blank", version=found.version))
        yield found


def _url(config: pytest.Config, kind: str) -> str:
    server = config.stash[RUN].server(kind)
    return server.url or missing(kind, server.reason)


def missing(kind: str, reason: str) -> NoReturn:
    """Skips, or fails where a skip would hide a mistake: in continuous integration and for a given address."""
    if os.environ.get("CI", "").lower() in {"1", "true"} or os.environ.get(GIVEN.get(kind, "")):
        pytest.fail(reason, pytrace=False)
    pytest.skip(reason)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, exitstatus: int, config: pytest.Config) -> None:
    """Says which servers ran, and what was skipped and why."""
    run = config.stash[RUN]
    servers = run.known()
    skipped = Counter(_reason(report) for report in terminalreporter.getreports("skipped"))
    if not servers and not skipped:
        return
    terminalreporter.section("Server")
    if ran := ", ".join(str(server) for server in servers if server.url):
        terminalreporter.line(f"Server: {ran}")
    for server in servers:
        if server.reason:
            terminalreporter.line(f"Nicht vorhanden: {server.reason}")
    for reason, count in sorted(skipped.items()):
        terminalreporter.line(f"Übersprungen: {count} × {reason}")
    if exitstatus and servers:
        terminalreporter.line(f"Protokolle: {run.keep_logs()}")


def _reason(report: Any) -> str:
    text = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
    return str(text).removeprefix("Skipped: ")
