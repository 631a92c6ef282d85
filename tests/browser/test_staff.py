"""Staff at work in a real browser: log in, change an offer, find it, rebuild the index, log out."""

from __future__ import annotations

import re
from typing import Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import LiveServer

TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
SECONDS = 1000.0


def log_in(page: Page, server: LiveServer) -> None:
    page.goto(f"{server.url}/redaktion/")
    page.get_by_label("Mailadresse").fill(server.mail)
    page.get_by_label("Passwort").fill(server.password)
    page.get_by_role("button", name="Anmelden").click()
    expect(page.get_by_role("heading", name="Redaktion", level=1)).to_be_visible()


def test_an_edit_is_found_by_the_search(page: Page, own_server: LiveServer) -> None:
    log_in(page, own_server)
    page.get_by_role("navigation", name="Redaktion").get_by_role("link", name="Angebote").click()
    page.get_by_role("searchbox", name="Titel oder Anbieter").fill("Deutsch")
    page.get_by_role("button", name="Anzeigen").click()
    page.locator("tbody th a").first.click()
    page.get_by_label("Titel", exact=True).fill("Quittenzauber am Nachmittag")
    page.get_by_label("Status", exact=True).select_option("public")
    page.get_by_role("button", name="Speichern").first.click()
    expect(page.get_by_text("Gespeichert. In der Suche sichtbar in wenigen Sekunden.")).to_be_visible()
    for _ in range(50):
        page.goto(f"{own_server.url}/angebote?q=quittenzauber")
        # Until then the page offers help, with hits of its own.
        if page.locator(".hit__title", has_text="Quittenzauber").count():
            break
        page.wait_for_timeout(200)
    expect(page.locator(".hit__title").first).to_have_text("Quittenzauber am Nachmittag")


def test_a_rebuild_is_watched_to_its_end(page: Page, own_server: LiveServer) -> None:
    log_in(page, own_server)
    page.goto(f"{own_server.url}/redaktion/index")
    page.get_by_role("button", name="Index neu aufbauen").click()
    expect(page.get_by_text("Der Neuaufbau ist bestellt.")).to_be_visible()
    expect(page.get_by_text(re.compile(r"gelungen, bestellt von Redaktion"))).to_be_visible(timeout=60 * SECONDS)
    expect(page.get_by_role("cell", name="wird durchsucht")).to_have_count(1)
    expect(page.get_by_role("cell", name="voriger, wird mitgeführt")).to_have_count(1)


def test_a_cookie_replayed_after_logout_opens_nothing(page: Page, chromium: Browser, own_server: LiveServer) -> None:
    log_in(page, own_server)
    cookies = page.context.cookies()
    page.get_by_role("button", name="Abmelden").click()
    expect(page.get_by_role("heading", name="Anmelden", level=1)).to_be_visible()
    thief = chromium.new_context()
    thief.add_cookies([{"name": c["name"], "value": c["value"], "url": own_server.url} for c in cookies])
    stolen = thief.new_page()
    stolen.goto(f"{own_server.url}/redaktion/")
    expect(stolen.get_by_role("heading", name="Anmelden", level=1)).to_be_visible()
    thief.close()


def test_one_more_place_without_losing_a_word(page: Page, own_server: LiveServer) -> None:
    log_in(page, own_server)
    page.goto(f"{own_server.url}/redaktion/angebote/neu")
    page.get_by_label("Titel", exact=True).fill("Halb fertig")
    page.get_by_role("button", name="Weiteren Ort hinzufügen").click()
    expect(page.get_by_role("group", name="Ort 2")).to_be_visible()
    expect(page.get_by_label("Titel", exact=True)).to_have_value("Halb fertig")
    page.wait_for_url("**#places-1")


PAGES = [
    "/redaktion/",
    "/redaktion/angebote",
    "/redaktion/angebote?q=gibtesnicht",
    "/redaktion/index",
    "/redaktion/angebote/neu",
    "/konto/",
]


@pytest.mark.parametrize(("width", "scheme"), [(320, "dark"), (1280, "light")])
def test_pages_are_accessible(
    chromium: Browser, live_server: LiveServer, width: int, scheme: Literal["dark", "light"]
) -> None:
    context = chromium.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)
    page = context.new_page()
    page.goto(f"{live_server.url}/konto/anmelden")
    found = {"/konto/anmelden": problems(page)}
    log_in(page, live_server)
    for path in PAGES:
        page.goto(live_server.url + path)
        found[path] = problems(page)
    page.get_by_role("navigation", name="Redaktion").get_by_role("link", name="Angebote").click()
    page.locator("tbody th a").first.click()
    found["form"] = problems(page)
    page.get_by_label("Titel", exact=True).fill("")
    page.get_by_role("button", name="Speichern").first.click()
    expect(page.locator("#fehler")).to_be_visible()
    found["form with a mistake"] = problems(page)
    context.close()
    assert {path: said for path, said in found.items() if said} == {}


def problems(page: Page) -> list[str]:
    """What axe finds, and whether the page can be read without scrolling sideways."""
    results = Axe().run(page, options={"runOnly": TAGS}).response
    found = [
        f"{v['id']}: {v['nodes'][0]['html'][:160]} {v['nodes'][0]['failureSummary'][:300]}"
        for v in results["violations"]
    ]
    if page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"):
        found.append("the page is wider than the window")
    return found
