from __future__ import annotations

from collections import Counter
from threading import Thread
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

import pytest

from bench.readers import READERS, Reading, reading

METRICS = (
    'angebote_search_seconds_count{engine="opensearch"} %d.0\nangebote_search_seconds_count{engine="standby"} %d.0\n'
)


class Quiet(WSGIRequestHandler):
    def log_message(self, *_: object) -> None:
        pass


class Pages:
    """Answers every second page with an error, and counts like the product."""

    def __init__(self) -> None:
        self.asked = 0
        self.server: WSGIServer = make_server("127.0.0.1", 0, self.answer, handler_class=Quiet)

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server.server_port}"

    def answer(self, environ: dict[str, object], start: object) -> list[bytes]:
        assert callable(start)
        if environ["PATH_INFO"] == "/metrics":
            start("200 OK", [("Content-Type", "text/plain")])
            return [(METRICS % (self.asked, self.asked // 2)).encode()]
        self.asked += 1
        start("200 OK" if self.asked % 2 else "503 Service Unavailable", [("Content-Type", "text/plain")])
        return [b"page"]


def test_readers_note_times_failures_and_who_answered() -> None:
    pages = Pages()
    thread = Thread(target=pages.server.serve_forever, args=(0.01,))
    thread.start()
    try:
        with reading(pages.address, ["/angebote?q=a", "/angebote?q=b"]) as found:
            while pages.asked < 2 * READERS:
                thread.join(0.01)
    finally:
        pages.server.shutdown()
        pages.server.server_close()
        thread.join()
    assert len(found.times) + len(found.failures) == pages.asked
    assert all("503" in problem for problem in found.failures)
    assert 0 <= len(found.times) - len(found.failures) <= 1
    assert found.levels == Counter(opensearch=pages.asked, standby=pages.asked // 2)
    assert found.elsewhere("opensearch") == pytest.approx(100 / 3, abs=3)


def test_a_share_of_failures_is_told_in_percent() -> None:
    assert Reading([1.0, 2.0, 3.0], ["gone"]).failed == 25
    assert Reading().elsewhere("embedded") == 0
