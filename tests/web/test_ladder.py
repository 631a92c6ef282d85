"""Pages at every level of the search: what they say, what still works, and that all comes back by itself."""

from __future__ import annotations

import csv
import io
import json
import re
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import insert, select

from service.app import create_app
from service.context import Context
from service.errors import SearchUnavailable, StoreUnavailable
from service.search.breaker import FAILURES, SHORTEST, Breaker
from service.search.embedded.client import CURRENT, index_folder
from service.search.engine import Found, SearchRequest
from service.search.facets import FACETS
from service.store.models import IndexState
from service.views import cache
from tests.web import installation
from tests.web.conftest import close, state

NOWHERE = "http://127.0.0.1:9"
"""Nobody listens on this port."""
STANDBY, DATABASE, DETACHED = "Ersatzindex", "einfacher als sonst", "letzten bekannten Stand"
PAGES = ["/", "/angebote", "/angebote?q=Kurse&stadt=marl", "/staedte/marl", "/themen/deutsch-lernen"]


@dataclass
class Clock:
    """A clock for breakers that goes when it is told to."""

    now: float = 0.0

    def __call__(self) -> float:
        return self.now


@dataclass
class Pages:
    """An application of the test's own, its visitor, and the clock of its breakers."""

    app: Flask
    client: FlaskClient
    folder: Path
    clock: Clock = field(default_factory=Clock)

    @property
    def here(self) -> Context:
        return state(self.app)


@pytest.fixture
def opened(demo_folder: Path, tmp_path: Path) -> Iterator[Callable[..., Pages]]:
    """Opens an application over a copy of the demo, with changed settings."""
    made: list[Flask] = []

    def open_pages(**changes: str) -> Pages:
        folder = installation.copy(demo_folder, tmp_path / f"data{len(made)}")
        cache._pages.clear()
        app = create_app(installation.settings(folder, **changes))
        made.append(app)
        pages = Pages(app, app.test_client(), folder)
        for level in pages.here.search.levels:
            level.breaker._clock = pages.clock
        store = pages.here.search.levels[0].service._store
        assert isinstance(store, Breaker)
        store._clock = pages.clock
        return pages

    yield open_pages
    for app in made:
        close(app)


def lose_index(pages: Pages) -> None:
    """The embedded index cannot be read any more."""
    served(pages).rename(away(pages))


def find_index(pages: Pages) -> None:
    away(pages).rename(served(pages))


def served(pages: Pages) -> Path:
    """Where the link points that the indexer made: pages read the same folder, by the name that the store has."""
    link = index_folder(pages.folder) / CURRENT
    return link.parent / link.readlink()


def away(pages: Pages) -> Path:
    return index_folder(pages.folder) / "away"


@pytest.fixture
def at_standby(opened: Callable[..., Pages]) -> Pages:
    """OpenSearch has been built and is away; the index beside it answers."""
    pages = opened(SEARCH_URL=NOWHERE)
    build_primary(pages)
    return pages


def build_primary(pages: Pages) -> None:
    """The store says that OpenSearch has an index of the same words."""
    with pages.here.database.writing() as session:
        table = IndexState.__table__
        row = dict(session.execute(select(table).where(table.c.state == "current")).one()._mapping)
        session.execute(insert(IndexState), [row | {"name": f"{row['name']}x", "engine": "opensearch"}])


@pytest.fixture
def at_database(opened: Callable[..., Pages]) -> Pages:
    """No index answers."""
    pages = opened()
    lose_index(pages)
    return pages


def engine_of(pages: Pages, query: str = "q=Kurse") -> str:
    found = pages.client.get(f"/angebote.json?{query}").get_json()
    return str(found["engine"])


def test_as_always_no_page_says_anything(opened: Callable[..., Pages]) -> None:
    pages = opened()
    for path in PAGES:
        text = pages.client.get(path).text
        assert not any(word in text for word in (STANDBY, DATABASE, DETACHED))
    assert engine_of(pages) == "embedded"


def test_without_opensearch_the_standby_answers_and_pages_say_so(at_standby: Pages) -> None:
    for path in PAGES:
        answer = at_standby.client.get(path)
        assert answer.status_code == 200
        assert STANDBY in answer.text
        assert DATABASE not in answer.text
    found = at_standby.client.get("/angebote.json?q=Kurse").get_json()
    assert found["engine"] == "standby"
    assert any(value["count"] for value in found["facets"]["stadt"])


def test_without_any_index_the_data_base_answers_and_pages_say_so(at_database: Pages) -> None:
    for path in PAGES:
        answer = at_database.client.get(path)
        assert answer.status_code == 200
        assert DATABASE in answer.text
    assert engine_of(at_database) == "database"


def test_before_the_first_index_the_data_base_answers(opened: Callable[..., Pages]) -> None:
    pages = opened(SEARCH_URL=NOWHERE, STANDBY="off")
    assert engine_of(pages) == "database"
    assert pages.here.search.levels[0].breaker.open is False


@pytest.mark.parametrize(
    "query", ["", "stadt=marl", "thema=deutsch-lernen&sprache=ar", "tag=mo&kinderbetreuung=ja", "plz=45768&umkreis=5"]
)
def test_filters_find_the_same_at_every_level(opened: Callable[..., Pages], query: str) -> None:
    pages = opened()
    before = pages.client.get(f"/angebote.json?sortierung=titel&{query}").get_json()
    lose_index(pages)
    after = pages.client.get(f"/angebote.json?sortierung=titel&{query}").get_json()
    assert (before["engine"], after["engine"]) == ("embedded", "database")
    assert after["total"] == before["total"]
    assert [offer["id"] for offer in after["offers"]] == [offer["id"] for offer in before["offers"]]
    assert after.keys() == before.keys()
    assert after["facets"].keys() == before["facets"].keys() == {facet.name for facet in FACETS}
    for values in after["facets"].values():
        assert all(
            value["count"] is None and value.keys() == {"value", "label", "count", "selected"} for value in values
        )
    chosen = [[v["value"] for v in answer["facets"]["stadt"] if v["selected"]] for answer in (before, after)]
    assert chosen[0] == chosen[1]


def test_a_page_without_numbers_keeps_filters_chips_orders_and_pages(at_database: Pages) -> None:
    text = at_database.client.get("/angebote?stadt=marl&seite=2").text
    assert re.search(r'name="stadt" value="marl" form="suche" checked', text)
    assert re.search(r'name="stadt" value="herten" form="suche">', text)
    assert " disabled" not in text
    assert not re.search(r'option__count">\d', text)
    assert "Die Zahl hinter einem Wert" not in text
    assert 'class="chip"' in text
    assert "sortierung=titel" in text
    assert 'aria-current="page"' in text
    assert text.count('<article class="hit">') == 20


def test_the_start_page_without_numbers_keeps_topics_and_towns(at_database: Pages) -> None:
    text = at_database.client.get("/").text
    assert "/themen/deutsch-lernen" in text
    assert text.count("/staedte/marl") == 2
    assert "None" not in text
    assert "0 Angebote" not in text
    for path in ("/staedte/marl", "/themen/deutsch-lernen"):
        entry = at_database.client.get(path).text
        assert "None" not in entry
        assert 'class="plain-list link-columns"><li>' in entry


def test_nothing_found_offers_a_way_on(at_database: Pages) -> None:
    text = at_database.client.get("/angebote?q=xyzzyqwert&stadt=marl").text
    assert "Dazu haben wir nichts gefunden" in text
    assert "Ohne alle Filter suchen" in text


def test_english_pages_say_it_in_english(at_database: Pages, opened: Callable[..., Pages]) -> None:
    for path in ("/en/", "/en/angebote?q=course"):
        text = at_database.client.get(path).text
        assert "simpler than usual" in text
        assert DATABASE not in text
    standby = opened(SEARCH_URL=NOWHERE)
    assert "standby index" in standby.client.get("/en/angebote").text


def test_exports_and_suggestions_work_without_an_index(at_database: Pages, opened: Callable[..., Pages]) -> None:
    before = opened()
    rows = [
        {
            row["quelle_nr"]
            for row in csv.DictReader(io.StringIO(pages.client.get("/angebote.csv?stadt=marl").text), delimiter=";")
        }
        for pages in (before, at_database)
    ]
    assert rows[0] == rows[1] != set()
    found = at_database.client.get("/vorschlaege?q=deutschk").get_json()["suggestions"]
    assert any(entry["kind"] == "Angebot" for entry in found)
    assert any(
        entry["kind"] == "Thema" for entry in at_database.client.get("/vorschlaege?q=kinderb").get_json()["suggestions"]
    )


def test_the_search_comes_back_by_itself(at_database: Pages) -> None:
    for _ in range(FAILURES + 1):
        assert engine_of(at_database) == "database"
    find_index(at_database)
    assert engine_of(at_database) == "database", "left alone"
    at_database.clock.now += SHORTEST
    assert engine_of(at_database) == "embedded"
    for path in PAGES:
        assert DATABASE not in at_database.client.get(path).text


def test_while_a_level_is_left_alone_nobody_asks_it(at_database: Pages, monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(FAILURES):
        engine_of(at_database)
    asked: list[SearchRequest] = []
    monkeypatch.setattr(at_database.here.search.engine, "search", asked.append)
    for _ in range(5):
        assert engine_of(at_database) == "database"
    assert asked == []


def test_a_page_of_a_lower_level_is_never_kept_for_the_first(
    opened: Callable[..., Pages], monkeypatch: pytest.MonkeyPatch
) -> None:
    pages = opened()
    search = pages.here.search.engine.search

    def once(request: SearchRequest) -> Found:
        monkeypatch.setattr(pages.here.search.engine, "search", search)
        raise SearchUnavailable("once")

    for path in ("/", "/angebote", "/staedte/marl", "/themen/deutsch-lernen"):
        monkeypatch.setattr(pages.here.search.engine, "search", once)
        pages.client.get(path)
        assert DATABASE not in pages.client.get(path).text


def test_a_page_of_a_lower_level_is_kept_for_itself(at_database: Pages, monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(FAILURES):
        engine_of(at_database)
    first = at_database.client.get("/angebote").data
    lowest = at_database.here.search.levels[-1].service.engine
    monkeypatch.setattr(lowest, "search", lambda request: pytest.fail("asked again"))
    assert at_database.client.get("/angebote").data == first


def test_a_query_that_is_refused_opens_nothing(opened: Callable[..., Pages], monkeypatch: pytest.MonkeyPatch) -> None:
    pages = opened()

    def refuse(request: SearchRequest) -> Found:
        raise SearchUnavailable("400: the query has too many clauses", of_query=True)

    monkeypatch.setattr(pages.here.search.engine, "search", refuse)
    for _ in range(FAILURES + 1):
        assert engine_of(pages) == "database"
    assert not pages.here.search.levels[0].breaker.open


def test_readiness_names_the_level_and_what_failed(
    opened: Callable[..., Pages], at_standby: Pages, at_database: Pages
) -> None:
    ready = opened().client.get("/readyz")
    assert ready.status_code == 200
    assert (ready.get_json()["level"], ready.get_json()["search"], ready.get_json()["failures"]) == (
        "embedded",
        "ok",
        {},
    )
    ready = at_standby.client.get("/readyz")
    assert ready.status_code == 200
    assert ready.get_json()["level"] == "standby"
    assert ready.get_json()["failures"] == {"opensearch": "not reachable"}
    ready = at_database.client.get("/readyz")
    assert ready.status_code == 200
    assert (ready.get_json()["level"], ready.get_json()["search"]) == ("database", "unavailable")


def test_metrics_name_levels_failures_and_breakers(at_database: Pages) -> None:
    for _ in range(FAILURES):
        engine_of(at_database)
    text = at_database.client.get("/metrics").text
    assert re.search(r'angebote_search_seconds_count\{engine="database"\} [1-9]', text)
    assert re.search(r'angebote_search_failures_total\{engine="embedded"\} [1-9]', text)
    assert 'angebote_search_breaker_open{engine="embedded"} 1.0' in text
    find_index(at_database)
    at_database.clock.now += SHORTEST
    assert engine_of(at_database) == "embedded"
    assert 'angebote_search_breaker_open{engine="embedded"} 0.0' in at_database.client.get("/metrics").text


def test_a_breaker_is_told_once_in_the_log(capsys: pytest.CaptureFixture[str], opened: Callable[..., Pages]) -> None:
    pages = opened()
    lose_index(pages)
    for _ in range(FAILURES + 3):
        engine_of(pages)
    find_index(pages)
    pages.clock.now += SHORTEST
    for _ in range(3):
        engine_of(pages)
    lines = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    told = [(line["event"], line["level"], line["engine"]) for line in lines if line["event"] != "request"]
    assert told == [("left alone", "warning", "embedded"), ("answers again", "warning", "embedded")]


def lose_store(pages: Pages, monkeypatch: pytest.MonkeyPatch) -> None:
    """No connection to the store can be had."""

    def refuse() -> None:
        raise StoreUnavailable("gone")

    monkeypatch.setattr(pages.here.database, "reading", refuse)


def test_without_the_store_an_index_goes_on_with_what_was_known(
    opened: Callable[..., Pages], monkeypatch: pytest.MonkeyPatch
) -> None:
    pages = opened()
    before = pages.client.get("/angebote.json?q=Kurse&stadt=marl").get_json()
    with monkeypatch.context() as patch:
        lose_store(pages, patch)
        answer = pages.client.get("/angebote?q=Kurse&stadt=marl")
        assert answer.status_code == 200
        assert DETACHED in answer.text
        assert pages.client.get("/angebote.json?q=Kurse&stadt=marl").get_json()["offers"] == before["offers"]
        assert pages.client.get("/readyz").status_code == 503
        offer = pages.client.get(before["offers"][0]["url"])
        assert offer.status_code == 503
        assert 'id="suche"' in offer.text, "the search goes on, so it is offered"
        for _ in range(3):
            assert DETACHED in pages.client.get("/").text
    pages.clock.now += SHORTEST
    for path in PAGES:
        assert DETACHED not in pages.client.get(path).text


def test_without_store_and_index_there_is_a_503_that_helps(at_database: Pages, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.rmtree(index_folder(at_database.folder))
    lose_store(at_database, monkeypatch)
    for path in PAGES:
        answer = at_database.client.get(path)
        assert answer.status_code == 503
        assert "Telefon" in answer.text
    answer = at_database.client.get("/angebote.json")
    assert (answer.status_code, answer.get_json()["error"]["status"]) == (503, 503)
    assert at_database.client.get("/vorschlaege?q=kurs").status_code in {200, 503}
    assert at_database.client.get("/readyz").status_code == 503
