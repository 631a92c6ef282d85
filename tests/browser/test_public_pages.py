"""Public pages in a real browser: keyboard, narrow windows, no script, nothing that the content policy stops."""

from __future__ import annotations

import re
from urllib.parse import urlencode

import pytest
from playwright.sync_api import Browser, Page, expect

from service.german.analysis import fold
from tests.browser.conftest import LiveServer

PATHS = (
    "/",
    "/angebote",
    "/angebote?q=Sprachkurs+Frauen+Marl",
    "/angebote?q=kurs&stadt=marl&sprache=ta",
    "/angebote?q=kinderbetreung&stadt=waltrop",
    "/angebote?q=xqzvbnk",
    "/staedte/marl",
)
FOCUS = """() => {
  const e = document.activeElement, box = e.getBoundingClientRect(), style = getComputedStyle(e)
  return {name: e.tagName, text: (e.textContent || e.name || '').trim().slice(0, 40), body: e === document.body,
          seen: style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2, width: box.width, height: box.height,
          inside: box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth}
}"""


@pytest.mark.parametrize("path", PATHS)
def test_pages_are_silent_and_ask_nobody_else(live_server: LiveServer, page: Page, path: str) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(f"{live_server.url}{path}")
    page.wait_for_load_state("networkidle")
    assert [url for url in asked if not url.startswith((live_server.url, "data:"))] == []
    assert page.context.cookies() == []
    assert page.evaluate("localStorage.length + sessionStorage.length") == 0


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("width", [320, 390, 768, 1280])
def test_no_page_scrolls_sideways(live_server: LiveServer, page: Page, path: str, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    page.goto(f"{live_server.url}{path}")
    page.evaluate("document.querySelectorAll('details:not(.languages)').forEach(part => { part.open = true })")
    assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0


@pytest.mark.parametrize("path", PATHS)
def test_the_keyboard_reaches_everything_and_is_never_caught(live_server: LiveServer, page: Page, path: str) -> None:
    page.emulate_media(reduced_motion="reduce")  # else the window is still moving when we look
    page.goto(f"{live_server.url}{path}")
    total = page.evaluate(
        "[...document.querySelectorAll('a[href], button, input, select, summary')].filter("
        "e => e.tabIndex >= 0 && !e.disabled && e.checkVisibility()).length"
    )
    stops = []
    for _ in range(total + 30):
        page.keyboard.press("Tab")
        stop = page.evaluate(FOCUS)
        if stop["body"]:
            break
        stops.append(stop)
    assert stops[0]["text"] == "Zum Inhalt"
    assert stop["body"], "the keyboard does not leave the page"
    assert len(stops) >= total * 0.9
    assert [stop for stop in stops if not stop["seen"]] == []
    assert [stop for stop in stops if not stop["inside"]] == []


def test_skip_links_lead_to_filters_and_results(live_server: LiveServer, page: Page) -> None:
    page.goto(f"{live_server.url}/angebote?q=kurs")
    for number, target in enumerate(("inhalt", "filter", "ergebnisse"), 1):
        page.goto(f"{live_server.url}/angebote?q=kurs")
        for _ in range(number):
            page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        page.wait_for_url(f"**#{target}")  # the address follows the key a moment later


def test_targets_are_large_enough_for_a_finger(live_server: LiveServer, page: Page) -> None:
    page.set_viewport_size({"width": 390, "height": 800})
    for path in PATHS:
        page.goto(f"{live_server.url}{path}")
        small = page.evaluate(
            """() => [...document.querySelectorAll('a[href], button, input, select, summary')].filter(e => {
              const b = e.getBoundingClientRect()
              return e.checkVisibility() && b.width > 1 && b.left >= 0 && getComputedStyle(e).display !== 'inline' && b.height < 24
            }).map(e => e.outerHTML.slice(0, 100))"""
        )
        assert small == []


def test_without_a_script_words_and_filters_travel_together(live_server: LiveServer, chromium: Browser) -> None:
    context = chromium.new_context(java_script_enabled=False, viewport={"width": 1280, "height": 900})
    page = context.new_page()
    page.goto(live_server.url)
    page.fill("input[name=q]", "kurs")
    page.click("form.search button")
    page.check("input[name=stadt][value=marl]")
    page.click("text=Filter anwenden")
    page.wait_for_url("**/angebote?q=kurs&stadt=marl&*")
    expect(page.locator(".chip")).to_have_count(1)
    page.locator(".sorting summary").click()
    page.click("text=Titel von A bis Z")
    page.wait_for_url("**sortierung=titel*")
    page.locator(".hit__title a").first.click()
    expect(page.locator(".offer h1")).to_be_visible()
    page.go_back()
    expect(page.locator(".chip")).to_have_count(1)
    context.close()


def test_with_a_script_addresses_hold_no_empty_fields(live_server: LiveServer, page: Page) -> None:
    page.goto(f"{live_server.url}/angebote")
    page.check("input[name=stadt][value=marl]")
    page.click("text=Filter anwenden")
    page.wait_for_url(f"{live_server.url}/angebote?stadt=marl")


def test_on_a_phone_the_contact_stands_before_the_long_text(live_server: LiveServer, page: Page) -> None:
    page.set_viewport_size({"width": 390, "height": 800})
    page.goto(f"{live_server.url}/angebote?q=Integrationskurs+mit+Alphabetisierung")
    page.locator(".hit__title a").first.click()
    contact = page.locator(".box").first.bounding_box()
    text = page.locator(".offer__text").bounding_box()
    assert contact is not None
    assert text is not None
    assert contact["y"] < text["y"]


def test_on_paper_telephone_numbers_stay_and_filters_go(live_server: LiveServer, page: Page) -> None:
    page.goto(f"{live_server.url}/angebote?q=Integrationskurs")
    page.emulate_media(media="print")
    assert not page.locator(".filter-panel").is_visible()
    assert not page.locator(".search-band").is_visible()
    assert page.locator(".hit").first.is_visible()
    page.emulate_media(media="screen")
    page.locator(".hit__title a").first.click()
    page.emulate_media(media="print")
    assert page.locator("a[href^='tel:']").first.is_visible()
    assert not page.locator(".crumbs").is_visible()


def test_the_map_is_there_where_it_can_be_read(live_server: LiveServer, page: Page) -> None:
    page.goto(live_server.url)
    assert page.locator(".county-map").is_visible()
    boxes = page.evaluate(
        "[...document.querySelectorAll('.county-map__name')].map(e => e.getBoundingClientRect().toJSON())"
    )
    overlaps = [
        (a, b)
        for number, a in enumerate(boxes)
        for b in boxes[:number]
        if a["left"] < b["right"]
        and b["left"] < a["right"]
        and a["top"] + 3 < b["bottom"]
        and b["top"] + 3 < a["bottom"]
    ]
    assert overlaps == []
    page.set_viewport_size({"width": 390, "height": 800})
    assert not page.locator(".county-map").is_visible()
    assert page.locator(".link-columns a").count() >= 10


def test_a_hit_of_another_language_says_how_it_was_understood(live_server: LiveServer, page: Page) -> None:
    page.goto(f"{live_server.url}/angebote?q=alman+dili+kursu")
    page.locator(".searched summary").click()
    expect(page.locator(".searched li").first).to_contain_text("Deutschkurs")
    expect(page.locator(".hit").first).to_contain_text("Gefunden über")


def test_wider_searches_have_their_own_headings_and_links(live_server: LiveServer, page: Page) -> None:
    page.goto(f"{live_server.url}/angebote?q=kurs&stadt=marl&sprache=ta")
    heading = page.locator("h1").inner_text()
    assert heading.startswith("0 Angebote")
    section = page.locator(".wider").first
    expect(section.locator("h2")).to_have_text("Ohne den Filter „Sprache des Angebots“")
    section.locator("a", has_text="Angebote zeigen").click()
    page.wait_for_url("**/angebote?q=kurs&stadt=marl")


def test_each_step_of_a_search_can_be_read_and_gone_back(live_server: LiveServer, page: Page) -> None:
    page.goto(f"{live_server.url}/angebote?q=kinderbetreung")
    page.locator(".searched summary").click()
    expect(page.locator(".searched li").first).to_contain_text("Kinderbetreuung")
    expect(page.locator(".hit__why").first).to_contain_text("ähnlich geschrieben: Kinderbetreuung")
    page.locator(".meant a").click()
    page.wait_for_url("**/angebote?q=Kinderbetreuung")
    expect(page.locator(".meant")).to_have_count(0)
    page.go_back()
    expect(page.locator("input[name=q]")).to_have_value("kinderbetreung")


@pytest.mark.parametrize(
    "query",
    [
        "kinderbetreung", "fersicherung", "chef zahlt nicht", "nichts zu essen", "mein mann schlägt mich", "Geflüchtete",
        "Schuldner Beratung", "Formularausfüllhilfe", "Lotsin", "beraten lassen", "ohne Papiere zum Arzt", "alman dili kursu",
        "работа для женщин", "مترجم عند الطبيب", "learn german evening",
    ],
)  # fmt: skip
def test_every_marked_word_is_typed_or_said_to_be_searched(live_server: LiveServer, page: Page, query: str) -> None:
    page.goto(f"{live_server.url}/angebote?{urlencode({'q': query})}")
    if page.locator(".searched summary").count():
        page.locator(".searched summary").click()
    said = " ".join(page.locator(".searched bdi").all_inner_texts())
    hits = page.locator(".hit")
    assert hits.count() > 0
    for hit in hits.all():
        why = " ".join(hit.locator(".hit__why").all_inner_texts())
        readable = fold(f"{query} {said} {why}".lower())
        for mark in hit.locator("mark").all_inner_texts():
            longer = any(word in fold(mark.lower()) for word in beginnings(readable))
            part = any(word in readable for word in beginnings(mark))
            assert longer or part, (query, mark, readable)
        assert why or hit.locator("mark").count(), f"{query}: nothing says why {hit.inner_text()[:60]} is there"


def beginnings(text: str) -> set[str]:
    """The first letters of words, by which their forms are alike; small words say nothing."""
    return {fold(word)[:4] for word in re.findall(r"\w{4,}", text.lower())}
