"""Somebody who looks at all public pages, and somebody of the staff who saves an offer; every answer is timed."""

from __future__ import annotations

import http.client
import json
import re
from dataclasses import dataclass
from time import monotonic
from typing import Any
from urllib.parse import urlencode

from werkzeug.datastructures import MultiDict

from tests.web import forms, installation

LIMIT = 15.0
"""Seconds after which a page counts as gone."""
WORDS = "deutsch"
PAGES = {
    "json": f"/angebote.json?q={WORDS}",
    "html": f"/angebote?q={WORDS}",
    "html without words": "/angebote",
    "csv": f"/angebote.csv?q={WORDS}",
    "suggestions": f"/vorschlaege?q={WORDS[:4]}",
    "start": "/",
}
"""The offer's own page comes in addition. JSON is first: it says who answered while the fault was new."""


@dataclass(frozen=True, slots=True)
class Visit:
    """One answer."""

    page: str
    status: int
    seconds: float
    text: str

    @property
    def json(self) -> dict[str, Any]:
        """What a JSON page says."""
        found: dict[str, Any] = json.loads(self.text)
        return found


class Visitor:
    """Asks over HTTP, each time on a new connection. `log_in` first for what staff do."""

    def __init__(self, address: str) -> None:
        self.address = address
        self._cookie = ""

    def get(self, path: str, page: str = "") -> Visit:
        """Asks for a page; raises TimeoutError after `LIMIT` seconds."""
        return self._ask("GET", path, page or path)

    def post(self, path: str, values: MultiDict[str, str]) -> Visit:
        """Sends a form."""
        return self._ask("POST", path, path, urlencode(list(values.items(multi=True))))

    def answers(self, path: str) -> bool:
        """True where a page is there."""
        try:
            return self.get(path).status == 200
        except OSError:
            return False

    def search(self, words: str) -> Visit:
        """The JSON of a search."""
        return self.get(f"/angebote.json?{urlencode({'q': words})}", "json")

    def level(self) -> str:
        """Who answers searches now; "" where nobody does."""
        visit = self.get(PAGES["json"])
        return str(visit.json["engine"]) if visit.status == 200 else ""

    def look_around(self, offer: str) -> list[Visit]:
        """All public pages; `offer` is the path of one of the offers."""
        return [self.get(path, name) for name, path in {**PAGES, "offer": offer}.items()]

    def log_in(self) -> None:
        """Logs in as the installation's account."""
        page = self.get("/konto/anmelden")
        values = {"csrf_token": installation.csrf_token(page.text)}
        answer = self.post(
            "/konto/anmelden", MultiDict(values | {"mail": installation.MAIL, "password": installation.PASSWORD})
        )
        assert answer.status == 303, answer.text

    def save(self, public_id: str, title: str) -> Visit:
        """Opens the form of an offer, changes the title and saves it; the answer to that, or the page that came instead
        of the form."""
        path = f"/redaktion/angebote/{public_id}"
        page = self.get(path)
        if page.status != 200:
            return page
        values = forms.sent(page.text)
        values["title"] = title
        return self.post(path, values)

    def _ask(self, method: str, path: str, page: str, body: str | None = None) -> Visit:
        headers = {"Content-Type": "application/x-www-form-urlencoded"} if body is not None else {}
        if self._cookie:
            headers["Cookie"] = self._cookie
        connection = http.client.HTTPConnection(self.address, timeout=LIMIT)
        began = monotonic()
        try:
            connection.request(method, path, body, headers)
            answer = connection.getresponse()
            text = answer.read().decode("utf-8-sig")
        finally:
            connection.close()
        for cookie in answer.headers.get_all("Set-Cookie") or []:
            if found := re.match(r"(sitzung=[^;]*)", cookie):
                self._cookie = found[1]
        return Visit(page, answer.status, monotonic() - began, text)
