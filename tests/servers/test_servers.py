"""The three real servers answer, and a run leaves none of them behind."""

from __future__ import annotations

import os
import secrets
import signal
import socket
import subprocess
import sys
import time

import pytest
from opensearchpy import OpenSearch
from opensearchpy.exceptions import NotFoundError
from playwright.sync_api import Browser
from sqlalchemy import create_engine, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.pool import NullPool

from tests.servers import opensearch, postgres
from tests.servers.chooser import Unavailable
from tests.servers.process import free_port, reserved_port
from tests.servers.runs import ROOT


def test_opensearch_analyses_german(opensearch_url: str) -> None:
    index = f"test-{secrets.token_hex(6)}"
    light = {"type": "stemmer", "language": "light_german"}
    german = {"type": "custom", "tokenizer": "standard", "filter": ["lowercase", "german_normalization", "light"]}
    settings = {"analysis": {"filter": {"light": light}, "analyzer": {"german_light": german}}}

    with OpenSearch(opensearch_url) as client:
        client.indices.create(index=index, body={"settings": settings})
        try:
            answer = client.indices.analyze(
                index=index, body={"analyzer": "german_light", "text": "Sprachkurse Behörde"}
            )
        finally:
            client.indices.delete(index=index)

    assert [token["token"] for token in answer["tokens"]] == ["sprachkurs", "behord"]
    assert opensearch.version(opensearch_url).startswith("3.")


def test_opensearch_creates_no_index_by_itself(opensearch_url: str) -> None:
    if os.environ.get(opensearch.VARIABLE):
        pytest.skip("vorgegebener Knoten: seine Einstellungen gehören ihm")
    with OpenSearch(opensearch_url) as client, pytest.raises(NotFoundError):
        client.index(index=f"test-{secrets.token_hex(6)}", body={})


def test_postgres_says_its_version(postgres_url: str) -> None:
    engine = create_engine(postgres_url, poolclass=NullPool)
    with engine.connect() as connection:
        assert str(connection.scalar(text("SELECT version()"))).startswith("PostgreSQL")
        assert connection.scalar(text("SELECT lower('ÄÖÜ')")) == "äöü"


def test_a_fresh_database_is_gone_afterwards_even_with_open_connections(postgres_url: str) -> None:
    with postgres.fresh_database(postgres_url) as url:
        left_open = create_engine(url)
        connection = left_open.connect()
        connection.execute(text("CREATE TABLE offers (id integer)"))

    connection.invalidate()
    left_open.dispose()
    with pytest.raises(OperationalError, match="does not exist"):
        create_engine(url, poolclass=NullPool).connect()


def test_each_test_has_an_empty_database_of_its_own(postgres_url: str, postgres_database: str) -> None:
    assert postgres_database != postgres_url
    with create_engine(postgres_database, poolclass=NullPool).connect() as connection:
        assert connection.scalar(text("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'")) == 0


def test_chromium_loads_a_page(chromium: Browser) -> None:
    context = chromium.new_context(locale="de-DE")
    page = context.new_page()
    page.goto("data:text/html;charset=utf-8,<title>Angebote</title><h1>Grüße aus Herten</h1>")

    assert page.title() == "Angebote"
    assert page.inner_text("h1") == "Grüße aus Herten"
    context.close()


def test_a_killed_run_takes_its_server_along() -> None:
    if os.environ.get(postgres.VARIABLE):
        pytest.skip("vorgegebener Server: er überlebt jeden Lauf")
    program = "import signal; from tests.servers import postgres\nwith postgres.server() as u: print(u, flush=True); signal.pause()"
    with subprocess.Popen([sys.executable, "-c", program], cwd=ROOT, stdout=subprocess.PIPE, text=True) as run:
        assert run.stdout is not None
        url = run.stdout.readline().strip()
        assert postgres.version(url)
        run.send_signal(signal.SIGKILL)

    until = time.monotonic() + 15
    while time.monotonic() < until and _answers(url):
        time.sleep(0.05)
    assert not _answers(url)


def _answers(url: str) -> bool:
    try:
        create_engine(url, poolclass=NullPool).connect().close()
    except OperationalError:
        return False
    return True


def test_a_port_is_given_once() -> None:
    with reserved_port() as port:
        one = range(port, port + 1)
        with pytest.raises(Unavailable), reserved_port(one):
            pass
    with reserved_port(one) as again, socket.socket() as listener:
        assert again == port
        listener.bind(("127.0.0.1", port))
    kept = free_port()
    with pytest.raises(Unavailable), reserved_port(range(kept, kept + 1)):
        pass


def test_a_port_that_somebody_listens_on_is_not_given() -> None:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        port = listener.getsockname()[1]
        with pytest.raises(Unavailable), reserved_port(range(port, port + 1)):
            pass
