"""Accounts, sessions and failed logins in both data bases."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from service.errors import InvalidAccount
from service.store import accounts, listing, offers, records, sessions
from service.store.accounts import Account
from service.store.database import Database
from service.store.models import LoginSession
from tests.store import factory

NOW = datetime(2026, 5, 4, 9, 0, tzinfo=UTC)
PASSWORD = "vier lose worte reichen"


def added(database: Database, mail: str = "redaktion@example.org") -> Account:
    with database.writing() as session:
        return accounts.add(session, mail, "Redaktion", PASSWORD)


def begin(database: Database, account: Account, now: datetime = NOW) -> str:
    token = sessions.new_token()
    with database.writing() as session:
        sessions.add(session, token, account.id, {"_user_id": str(account.id)}, now)
    return token


def is_open(database: Database, token: str, now: datetime = NOW) -> bool:
    with database.reading() as session:
        return sessions.find(session, token, now) is not None


def test_mail_addresses_are_unique_whatever_their_case(database: Database) -> None:
    added(database)
    with pytest.raises(InvalidAccount, match="gibt es schon"):
        added(database, " Redaktion@Example.org ")


def test_disabling_ends_all_sessions_of_the_account_alone(database: Database) -> None:
    one, other = added(database), added(database, "andere@example.org")
    mine, theirs = begin(database, one), begin(database, other)
    with database.writing() as session:
        accounts.disable(session, one, actor="cli")
    assert (is_open(database, mine), is_open(database, theirs)) == (False, True)


def test_a_new_password_keeps_the_session_that_set_it(database: Database) -> None:
    account = added(database)
    here, elsewhere = begin(database, account), begin(database, account)
    with database.writing() as session:
        accounts.set_password(session, account, "sechs andere gute Silben", actor=account.actor, keep_session=here)
    assert (is_open(database, here), is_open(database, elsewhere)) == (True, False)


def test_a_session_that_was_ended_stays_ended(database: Database) -> None:
    token = begin(database, added(database))
    with database.writing() as session:
        sessions.end(session, token)
        sessions.keep(session, token, {"late": True}, NOW)
    assert not is_open(database, token)


def test_ended_sessions_are_forgotten(database: Database) -> None:
    account = added(database)
    old = begin(database, account, NOW - sessions.ABSOLUTE)
    begin(database, account)
    with database.reading() as session:
        assert session.get(LoginSession, sessions.hashed(old)) is None


def test_failures_count_for_fifteen_minutes_and_are_forgiven(database: Database) -> None:
    with database.writing() as session:
        rows = accounts.note_failures(session, ["account", "address"], NOW)
        assert len(accounts.failures(session, "account", NOW)) == 1
        accounts.forgive(session, rows[1:], "account")
        assert accounts.failures(session, "account", NOW) == accounts.failures(session, "address", NOW) == []
        accounts.note_failures(session, ["account"], NOW)
        assert accounts.failures(session, "account", NOW + timedelta(minutes=15)) == []


def test_list_counts_and_finds(database: Database) -> None:
    with database.writing() as session:
        records = [
            factory.record(title=f"Café {number}", status="draft" if number else "public") for number in range(3)
        ]
        keys = offers.save(session, [offers.Edit(record) for record in records], actor="tests").keys
        offers.withdraw(session, keys[2], actor="tests")
    with database.reading() as session:
        assert listing.counts(session) == {"public": 1, "draft": 1, listing.WITHDRAWN: 1}
        assert {entry.title for entry in listing.page(session, "CAFÉ")[0]} == {"Café 0", "Café 1"}
        assert [entry.title for entry in listing.page(session, "", listing.WITHDRAWN)[0]] == ["Café 2"]
        assert listing.page(session, "100%")[1] == 0


def test_shared_contacts_are_counted(database: Database) -> None:
    with database.writing() as session:
        record = factory.record(contacts=[factory.contact()])
        keys = offers.save(session, [offers.Edit(record) for _ in range(3)], actor="tests").keys
        contact = records.load(session, keys)[keys[0]].record["contacts"][0]["id"]
        assert listing.other_uses(session, [contact], keys[0]) == {contact: 2}


def test_a_form_may_empty_a_field_and_an_import_may_not(database: Database) -> None:
    with database.writing() as session:
        key = offers.save(session, [offers.Edit(factory.record(contacts=[factory.contact()]))], actor="tests").keys[0]
        record = records.load(session, [key])[key].record
        record["contacts"][0] = record["contacts"][0] | {"phone": ""}
        offers.save(session, [offers.Edit(record, key)], actor="tests", imported=True)
        assert records.load(session, [key])[key].record["contacts"][0]["phone"]
        offers.save(session, [offers.Edit(record, key)], actor="tests", clearing=True)
        assert records.load(session, [key])[key].record["contacts"][0]["phone"] == ""
