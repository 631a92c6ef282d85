"""Pages and JSON where a search finds little: what is proposed, what lies near, whom to ask; nothing changes silently."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from html import unescape
from itertools import pairwise
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from service.errors import SearchUnavailable
from service.search.engine import Found, SearchRequest
from service.search.relaxing import ENOUGH, MOST_REQUESTS
from service.views import further
from tests.web.conftest import state

FEW = "q=Schwimmkurs&stadt=waltrop&sprache=so"
NONE_FITS = "q=kurs&stadt=marl&sprache=ta"
MISTYPED = "q=kinderbetreung"
NONSENSE = "q=xqzvbnk"
HEADING = re.compile(r"<h([1-6])[ >]")
HITS = re.compile(r'class="hit__title"><a href="([^"]+)"')


def answer(client: FlaskClient, query: str) -> dict[str, Any]:
    return dict(client.get(f"/angebote.json?{query}").get_json())


@contextmanager
def requests_of(app: Flask, instead: Callable[[SearchRequest], Found] | None = None) -> Iterator[list[SearchRequest]]:
    """The requests to the engine; `instead` answers all but the first."""
    engine = state(app).search.engine
    search, asked = engine.search, []

    def recorded(request: SearchRequest) -> Found:
        asked.append(request)
        return instead(request) if instead and len(asked) > 1 else search(request)

    engine.search = recorded  # type: ignore[method-assign]
    try:
        yield asked
    finally:
        engine.search = search  # type: ignore[method-assign]


def test_a_correction_is_a_link_and_nothing_else_is_searched(read_client: FlaskClient) -> None:
    data, page = answer(read_client, MISTYPED), read_client.get(f"/angebote?{MISTYPED}").text
    assert data["did_you_mean"] == "Kinderbetreuung"
    link = re.search(r'Meinten Sie: <a href="([^"]+)" rel="nofollow"><bdi>Kinderbetreuung</bdi>', page)
    assert link
    assert answer(read_client, unescape(link[1]).partition("?")[2])["total"] > data["total"]
    assert "für „kinderbetreung“" in page
    assert 'name="q" value="kinderbetreung"' in page


def test_a_correction_keeps_filters_and_order(read_client: FlaskClient) -> None:
    page = read_client.get(f"/angebote?{MISTYPED}&zielgruppe=eltern&sortierung=titel").text
    link = re.search(r'Meinten Sie: <a href="([^"]+)"', page)
    assert link is None or unescape(link[1]) == "/angebote?q=Kinderbetreuung&zielgruppe=eltern&sortierung=titel"


@pytest.mark.parametrize("query", ["q=alman+dili+kursu", "q=курси", "q=Deutschkurs", NONSENSE, "", "stadt=marl"])
def test_nothing_is_corrected_without_a_mistyped_word(read_client: FlaskClient, query: str) -> None:
    assert answer(read_client, query)["did_you_mean"] is None
    assert "Meinten Sie" not in read_client.get(f"/angebote?{query}").text


@pytest.mark.parametrize("query", [FEW, NONE_FITS])
def test_wider_searches_stand_apart_under_their_own_heading(read_client: FlaskClient, query: str) -> None:
    data, page = answer(read_client, query), read_client.get(f"/angebote?{query}").text
    assert data["total"] == len(data["offers"]) < ENOUGH
    assert data["relaxed"]
    assert len(data["relaxed"]) == len(data["relaxed_offers"])
    exact, wider = page.split('<section class="wider"', 1)
    assert HITS.findall(exact) == [offer["url"] for offer in data["offers"]]
    near = [offer["url"] for step in data["relaxed_offers"] for offer in step["offers"]]
    assert HITS.findall(wider)[: len(near)] == near
    assert not {offer["url"] for offer in data["offers"]} & set(near)
    for said, step in zip(data["relaxed"], data["relaxed_offers"], strict=True):
        assert f">{unescape(said).rpartition(':')[0]}</h2>" in unescape(wider)
        assert answer(read_client, step["url"].partition("?")[2])["total"] == step["total"]
        assert said.endswith((f": {step['total']} Angebote", f": {step['total']} Angebot"))


def test_many_hits_need_nothing_more(read_app: Flask, read_client: FlaskClient) -> None:
    with requests_of(read_app) as asked:
        data = answer(read_client, "q=Deutschkurs")
        assert data["total"] > ENOUGH
        assert (data["relaxed"], data["relaxed_offers"]) == ([], [])
        assert len(asked) == 1


def test_extra_requests_are_bounded(read_app: Flask, read_client: FlaskClient) -> None:
    for query in (FEW, NONE_FITS, MISTYPED, NONSENSE, f"{MISTYPED}&stadt=waltrop&sprache=so&niveau=c1&frauen=ja"):
        for path in ("/angebote", "/angebote.json"):
            with requests_of(read_app) as asked:
                assert read_client.get(f"{path}?{query}").status_code == 200
                assert len(asked) <= 1 + 1 + MOST_REQUESTS + (path == "/angebote")


def test_later_pages_ask_for_nothing_more(read_app: Flask, read_client: FlaskClient) -> None:
    with requests_of(read_app) as asked:
        read_client.get(f"/angebote?{MISTYPED}&seite=2")
        assert len(asked) == 1


@pytest.mark.parametrize("query", [FEW, NONE_FITS, MISTYPED, NONSENSE])
def test_what_fails_beside_the_search_is_left_out(read_app: Flask, read_client: FlaskClient, query: str) -> None:
    def down(request: SearchRequest) -> Found:
        raise SearchUnavailable("down for the test", of_query=True)

    with requests_of(read_app, down):
        data = answer(read_client, query)
    assert (data["did_you_mean"], data["relaxed"]) == (None, [])


def test_nothing_found_leads_to_people_advice_and_topics(read_client: FlaskClient) -> None:
    page = read_client.get(f"/angebote?{NONSENSE}").text
    assert "Dazu haben wir nichts gefunden" in page
    assert 'href="tel:02214710100"' in page
    assert 'href="mailto:integration@example.org"' in page
    assert 'href="/themen/deutsch-lernen"' in page
    assert 0 < len(HITS.findall(page)) <= further.MOST_ADVICE


def test_advice_is_that_of_the_chosen_town(read_client: FlaskClient) -> None:
    page = read_client.get(f"/angebote?{NONSENSE}&stadt=marl").text
    link = re.search(r'href="(/angebote\?[^"]+)" rel="nofollow">Beratung für Menschen', page)
    assert link
    assert "stadt=marl" in link[1]
    assert answer(read_client, unescape(link[1]).partition("?")[2])["total"] > 0


def test_a_county_that_names_no_advice_has_none(
    read_app: Flask, read_client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = state(read_app)
    for advice in ("", "art=gibt-es-nicht"):
        monkeypatch.setitem(here.__dict__, "county", replace(here.county, advice=advice))
        page = read_client.get(f"/angebote?{NONSENSE}").text
        assert "Beratung für Menschen" not in page
        assert 'href="/themen/deutsch-lernen"' in page


@pytest.mark.parametrize("query", [FEW, NONE_FITS, MISTYPED, NONSENSE, "q=alman+dili+kursu", "q=Frauenarzt"])
def test_headings_are_in_order(read_client: FlaskClient, query: str) -> None:
    levels = [int(level) for level in HEADING.findall(read_client.get(f"/angebote?{query}").text.split("<main", 1)[1])]
    main = levels[levels.index(1) :]
    assert main.count(1) == 1
    assert all(after - before <= 1 for before, after in pairwise(main))


@pytest.mark.parametrize("query", [MISTYPED, "q=alman+dili+kursu", "q=Frauenarzt", "q=Babysitter"])
def test_what_was_searched_instead_can_be_read(read_client: FlaskClient, query: str) -> None:
    data, page = answer(read_client, query), unescape(read_client.get(f"/angebote?{query}").text)
    assert data["searched"]
    for entry in data["searched"]:
        assert f"<q><bdi>{entry['source']}</bdi></q>: <bdi>{', '.join(entry['text'])}</bdi>" in page
    for offer in data["offers"]:
        marks = offer["highlights"]["title"] + "".join(offer["highlights"]["text"])
        assert "<mark>" in marks or offer["why"], offer["title"]


@pytest.mark.parametrize("typed", ["<b>kinderbetreung</b>", "kinderbetreung<script>", '"onload=x kinderbetreung'])
def test_what_is_typed_is_text_everywhere(read_client: FlaskClient, typed: str) -> None:
    for prefix in ("", "/en"):
        page = read_client.get(f"{prefix}/angebote", query_string={"q": typed}).text
        assert typed not in page.replace("&#34;", "%22")
        assert "<script>" not in page
        assert "<b>" not in page


def test_words_never_become_filters(read_client: FlaskClient) -> None:
    data = answer(read_client, "q=Schwimmkurs+stadt%3Dmarl+Waltrop")
    assert not any(value["selected"] for values in data["facets"].values() for value in values)
    for step in data["relaxed_offers"]:
        assert "stadt=" not in step["url"]


def test_the_data_base_goes_one_step_without_any_filter(
    read_app: Flask, read_client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    ladder = state(read_app).search
    monkeypatch.setattr(ladder, "search", ladder.levels[-1].service.search)
    data = answer(read_client, NONE_FITS)
    assert data["engine"] == "database"
    assert [step["step"] for step in data["relaxed_offers"]] == ["all"]
    assert data["did_you_mean"] is None
