"""A store that is full or gone: reading goes on as far as it can, nothing that was typed is lost."""

from __future__ import annotations

import random
import string
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event
from sqlalchemy.pool import Pool

from service.app import create_app
from service.views.sessions import StoreSessions
from tests.web import conftest as web
from tests.web import forms, installation

pytestmark = pytest.mark.xdist_group("faults-machine")
EVERYTHING = 2**31 - 2
PAGES = (
    "/",
    "/angebote",
    "/angebote?q=deutsch",
    "/angebote.json?q=deutsch",
    "/angebote.csv?q=deutsch",
    "/vorschlaege?q=deu",
)


class Disk:
    """The disk below SQLite: `full` leaves the data base as large as it is, `locked` takes no change at all, like a file
    system that was mounted read-only after an error."""

    def __init__(self) -> None:
        self.full = self.locked = False

    def limit(self, connection: Any, _record: object, _proxy: object) -> None:
        connection.execute(f"PRAGMA max_page_count={1 if self.full else EVERYTHING}")  # never below what the file has
        connection.execute(f"PRAGMA query_only={int(self.locked)}")


@pytest.fixture
def disk() -> Iterator[Disk]:
    made = Disk()
    event.listen(Pool, "checkout", made.limit)
    yield made
    event.remove(Pool, "checkout", made.limit)


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("filled")
    installation.build(folder)
    return folder


@pytest.fixture
def app(filled: Path, tmp_path: Path) -> Iterator[Flask]:
    made = create_app(installation.settings(installation.copy(filled, tmp_path / "data")))
    yield made
    web.close(made)


@pytest.fixture
def staff(app: Flask) -> FlaskClient:
    return installation.log_in(app.test_client())


def long_text() -> str:
    """More than what is left in the pages that the data base has."""
    return "\r\n\r\n".join("".join(random.choices(string.ascii_letters, k=60)) for _ in range(300))


def test_a_full_disk_leaves_everything_typed_in_the_form(app: Flask, staff: FlaskClient, disk: Disk) -> None:
    values = forms.sent(staff.get("/redaktion/angebote/neu").text)
    values["title"], values["summary"], values["body"] = "Nähen für Anfänger", "Mit eigener Maschine", long_text()
    disk.full = True
    answer = staff.post("/redaktion/angebote/neu", data=values)
    assert answer.status_code == 503
    assert "Noch nicht gespeichert" in answer.text
    kept = forms.sent(answer.text)
    assert {name: kept[name] for name in ("title", "summary", "body")} == {
        name: values[name] for name in ("title", "summary", "body")
    }
    for path in PAGES:
        assert staff.get(path).status_code == 200, path
    disk.full = False
    assert staff.post("/redaktion/angebote/neu", data=kept).status_code == 303


def test_a_disk_that_takes_no_change_takes_no_page_either(app: Flask, staff: FlaskClient, disk: Disk) -> None:
    values = forms.sent(staff.get("/redaktion/angebote/neu").text)
    values["title"], values["body"] = "Nähen für Anfänger", long_text()
    sessions = app.session_interface
    assert isinstance(sessions, StoreSessions)
    before = sessions.clock
    sessions.clock = lambda: before() + timedelta(minutes=2)  # each answer wants to note when the session was used
    disk.locked = True
    for path in (*PAGES, "/redaktion/angebote"):
        assert staff.get(path).status_code == 200, path
    answer = staff.post("/redaktion/angebote/neu", data=values)
    assert answer.status_code == 503
    assert forms.sent(answer.text)["body"] == values["body"]
    disk.locked = False
    assert staff.post("/redaktion/angebote/neu", data=forms.sent(answer.text)).status_code == 303
