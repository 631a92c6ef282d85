"""A page goes on when its time is over, whatever the server does, and nothing of an abandoned call stays behind."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from service.errors import SearchUnavailable
from service.search.opensearch.client import OpenSearchEngine
from service.search.opensearch.deadline import Deadline, TooLate, TooMany
from tests.engine.conftest import settings_of
from tests.engine.test_failures import COMPLETE, EVERYTHING

HARD_LIMIT = 15.0
SECONDS = 0.4
ANSWER = json.dumps(COMPLETE).encode()
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(ANSWER)


@dataclass
class Server:
    """A server that sends `first` at once and then single bytes for ever, or a good answer once it is `well`."""

    url: str
    first: bytes
    well: threading.Event = field(default_factory=threading.Event)
    left: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(0))
    """One for each connection whose other side has gone."""
    connections: int = 0
    ended: threading.Event = field(default_factory=threading.Event)

    def serve(self, connection: socket.socket) -> None:
        with connection, suppress(OSError):
            connection.settimeout(HARD_LIMIT)
            while connection.recv(65536):
                if self.well.is_set():
                    connection.sendall(HEAD + ANSWER)
                    continue
                connection.sendall(self.first)
                while not self.ended.wait(0.05):
                    connection.sendall(b" ")
        self.left.release()


@contextmanager
def dripping(first: bytes) -> Iterator[Server]:
    """A real server on loopback."""
    with socket.create_server(("127.0.0.1", 0)) as listening, ThreadPoolExecutor(40) as threads:
        server = Server(f"http://127.0.0.1:{listening.getsockname()[1]}", first)

        def accept() -> None:
            with suppress(OSError):
                while True:
                    connection, _ = listening.accept()
                    server.connections += 1
                    threads.submit(server.serve, connection)

        accepting = threading.Thread(target=accept)
        accepting.start()
        try:
            yield server
        finally:
            server.ended.set()
            listening.shutdown(socket.SHUT_RDWR)
            accepting.join(HARD_LIMIT)


def opened(tmp_path: Path, url: str, seconds: float = SECONDS) -> OpenSearchEngine:
    return OpenSearchEngine(settings_of("opensearch", tmp_path, lambda: url), seconds=seconds)


DRIPS = {
    "an answer": HEAD,
    "an answer of unknown length": b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n",
    "a header": b"HTTP/1.1 200 OK\r\nX-Slow: ",
    "a status line": b"HTTP/1.1 200 ",
}


@pytest.mark.parametrize("name", DRIPS)
def test_a_server_that_drips_is_given_up(tmp_path: Path, name: str) -> None:
    with dripping(DRIPS[name]) as server:
        engine = opened(tmp_path, server.url)
        with pytest.raises(SearchUnavailable) as raised:
            engine.search(EVERYTHING)
        assert raised.value.reason == "no answer in time"
        assert server.left.acquire(timeout=HARD_LIMIT), "the connection is still open"
        engine.close()


def test_the_connection_of_an_abandoned_call_is_not_used_again(tmp_path: Path) -> None:
    with dripping(HEAD) as server:
        engine = opened(tmp_path, server.url, seconds=3.0)
        with pytest.raises(SearchUnavailable):
            engine.search(EVERYTHING)
        assert server.left.acquire(timeout=HARD_LIMIT)
        server.well.set()
        patient = opened(tmp_path, server.url, seconds=HARD_LIMIT)
        assert patient.search(EVERYTHING).total == 1
        assert engine.search(EVERYTHING).total == 1
        assert server.connections == 3
        engine.close()
        patient.close()


def test_abandoned_calls_leave_no_threads(tmp_path: Path) -> None:
    with dripping(HEAD) as server:
        engine = opened(tmp_path, server.url, seconds=0.1)
        before = calls()
        for _ in range(20):
            with pytest.raises(SearchUnavailable) as raised:
                engine.search(EVERYTHING)
            assert raised.value.reason == "no answer in time"
            assert server.left.acquire(timeout=HARD_LIMIT)
        assert len(calls() - before) <= 2
        engine.close()
        for thread in calls() - before:
            thread.join(HARD_LIMIT)
            assert not thread.is_alive()


def calls() -> set[threading.Thread]:
    return {thread for thread in threading.enumerate() if thread.name == "opensearch-call"}


@pytest.fixture
def release() -> Iterator[threading.Event]:
    """What hanging calls wait for; a name server that never answers cannot be cut off either."""
    event = threading.Event()
    yield event
    event.set()


@pytest.fixture
def ended(release: threading.Event) -> Callable[[], None]:
    """A function that hangs until it is released."""

    def hang() -> None:
        release.wait(HARD_LIMIT)

    return hang


def test_calls_that_cannot_be_cut_off_are_bounded(release: threading.Event, ended: Callable[[], None]) -> None:
    deadline = Deadline(0.05, most=3)
    for _ in range(3):
        with pytest.raises(TooLate):
            deadline.run(ended)
    with pytest.raises(TooMany):
        deadline.run(lambda: None)
    release.set()
    patient = threading.Event()
    for _ in range(int(HARD_LIMIT / 0.01)):
        with suppress(TooMany, TooLate):
            assert deadline.run(lambda: 7) == 7
            break
        patient.wait(0.01)
    else:
        pytest.fail("the calls that ended still count")
    deadline.close()


def test_results_and_errors_come_through() -> None:
    deadline = Deadline(HARD_LIMIT, most=2)
    assert deadline.run(lambda: 7) == 7
    with pytest.raises(ZeroDivisionError):
        deadline.run(lambda: 1 // 0)
    deadline.close()


def test_one_thread_serves_calls_one_after_the_other() -> None:
    deadline = Deadline(HARD_LIMIT, most=8)
    before = calls()
    names = {deadline.run(threading.get_ident) for _ in range(50)}
    assert len(names) <= 2
    assert len(calls() - before) <= 2
    deadline.close()
