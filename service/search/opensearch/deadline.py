"""A total deadline for calls to a server.

Timeouts of sockets count from byte to byte, and looking up a name has none: a server that drips, or a hanging resolver,
would hold a page for ever. So a call runs in a thread of its own, and who waits for it goes on when its time is over. The
socket of an abandoned call is shut, which ends the thread at once; where that is impossible (a name is being looked up),
it ends by itself, and there are never more than `most` of them.
"""

import socket
from collections.abc import Callable
from contextlib import suppress
from queue import SimpleQueue
from threading import Event, Lock, Thread, local
from typing import Any, TypeVar

from opensearchpy import Urllib3HttpConnection
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPSConnectionPool

T = TypeVar("T")
_thread = local()


class TooLate(Exception):
    """No answer before the deadline."""


class TooMany(Exception):
    """As many calls as are allowed are still under way."""


class _Call:
    """A call under way, and the socket that it waits for."""

    def __init__(self, function: Callable[[], Any]) -> None:
        self._function = function
        self._lock = Lock()
        self._socket: socket.socket | None = None
        self._abandoned = False
        self.done = Event()
        self.result: Any = None
        self.error: BaseException | None = None

    def run(self) -> None:
        """In the thread."""
        _thread.call = self
        try:
            self.result = self._function()
        except BaseException as error:  # it is raised where somebody waits for it
            self.error = error
        finally:
            _thread.call = None
            with self._lock:
                self._socket = None
            self.done.set()

    def waits_for(self, opened: socket.socket) -> None:
        """The thread is about to read from this socket."""
        with self._lock:
            self._socket = opened
            if self._abandoned:
                _shut(opened)

    def abandon(self) -> None:
        """Nobody waits any longer."""
        with self._lock:
            self._abandoned = True
            if self._socket is not None:
                _shut(self._socket)


def _shut(opened: socket.socket) -> None:
    with suppress(OSError):
        socket.socket.shutdown(opened, socket.SHUT_RDWR)  # below TLS: its own farewell would wait for the other side


class Deadline:
    """Runs calls in threads that are kept for the next one; each answers within `seconds` or raises `TooLate`."""

    def __init__(self, seconds: float, most: int) -> None:
        self._seconds, self._most = seconds, most
        self._lock = Lock()
        self._calls: SimpleQueue[_Call | None] = SimpleQueue()
        self._idle = self._busy = 0
        self._closed = False

    def run(self, function: Callable[[], T]) -> T:
        """The function's result or its exception. Raises `TooLate`, `TooMany`."""
        call = _Call(function)
        with self._lock:
            if self._busy >= self._most:
                raise TooMany
            self._busy += 1
            if self._idle:
                self._idle -= 1
            else:
                Thread(target=self._work, name="opensearch-call", daemon=True).start()
        self._calls.put(call)
        if not call.done.wait(self._seconds):
            call.abandon()
            raise TooLate
        if call.error is not None:
            raise call.error
        result: T = call.result
        return result

    def close(self) -> None:
        """Ends the threads that wait for work; the others end with theirs."""
        with self._lock:
            self._closed = True
            idle, self._idle = self._idle, 0
        for _ in range(idle):
            self._calls.put(None)

    def _work(self) -> None:
        while call := self._calls.get():
            call.run()
            del call
            with self._lock:
                self._busy -= 1
                if self._closed:
                    return
                self._idle += 1


def _noted(connection: HTTPConnection) -> None:
    call: _Call | None = getattr(_thread, "call", None)
    if call is not None and connection.sock is not None:
        call.waits_for(connection.sock)


class _Plain(HTTPConnection):
    def getresponse(self) -> Any:
        _noted(self)
        return super().getresponse()


class _Encrypted(HTTPSConnection):
    def getresponse(self) -> Any:
        _noted(self)
        return super().getresponse()


class AbandonableConnection(Urllib3HttpConnection):
    """The client's connection, whose sockets an abandoned call can shut."""

    def _create_urllib3_pool(self) -> None:
        super()._create_urllib3_pool()
        self.pool.ConnectionCls = _Encrypted if isinstance(self.pool, HTTPSConnectionPool) else _Plain
