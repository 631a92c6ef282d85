"""An installation for tests: store with vocabularies, demo offers and one account, and the embedded index over it."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

from flask.testing import FlaskClient

from indexer.rebuild import rebuild
from indexer.switching import Indexing
from indexer.writers import open_writer
from service import config
from service.config import Settings
from service.exchange.demo import load_demo
from service.store import accounts, migrate, terms
from service.store.database import Database
from service.vocabulary import read_folder

MAIL = "redaktion@example.org"
PASSWORD = "vier lose worte reichen"
SECRET = "nur-fuer-tests-nur-fuer-tests-nur-fuer-tests"


def environment(folder: Path, **changes: str) -> dict[str, str]:
    """The settings of an installation in that folder; `changes` without the prefix: RATE_LIMITS="on"."""
    values = {"DATA_DIR": str(folder), "SECRET_KEY": SECRET, "RATE_LIMITS": "off"} | changes
    return {f"ANGEBOTE_{name}": value for name, value in values.items()}


def settings(folder: Path, **changes: str) -> Settings:
    """The same, read."""
    return config.load(environment(folder, **changes))


def build(folder: Path) -> None:
    """Fills a folder; takes about two seconds."""
    made = settings(folder)
    database = Database(made.database_url)
    migrate.upgrade(database)
    with database.writing() as session:
        terms.replace(session, read_folder(made.county))
    load_demo(database, made.county)
    with database.writing() as session:
        accounts.add(session, MAIL, "Redaktion", PASSWORD)
    reindex(made)
    database.close()  # SQLite writes everything into its one file: the folder can be copied


def reindex(made: Settings) -> None:
    """Builds the index anew and switches to it."""
    database, writer = Database(made.database_url), open_writer(made)
    rebuild(Indexing(database, writer, made), "Tests")
    writer.close()
    database.close()


def copy(built: Path, folder: Path) -> Path:
    """A copy of a filled folder, for a test that writes."""
    shutil.copytree(built, folder, symlinks=True, dirs_exist_ok=True)
    return folder


def csrf_token(page: str) -> str:
    """The token of the first form of a page."""
    found = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert found, page
    return found[1]


def log_in(client: FlaskClient, mail: str = MAIL, password: str = PASSWORD) -> FlaskClient:
    """Logs a client in."""
    token = csrf_token(client.get("/konto/anmelden").text)
    answer = client.post("/konto/anmelden", data={"csrf_token": token, "mail": mail, "password": password})
    assert answer.status_code == 303, answer.text
    return client
