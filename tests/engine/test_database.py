"""The search in the store itself finds what an index finds by filters, on both data bases, and words as they stand."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any

import pytest

from indexer import document
from service.exchange.demo import load_demo
from service.paths import data_folder
from service.schemas.offer import validate_record
from service.search.criteria import SORTS, SearchCriteria
from service.search.database.client import DatabaseEngine
from service.search.engine import SearchRequest
from service.search.facets import FACETS
from service.search.plan import Plan
from service.search.service import Answer, SearchService
from service.search.understanding import understand
from service.store import migrate, offers, records, terms
from service.store.database import Database
from service.store.visibility import is_visible
from service.vocabulary import Vocabularies, read_folder
from tests.engine.conftest import TODAY, Demo
from tests.engine.test_contract import Document, fits, ordered
from tests.servers import postgres

ALL = 1000


@pytest.fixture(scope="module", params=["sqlite", "postgres"])
def store(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    """The demo offers, and some that say what the demo does not, on each data base in turn."""
    if request.param == "sqlite":
        yield from _filled(f"sqlite:///{tmp_path_factory.mktemp('store') / 'store.sqlite'}")
    else:
        with postgres.fresh_database(request.getfixturevalue("postgres_url")) as url:
            yield from _filled(url)


def _filled(url: str) -> Iterator[Database]:
    database, seed = Database(url), data_folder("seed")
    migrate.upgrade(database)
    with database.writing() as session:
        terms.replace(session, read_folder(seed))
    load_demo(database, seed)
    with database.writing() as session:
        vocabularies = terms.load(session)
        edits = [offers.Edit(validate_record(vocabularies, record)) for record in own_records()]
        offers.save(session, edits, actor="Tests")
    yield database
    database.close()


def place(**changes: Any) -> dict[str, Any]:
    return {"name": "Turmzimmer", "street": "Weg 1", "postcode": "45768", "city": "Marl", "district": ""} | changes


def own_records() -> list[dict[str, Any]]:
    """Offers of the tests' own: odd rules, hidden places, dates, characters."""
    rules = [
        "FREQ=DAILY",
        "FREQ=DAILY;BYDAY=SA,SU",
        "FREQ=WEEKLY;BYDAY=TU;UNTIL=20301231",
        "BYDAY=MO,-1WE;FREQ=MONTHLY",
    ]
    times = [{"rrule": rule, "start": "10:00", "end": "11:00"} for rule in rules]
    base = {"summary": "Ein Satz.", "status": "public"}
    return [
        base | {"title": "Xylophonkurs", "times": times[:1]},
        base | {"title": "Wochenende", "times": times[1:2]},
        base | {"title": "Dienstagsrunde", "times": times[2:3]},
        base | {"title": "Mittwochsrunde", "times": times[3:]},
        base | {"title": "ÜBERGANGSHÄUSER", "search_words": ["Wörterküche"], "other_names": ["Zürcher Modell"]},
        base | {"title": "Schutz", "places": [place(visibility="hidden", name="Geheimturm", access=["stufenlos"])]},
        base | {"title": "Treff", "places": [place(visibility="district", name="Verborgenhaus", district="Südermoor")]},
        base | {"title": "Offen", "places": [place(name="Schaufelradhalle", access=["stufenlos"])]},
        base | {"title": "Hundertprozent 100% a_b", "provider": {"name": "Querbeet-Ölmühle"}},
        base | {"title": "Sonderbar unfertig", "status": "draft"},
        base | {"title": "Sonderbar vorbei", "visible_until": "2026-11-22"},
        base | {"title": "Sonderbar später", "visible_from": "2026-11-24"},
        base | {"title": "Sonderbar heute", "visible_from": "2026-11-23", "visible_until": "2026-11-23"},
    ]


@pytest.fixture(scope="module")
def vocabularies(store: Database) -> Vocabularies:
    with store.reading() as session:
        return terms.load(session)


@pytest.fixture(scope="module")
def documents(store: Database, demo: Demo) -> Sequence[Document]:
    """What an index would hold of this store."""
    with store.reading() as session:
        stored = [offer for batch in records.stream(session) for offer in batch]
    return [document.build(offer, demo.book, TODAY) for offer in stored if is_visible(offer, TODAY)]


@pytest.fixture(scope="module")
def engine(store: Database) -> DatabaseEngine:
    return DatabaseEngine(store, lambda: TODAY)


@pytest.fixture
def ask(store: Database, engine: DatabaseEngine) -> Callable[[str], Answer]:
    """Searches words as a page does."""
    service = SearchService(store, engine)
    return lambda words: service.search(SearchCriteria(q=words), size=ALL)


def titles(answer: Answer) -> list[str]:
    return [hit.data["title"] for hit in answer.found.hits]


def everything(**changes: Any) -> SearchRequest:
    return replace(SearchRequest(Plan(), size=ALL), **changes)


def test_each_value_of_each_filter_finds_what_the_documents_say(
    engine: DatabaseEngine, documents: Sequence[Document], vocabularies: Vocabularies
) -> None:
    for facet in FACETS:
        for value in facet.terms(vocabularies):
            found = engine.search(everything(selected={facet.field: (value,)}))
            wanted = {entry["offer_id"] for entry in documents if value in entry[facet.field]}
            assert {hit.offer_id for hit in found.hits} == wanted, (facet.name, value)
            assert found.total == len(wanted)


def test_filters_together_find_what_the_documents_say(
    engine: DatabaseEngine, documents: Sequence[Document], vocabularies: Vocabularies
) -> None:
    chance = random.Random(20261123)
    codes = list(vocabularies["postcodes"])
    for _ in range(80):
        selected = {
            facet.field: tuple(chance.sample(values, min(len(values), chance.randint(1, 4))))
            for facet in chance.sample(FACETS, chance.choice([0, 1, 2, 3]))
            if (values := list(facet.terms(vocabularies)))
        }
        near = vocabularies.postcodes_within(chance.choice(codes), chance.choice([0, 3, 8]))
        postcodes = near if chance.random() < 0.5 else None
        found = engine.search(everything(selected=selected, postcodes=postcodes))
        wanted = [
            entry
            for entry in documents
            if fits(entry, selected) and (postcodes is None or fits(entry, {"postcodes": postcodes}))
        ]
        assert {hit.offer_id for hit in found.hits} == {entry["offer_id"] for entry in wanted}, (selected, postcodes)


@pytest.mark.parametrize("order", [name for name in SORTS if name != "relevanz"])
def test_orders_are_those_of_an_index(engine: DatabaseEngine, documents: Sequence[Document], order: str) -> None:
    found = engine.search(everything(order=order))
    assert [hit.offer_id for hit in found.hits] == ordered(documents, order)


@pytest.mark.parametrize("order", SORTS)
@pytest.mark.parametrize("words", ["", "Marl", "Deutsch", "Hilfe für Familien"])
def test_pages_put_together_are_the_whole(engine: DatabaseEngine, demo: Demo, order: str, words: str) -> None:
    request = SearchRequest(understand(words, demo.book), order=order, size=ALL)
    whole = engine.search(request)
    assert len(whole.hits) == whole.total > 10
    pages = [engine.search(replace(request, offset=offset, size=40)) for offset in range(0, whole.total + 40, 40)]
    assert [hit.offer_id for page in pages for hit in page.hits] == [hit.offer_id for hit in whole.hits]
    assert {page.total for page in pages} == {whole.total}


def test_a_hit_carries_what_an_index_carries(engine: DatabaseEngine, documents: Sequence[Document]) -> None:
    shown = {hit.offer_id: hit.data for hit in engine.search(everything()).hits}
    assert shown == {entry["offer_id"]: entry["hit"] for entry in documents}


def test_nothing_is_counted(ask: Callable[[str], Answer]) -> None:
    answer = ask("Deutsch")
    assert (answer.engine, answer.counted, answer.found.counts, answer.found.without) == ("database", False, {}, {})


def test_only_what_is_visible_today_is_found(ask: Callable[[str], Answer]) -> None:
    assert titles(ask("sonderbar")) == ["Sonderbar heute"]


@pytest.mark.parametrize(
    ("words", "title"),
    [
        ("Kurse", "Xylophonkurs"),
        ("xylophonkurse", "Xylophonkurs"),
        ("übergangshaus", "ÜBERGANGSHÄUSER"),
        ("UEBERGANGSHÄUSER", "ÜBERGANGSHÄUSER"),
        ("wörterküche", "ÜBERGANGSHÄUSER"),
        ("Worterkuche", "ÜBERGANGSHÄUSER"),
        ("zürcher", "ÜBERGANGSHÄUSER"),
        ("schaufelradhalle", "Offen"),
        ("Südermoor", "Treff"),
        ("ölmühle", "Hundertprozent 100% a_b"),
    ],
)
def test_words_are_found_in_all_that_people_read(ask: Callable[[str], Answer], words: str, title: str) -> None:
    assert title in titles(ask(words))


@pytest.mark.parametrize("words", ["Geheimturm", "Verborgenhaus", "xyzzyqwert", "%%%%", "____", "'; -- xyzzyqwert"])
def test_words_find_nothing_that_is_hidden_or_not_there(ask: Callable[[str], Answer], words: str) -> None:
    own = {"Schutz", "Treff", "Offen", "Wochenende"}
    answer = ask(words)
    assert answer.plan.everything or own.isdisjoint(titles(answer))


def test_more_words_and_titles_come_first(ask: Callable[[str], Answer]) -> None:
    answer = ask("Sprachkurs Frauen")
    scores = [hit.score for hit in answer.found.hits]
    assert scores == sorted(scores, reverse=True)
    assert all("frauen" in title.lower() and "sprach" in title.lower() for title in titles(answer)[:2])


def test_a_named_town_is_preferred_and_filters_nothing(ask: Callable[[str], Answer]) -> None:
    with_town, without = ask("Beratung Marl"), ask("Beratung")
    assert {hit.offer_id for hit in with_town.found.hits} == {hit.offer_id for hit in without.found.hits}
    best = with_town.found.hits[0].data
    assert "marl" in best["towns"]


def test_words_of_other_languages_find_by_their_german_label(ask: Callable[[str], Answer]) -> None:
    assert any("Deutschkurs" in title for title in titles(ask("alman dili kursu"))[:5])


def test_suggestions_begin_words_first(engine: DatabaseEngine) -> None:
    assert [found.title for found in engine.suggest(["xylophon"], 5)] == ["Xylophonkurs"]
    assert "ÜBERGANGSHÄUSER" in [found.title for found in engine.suggest(["ubergangs"], 5)]
    assert engine.suggest(["sonderbar", "vorbei"], 5) == []
    assert len(engine.suggest(["kurs"], 5)) == 5
