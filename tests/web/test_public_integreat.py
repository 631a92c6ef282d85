"""Another county's real pages, imported, are found by their titles and shown."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest

from service.app import create_app
from service.exchange.apply import Import
from service.exchange.integreat import plain_text
from service.store import migrate, terms
from service.store.database import Database
from service.vocabulary import read_folder
from tests.exchange.test_integreat import REAL, real_file
from tests.web import installation
from tests.web.conftest import close


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with the imported pages alone, and their index."""
    made = installation.settings(tmp_path_factory.mktemp("integreat"))
    database = Database(made.database_url)
    migrate.upgrade(database)
    with database.writing() as session:
        terms.replace(session, read_folder(made.county))
    Import(database, made.county, date(2026, 11, 23), "Tests").run(REAL)
    installation.reindex(made)
    database.close()
    return made.data_dir


@real_file
def test_every_imported_page_is_found_by_its_title_and_shown(folder: Path) -> None:
    app = create_app(installation.settings(folder))
    client = app.test_client()
    titles = [page["title"] for page in json.loads(REAL.read_text(encoding="utf-8")) if plain_text(page["content"])]
    assert client.get("/angebote.json").get_json()["total"] == len(titles)
    missing, broken = [], []
    for title in titles:
        found = client.get("/angebote.json", query_string={"q": title}).get_json()["offers"]
        wanted = [offer for offer in found if " ".join(offer["title"].split()) == " ".join(title.split())]
        if not wanted:
            missing.append(title)
        broken += [offer["url"] for offer in wanted if client.get(offer["url"]).status_code != 200]
    close(app)
    assert (missing, broken) == ([], [])
