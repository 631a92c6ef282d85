"""A proxy between client and engine that can fail in every way a network, a load balancer or an engine fails.

It understands HTTP as far as it must: it reads a whole request, fetches the whole answer, and then does to it what the
`Fault` of this moment says. A fault holds for connections that are open already, and a request that is held back ends
with its fault. `proxy.fault = PASS` heals everything at once.
"""

from __future__ import annotations

import http.client
import json
import socket
import struct
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from enum import Enum
from threading import Condition, Thread
from time import monotonic
from types import TracebackType
from typing import Any, BinaryIO
from urllib.parse import urlsplit

UPSTREAM_SECONDS = 120.0
"""How long the proxy waits for the engine; far longer than any client does."""
DRIP_SECONDS = 0.3
PER_HOP = {"connection", "keep-alive", "transfer-encoding", "content-length", "accept-encoding", "host"}
ABORT = struct.pack("ii", 1, 0)
"""SO_LINGER without a pause: closing sends a reset."""
Json = dict[str, Any]


class Mode(Enum):
    """What the proxy does."""

    PASS = "passes everything on"
    REFUSE = "refuses connections"
    HANG = "takes requests and never answers"
    DELAY = "answers late"
    DRIP = "sends a byte now and then"
    CUT = "closes in the middle of an answer"
    RESET = "resets in the middle of an answer"
    NOT_HTTP = "answers with bytes that are no HTTP"
    NOT_JSON = "answers with a page instead of JSON"
    STATUS = "answers with an error"
    CHANGE = "changes the JSON of answers"


@dataclass(frozen=True, slots=True)
class Fault:
    """A mode and what it needs to know."""

    mode: Mode
    seconds: float = 0.0
    """DELAY: how late each answer is."""
    status: int = 503
    """STATUS: with which status."""
    change: Callable[[Json], Json] = dict
    """CHANGE: what becomes of a JSON object."""


PASS = Fault(Mode.PASS)
REFUSE = Fault(Mode.REFUSE)
HANG = Fault(Mode.HANG)
DRIP = Fault(Mode.DRIP)
CUT = Fault(Mode.CUT)
RESET = Fault(Mode.RESET)
NOT_HTTP = Fault(Mode.NOT_HTTP)
NOT_JSON = Fault(Mode.NOT_JSON)
ERRORS = {429: "rejected_execution_exception", 503: "cluster_block_exception"}


def delay(seconds: float) -> Fault:
    """Each answer comes so late."""
    return Fault(Mode.DELAY, seconds=seconds)


def error(status: int) -> Fault:
    """Each answer is an error of the engine with this status."""
    return Fault(Mode.STATUS, status=status)


def timed_out() -> Fault:
    """Searches say that they were stopped before they were complete."""
    return Fault(Mode.CHANGE, change=lambda answer: answer | ({"timed_out": True} if "timed_out" in answer else {}))


def failed_shards() -> Fault:
    """Searches and writes say that a shard failed."""

    def change(answer: Json) -> Json:
        shards = answer.get("_shards")
        return answer | ({"_shards": shards | {"failed": 1}} if isinstance(shards, dict) else {})

    return Fault(Mode.CHANGE, change=change)


@dataclass(frozen=True, slots=True)
class _Request:
    method: str
    path: str
    headers: dict[str, str]
    content: bytes


@dataclass(frozen=True, slots=True)
class _Answer:
    status: int
    reason: str
    headers: dict[str, str]
    content: bytes
    length: int
    """What Content-Length says: more than there is content in an answer to HEAD."""

    def with_content(self, content: bytes) -> _Answer:
        return _Answer(self.status, self.reason, self.headers, content, len(content))

    def as_bytes(self) -> bytes:
        headers = self.headers | {"Content-Length": str(self.length)}
        lines = [f"HTTP/1.1 {self.status} {self.reason}", *(f"{name}: {value}" for name, value in headers.items())]
        return "\r\n".join([*lines, "", ""]).encode("latin-1") + self.content


class Proxy:
    """`with Proxy("http://127.0.0.1:9200") as proxy: … proxy.url …`. Threads; nothing stays behind after the block.

    `raw` passes bytes on and understands nothing of them, for other servers than OpenSearch: PASS, REFUSE and HANG only.
    The port is held while nobody listens on it, so that no other program takes it during REFUSE.
    """

    def __init__(self, target: str, *, raw: bool = False) -> None:
        self.target = target
        self._raw = raw
        self.requests = 0
        """How many requests came in so far, whatever became of them."""
        self._fault = PASS
        self._changed = Condition()
        self._ended = False
        self._generation = 0
        self._held = _bound(0)
        self._port: int = self._held.getsockname()[1]
        self._listener: socket.socket | None = None
        self._open: set[socket.socket] = set()
        self._threads: list[Thread] = []

    @property
    def url(self) -> str:
        """The address that clients are given."""
        return f"http://127.0.0.1:{self._port}"

    @property
    def fault(self) -> Fault:
        """What the proxy does at the moment."""
        return self._fault

    @fault.setter
    def fault(self, fault: Fault) -> None:
        with self._changed:
            self._fault = fault
            self._generation += 1
            self._changed.notify_all()
        if fault.mode is Mode.REFUSE:
            self._stop_listening()
            self._drop_connections()
        else:
            self._listen()

    def __enter__(self) -> Proxy:
        self._listen()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, raised: BaseException | None, at: TracebackType | None
    ) -> None:
        with self._changed:
            self._ended = True
            self._generation += 1
            self._changed.notify_all()
        self._stop_listening()
        self._drop_connections()
        self._held.close()
        for thread in self._threads:
            thread.join()

    def _listen(self) -> None:
        if self._listener is None and not self._ended:
            self._listener = _bound(self._port)
            self._listener.listen(64)
            self._start(self._accept, self._listener)

    def _stop_listening(self) -> None:
        listener, self._listener = self._listener, None
        if listener:
            with suppress(OSError):
                listener.shutdown(socket.SHUT_RDWR)  # wakes the thread that waits in accept
            listener.close()

    def _drop_connections(self) -> None:
        for connection in list(self._open):
            _abort(connection)

    def _start(self, work: Callable[..., None], *given: object) -> None:
        thread = Thread(target=work, args=given, daemon=True)
        self._threads = [known for known in self._threads if known.is_alive()] + [thread]
        thread.start()

    def _accept(self, listener: socket.socket) -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            self._start(self._serve, connection)

    def _serve(self, connection: socket.socket) -> None:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._open.add(connection)
        try:
            if self._ended or self._fault.mode is Mode.REFUSE:
                _abort(connection)
                return
            if self._raw:
                self._connect(connection)
                return
            with connection, connection.makefile("rb") as incoming:
                while (request := _read(incoming)) and self._answer(connection, request):
                    pass
        except (OSError, ValueError):
            _abort(connection)  # the client went away, the engine did, or the fault said so
        finally:
            self._open.discard(connection)

    def _connect(self, connection: socket.socket) -> None:
        parts = urlsplit(self.target)
        with connection, socket.create_connection((parts.hostname or "", parts.port)) as upstream:
            self._open.add(upstream)
            back = Thread(target=self._pump, args=(upstream, connection), daemon=True)
            back.start()
            self._pump(connection, upstream)
            back.join()
            self._open.discard(upstream)

    def _pump(self, source: socket.socket, sink: socket.socket) -> None:
        with suppress(OSError):
            while content := source.recv(65536):
                with self._changed:
                    while self._fault.mode is Mode.HANG and not self._ended:
                        self._changed.wait()
                sink.sendall(content)
        for end in (source, sink):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    def _answer(self, connection: socket.socket, request: _Request) -> bool:
        """Answers one request as the fault says. False where the connection ends with it."""
        with self._changed:
            self.requests += 1
            fault, generation = self._fault, self._generation
        match fault.mode:
            case Mode.REFUSE:  # it came in on an open connection in the last moment
                _abort(connection)
            case Mode.HANG:
                self._wait(None, generation)
                _abort(connection)
            case Mode.NOT_HTTP:
                connection.sendall(b"\x00\x07 das ist keine Antwort \xff\r\n\r\n")
            case Mode.NOT_JSON:
                connection.sendall(_made(200, b"<html><h1>Wartung</h1></html>").as_bytes())
                return True
            case Mode.STATUS:
                connection.sendall(_refusal(fault.status).as_bytes())
                return True
            case _:
                return self._pass_on(connection, self._fetch(request), fault, generation)
        return False

    def _pass_on(self, connection: socket.socket, answer: _Answer, fault: Fault, generation: int) -> bool:
        """Sends the engine's answer as the fault says. False where the connection ends with it."""
        content = answer.as_bytes()
        match fault.mode:
            case Mode.CUT | Mode.RESET:
                connection.sendall(content[: len(content) // 2])
                if fault.mode is Mode.RESET:
                    _abort(connection)
                return False
            case Mode.DRIP:
                self._drip(connection, content, generation)
            case Mode.CHANGE:
                connection.sendall(_rewritten(answer, fault.change).as_bytes())
            case _:
                self._wait(fault.seconds, generation)
                connection.sendall(content)
        return True

    def _drip(self, connection: socket.socket, content: bytes, generation: int) -> None:
        for position in range(len(content)):
            if self._wait(DRIP_SECONDS, generation):
                connection.sendall(content[position:])  # healed: the rest at once
                break
            connection.sendall(content[position : position + 1])

    def _wait(self, seconds: float | None, generation: int) -> bool:
        """Waits for so long, or until the fault changes. True where it changed."""
        until = None if seconds is None else monotonic() + seconds
        with self._changed:
            while self._generation == generation:
                left = None if until is None else until - monotonic()
                if left is not None and left <= 0:
                    return False
                self._changed.wait(left)
        return True

    def _fetch(self, request: _Request) -> _Answer:
        """The engine's answer. Raises OSError where there is none, also when the proxy ends meanwhile."""
        parts = urlsplit(self.target)
        connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=UPSTREAM_SECONDS)
        try:
            connection.connect()
            assert connection.sock
            self._open.add(connection.sock)
            upstream = connection.sock
            try:
                connection.request(request.method, request.path, request.content or None, request.headers)
                got = connection.getresponse()
                content = got.read()
                headers = {name: value for name, value in got.getheaders() if name.lower() not in PER_HOP}
                length = int(got.headers.get("Content-Length") or 0) if request.method == "HEAD" else len(content)
                return _Answer(got.status, got.reason, headers, content, length)
            finally:
                self._open.discard(upstream)
        except http.client.HTTPException as reason:
            raise OSError(str(reason)) from reason
        finally:
            connection.close()


def _bound(port: int) -> socket.socket:
    """A socket on loopback that does not listen yet; several may share the port."""
    made = socket.socket()
    made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    made.bind(("127.0.0.1", port))
    return made


def _abort(connection: socket.socket) -> None:
    """Ends a connection by a reset; the thread that works with it notices."""
    with suppress(OSError):
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, ABORT)
    with suppress(OSError):
        connection.shutdown(socket.SHUT_RD)
    with suppress(OSError):
        connection.close()


def _read(incoming: BinaryIO) -> _Request | None:
    """The next request of a connection; None at its end."""
    line = incoming.readline()
    if not line:
        return None
    method, path, _ = line.decode("latin-1").split(" ", 2)
    headers = http.client.parse_headers(incoming)
    content = incoming.read(int(headers.get("Content-Length") or 0))
    return _Request(
        method, path, {name: value for name, value in headers.items() if name.lower() not in PER_HOP}, content
    )


def _made(status: int, content: bytes) -> _Answer:
    reason = http.client.responses.get(status, "")
    return _Answer(status, reason, {"Content-Type": "application/json; charset=UTF-8"}, content, len(content))


def _refusal(status: int) -> _Answer:
    cause = {"type": ERRORS.get(status, "exception"), "reason": "…"}
    return _made(status, json.dumps({"error": {"root_cause": [cause], **cause}, "status": status}).encode())


def _rewritten(answer: _Answer, change: Callable[[Json], Json]) -> _Answer:
    """The same answer with other JSON; answers that are no JSON object stay what they are."""
    try:
        parsed = json.loads(answer.content)
    except ValueError:
        return answer
    return answer.with_content(json.dumps(change(parsed)).encode()) if isinstance(parsed, dict) else answer
