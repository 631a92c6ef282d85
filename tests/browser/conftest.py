"""A running installation for the browser: web process and indexer on a free loopback port.

`live_server` serves all tests of the run that only read; `own_server` is the test's own and may be written to.
`page` is a fresh browser context's page, which fails the test on errors in the console.
"""

from __future__ import annotations

import socket
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from tests.servers.process import running
from tests.web import installation
from tests.web.conftest import demo_folder

__all__ = ["demo_folder"]
ROOT = Path(__file__).parents[2]
START_SECONDS = 30


@dataclass(frozen=True, slots=True)
class LiveServer:
    """Where it answers, and who may log in."""

    url: str
    folder: Path
    mail: str = installation.MAIL
    password: str = installation.PASSWORD


@contextmanager
def serve(folder: Path, log_folder: Path, **changes: str) -> Iterator[LiveServer]:
    """Web process and indexer over a filled folder; `changes` are settings without their prefix."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = installation.environment(folder, **changes) | {"PYTHONPATH": str(ROOT)}
    start = ["env", *(f"{name}={value}" for name, value in environment.items()), sys.executable, "-m"]
    options = ["--bind", f"127.0.0.1:{port}", "--worker-class", "gthread", "--threads", "4", "--no-control-socket"]
    with ExitStack() as stack:
        stack.enter_context(running([*start, "service.cli", "index", "tail"], log_folder / "index.log"))
        stack.enter_context(running([*start, "gunicorn", *options, "service.wsgi:app"], log_folder / "web.log"))
        server = LiveServer(f"http://127.0.0.1:{port}", folder)
        _wait(server, log_folder / "web.log")
        yield server


def _wait(server: LiveServer, log: Path) -> None:
    limit = time.monotonic() + START_SECONDS
    while time.monotonic() < limit:
        try:
            with urllib.request.urlopen(f"{server.url}/healthz", timeout=1):  # noqa: S310  our own address
                return
        except OSError:
            time.sleep(0.05)
    pytest.fail(f"the web process did not start: {log.read_text()[-2000:]}")


@pytest.fixture(scope="session")
def live_server(demo_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    """For tests that only read."""
    folder = tmp_path_factory.mktemp("live")
    with serve(installation.copy(demo_folder, folder / "data"), folder) as server:
        yield server


@pytest.fixture
def own_server(demo_folder: Path, tmp_path: Path) -> Iterator[LiveServer]:
    """The test's own; it may write."""
    with serve(installation.copy(demo_folder, tmp_path / "data"), tmp_path) as server:
        yield server


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    """A page of a fresh browser; whatever the console calls an error fails the test."""
    context = chromium.new_context(locale="de-DE", viewport={"width": 1280, "height": 900})
    opened = context.new_page()
    errors: list[str] = []
    opened.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
    opened.on("pageerror", lambda error: errors.append(str(error)))
    yield opened
    context.close()
    assert not errors
