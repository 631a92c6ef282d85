"""Eight clients that ask without a pause, in a process of their own: `python -m bench.load FILE`.

Each is a thread with a plain socket, so that little of the shared processors goes to asking (its share is reported). A
connection is kept for a few dozen requests and then opened anew: kept for ever, the accidental distribution of eight
connections over two workers would decide the result.
"""

import json
import re
import socket
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from itertools import cycle, islice
from pathlib import Path

CLIENTS = 8
REQUESTS_OF_A_CONNECTION = 40
_HEAD = re.compile(rb"HTTP/1\.1 (\d{3}).*?\r\nContent-Length: *(\d+)\r\n", re.IGNORECASE | re.DOTALL)


@dataclass(frozen=True, slots=True)
class Order:
    """What the clients are to do."""

    port: int
    paths: Sequence[str]
    seconds: float


@dataclass(slots=True)
class Outcome:
    """What they did. `processor`: seconds of processor time that asking cost."""

    answered: int = 0
    refused: int = 0
    seconds: float = 0.0
    processor: float = 0.0


def run(order: Order) -> Outcome:
    """Asks with eight clients at once for so many seconds; each begins at another place of the list."""
    total = Outcome()
    started = time.perf_counter()
    with ThreadPoolExecutor(CLIENTS) as threads:
        starts = [number * len(order.paths) // CLIENTS for number in range(CLIENTS)]
        for answered, refused in threads.map(lambda start: _client(order, start, started + order.seconds), starts):
            total.answered += answered
            total.refused += refused
    total.seconds = time.perf_counter() - started
    total.processor = time.process_time()
    return total


def _client(order: Order, start: int, until: float) -> tuple[int, int]:
    answered = refused = 0
    paths = cycle([*order.paths[start:], *order.paths[:start]])
    while time.perf_counter() < until:
        with socket.create_connection(("127.0.0.1", order.port), timeout=60) as connection:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            for path in islice(paths, REQUESTS_OF_A_CONNECTION):
                if _ask(connection, path) == 200:
                    answered += 1
                else:
                    refused += 1
                if time.perf_counter() >= until:
                    break
    return answered, refused


def _ask(connection: socket.socket, path: str) -> int:
    """Status of one answer, read whole; 0 where the connection was closed."""
    connection.sendall(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode("ascii"))
    received = b""
    while b"\r\n\r\n" not in received:
        part = connection.recv(1 << 16)
        if not part:
            return 0
        received += part
    head, _, rest = received.partition(b"\r\n\r\n")
    found = _HEAD.match(head + b"\r\n")
    if not found:
        return 0
    missing = int(found[2]) - len(rest)
    while missing > 0:
        part = connection.recv(1 << 16)
        if not part:
            return 0
        missing -= len(part)
    return int(found[1])


if __name__ == "__main__":
    print(json.dumps(asdict(run(Order(**json.loads(Path(sys.argv[1]).read_text(encoding="utf-8")))))))  # noqa: T201
