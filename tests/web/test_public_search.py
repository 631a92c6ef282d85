"""The results page and its JSON: one search, the same figures, the shape that was promised."""

from __future__ import annotations

import gzip
import re
from html import unescape
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.web.conftest import state

SEARCHES = (
    "",
    "q=kurs",
    "q=kinderbetreung&stadt=marl",
    "stadt=marl&stadt=herten&sprache=ar",
    "thema=deutsch-lernen&frauen=ja",
)
OPTION = re.compile(
    r'name="([a-z]+)" value="([^"]+)" form="suche"( checked| disabled)?>'
    r'<span class="option__label">([^<]*)</span> <span class="option__count">(\d+)</span>'
)


def answer(client: FlaskClient, query: str) -> dict[str, Any]:
    found = client.get(f"/angebote.json?{query}").json
    assert found is not None
    return dict(found)


@pytest.mark.parametrize("query", SEARCHES)
def test_the_page_shows_the_counts_of_the_json(read_client: FlaskClient, query: str) -> None:
    page, data = read_client.get(f"/angebote?{query}").text, answer(read_client, query)
    shown = {(n, v): (unescape(label), int(count), s == " checked") for n, v, s, label, count in OPTION.findall(page)}
    told = {
        (name, o["value"]): (o["label"], o["count"], o["selected"])
        for name, values in data["facets"].items()
        for o in values
    }
    assert {key[0] for key in shown} == set(data["facets"])
    switches = {"kinderbetreuung", "barrierefrei", "frauen"}
    assert {k: v for k, v in shown.items() if k[0] not in switches} == {
        k: v for k, v in told.items() if k[0] not in switches
    }
    assert {k: v[1:] for k, v in shown.items()} == {k: v[1:] for k, v in told.items()}


@pytest.mark.parametrize("query", SEARCHES)
def test_the_page_shows_the_hits_of_the_json_in_their_order(read_client: FlaskClient, query: str) -> None:
    page, data = read_client.get(f"/angebote?{query}").text, answer(read_client, query)
    urls = re.findall(r'class="hit__title"><a href="([^"]+)"', page)
    assert urls == [offer["url"] for offer in data["offers"]]
    heading = f"{data['total']} Angebot"
    assert heading in page.split("<title>")[1].split("</title>")[0]
    assert heading in page.split("<h1")[1].split("</h1>")[0]


def conforms(value: Any, schema: dict[str, Any], schemas: dict[str, Any], where: str = "$") -> list[str]:
    """What a value does that its JSON Schema does not allow; the few keywords that the description uses."""
    if "$ref" in schema:
        schema = schemas[schema["$ref"].rsplit("/", 1)[1]]
    kinds = {"object": dict, "array": list, "string": str, "integer": int, "boolean": bool, "null": type(None)}
    wanted = schema.get("type", [])
    allowed = tuple(kinds[name] for name in ([wanted] if isinstance(wanted, str) else wanted))
    if allowed and (not isinstance(value, allowed) or (isinstance(value, bool) and bool not in allowed)):
        return [f"{where}: {value!r} is no {wanted}"]
    wrong = [f"{where}: {value!r} is none of the values"] if "enum" in schema and value not in schema["enum"] else []
    if isinstance(value, dict):
        wrong += [f"{where}: {name} is missing" for name in schema.get("required", ()) if name not in value]
        properties = schema.get("properties", {})
        wrong += [f"{where}: {name} is not described" for name in value if properties and name not in properties]
        for name, part in value.items():
            wrong += conforms(part, properties.get(name, {}), schemas, f"{where}.{name}")
    for number, part in enumerate(value if isinstance(value, list) else ()):
        wrong += conforms(part, schema.get("items", {}), schemas, f"{where}[{number}]")
    return wrong


@pytest.mark.parametrize("query", [*SEARCHES, "q=xyzzy", "seite=3", "q=Sprachkurs+Marl&sortierung=titel"])
def test_the_json_is_what_the_description_promises(read_client: FlaskClient, query: str) -> None:
    described = read_client.get("/api/openapi.json").json
    assert described is not None
    schemas = described["components"]["schemas"]
    data = answer(read_client, query)
    assert conforms(data, schemas["Answer"], schemas) == []
    assert set(data) == set(schemas["Answer"]["properties"])
    assert all(set(offer) == set(schemas["Offer"]["properties"]) for offer in data["offers"])
    refused = read_client.get(f"/angebote.json?{query}&seite=0&stadt=x").json
    assert conforms(refused, schemas["Error"], schemas) == []


def test_every_address_that_is_described_exists(read_client: FlaskClient) -> None:
    described = read_client.get("/api/openapi.json").json
    assert described is not None
    for path in described["paths"]:
        assert read_client.get(path.replace("{name}", "abcdefgh-x")).status_code in {200, 404}


def test_chips_take_one_value_away_and_drop_the_page(read_client: FlaskClient) -> None:
    page = read_client.get("/angebote?q=kurs&stadt=marl&stadt=herten&plz=45768&umkreis=20").text
    links = [unescape(url) for url in re.findall(r'class="chip" href="([^"]+)"', page)]
    assert links == [
        "/angebote?q=kurs&stadt=herten&plz=45768&umkreis=20",
        "/angebote?q=kurs&stadt=marl&plz=45768&umkreis=20",
        "/angebote?q=kurs&stadt=marl&stadt=herten",
    ]
    assert 'class="chips__clear" href="/angebote?q=kurs"' in page


def test_a_town_in_the_words_is_a_preference_that_the_page_names(read_client: FlaskClient) -> None:
    page = read_client.get("/angebote?q=Sprachkurs+Marl").text
    assert "Angebote in Marl werden bevorzugt." in page
    assert 'href="/angebote?q=Sprachkurs+Marl&amp;stadt=marl"' in page


def test_nothing_found_says_what_each_filter_costs_and_whom_to_ask(read_client: FlaskClient) -> None:
    page = read_client.get("/angebote?q=kurs&stadt=marl&sprache=ta").text
    assert "Dazu haben wir nichts gefunden" in page
    assert re.search(r"ohne Filter Sprache des Angebots: \d+ Angebot", page)
    assert "0221 4710-100" in page


def test_a_page_behind_the_last_one_leads_back(read_client: FlaskClient) -> None:
    page = read_client.get("/angebote?q=kurs&seite=400").text
    assert "Diese Seite gibt es nicht mehr" in page
    assert re.search(r'href="/angebote\?q=kurs(&amp;seite=\d+)?">Zur letzten Seite', page)


def test_only_the_search_without_words_and_filters_is_for_search_engines(read_client: FlaskClient) -> None:
    assert 'content="index, follow"' in read_client.get("/angebote").text
    assert '<link rel="canonical" href="/angebote">' in read_client.get("/angebote").text
    for query in ("q=kurs", "stadt=marl", "seite=2", "sortierung=titel"):
        page = read_client.get(f"/angebote?{query}").text
        assert 'content="noindex, follow"' in page
        assert "canonical" not in page


def test_long_lists_of_languages_are_cut_and_the_chosen_one_stands_first(read_client: FlaskClient) -> None:
    page = read_client.get("/angebote?sprache=so").text
    spoken = re.findall(r"<dt>Sprachen</dt><dd>([^<]*)</dd>", page)
    assert spoken
    assert all(text.startswith("Somali") for text in spoken)
    assert all(text.count(",") <= 5 for text in spoken)
    assert any(re.search(r"und \d+ weitere$", text) for text in spoken)


def test_a_results_page_weighs_little(read_client: FlaskClient) -> None:
    for query in ("", "q=kurs", "q=deutsch+frauen"):
        page = read_client.get(f"/angebote?{query}").data
        assert page.count(b'<article class="hit">') == 20
        assert len(gzip.compress(page, 3)) <= 20_000


def test_a_first_visit_weighs_little(read_client: FlaskClient) -> None:
    """Everything but the suggestions' script, which comes when the search field gets the focus."""
    total = 0
    for path in ("/angebote", *re.findall(r'(?:src|href)="(/static/[^"]+)"', read_client.get("/angebote").text)):
        with read_client.get(path, headers={"Accept-Encoding": "gzip"}) as sent:
            total += len(sent.data)
    assert total <= 80_000


def test_a_page_stays_the_same_until_the_index_changes(read_app: Flask, read_client: FlaskClient) -> None:
    calls: list[object] = []
    engine = state(read_app).search.engine
    search = engine.search
    engine.search = lambda request: calls.append(request) or search(request)  # type: ignore[method-assign,func-returns-value]
    try:
        pages = [read_client.get("/angebote").data for _ in range(3)]
        assert len(calls) <= 1
        assert len(set(pages)) == 1
    finally:
        engine.search = search  # type: ignore[method-assign]


def test_suggestions_are_terms_and_offers_with_addresses_that_work(read_client: FlaskClient) -> None:
    for typed in ("betreu", "alman dili", "мова", "Recklingh"):
        found = read_client.get("/vorschlaege", query_string={"q": typed}).json
        assert found is not None
        assert all(set(entry) == {"text", "kind", "url"} for entry in found["suggestions"])
        for entry in found["suggestions"]:
            assert read_client.get(entry["url"]).status_code == 200
    assert read_client.get("/vorschlaege?q=b").json == {"suggestions": []}


def test_entry_pages_lead_into_filtered_searches(read_client: FlaskClient) -> None:
    for path in ("/staedte/oer-erkenschwick", "/themen/deutsch-lernen", "/themen/integrationskurse"):
        page = read_client.get(path).text
        links = [unescape(url) for url in re.findall(r'href="(/(?:angebote|staedte|themen)[^"]*)"', page)]
        assert len(links) > 8
        assert {read_client.get(url).status_code for url in links} == {200}


def test_the_start_page_counts_what_the_search_finds(read_client: FlaskClient) -> None:
    page, total = read_client.get("/").text, answer(read_client, "")["total"]
    assert f"{total} Angebote in Ihrer Nähe" in page
