"""The county's judged queries: their offers exist and can be found, and every slice holds enough of them."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from service.exchange.demo import SOURCE, load_demo
from service.relevance.judged import Judged, Source, read_folder
from service.store import migrate, records, terms
from service.store.database import Database
from service.store.visibility import is_visible
from service.vocabulary import read_folder as read_vocabularies
from tests.exchange.conftest import SEED, TODAY

SLICES = (
    "alltag", "frage", "gebeugt", "genau", "gender", "ort",
    "sprachen", "umschrieben", "unsinn", "verneint", "verschrieben", "zusammen",
)  # fmt: skip
LANGUAGES = ("ar", "bg", "en", "fa", "fr", "pl", "ro", "ru", "sq", "tr", "uk")
"""The languages of the pages besides German, and two that are common here without pages of their own."""
ENDS_SOON = date(2027, 1, 31)
"""A query must not lose its last right answer when an offer that ends after a few weeks is gone."""

JUDGED = read_folder(SEED)
BY_SLICE = {name: [judged for judged in JUDGED if judged.slice == name] for name in SLICES}
Offers = dict[Source, records.StoredOffer]


@pytest.fixture(scope="module")
def offers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Offers]:
    """All demo offers by where they came from, as a store keeps them."""
    folder: Path = tmp_path_factory.mktemp("golden")
    database = Database(f"sqlite:///{folder / 'store.sqlite'}")
    migrate.upgrade(database)
    with database.writing() as session:
        terms.replace(session, read_vocabularies(SEED))
    load_demo(database, SEED)
    with database.reading() as session:
        stored = [offer for batch in records.stream(session) for offer in batch]
    yield {Source(SOURCE, offer.record["source"]["id"]): offer for offer in stored}
    database.close()


def test_every_slice_is_there_with_enough_queries() -> None:
    assert {judged.slice for judged in JUDGED} == set(SLICES)
    assert [name for name in SLICES if len(BY_SLICE[name]) < 40] == []


def test_every_judged_offer_exists_and_is_visible(offers: Offers) -> None:
    named = {source for judged in JUDGED for source in (*judged.right, *judged.fine)}

    assert sorted(map(str, named - offers.keys())) == []
    assert sorted(str(source) for source in named if not is_visible(offers[source], TODAY)) == []


def test_every_query_keeps_an_answer_when_the_next_offers_end(offers: Offers) -> None:
    ends = {source: offer.record["visible_until"] or date.max for source, offer in offers.items()}

    assert [judged.query for judged in JUDGED if judged.right and _last(judged, ends) <= ENDS_SOON] == []


def test_no_query_is_asked_twice() -> None:
    asked = Counter(_normalised(judged.query) for judged in JUDGED)

    assert [query for query, number in asked.items() if number > 1] == []


@pytest.mark.parametrize("name", SLICES)
def test_two_of_five_queries_are_kept_for_checking(name: str) -> None:
    kept = sum(judged.purpose == "pruefen" for judged in BY_SLICE[name])

    assert 0.35 <= kept / len(BY_SLICE[name]) <= 0.45


def test_only_nonsense_has_no_answer() -> None:
    assert [judged.query for judged in BY_SLICE["unsinn"] if judged.right or judged.fine] == []
    assert [judged.query for judged in JUDGED if judged.slice != "unsinn" and not judged.right] == []


def test_every_language_is_asked_in() -> None:
    marks = Counter(judged.note.partition(":")[0] for judged in BY_SLICE["sprachen"])

    assert set(marks) == set(LANGUAGES)
    assert [language for language, number in marks.items() if number < 5] == []


def _last(judged: Judged, ends: dict[Source, date]) -> date:
    return max(ends[source] for source in judged.right)


def _normalised(query: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", query).casefold().split())
