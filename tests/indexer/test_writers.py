"""Both writers keep the same contract."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from indexer.writers import IndexWriter
from service.errors import SearchUnavailable
from service.search.opensearch.mapping import index_name

NOW = datetime(2026, 3, 1, 9, 30, 15, 250_000, tzinfo=UTC)
A, B, C = (str(uuid.UUID(int=number << 120 | number)) for number in (3, 70, 200))
LISTS = (
    "towns", "topics", "languages", "audiences", "kind", "levels", "cost", "modes", "weekdays", "childcare", "accessible",
    "women", "postcodes",
)  # fmt: skip


def document(offer_id: str, rev: int, **changes: Any) -> dict[str, Any]:
    """A search document without filters."""
    texts = {
        "title": "Deutschkurs",
        "title_sort": "deutschkurs",
        "body": "",
        "all_parts": "deutsch kurs",
        "labels": "",
        "suggest": "",
        "provider": "",
    }
    lists: dict[str, list[str]] = {name: [] for name in LISTS}
    named = {"offer_id": offer_id, "rev": rev, "content_hash": f"hash of {offer_id}"}
    return {**named, **texts, **lists, "changed_on": "2026-03-01", "hit": {}} | changes


@pytest.fixture
def name(writer: IndexWriter, prefix: str) -> str:
    made = index_name(prefix, 1, NOW)
    writer.create(made, {"version": 1, "store_id": "this one"})
    return made


def revs(writer: IndexWriter, name: str) -> dict[str, int]:
    writer.refresh(name)
    found = list(writer.entries(name))
    assert [entry.offer_id for entry in found] == sorted(entry.offer_id for entry in found)
    assert all(entry.content_hash == f"hash of {entry.offer_id}" for entry in found)
    return {entry.offer_id: entry.rev for entry in found}


def test_what_is_written_is_there(writer: IndexWriter, name: str) -> None:
    assert writer.write(name, [document(B, 2), document(A, 1)]) == []
    assert revs(writer, name) == {A: 1, B: 2}
    assert writer.meta(name)["store_id"] == "this one"


def test_a_newer_revision_replaces_an_older_one_never(writer: IndexWriter, name: str) -> None:
    writer.write(name, [document(A, 5), document(B, 5), document(C, 5)])
    assert writer.write(name, [document(A, 4), document(B, 6)], [(C, 4)]) == []
    assert revs(writer, name) == {A: 5, B: 6, C: 5}


def test_the_same_batch_twice_changes_nothing(writer: IndexWriter, name: str) -> None:
    writer.write(name, [document(A, 1), document(B, 2)])
    for _ in range(2):
        assert writer.write(name, [document(A, 3)], [(B, 4), (C, 4)]) == []
    assert revs(writer, name) == {A: 3}


def test_an_offer_comes_back_after_its_deletion(writer: IndexWriter, name: str) -> None:
    writer.write(name, [document(A, 1)])
    writer.write(name, [], [(A, 2)])
    writer.write(name, [document(A, 3)])
    assert revs(writer, name) == {A: 3}


def test_a_load_holds_all_its_documents(writer: IndexWriter, name: str) -> None:
    ids = [str(uuid.uuid4()) for _ in range(2_300)]
    with writer.load(name) as load:
        for start in range(0, len(ids), 700):
            load.add([writer.prepare(document(offer_id, 7)) for offer_id in ids[start : start + 700]])
    assert load.failures == []
    assert revs(writer, name) == dict.fromkeys(ids, 7)


def test_a_refused_document_is_named_and_the_others_are_written(writer: IndexWriter, name: str) -> None:
    bad = document(B, 2, changed_on="gestern")
    failures = writer.write(name, [document(A, 1), bad, document(C, 3)])
    assert [(failure.offer_id, failure.rev) for failure in failures] == [(B, 2)]
    assert failures[0].error
    assert revs(writer, name) == {A: 1, C: 3}


def test_readers_are_switched_to_one_index_at_a_time(writer: IndexWriter, name: str, prefix: str) -> None:
    later = index_name(prefix, 1, NOW + timedelta(days=1))
    writer.create(later, {"version": 1})
    assert writer.current() == ""
    writer.switch(name)
    assert writer.current() == name
    writer.switch(later)
    writer.switch(later)
    assert writer.current() == later
    assert writer.names() == [name, later]


def test_an_index_in_use_is_not_dropped(writer: IndexWriter, name: str) -> None:
    writer.switch(name)
    with pytest.raises(ValueError, match="in use"):
        writer.drop(name)
    assert writer.names() == [name]


def test_dropping_twice_is_dropping_once(writer: IndexWriter, name: str) -> None:
    writer.write(name, [document(A, 1)])
    writer.drop(name)
    writer.drop(name)
    assert writer.names() == []


def test_an_alias_is_never_written_to(writer: IndexWriter, name: str, prefix: str) -> None:
    writer.switch(name)
    with pytest.raises(ValueError, match="no physical index"):
        writer.write(prefix, [document(A, 1)])


def test_a_missing_index_is_not_made_by_writing(writer: IndexWriter, name: str) -> None:
    writer.drop(name)
    with pytest.raises(SearchUnavailable):
        writer.write(name, [document(A, 1)])
    with pytest.raises(SearchUnavailable):
        writer.switch(name)
    assert writer.names() == []
