"""The English pages with the catalogue that is delivered: what is English, what is German and says so, where links lead."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from service import translations
from service.app import create_app
from tests.web import catalogues, installation, public
from tests.web.conftest import close

GERMAN = re.compile(
    r"\b(?:und|oder|der|die|das|für|mit|nicht|Angebote?|Suche|Filter entfernen|Stadt|Sprache|Zurück)\b|[äöüß]"
)
LABELLED = re.compile(r"""<(\w+)[^>]*\slang="(?!en)[a-z]+"[^>]*>.*?</\1>""", re.DOTALL)
NAMES = re.compile(r'<(address|bdi|option|script|svg)\b.*?</\1>|<p class="print-only">.*?</p>', re.DOTALL)
"""Addresses and names are nobody's language."""


@pytest.fixture(scope="module")
def made(demo_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """An installation with English pages."""
    with catalogues.offered(tmp_path_factory.mktemp("english"), {"en": translations.read("en")}):
        app = create_app(installation.settings(demo_folder))
        yield app
        close(app)


@pytest.fixture
def visitor(made: Flask) -> FlaskClient:
    return made.test_client()


@pytest.fixture(scope="module")
def pages(made: Flask) -> dict[str, str]:
    """The public pages in English, by address."""
    client = made.test_client()
    hit = public.address(public.stored(made, status="public"))
    provider = re.findall(r'"/en(/anbieter/[^"]+)"', client.get("/en/angebote").text)[0]
    nothing = "/angebote?q=xyzzy&stadt=marl"
    addresses = (
        *public.PAGES,
        *public.offer_pages(made),
        hit,
        provider,
        nothing,
        "/gibt-es-nicht",
        "/angebote?seite=0",
    )
    return {path: client.get(f"/en{path}").text for path in addresses}


def said(page: str) -> str:
    """What of a page its own language says: without what is marked as another one, names and marks."""
    body = NAMES.sub(" ", LABELLED.sub(" ", page.split("<body>")[1]))
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", body))


def test_pages_say_that_they_are_english(pages: dict[str, str]) -> None:
    assert [path for path, page in pages.items() if '<html lang="en" dir="ltr">' not in page] == []


def test_german_words_stand_only_where_the_page_says_that_they_are_german(pages: dict[str, str]) -> None:
    found = {path: GERMAN.findall(said(page)) for path, page in pages.items()}
    assert {path: words for path, words in found.items() if words} == {}


def test_attributes_that_are_read_aloud_are_english(pages: dict[str, str]) -> None:
    spoken = {text for page in pages.values() for text in re.findall(r'(?:aria-label|title|alt)="([^"]+)"', page)}
    assert {"Choose a language", "You are here", "Skip links"} <= spoken
    assert [text for text in spoken if GERMAN.search(text)] == []


def test_every_link_stays_english_except_the_switch_the_files_and_the_staff_area(pages: dict[str, str]) -> None:
    for page in pages.values():
        for tag, link in re.findall(r'(<a [^>]*?href="(/[^"]*)"[^>]*>)', page):
            away = "hreflang=" in tag or link.startswith(("/redaktion", "/static"))
            assert away or link.startswith("/en/"), tag


def test_the_switch_leads_to_the_same_page_and_back(visitor: FlaskClient) -> None:
    path = "/angebote?q=kurs&stadt=marl"
    english, german = visitor.get(f"/en{path}").text, visitor.get(path).text
    link = 'href="{}" lang="{}" hreflang="{}"'
    escaped = path.replace("&", "&amp;")
    assert link.format(escaped, "de", "de") in english
    assert link.format(f"/en{escaped}", "en", "en") in german
    assert f'{link.format(f"/en{escaped}", "en", "en")} aria-current="true"' in english
    assert '<span lang="en">Language</span>' in german  # found by people who read no German


@pytest.mark.parametrize("path", ["/", "/angebote", "/staedte/marl", "/themen/jugend"])
def test_both_languages_name_each_other_for_search_engines(visitor: FlaskClient, path: str) -> None:
    expected = {"de": path, "en": f"/en{path}", "x-default": path}
    for address in (path, f"/en{path}"):
        page = visitor.get(address).text
        assert dict(re.findall(r'rel="alternate" hreflang="([a-z-]+)" href="([^"]+)"', page)) == expected
        assert f'<link rel="canonical" href="{address}">' in page


def test_facets_orders_and_chips_are_english(visitor: FlaskClient) -> None:
    page = visitor.get("/en/angebote?q=kurs&stadt=marl&niveau=ohne&plz=45768&umkreis=5").text
    names = re.findall(r'<span class="facet__name">([^<]+)</span>', page)
    assert names[:4] == ["Town", "Topic", "Language of the service", "Who it is for"]
    assert "especially for people with a migration background" in page
    assert "Remove filter: Level of German: </span>No German needed" in page
    assert "5 km around 45768" in page
    assert "Best matches first" in page


def test_dates_and_times_are_as_they_are_read_in_europe(visitor: FlaskClient) -> None:
    page = visitor.get("/en/angebote").text
    assert re.search(r"Confirmed on \d{1,2} [A-Z][a-z]+ 20\d\d", page)
    assert re.search(r"Starts \d{1,2} [A-Z][a-z]{2,3} 20\d\d", visitor.get("/en/angebote?sortierung=beginn").text)
    times = " ".join(visitor.get(f"/en/angebote?seite={number}").text for number in range(1, 6))
    assert re.search(r"Mon(?:–[A-Z][a-z]{2})? \d\d:\d\d–\d\d:\d\d", times)
    assert not re.search(r"\d [AP]M\b|\bUhr\b", said("<body>" + times))


@pytest.mark.parametrize(
    ("path", "status", "words"),
    [
        ("/gibt-es-nicht", 404, "This page does not exist"),
        ("/angebote/abcdefgh-x", 404, "This service does not exist. Try the search."),
        ("/angebote?seite=0", 400, "“seite” must be a number from 1 to 500."),
        ("/angebote?stadt=atlantis", 400, "The filter “stadt” has no value “atlantis”."),
        ("/angebote?plz=99999", 400, "The postcode “99999” is not in this county."),
        ("/angebote?sortierung=x", 400, "Possible values are: relevanz, bestaetigt, beginn, neu, titel."),
        ("/angebote?q=" + "a" * 1001, 400, "use at most 1000 characters"),
    ],
)
def test_errors_are_said_in_english(visitor: FlaskClient, path: str, status: int, words: str) -> None:
    answer = visitor.get(f"/en{path}")
    assert answer.status_code == status
    assert words in answer.text


def test_an_error_with_a_value_stays_german_on_german_pages(visitor: FlaskClient) -> None:
    assert "Den Filterwert „atlantis“ für „stadt“ gibt es nicht." in visitor.get("/angebote?stadt=atlantis").text
    error = visitor.get("/angebote.json?seite=0").json
    assert error == {"error": {"status": 400, "message": "„seite“ muss eine Zahl von 1 bis 500 sein."}}


def test_what_a_visitor_typed_is_no_place_for_a_value(visitor: FlaskClient) -> None:
    for typed in ("%25(value)s", "%25s", "100%25", "<b>"):
        answer = visitor.get(f"/en/angebote?stadt={typed}")
        assert answer.status_code == 400
        assert "<b>" not in answer.text


def test_json_and_suggestions_have_english_labels_and_the_same_values(visitor: FlaskClient) -> None:
    english, german = visitor.get("/en/angebote.json").json, visitor.get("/angebote.json").json
    assert english is not None
    assert german is not None
    labels = {value["value"]: value["label"] for value in english["facets"]["thema"]}
    assert labels["deutsch-lernen"] == "Learning German"
    assert english["facets"]["kinderbetreuung"][0]["label"] == "With childcare"
    assert [offer["id"] for offer in english["offers"]] == [offer["id"] for offer in german["offers"]]
    assert all(offer["url"].startswith("/en/angebote/") for offer in english["offers"])
    assert english["total"] == german["total"]
    error = visitor.get("/en/angebote.json?seite=0").json
    assert error == {"error": {"status": 400, "message": "“seite” must be a number from 1 to 500."}}
    suggested = visitor.get("/en/vorschlaege?q=learning").json
    assert suggested is not None
    assert {"text": "Learning German", "kind": "Topic", "url": "/en/angebote?thema=deutsch-lernen"} in suggested[
        "suggestions"
    ]


def test_the_examples_of_the_search_field_are_found(visitor: FlaskClient) -> None:
    hint = re.search(r"For example: ([^.]+)\.", visitor.get("/en/").text)
    assert hint
    for example in hint[1].split(", "):
        answer = visitor.get("/en/angebote.json", query_string={"q": example}).json
        assert answer is not None
        assert answer["total"], example


@pytest.mark.parametrize("prefix", ["/xx", "/de", "/EN", "/fr", "/en/en", "/en-GB", "/einfach"])
def test_other_prefixes_are_no_language(visitor: FlaskClient, prefix: str) -> None:
    for path in ("/", "/angebote", "/staedte/marl"):
        assert visitor.get(prefix + path).status_code == 404, path


@pytest.mark.parametrize(
    "path", ["/healthz", "/readyz", "/metrics", "/api/openapi.json", "/redaktion/", "/konto/anmelden", "/static/x.css"]
)
def test_machines_files_and_the_staff_area_take_no_prefix(visitor: FlaskClient, path: str) -> None:
    assert visitor.get(f"/en{path}").status_code == 404


def test_the_staff_area_is_german_and_offers_no_other_language(visitor: FlaskClient) -> None:
    page = visitor.get("/konto/anmelden").text
    assert '<html lang="de" dir="ltr">' in page
    assert "Anmelden" in page
    assert "languages" not in page


def test_pages_kept_for_everybody_are_kept_for_each_language(visitor: FlaskClient) -> None:
    for _ in range(2):
        assert "What do you need?" in visitor.get("/en/").text
        assert "Was brauchen Sie?" in visitor.get("/").text
