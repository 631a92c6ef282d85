"""What a store can be asked: judged queries that apply to it, and titles of its offers."""

from __future__ import annotations

from uuid import UUID

from indexer.switching import Indexing
from service.relevance.judged import TITLES, Judged, Source
from service.relevance.questions import MOST_TITLES, Asked, Question, applying, mixed, titles
from service.store import records
from service.store.database import Database
from tests.indexer.conftest import TODAY
from tests.indexer.scenes import add, withdraw

KURS, CAFE, LATER, GONE = (Source("liste", name) for name in ("kurs", "cafe", "spaeter", "weg"))


def stock(work: Indexing) -> dict[Source, UUID]:
    """Offers of a list: two that are shown, one of later, one that was deleted."""
    keys = {
        source: add(work, source.number, source={"name": source.name, "id": source.number}, **more)[0]
        for source, more in [(KURS, {}), (CAFE, {}), (LATER, {"visible_from": "2031-01-01"}), (GONE, {})]
    }
    withdraw(work, keys[GONE])
    with work.database.reading() as session:
        return {source: records.load(session, [key])[key].uuid for source, key in keys.items()}


def asked(database: Database, *judged: Judged) -> Asked:
    with database.reading() as session:
        return applying(session, judged, TODAY)


def test_judged_offers_become_grades(work: Indexing) -> None:
    uuids = stock(work)
    found = asked(work.database, Judged("alltag", 2, "deutsch", (KURS,), (CAFE,), "pruefen"))

    assert found.questions == [Question("alltag", "deutsch", {uuids[KURS]: 2, uuids[CAFE]: 1}, "pruefen")]
    assert [*found.left_out, *found.unknown, *found.hidden] == []


def test_what_is_not_shown_is_left_out_and_named(work: Indexing) -> None:
    uuids = stock(work)
    elsewhere = Source("andere", "kurs")
    partly, gone = Judged("a", 2, "x", (KURS, LATER), (GONE,)), Judged("a", 3, "y", (LATER, elsewhere), (KURS,))
    found = asked(work.database, partly, gone)

    assert [question.grades for question in found.questions] == [{uuids[KURS]: 2}]
    assert found.left_out == [gone]
    assert found.unknown == [GONE, elsewhere]
    assert found.hidden == [LATER]


def test_nothing_must_be_found_only_where_the_judged_offers_are(work: Indexing) -> None:
    nothing = Judged("nichts", 2, "qwertz")

    assert asked(work.database, nothing, Judged("a", 2, "x", (KURS,))).questions == []
    stock(work)
    assert (
        Question("nichts", "qwertz", {}, "abstimmen")
        in asked(work.database, nothing, Judged("a", 2, "x", (KURS,))).questions
    )


def test_titles_are_the_same_ones_each_time(work: Indexing) -> None:
    add(work, *(f"Kurs {number}" for number in range(MOST_TITLES + 20)))
    with work.database.reading() as session:
        first, again = titles(session, TODAY), titles(session, TODAY)

    assert first == again
    assert len(first) == MOST_TITLES
    assert all(question.slice == TITLES and len(question.grades) == 1 for question in first)


def test_offers_with_one_title_answer_it_all(work: Indexing) -> None:
    add(work, "Deutschkurs", "Deutschkurs", "Sprachcafé")
    add(work, "Deutschkurs", status="draft")
    add(work, "Nur geplant", status="draft")
    with work.database.reading() as session:
        found = {question.query: len(question.grades) for question in titles(session, TODAY)}

    assert found == {"Deutschkurs": 2, "Sprachcafé": 1}


def test_whoever_stops_early_has_asked_something_of_each_slice() -> None:
    questions = [Question(name, f"{name}{number}", {}) for name in "ab" for number in range(3)] + [
        Question("c", "c0", {})
    ]

    assert [question.query for question in mixed(questions, 5)] == ["a0", "b0", "c0", "a1", "b1"]
