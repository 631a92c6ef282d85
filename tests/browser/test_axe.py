"""axe finds nothing on any public page: every template, language, width, colour scheme and state at least once.

The pairs are spread over the pages, so that a run stays short: `AXE=full` visits the whole matrix.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from itertools import product

import pytest
from axe_playwright_python.sync_playwright import Axe
from flask import Flask
from playwright.sync_api import Browser

from service.errors import SearchUnavailable
from service.store.database import Database
from service.views import cache
from service.views.language import available
from tests.browser.conftest import LiveServer
from tests.web import installation, public
from tests.web.conftest import read_app, state

__all__ = ["read_app"]

TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
PAGES = {
    "start": "/",
    "results": "/angebote?q=Sprachkurs+Frauen+Marl",
    "all": "/angebote",
    "filtered": "/angebote?stadt=marl&stadt=herten&sprache=ar&plz=45768&umkreis=20&seite=1",
    "nothing": "/angebote?q=kurs&stadt=marl&sprache=ta",
    "unknown": "/angebote?q=xqzvbnk&stadt=marl",
    "mistyped": "/angebote?q=kinderbetreung",
    "relaxed": "/angebote?q=Schwimmkurs&stadt=waltrop&sprache=so",
    "beyond": "/angebote?q=kurs&seite=400",
    "town": "/staedte/marl",
    "topic": "/themen/deutsch-lernen",
    "refused": "/angebote?stadt=atlantis",
    "missing": "/gibt-es-nicht",
}
CODES = [code for code in ("de", "en", "ar") if code in available()]
WIDTHS, SCHEMES = (320, 1280), ("light", "dark")
MATRIX = list(product(CODES, WIDTHS, SCHEMES))


def visits() -> Iterator[tuple[str, str, int, str]]:
    """Pairwise: each page in two of the combinations, all combinations in turn."""
    for number, page in enumerate([*PAGES, "offer", "ended", "provider"]):
        chosen = (
            MATRIX if os.environ.get("AXE") == "full" else [MATRIX[(2 * number + n * 3) % len(MATRIX)] for n in (0, 1)]
        )
        for code, width, scheme in chosen:
            yield page, code, width, scheme


def found(chromium: Browser, address: str, width: int, scheme: str, instead: str = "", over: bool = False) -> list[str]:
    """What axe says of a page, all its folded parts opened; `instead`: what the server is made to answer."""
    context = chromium.new_context(viewport={"width": width, "height": 800}, color_scheme=scheme)  # type: ignore[arg-type]
    page = context.new_page()
    if instead:
        page.route(address, lambda route: route.fulfill(body=instead, content_type="text/html; charset=utf-8"))
    page.goto(address)
    # Lists that open above the page (order, languages) cover what is below them, by design: they have their own test.
    opened = "details:not(.languages, .sorting)" if not over else "details"
    page.evaluate(f"document.querySelectorAll('{opened}').forEach(part => {{ part.open = true }})")
    # The script of axe comes from the test, not from the page: evaluate passes the content policy by.
    options = {"runOnly": TAGS, "resultTypes": ["violations"], "rules": {"target-size": {"enabled": not over}}}
    results = Axe().run(page, options=options)
    context.close()
    return [
        f"{entry['id']}: {node['target']} {node['html'][:120]}"
        for entry in results.response["violations"]
        for node in entry["nodes"]
    ]


@pytest.fixture(scope="session")
def places(live_server: LiveServer, chromium: Browser) -> dict[str, str]:
    """Addresses of the pages, with those of an offer, an ended offer and a provider."""
    database = Database(installation.settings(live_server.folder).database_url)
    offer, ended = (public.first(database, status=status) for status in ("public", "ended"))
    database.close()
    provider = f"/anbieter/{offer.provider_public_id}-{offer.provider_slug}"
    return PAGES | {"offer": public.address(offer), "ended": public.address(ended), "provider": provider}


@pytest.mark.parametrize(("name", "code", "width", "scheme"), list(visits()))
def test_axe_finds_nothing(
    live_server: LiveServer, chromium: Browser, places: dict[str, str], name: str, code: str, width: int, scheme: str
) -> None:
    prefix = "" if code == "de" else f"/{code}"
    assert found(chromium, f"{live_server.url}{prefix}{places[name]}", width, scheme) == []


@pytest.mark.parametrize(("width", "scheme"), [(320, "dark"), (1280, "light")])
def test_axe_finds_nothing_while_the_search_is_down(
    live_server: LiveServer,
    chromium: Browser,
    read_app: Flask,
    monkeypatch: pytest.MonkeyPatch,
    width: int,
    scheme: str,
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise SearchUnavailable("down for the test")

    monkeypatch.setattr(state(read_app).search, "search", refuse)
    answer = read_app.test_client().get("/angebote?q=kurs")
    assert answer.status_code == 503
    assert found(chromium, f"{live_server.url}/angebote?q=kurs", width, scheme, answer.text) == []


@pytest.mark.parametrize(
    ("path", "width", "scheme"), [("/angebote?q=kurs&stadt=marl", 320, "light"), ("/", 1280, "dark")]
)
def test_axe_finds_nothing_while_the_data_base_answers(
    live_server: LiveServer,
    chromium: Browser,
    read_app: Flask,
    monkeypatch: pytest.MonkeyPatch,
    path: str,
    width: int,
    scheme: str,
) -> None:
    ladder = state(read_app).search
    monkeypatch.setattr(ladder, "search", ladder.levels[-1].service.search)
    monkeypatch.setattr(cache, "_pages", {})
    answer = read_app.test_client().get(path)
    assert "einfacher als sonst" in answer.text
    assert found(chromium, f"{live_server.url}{path}", width, scheme, answer.text) == []


@pytest.mark.parametrize(("width", "scheme"), [(320, "light"), (1280, "dark")])
def test_axe_finds_nothing_in_lists_that_open_above_the_page(
    live_server: LiveServer, chromium: Browser, width: int, scheme: str
) -> None:
    assert found(chromium, f"{live_server.url}/angebote?q=kurs", width, scheme, over=True) == []
