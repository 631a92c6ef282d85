"""Other languages behind their prefix: links stay in them, German text says that it is German."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from service.app import create_app
from service.views import language
from tests.web import catalogues, installation, public
from tests.web.conftest import close

MESSAGES = {
    "ar": {"Suchen": "بحث", "Filter": "تصفية"},
    "en": {"Suchen": "Search", "Bestätigt am %(date)s": "Confirmed on %(date)s"},
}


@pytest.fixture
def abroad(demo_folder: Path, tmp_path: Path) -> Iterator[FlaskClient]:
    """A visitor of an installation with two small catalogues."""
    made_of = {code: catalogues.catalogue(code, messages) for code, messages in MESSAGES.items()}
    with catalogues.offered(tmp_path, made_of):
        made = create_app(installation.settings(demo_folder))
        yield made.test_client()
        close(made)


def test_a_prefix_changes_language_and_direction(abroad: FlaskClient) -> None:
    page = abroad.get("/ar/angebote?q=kurs").text
    assert '<html lang="ar" dir="rtl">' in page
    assert "kern-rtl" in page
    assert "بحث" in page
    assert '<html lang="en" dir="ltr">' in abroad.get("/en/").text


def test_links_of_a_page_keep_its_language(abroad: FlaskClient) -> None:
    page = abroad.get("/en/angebote?q=kurs").text
    links = re.findall(r'class="(?:hit__title|hit__provider)"><a href="([^"]+)"', page)
    assert links
    assert all(link.startswith("/en/") for link in links)
    assert abroad.get(links[0]).status_code == 200
    assert 'href="/angebote?q=kurs" lang="de"' in page


def test_words_of_the_vocabularies_are_translated(abroad: FlaskClient) -> None:
    page = abroad.get("/en/angebote?stadt=marl").text
    assert ">Learning German<" in page or "German" in page
    assert "Confirmed on" in page


def test_german_text_says_that_it_is_german(abroad: FlaskClient) -> None:
    page = abroad.get("/ar/angebote?q=kurs").text
    assert page.count('<bdi lang="de" dir="ltr">') >= 20
    offer = re.findall(r'class="hit__title"><a href="([^"]+)"', page)[0]
    assert 'class="prose" lang="de" dir="ltr"' in abroad.get(offer).text


def test_a_translated_title_stands_first_with_the_german_one_below(abroad: FlaskClient) -> None:
    german = abroad.get("/angebote.json?q=Erstberatung+für+Neuzugewanderte").json
    assert german is not None
    pages = [abroad.get(f"/en{offer['url']}").text for offer in german["offers"][:20]]
    translated = [page for page in pages if "Auf Deutsch:" in page]
    assert translated
    assert all('<h1 class="kern-heading-x-large"><bdi>' in page for page in translated)


def test_pages_name_their_other_languages(abroad: FlaskClient) -> None:
    for path in ("/", "/en/staedte/marl"):
        page = abroad.get(path).text
        found = dict(re.findall(r'rel="alternate" hreflang="([a-z-]+)" href="([^"]+)"', page))
        bare = path.removeprefix("/en")
        assert found == {"de": bare, "en": f"/en{bare}", "ar": f"/ar{bare}", "x-default": bare}
        assert f'rel="canonical" href="{path}"' in page


def test_errors_speak_the_language_of_the_address(abroad: FlaskClient) -> None:
    answer = abroad.get("/ar/gibt-es-nicht")
    assert answer.status_code == 404
    assert 'lang="ar" dir="rtl"' in answer.text


def test_machines_and_files_have_no_prefix(abroad: FlaskClient) -> None:
    for path in ("/en/api/openapi.json", "/en/healthz", "/en/static/x.css", "/fr/angebote"):
        assert abroad.get(path).status_code == 404


def test_json_takes_the_prefix_for_its_labels(abroad: FlaskClient) -> None:
    data = abroad.get("/en/angebote.json").json
    assert data is not None
    labels = {value["value"]: value["label"] for value in data["facets"]["sprache"]}
    assert labels["ar"] == "Arabic"
    assert data["offers"][0]["url"].startswith("/en/angebote/")


@pytest.mark.parametrize("path", public.PAGES)
def test_every_page_exists_in_every_language(abroad: FlaskClient, path: str) -> None:
    for code in MESSAGES:
        assert abroad.get(f"/{code}{path}").status_code == 200


@pytest.mark.parametrize("code", [code for code in language.NAMES if code != "de"])
def test_a_language_works_as_soon_as_it_has_a_catalogue(code: str, demo_folder: Path, tmp_path: Path) -> None:
    """No code knows which languages there are, beyond the list of their names."""
    name = language.CATALOGUE.get(code, code)
    messages = {"Suchen": f"[Suchen {code}]", "Bestätigt am %(date)s": f"[{code}] %(date)s"}
    with catalogues.offered(tmp_path, {name: catalogues.catalogue(name, messages)}):
        made = create_app(installation.settings(demo_folder))
        client = made.test_client()
        page = client.get(f"/{code}/angebote?q=kurs").text
        german = client.get("/angebote?q=kurs").text
        close(made)
    spoken = language.page_locale(code)
    assert f'<html lang="{spoken.language}" dir="{spoken.dir}">' in page
    assert f"[Suchen {code}]" in page
    assert f"[{code}]" in page
    assert f'href="/{code}/angebote?q=kurs" lang="{spoken.language}"' in german
    assert f"[Suchen {code}]" not in german


def test_plain_german_is_german_with_words_of_its_own(demo_folder: Path, tmp_path: Path) -> None:
    plain = catalogues.catalogue("de@einfach", {"Deutschniveau": "Wie gut Sie Deutsch können"})
    with catalogues.offered(tmp_path, {"de@einfach": plain}):
        made = create_app(installation.settings(demo_folder))
        page = made.test_client().get("/einfach/angebote").text
        german = made.test_client().get("/angebote").text
        close(made)
    assert '<html lang="de" dir="ltr">' in page
    assert "Wie gut Sie Deutsch können" in page
    assert "Jemand passt auf Ihre Kinder auf" in page  # the plain label of "Mit Kinderbetreuung"
    assert '<bdi lang="de"' not in page  # nothing in it is foreign
    assert 'hreflang="einfach"' not in german  # no language code: search engines would not know it
    assert '<a href="/einfach/angebote" lang="de" hreflang="de">Einfache Sprache</a>' in german


def test_right_to_left_pages_are_mirrored_and_numbers_stay_in_order(demo_folder: Path, tmp_path: Path) -> None:
    with catalogues.offered(tmp_path, {"ar": catalogues.catalogue("ar", {"Telefon": "الهاتف"})}):
        made = create_app(installation.settings(demo_folder))
        client = made.test_client()
        offer = re.findall(r'class="hit__title"><a href="([^"]+)"', client.get("/ar/angebote?q=beratung").text)[0]
        page = client.get(offer).text
        german = client.get("/angebote").text
        close(made)
    assert '<html lang="ar" dir="rtl">' in page
    assert re.search(r'href="/static/[^"]*kern-rtl', page)
    assert re.search(r'href="/static/[^"]*arabic', page)
    assert not re.search(r'href="/static/[^"]*arabic', german)
    assert re.search(r'<a href="tel:[0-9+]+"><bdi dir="ltr">', page)
    assert "الهاتف" in page
