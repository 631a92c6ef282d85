"""What the public may read of a record, and by which words of it it may be found."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from indexer.document import texts
from service.store import offers, records
from service.store.database import Database
from service.store.public import public_record
from service.store.records import StoredOffer
from tests.store.factory import contact, record

TODAY = date(2026, 11, 23)


@pytest.fixture
def stored(database: Database) -> StoredOffer:
    with database.writing() as session:
        key = offers.save(session, [offers.Edit(record())], actor="Tests").keys[0]
    with database.reading() as session:
        found = records.load_one(session, key)
    assert found
    return found


def with_fields(stored: StoredOffer, **fields: Any) -> StoredOffer:
    return replace(stored, record={**stored.record, **fields})


def place(**changes: Any) -> dict[str, Any]:
    return {
        "name": "Haus Ginster", "street": "Pfad 7", "postcode": "45768", "city": "Marl", "district": "Hamm", "lat": 51.0,
        "lon": 7.0, "outside_county": False, "visibility": "district", "access": [], "transport": "Bus bis Ginster",
    } | changes  # fmt: skip


def test_a_place_of_which_only_the_district_is_public_says_nothing_more(stored: StoredOffer) -> None:
    guarded = with_fields(stored, places=[place()])
    assert "Ginster" not in str(public_record(guarded, TODAY)["places"])
    assert "Ginster" not in texts(guarded).body
    assert "Hamm" in texts(guarded).body


def test_a_public_place_is_found_by_its_name(stored: StoredOffer) -> None:
    assert "Ginster" in texts(with_fields(stored, places=[place(visibility="full")])).body


@pytest.mark.parametrize(
    ("channels", "shown"),
    [
        ({"phone": "0221 4710-1", "mail": "", "phone_visibility": "internal"}, False),
        ({"phone": "0221 4710-1", "mail": "a@example.org", "phone_visibility": "counsellors"}, True),
        ({"phone": "", "mail": ""}, True),
    ],
)
def test_a_contact_whom_nobody_outside_may_reach_is_not_named(
    stored: StoredOffer, channels: dict[str, str], shown: bool
) -> None:
    usual = {"phone_visibility": "public", "mail_visibility": "public", "consent_on": None, "delete_by": None}
    named = contact() | usual | {"name": "Beratungsbüro"} | channels
    found = public_record(with_fields(stored, contacts=[named]), TODAY)["contacts"]
    assert [entry["name"] for entry in found] == (["Beratungsbüro"] if shown else [])
    assert "0221 4710-1" not in str(found)
