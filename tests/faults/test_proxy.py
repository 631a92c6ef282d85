"""The proxy of the fault tests fails as it is told, at once, and heals as quickly."""

from __future__ import annotations

import http.client
import json
import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from time import monotonic

import pytest

from tests.faults import proxy as kit
from tests.faults.proxy import PASS, Proxy

SECONDS = 15.0
ANSWER = {"timed_out": False, "_shards": {"total": 1, "failed": 0}, "hits": "äöü" * 50}


class Handler(BaseHTTPRequestHandler):
    """Answers with the same JSON, and with what it was sent."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        sent = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
        content = json.dumps(ANSWER | {"sent": sent, "path": self.path}).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)

    do_POST = do_HEAD = do_GET  # noqa: N815

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Says nothing."""


@pytest.fixture(scope="module")
def target() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def proxy(target: str) -> Iterator[Proxy]:
    with Proxy(target) as made:
        yield made


@pytest.fixture
def client(proxy: Proxy) -> Iterator[http.client.HTTPConnection]:
    """A connection that stays open from one request to the next."""
    made = http.client.HTTPConnection(proxy.url.removeprefix("http://"), timeout=SECONDS)
    yield made
    made.close()


def ask(client: http.client.HTTPConnection, method: str = "GET", body: str | None = None) -> tuple[int, bytes]:
    client.request(method, "/offers/_search?size=0", body)
    answer = client.getresponse()
    return answer.status, answer.read()


def test_everything_passes(client: http.client.HTTPConnection, proxy: Proxy) -> None:
    status, content = ask(client, "POST", '{"query": "de"}')
    assert (status, json.loads(content)["sent"]) == (200, '{"query": "de"}')
    assert json.loads(content)["path"] == "/offers/_search?size=0"
    assert ask(client, "HEAD") == (200, b"")
    assert ask(client)[0] == 200
    assert proxy.requests == 3


def test_refusing_ends_open_connections_and_takes_no_new_ones(client: http.client.HTTPConnection, proxy: Proxy) -> None:
    assert ask(client)[0] == 200
    proxy.fault = kit.REFUSE
    with pytest.raises((ConnectionResetError, http.client.RemoteDisconnected)):
        ask(client)
    client.close()
    with pytest.raises(ConnectionRefusedError):
        ask(client)
    client.close()
    proxy.fault = PASS
    assert ask(client)[0] == 200


def test_a_hanging_request_ends_with_the_fault(client: http.client.HTTPConnection, proxy: Proxy) -> None:
    assert ask(client)[0] == 200
    proxy.fault = kit.HANG
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(ask, client)
        with pytest.raises(TimeoutError):
            waiting.result(0.2)
        proxy.fault = PASS
        with pytest.raises((ConnectionResetError, http.client.RemoteDisconnected)):
            waiting.result(SECONDS)
    client.close()
    assert ask(client)[0] == 200


def test_a_late_answer_is_complete(client: http.client.HTTPConnection, proxy: Proxy) -> None:
    proxy.fault = kit.delay(0.3)
    started = monotonic()
    assert ask(client)[0] == 200
    assert monotonic() - started >= 0.3


def test_a_late_answer_comes_at_once_when_the_fault_ends(client: http.client.HTTPConnection, proxy: Proxy) -> None:
    proxy.fault = kit.delay(3600)
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(ask, client)
        with pytest.raises(TimeoutError):
            waiting.result(0.2)
        proxy.fault = PASS
        assert waiting.result(SECONDS)[0] == 200


def test_dripping_sends_few_bytes_and_then_the_rest(proxy: Proxy) -> None:
    proxy.fault = kit.DRIP
    with socket.create_connection(("127.0.0.1", int(proxy.url.rpartition(":")[2])), SECONDS) as raw:
        raw.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        assert raw.recv(4096) == b"H"
        assert raw.recv(4096) == b"T"
        proxy.fault = PASS
        rest = b""
        while not rest.endswith(b"}"):
            rest += raw.recv(4096)
    assert rest.startswith(b"TP/1.1 200")


def test_a_cut_answer_is_half_of_it(client: http.client.HTTPConnection, proxy: Proxy) -> None:
    proxy.fault = kit.CUT
    with pytest.raises(http.client.IncompleteRead):
        ask(client)


def test_a_reset_answer_is_none(client: http.client.HTTPConnection, proxy: Proxy) -> None:
    proxy.fault = kit.RESET
    with pytest.raises((ConnectionResetError, http.client.IncompleteRead)):
        ask(client)


def test_garbage_is_no_http(client: http.client.HTTPConnection, proxy: Proxy) -> None:
    proxy.fault = kit.NOT_HTTP
    with pytest.raises(http.client.BadStatusLine):
        ask(client)


def test_a_page_is_no_json(client: http.client.HTTPConnection, proxy: Proxy) -> None:
    proxy.fault = kit.NOT_JSON
    status, content = ask(client)
    assert status == 200
    with pytest.raises(json.JSONDecodeError):
        json.loads(content)


@pytest.mark.parametrize("status", [429, 503])
def test_errors_look_like_those_of_the_engine(client: http.client.HTTPConnection, proxy: Proxy, status: int) -> None:
    proxy.fault = kit.error(status)
    answered, content = ask(client)
    assert answered == status
    assert json.loads(content)["error"]["root_cause"][0]["type"] == kit.ERRORS[status]


def test_json_is_changed_and_its_length_fits(client: http.client.HTTPConnection, proxy: Proxy) -> None:
    proxy.fault = kit.timed_out()
    assert json.loads(ask(client)[1])["timed_out"] is True
    proxy.fault = kit.failed_shards()
    assert json.loads(ask(client)[1])["_shards"] == {"total": 1, "failed": 1}
    proxy.fault = PASS
    assert json.loads(ask(client)[1])["timed_out"] is False


def test_an_engine_that_is_gone_is_a_reset() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    with Proxy(f"http://127.0.0.1:{port}") as proxy:
        client = http.client.HTTPConnection(proxy.url.removeprefix("http://"), timeout=SECONDS)
        with pytest.raises((ConnectionResetError, http.client.RemoteDisconnected)):
            ask(client)
        client.close()


def test_the_end_of_the_proxy_ends_what_hangs(target: str) -> None:
    with ThreadPoolExecutor(1) as pool:
        with Proxy(target) as proxy:
            proxy.fault = kit.HANG
            client = http.client.HTTPConnection(proxy.url.removeprefix("http://"), timeout=SECONDS)
            waiting = pool.submit(ask, client)
            with pytest.raises(TimeoutError):
                waiting.result(0.2)
        with pytest.raises((ConnectionResetError, http.client.RemoteDisconnected)):
            waiting.result(SECONDS)
        client.close()
