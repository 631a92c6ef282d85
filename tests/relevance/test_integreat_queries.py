"""Judged queries on the real pages of another county's portal. Nothing is tuned on them, so they tell how a strange
collection fares.

The pages lie beside the repository and are not part of it; without them the test of the ids is skipped.
"""

from __future__ import annotations

import unicodedata
from collections import Counter
from pathlib import Path

import pytest

from service.relevance.judged import FOLDER, Judged, Source, read_folder
from tests.exchange.conftest import Desk, desk
from tests.exchange.test_integreat import REAL, real_file

__all__ = ["desk"]
QUERIES = Path(__file__).parent / "integreat"
ENOUGH = {"alltag": 30, "frage": 30, "gebeugt": 15, "stichwort": 30, "unsinn": 15, "verschrieben": 25, "zusammen": 20}
MOST_RIGHT = 5
"""What a counsellor expects on top are a few pages, not a list."""


@pytest.fixture(scope="module")
def judged(tmp_path_factory: pytest.TempPathFactory) -> list[Judged]:
    """All queries, read as a county's are."""
    county = tmp_path_factory.mktemp("integreat")
    (county / FOLDER).symlink_to(QUERIES, target_is_directory=True)
    return read_folder(county)


def test_every_slice_is_there_with_enough_queries(judged: list[Judged]) -> None:
    numbers = Counter(query.slice for query in judged)

    assert set(numbers) == set(ENOUGH)
    assert [name for name in ENOUGH if numbers[name] < ENOUGH[name]] == []
    assert len(judged) >= 160


def test_no_query_is_for_tuning(judged: list[Judged]) -> None:
    assert {query.purpose for query in judged} == {"pruefen"}


def test_no_query_is_asked_twice(judged: list[Judged]) -> None:
    asked = Counter(" ".join(unicodedata.normalize("NFKC", query.query).casefold().split()) for query in judged)

    assert [query for query, number in asked.items() if number > 1] == []


def test_only_nonsense_has_no_answer(judged: list[Judged]) -> None:
    unanswered = {query.query for query in judged if not query.right}

    assert unanswered == {query.query for query in judged if query.slice == "unsinn"}


def test_few_pages_are_expected_on_top(judged: list[Judged]) -> None:
    assert [query.query for query in judged if len(query.right) > MOST_RIGHT] == []


@real_file
def test_every_judged_page_is_imported(judged: list[Judged], desk: Desk) -> None:
    desk.take_file(REAL)
    imported = {Source(record["source"]["name"], record["source"]["id"]) for record in desk.records()}
    named = {source for query in judged for source in (*query.right, *query.fine)}

    assert sorted(map(str, named - imported)) == []
