"""An engine that cannot answer says so, in time and with a reason; it never shows a part of an answer as the whole."""

from __future__ import annotations

import json
import shutil
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest
from opensearchpy import OpenSearch

from indexer.writers import open_writer
from service.config import Settings
from service.errors import SearchUnavailable
from service.search.embedded.client import CURRENT, EmbeddedEngine, index_folder
from service.search.engine import SearchRequest
from service.search.engines import open_engine
from service.search.opensearch.client import OpenSearchEngine
from service.search.plan import Plan
from tests.engine.conftest import ENGINES, Demo, new_index, settings_of

EVERYTHING = SearchRequest(Plan())
COMPLETE: dict[str, Any] = {
    "timed_out": False,
    "_shards": {"total": 1, "failed": 0},
    "hits": {"total": {"value": 1}, "hits": [{"_id": "a", "_index": "i", "_score": 1.0, "_source": {"hit": {}}}]},
}


@contextmanager
def answering(status: int, content: str, kind: str = "application/json") -> Iterator[str]:
    """A server that gives one and the same answer to everything."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length") or 0))
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(content.encode())))
            self.end_headers()
            self.wfile.write(content.encode())

        do_GET = do_POST  # noqa: N815  the name that http.server looks for

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002  the name in http.server
            """Says nothing."""

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@contextmanager
def silent() -> Iterator[str]:
    """A server that takes connections and never answers."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield f"http://127.0.0.1:{server.getsockname()[1]}"


def reason(tmp_path: Path, url: str) -> str:
    """What the engine says of a server."""
    engine = open_engine(settings_of("opensearch", tmp_path, lambda: url))
    with pytest.raises(SearchUnavailable) as raised:
        engine.search(EVERYTHING)
    with pytest.raises(SearchUnavailable):
        engine.suggest(["de"], 5)
    engine.close()
    return raised.value.reason


def changed(**parts: Any) -> str:
    return json.dumps(COMPLETE | parts)


def test_the_pretended_answer_is_a_good_one(tmp_path: Path) -> None:
    with answering(200, changed()) as url:
        engine = open_engine(settings_of("opensearch", tmp_path, lambda: url))
        assert engine.search(EVERYTHING).total == 1
        engine.close()


BAD_ANSWERS = {
    "stopped in time": (200, changed(timed_out=True), "stopped before"),
    "a shard failed": (200, changed(_shards={"total": 2, "failed": 1}), "1 shards failed"),
    "no hits": (200, changed(hits=None), "not understood"),
    "a list": (200, "[]", "not understood"),
    "a number": (200, "7", "not understood"),
    "no source": (200, changed(hits={"total": {"value": 1}, "hits": [{"_id": "a", "_score": 1}]}), "not understood"),
    "half of an answer": (200, '{"timed_out": fal', "no JSON"),
    "overloaded": (
        429,
        '{"error": {"root_cause": [{"type": "rejected_execution_exception"}]}, "status": 429}',
        "429: the server is overloaded",
    ),
    "an error without a cause": (500, '{"error": "broken"}', "500: error without a cause"),
    "an unknown cause": (500, '{"error": {"root_cause": [{"type": "odd_exception"}]}}', "500: odd_exception"),
}


@pytest.mark.parametrize("name", BAD_ANSWERS)
def test_a_bad_answer_is_no_answer(tmp_path: Path, name: str) -> None:
    status, content, expected = BAD_ANSWERS[name]
    with answering(status, content) as url:
        assert expected in reason(tmp_path, url)


@pytest.mark.parametrize("status", [200, 403, 502])
def test_a_page_of_a_proxy_is_no_answer(tmp_path: Path, status: int) -> None:
    with answering(status, "<html>Wartung</html>", "text/html") as url:
        assert reason(tmp_path, url)


def test_a_server_that_is_not_there(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    assert reason(tmp_path, f"http://127.0.0.1:{port}") == "not reachable"


def test_a_silent_server_is_given_up_after_a_second_and_asked_once(tmp_path: Path) -> None:
    with silent() as url:
        engine = open_engine(settings_of("opensearch", tmp_path, lambda: url))
        started = time.monotonic()
        with pytest.raises(SearchUnavailable) as raised:
            engine.search(EVERYTHING)
        assert time.monotonic() - started < 1.8
        assert raised.value.reason == "no answer in time"
        engine.close()


def test_an_alias_that_is_missing(tmp_path: Path, opensearch_url: str) -> None:
    assert reason(tmp_path, opensearch_url) == "404: no index behind the alias"
    engine = open_engine(settings_of("opensearch", tmp_path, lambda: opensearch_url))
    with pytest.raises(SearchUnavailable):
        engine.served()
    engine.close()


@pytest.fixture(params=ENGINES)
def installation(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Settings]:
    """Settings of each engine in turn, with indexes of the test's own."""
    settings = settings_of(request.param, tmp_path, lambda: str(request.getfixturevalue("opensearch_url")))
    yield settings
    if settings.search_url:
        with OpenSearch(settings.search_url, timeout=30) as client:
            client.indices.delete(index=f"{settings.index_prefix}-v*", params={"ignore_unavailable": "true"})


def test_an_open_engine_sees_a_switch_and_single_edits(installation: Settings, demo: Demo) -> None:
    writer = open_writer(installation)
    engine = open_engine(installation, seconds=60)  # not decided by time
    first = new_index(writer, installation, demo.documents[:3])
    assert (engine.search(EVERYTHING).total, engine.served()) == (3, first)
    time.sleep(0.002)  # names differ by the millisecond
    second = new_index(writer, installation, demo.documents[:5])
    found = engine.search(EVERYTHING)
    assert (found.total, found.index, engine.served()) == (5, second, second)
    writer.write(second, [demo.documents[5]], [(demo.documents[0]["offer_id"], 10**6)])
    writer.refresh(second)
    assert demo.documents[0]["offer_id"] not in {hit.offer_id for hit in engine.search(EVERYTHING).hits}
    assert engine.search(EVERYTHING).total == 5
    writer.drop(first)
    assert engine.search(EVERYTHING).total == 5
    writer.close()
    engine.close()


@pytest.fixture
def embedded(tmp_path: Path, demo: Demo) -> Settings:
    """An embedded index of three offers."""
    settings = settings_of("embedded", tmp_path, str)
    writer = open_writer(settings)
    new_index(writer, settings, demo.documents[:3])
    writer.close()
    return settings


def test_before_the_first_index_there_is_no_answer(tmp_path: Path) -> None:
    engine = EmbeddedEngine(tmp_path)
    for call in (engine.served, lambda: engine.search(EVERYTHING), lambda: engine.suggest(["de"], 5)):
        with pytest.raises(SearchUnavailable):
            call()


def empty(folder: Path) -> None:
    shutil.rmtree(folder)
    folder.mkdir()


def garble(folder: Path) -> None:
    (folder / "meta.json").write_text("{}", encoding="utf-8")


def cut_short(folder: Path) -> None:
    for path in [*folder.glob("*.store"), *folder.glob("*.term"), *folder.glob("*.fast")]:
        path.write_bytes(b"")


@pytest.mark.parametrize("damage", [shutil.rmtree, empty, garble, cut_short])
def test_a_damaged_embedded_index_is_no_answer_and_is_left_alone(
    embedded: Settings, damage: Callable[[Path], None]
) -> None:
    engine = open_engine(embedded)
    folder = index_folder(embedded.data_dir) / engine.served()
    damage(folder)
    before = sorted(path.name for path in folder.glob("*"))
    with pytest.raises(SearchUnavailable):
        engine.search(EVERYTHING)
    assert sorted(path.name for path in folder.glob("*")) == before


def test_engines_keep_no_file_open_that_a_switch_would_miss(embedded: Settings) -> None:
    engine = open_engine(embedded)
    assert engine.search(EVERYTHING).total == 3
    (index_folder(embedded.data_dir) / CURRENT).unlink()
    with pytest.raises(SearchUnavailable):
        engine.search(EVERYTHING)


def test_the_engine_follows_the_settings(tmp_path: Path) -> None:
    opened = open_engine(settings_of("opensearch", tmp_path, lambda: "http://127.0.0.1:9"))
    assert isinstance(opened, OpenSearchEngine)
    opened.close()
    assert isinstance(open_engine(settings_of("embedded", tmp_path, str)), EmbeddedEngine)
