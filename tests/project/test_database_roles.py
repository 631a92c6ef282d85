"""deploy/postgres/roles.sh in a PostgreSQL of its own: the owner migrates, the service works, and may do no more."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest
from sqlalchemy import URL, create_engine, make_url, text
from sqlalchemy.exc import ProgrammingError
from sqlalchemy.pool import NullPool

from service import periodic
from tests.servers import postgres
from tests.servers.runs import ROOT

pytestmark = pytest.mark.xdist_group("roles")  # one worker: what the module prepares is prepared once
OFFERS = "titel;kurztext;anbieter;kontakt_rolle;strasse;plz;ort\nNähcafé;Wir nähen;Nähverein;Büro;Weg 1;45768;Marl\n"


@pytest.fixture(scope="module")
def server() -> Iterator[URL]:
    """Its administrator; roles belong to a whole server, so the run's shared one will not do."""
    if reason := postgres.no_local_server():
        pytest.skip(reason)
    with tempfile.TemporaryDirectory(prefix="angebote-roles-") as name:
        folder = Path(name)
        folder.chmod(0o711)  # the server runs as another user where we are root
        with postgres.local_server(folder / "postgres") as url:
            yield make_url(url)


@pytest.fixture(scope="module")
def roles(server: URL) -> dict[str, str]:
    """Role → address, after the script of the first start and a migration."""
    spec = find_spec(postgres.WHEEL)
    assert spec
    assert spec.origin
    programs = Path(spec.origin).parent / "pginstall" / "bin"
    passwords = {"DB_OWNER_PASSWORD": "o'wner-1", "DB_SERVICE_PASSWORD": 'ser"vice-2'}
    there = {"PGHOST": "127.0.0.1", "PGPORT": str(server.port), "PGUSER": "postgres"}
    path = f"{programs}{os.pathsep}{os.environ['PATH']}"
    subprocess.run(
        ["sh", ROOT / "deploy/postgres/roles.sh"], env=passwords | there | {"PATH": path}, check=True, timeout=30
    )
    return {
        name: server.set(database="angebote", username=f"angebote_{name}").render_as_string(hide_password=False)
        for name in ("owner", "service")
    }


def angebote(url: str, folder: Path, *command: str | Path, typed: str = "") -> None:
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT)}
    environment |= {"ANGEBOTE_DATABASE_URL": url, "ANGEBOTE_DATA_DIR": str(folder)}
    done = subprocess.run(
        [sys.executable, "-m", "service.cli", *command],
        env=environment, cwd=folder, input=typed, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr


def test_the_owner_migrates_and_the_service_works(roles: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "angebote.csv").write_text(OFFERS, encoding="utf-8")
    angebote(roles["owner"], tmp_path, "migrate")

    angebote(roles["service"], tmp_path, "import", "angebote.csv")
    angebote(roles["service"], tmp_path, "index", "rebuild")
    angebote(
        roles["service"], tmp_path, "user", "add", "a@example.org", "--password-stdin", typed="vier Eimer Moos Wolf\n"
    )
    for task in periodic.TASKS:
        angebote(roles["service"], tmp_path, "jobs", "do", task.name)
    angebote(roles["service"], tmp_path, "backup", "angebote.zip")
    angebote(roles["service"], tmp_path, "restore", "angebote.zip", "--overwrite")
    angebote(roles["service"], tmp_path, "import", "angebote.csv", "--overwrite")
    angebote(roles["owner"], tmp_path, "migrate")

    with create_engine(roles["service"], poolclass=NullPool).connect() as connection:
        assert connection.scalar(text("SELECT count(*) FROM changes")) == 0
        assert connection.scalar(text("SELECT count(*) FROM offers")) == 1
        assert connection.scalar(text("SELECT count(*) FROM accounts")) == 1


@pytest.mark.parametrize(
    "statement",
    ["CREATE TABLE mine (id integer)", "DROP TABLE offers", "ALTER TABLE offers ADD mine integer", "TRUNCATE audit"],
)
def test_the_service_may_not_change_tables(roles: dict[str, str], statement: str, tmp_path: Path) -> None:
    angebote(roles["owner"], tmp_path, "migrate")
    engine = create_engine(roles["service"], poolclass=NullPool)

    with engine.connect() as connection, pytest.raises(ProgrammingError, match=r"permission denied|must be owner"):
        connection.execute(text(statement))


def test_nobody_else_may_enter_the_database(roles: dict[str, str], server: URL) -> None:
    with create_engine(roles["owner"], poolclass=NullPool).connect() as connection:
        rights = connection.scalar(text("SELECT datacl::text FROM pg_database WHERE datname = 'angebote'"))

    assert rights
    assert "{=" not in rights
    assert ",=" not in rights
