"""An installation in a folder of its own, its processes, and what can be seen of them from outside."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import Any

from service import clock
from service.config import Settings
from service.exchange.apply import Import
from service.leash import leashed
from service.store import indexes, jobs, leases
from service.store.database import Database
from service.store.models import IndexState
from service.store.models import Lease as LeaseRow
from tests.servers.process import free_port
from tests.servers.runs import ROOT
from tests.web import installation

LIMIT = 60.0
"""Seconds after which a test gives up; machines may be busy."""


def until(done: Callable[[], Any], what: str, *alive: subprocess.Popen[Any]) -> float:
    """Waits for something that must come, as long as these processes live; returns the seconds it took."""
    began = time.monotonic()
    while not done():
        assert time.monotonic() - began < LIMIT, f"nach {LIMIT} s noch nicht: {what}"
        assert all(process.poll() is None for process in alive), f"beendet statt: {what}"
        time.sleep(0.02)
    return time.monotonic() - began


def tell(text: str) -> None:
    """A figure that nobody is held to, shown by `pytest -rP`."""
    sys.stdout.write(text + "\n")


class Stage:
    """Processes are known by the data folder in their environment, so grandchildren and orphans are found too."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.data = folder / "data"
        self.log = folder / "log"
        self.port = free_port()
        self.children: list[subprocess.Popen[bytes]] = []

    @property
    def settings(self) -> Settings:
        return installation.settings(self.data)

    @cached_property
    def database(self) -> Database:
        return Database(self.settings.database_url)

    def angebote(self, *command: str) -> subprocess.Popen[bytes]:
        """A command of the product, in the background; what it says goes to `log`."""
        with self.log.open("ab") as log:
            child = subprocess.Popen(
                leashed([sys.executable, "-P", "-m", "service.cli", *command]),
                cwd=ROOT, env=self.environment(), stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT,
            )  # fmt: skip
        self.children.append(child)
        return child

    def environment(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("ANGEBOTE_", "PROMETHEUS"))}
        return kept | installation.environment(self.data, WEB_WORKERS="1") | {"PYTHONPATH": str(ROOT)}

    def run(self) -> subprocess.Popen[bytes]:
        """`angebote run`, not yet ready."""
        return self.angebote("run", "--no-demo", "--port", str(self.port))

    def processes(self, words: str = "") -> list[int]:
        """Processes of this installation that run now and whose command line holds these words."""
        mark = f"ANGEBOTE_DATA_DIR={self.data}".encode()
        found = []
        for entry in Path("/proc").iterdir():
            if entry.name.isdigit():
                try:
                    state = (entry / "stat").read_text().rpartition(")")[2].split()[0]
                    environment = (entry / "environ").read_bytes().split(b"\0")
                    command = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
                except OSError:
                    continue
                if state != "Z" and mark in environment and words in command:
                    found.append(int(entry.name))
        return sorted(found)

    def said(self) -> str:
        return self.log.read_text(encoding="utf-8") if self.log.exists() else ""

    def ready(self) -> bool:
        return self.get("/healthz") is not None and "Bereit" in self.said()

    def get(self, address: str) -> bytes | None:
        """The body of a good answer, else None."""
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{address}", timeout=15) as answer:
                return bytes(answer.read())
        except OSError:
            return None

    def hits(self, word: str) -> int:
        """How many offers a search finds; -1 where nobody answers."""
        body = self.get(f"/angebote.json?q={word}")
        return -1 if body is None else int(json.loads(body)["total"])

    def publish(self, title: str) -> None:
        """A new offer, saved while everything runs."""
        file = self.folder / f"{title}.csv"
        file.write_text(f"titel;kurztext;anbieter\n{title};Jeden Montag;Verein {title}\n", encoding="utf-8")
        report = Import(self.database, self.settings.county, clock.today(), "Tests").run(file)
        assert report.ok, list(report.lines())

    def order_rebuild(self) -> int:
        """As staff do in the browser. Returns the number of the job."""
        with self.database.writing() as session:
            return jobs.order(session, jobs.rebuild("embedded"), "Tests", datetime.now(UTC))

    def indexes(self) -> dict[str, str]:
        """Name → state, as the store knows them."""
        with self.database.reading() as session:
            return {index.name: index.state for index in indexes.listed(session, "embedded")}

    def folders(self) -> set[str]:
        """Names of the indexes that are on the disk."""
        return {path.name for path in self.data.glob("index/*-v*") if not path.is_symlink()}

    def leases(self) -> dict[str, int]:
        """Name of each lease that is held → process that holds it."""
        now = datetime.now(UTC)
        with self.database.reading() as session:
            names = [row.name for row in session.query(LeaseRow)]
            held = {name: leases.holder(session, name, now) for name in names}
        return {name: int(re.sub(".*:", "", holder.owner)) for name, holder in held.items() if holder}

    def lag(self) -> int:
        """Changes that the served index lacks."""
        with self.database.reading() as session:
            return next(lag.revisions for lag in indexes.lag(session, "embedded", datetime.now(UTC)))

    def forget_indexes(self) -> None:
        """As before the first build."""
        with self.database.writing() as session:
            session.query(IndexState).delete()

    def end(self) -> None:
        """Whatever is left is ended by force."""
        for pid in self.processes():
            os.kill(pid, signal.SIGKILL)
        for child in self.children:
            child.wait()
        self.database.close()
