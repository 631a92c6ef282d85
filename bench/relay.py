"""A way to OpenSearch that can be made to fail: a small relay on loopback, only for measuring with failures.

    with Relay(settings.search_url, settings.search_ca) as relay:
        relay.refuse_every = 3      # every third bulk request is answered 429
        relay.close()               # connection refused, open connections end
        relay.open()                # as before

It costs a request about a millisecond, so what goes through it is compared with what goes through it, too.
"""

import json
import socket
from collections.abc import Callable
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Lock, Thread
from typing import Any, Self
from urllib.parse import urlsplit

import urllib3

from bench.processes import free_port

CONNECTIONS = 16
SECONDS = 120.0
"""How long OpenSearch may take for an answer; longer than any client of the product waits."""
BUSY = json.dumps({"error": {"type": "rejected_execution_exception", "reason": "too busy"}, "status": 429}).encode()
PER_HOP = {"connection", "keep-alive", "transfer-encoding", "content-length", "host"}
Answer = tuple[int, list[tuple[str, str]], bytes]
"""Status, headers, body."""


class Relay:
    """The relay; `url` stays the same however often it is closed and opened."""

    def __init__(self, url: str, authority: Path | None = None) -> None:
        parts = urlsplit(url)
        user, at, _ = parts.netloc.rpartition("@")
        self._port = free_port()
        self.url = f"http://{user}{at}127.0.0.1:{self._port}{parts.path}"
        self.refuse_every = 0
        """Every so many bulk requests one is refused, the first one too; 0: none."""
        self.bulk = self.refused = 0
        """Bulk requests so far, and how many of them were refused."""
        self._lock = Lock()
        options = {"ca_certs": str(authority)} if authority and parts.scheme == "https" else {}
        host = f"{parts.scheme}://{parts.hostname}:{parts.port or (443 if parts.scheme == 'https' else 80)}"
        self._pool = urllib3.connection_from_url(host, maxsize=CONNECTIONS, retries=False, timeout=SECONDS, **options)
        self._server: _Server | None = None

    def __enter__(self) -> Self:
        self.open()
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
        self._pool.close()

    def open(self) -> None:
        """Listens (again)."""
        if self._server is None:
            self._server = _Server(self._port, self._answer)

    def close(self) -> None:
        """Nobody listens any more, and open connections end: as where the server was stopped."""
        if self._server:
            self._server.end()
            self._server = None

    def _answer(self, method: str, path: str, headers: dict[str, str], body: bytes) -> Answer:
        if urlsplit(path).path.endswith("/_bulk") and self._busy():
            return 429, [("Content-Type", "application/json")], BUSY
        answer = self._pool.urlopen(method, path, body=body, headers=headers, decode_content=False)
        return answer.status, list(answer.headers.items()), answer.data

    def _busy(self) -> bool:
        with self._lock:
            busy = self.refuse_every > 0 and self.bulk % self.refuse_every == 0
            self.bulk += 1
            self.refused += busy
            return busy


class _Server(ThreadingHTTPServer):
    """Listens in threads of its own."""

    daemon_threads = True
    block_on_close = False
    request_queue_size = 64

    def __init__(self, port: int, answer: Callable[[str, str, dict[str, str], bytes], Answer]) -> None:
        super().__init__(("127.0.0.1", port), _Handler)
        self.answer = answer
        self._open: set[socket.socket] = set()
        self._thread = Thread(target=self.serve_forever, args=(0.05,), name="relay", daemon=True)
        self._thread.start()

    def process_request(self, request: Any, client_address: Any) -> None:
        self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        self._open.discard(request)
        super().shutdown_request(request)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that went away, or a connection that was ended on purpose."""

    def end(self) -> None:
        """Stops listening and ends all connections."""
        self.shutdown()
        self.server_close()
        self._thread.join()
        for connection in list(self._open):
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)


class _Handler(BaseHTTPRequestHandler):
    """One connection."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1
    server: _Server

    def _relay(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        kept = {name: value for name, value in self.headers.items() if name.lower() not in PER_HOP}
        try:
            status, headers, content = self.server.answer(self.command, self.path, kept, body)
        except urllib3.exceptions.HTTPError:
            self.close_connection = True  # no answer: so it is for our client, too
            return
        self.send_response_only(status)
        for name, value in headers:
            if name.lower() not in PER_HOP:
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)
        self.wfile.flush()

    do_GET = do_POST = do_PUT = do_DELETE = do_HEAD = _relay  # noqa: N815  the names that http.server looks for

    def log_message(self, *_: object) -> None:
        """Nothing is logged."""
