"""First and last days pass without an edit; a periodic call turns them into changes."""

from __future__ import annotations

from datetime import date

import pytest

from service.store import changes, offers, records, visibility
from service.store.database import Database
from service.store.offers import Edit
from service.store.records import StoredOffer
from tests.store.factory import record

MONDAY, TUESDAY, WEDNESDAY = date(2026, 3, 2), date(2026, 3, 3), date(2026, 3, 4)


def save(database: Database, **fields: object) -> int:
    with database.writing() as session:
        return offers.save(session, [Edit(record(**fields))], actor="redaktion").keys[0]


def due(database: Database, today: date) -> list[int]:
    """Keys that the call of that day turns into changes."""
    with database.writing() as session:
        before = changes.latest_rev(session)
        number = visibility.record_due(session, today)
        keys = [key for _, key in changes.changes_after(session, before, 100)]
    assert number == len(keys)
    return keys


def stored(database: Database, **fields: object) -> StoredOffer:
    key = save(database, **fields)
    with database.reading() as session:
        found = records.load_one(session, key)
    assert found is not None
    return found


def test_an_offer_becomes_due_on_its_first_day(database: Database) -> None:
    key = save(database, visible_from="2026-03-03")
    save(database, visible_from="2026-03-05")
    assert due(database, MONDAY) == []
    assert due(database, TUESDAY) == [key]


def test_an_offer_becomes_due_the_day_after_its_last(database: Database) -> None:
    key = save(database, visible_until="2026-03-02")
    due(database, MONDAY)
    assert due(database, TUESDAY) == [key]
    assert due(database, WEDNESDAY) == []


def test_days_without_a_call_are_made_up_for(database: Database) -> None:
    keys = [save(database, visible_from="2026-03-03"), save(database, visible_until="2026-03-03")]
    due(database, MONDAY)
    assert due(database, date(2026, 4, 1)) == keys


def test_a_second_call_on_a_day_finds_nothing(database: Database) -> None:
    save(database, visible_from="2026-03-03")
    due(database, MONDAY)
    due(database, TUESDAY)
    assert due(database, TUESDAY) == []


def test_a_clock_that_goes_back_is_made_up_for_too(database: Database) -> None:
    key = save(database, visible_from="2026-03-03")
    due(database, WEDNESDAY)
    assert due(database, MONDAY) == [key]


def test_withdrawn_offers_are_never_due(database: Database) -> None:
    key = save(database, visible_from="2026-03-03")
    due(database, MONDAY)
    with database.writing() as session:
        offers.withdraw(session, key, actor="redaktion")
    assert due(database, TUESDAY) == []


@pytest.mark.parametrize(
    ("fields", "visible", "page"),
    [
        ({}, True, True),
        ({"visible_from": "2026-03-03", "visible_until": "2026-03-03"}, True, True),
        ({"visible_from": "2026-03-04"}, False, False),
        ({"visible_until": "2026-03-02"}, False, True),
        ({"status": "paused"}, False, True),
        ({"status": "ended"}, False, True),
        ({"status": "archived"}, False, False),
        ({"status": "draft"}, False, False),
        ({"status": "review"}, False, False),
    ],
)
def test_who_is_listed_and_who_has_a_page_on_tuesday(
    database: Database, fields: dict[str, str], visible: bool, page: bool
) -> None:
    offer = stored(database, **fields)
    assert (visibility.is_visible(offer, TUESDAY), visibility.has_page(offer, TUESDAY)) == (visible, page)


def test_a_withdrawn_offer_is_neither_listed_nor_has_a_page(database: Database) -> None:
    offer = stored(database)
    with database.writing() as session:
        offers.withdraw(session, offer.key, actor="redaktion")
        gone = records.load(session, [offer.key])[offer.key]
    assert not visibility.is_visible(gone, TUESDAY)
    assert not visibility.has_page(gone, TUESDAY)
