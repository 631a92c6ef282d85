"""A changed vocabulary is a change of every offer that shows one of its terms."""

from __future__ import annotations

from typing import Any

import pytest

from service.store import changes, meta, offers, terms
from service.store.database import Database
from service.store.offers import Edit
from tests.store.factory import SLUGS, lists, record, term


@pytest.fixture
def county(database: Database) -> Database:
    with database.writing() as session:
        terms.replace(session, lists())
    return database


def save(database: Database, *records: dict[str, Any]) -> list[int]:
    with database.writing() as session:
        return offers.save(session, [Edit(entry) for entry in records], actor="redaktion").keys


def relabelled(name: str, slug: str) -> dict[str, Any]:
    """The vocabularies with another label for one term."""
    entries = [term(s, "Neuer Name" if s == slug else "", parent) for s, parent in SLUGS[name].items()]
    return lists(**{name: entries})


def touched(database: Database, new: dict[str, Any]) -> list[int]:
    """Keys of the offers that the new vocabularies turn into changes."""
    with database.writing() as session:
        before = changes.latest_rev(session)
        terms.replace(session, new)
        return [key for _, key in changes.changes_after(session, before, 100)]


def test_vocabularies_come_back_as_they_were(county: Database) -> None:
    with county.reading() as session:
        loaded = terms.load(session)
    assert {name: list(entries.values()) for name, entries in loaded.lists.items()} == lists()
    assert loaded.version == 1


def test_equal_vocabularies_change_nothing(county: Database) -> None:
    save(county, record(topics=["jugend"]))
    assert touched(county, lists()) == []
    with county.reading() as session:
        assert terms.version(session) == 1


def test_each_change_raises_the_version(county: Database) -> None:
    with county.writing() as session:
        assert terms.replace(session, relabelled("topics", "jugend")) == 1
        assert terms.version(session) == 2


@pytest.mark.parametrize(
    ("vocabulary", "slug", "carries"),
    [
        ("topics", "jugend", {"topics": ["jugend"]}),
        ("topics", "deutsch-lernen", {"topics": ["deutschkurse"]}),
        ("kinds", "kurs", {"kind": "kurs"}),
        ("costs", "kostenlos", {"cost": "kostenlos"}),
        ("towns", "marl", {"towns": ["marl"]}),
        ("towns", "marl", {"responsible_town": "marl"}),
        ("languages", "ar", {"languages": [{"code": "ar"}]}),
        ("levels", "a1", {"levels": ["a1"]}),
        ("levels", "a1", {"course_runs": [{"level": "a1", "starts_on": "2026-02-02"}]}),
        ("access", "wc", {"places": [{"name": "Bürgerhaus", "access": ["stufenlos", "wc"]}]}),
        ("postcodes", "45770", {"places": [{"postcode": "45770"}]}),
        ("features", "barrierefrei", {}),
    ],
)
def test_a_changed_term_changes_the_offers_that_carry_it(
    county: Database, vocabulary: str, slug: str, carries: dict[str, Any]
) -> None:
    carrying = save(county, record(**carries))
    assert touched(county, relabelled(vocabulary, slug)) == carrying


@pytest.mark.parametrize(
    ("vocabulary", "slug"),
    [(name, next(iter(slugs))) for name, slugs in SLUGS.items() if name not in terms.DERIVED],
)
def test_a_changed_term_leaves_other_offers_alone(county: Database, vocabulary: str, slug: str) -> None:
    save(county, record())
    assert touched(county, relabelled(vocabulary, slug)) == []


def test_a_term_that_is_gone_changes_the_offers_that_carry_it(county: Database) -> None:
    keys = save(county, record(audiences=["eltern"]))
    assert touched(county, lists(audiences=[term("frauen")])) == keys


def test_another_order_is_a_new_version_but_no_change_of_offers(county: Database) -> None:
    save(county, record(audiences=["eltern", "frauen"]))
    assert touched(county, lists(audiences=[term("eltern"), term("frauen")])) == []
    with county.reading() as session:
        assert list(terms.load(session)["audiences"]) == ["eltern", "frauen"]
        assert terms.version(session) == 2


def test_withdrawn_offers_are_not_touched(county: Database) -> None:
    key = save(county, record(topics=["jugend"]))[0]
    with county.writing() as session:
        offers.withdraw(session, key, actor="redaktion")
    assert touched(county, relabelled("topics", "jugend")) == []


def test_values_have_defaults_and_are_overwritten(database: Database) -> None:
    with database.writing() as session:
        assert meta.get(session, "note", "none") == "none"
        meta.put(session, "note", "one")
        meta.put(session, "note", "two")
    with database.reading() as session:
        assert meta.get(session, "note") == "two"


def test_each_store_has_an_id_of_its_own_that_stays(database: Database) -> None:
    with database.writing() as session:
        before = meta.store_id(session)
        meta.prepare(session)
        assert meta.store_id(session) == before
    assert len(before) == 36
