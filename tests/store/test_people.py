"""Providers and contacts are shared: one change of theirs is a change of every offer that names them."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from service.store import changes, offers, records
from service.store.database import Database
from service.store.models import AuditEntry, Contact, Provider
from service.store.offers import Edit
from tests.store.factory import contact, provider, record


def save(database: Database, *edits: Edit) -> list[int]:
    with database.writing() as session:
        return offers.save(session, edits, actor="redaktion").keys


def part(database: Database, key: int, name: str) -> Any:
    with database.reading() as session:
        stored = records.load_one(session, key)
    assert stored is not None
    return stored.record[name]


def changed_after(database: Database, rev: int) -> list[int]:
    with database.reading() as session:
        return [key for _, key in changes.changes_after(session, rev, 100)]


def count(database: Database, model: type[Any]) -> int:
    with database.reading() as session:
        return len(session.scalars(select(model.id)).all())


def test_offers_with_the_same_provider_share_it(database: Database) -> None:
    one, two = save(database, Edit(record(provider=provider())), Edit(record(provider=provider())))
    assert part(database, one, "provider") == part(database, two, "provider")
    assert count(database, Provider) == 1


def test_a_changed_provider_changes_every_offer_that_names_it(database: Database) -> None:
    one, two = save(database, Edit(record(provider=provider())), Edit(record(provider=provider())))
    other, gone = save(database, Edit(record()), Edit(record(provider=provider())))
    with database.writing() as session:
        rev = offers.withdraw(session, gone, actor="redaktion")
    save(database, Edit(record(provider=provider(phone="0221 4710-999")), key=one))
    assert changed_after(database, rev) == [one, two]
    assert part(database, two, "provider")["phone"] == "0221 4710-999"
    assert other not in changed_after(database, rev)


def test_a_changed_contact_changes_every_offer_that_names_it(database: Database) -> None:
    one, two = save(database, Edit(record(contacts=[contact()])), Edit(record(contacts=[contact()])))
    shared = part(database, one, "contacts")[0]
    save(database, Edit(record(contacts=[contact(id=str(shared["id"]), hours="Mo 9–12")]), key=two))
    assert changed_after(database, 2) == [two, one]
    assert part(database, one, "contacts")[0]["hours"] == "Mo 9–12"


def test_a_new_offer_that_corrects_its_provider_changes_the_others(database: Database) -> None:
    old = save(database, Edit(record(provider=provider())))[0]
    new = save(database, Edit(record(title="Neu", provider=provider(phone="0221 4710-999"))))[0]
    assert changed_after(database, 1) == [new, old]
    with database.reading() as session:
        entry = session.scalars(select(AuditEntry).where(AuditEntry.action == "provider.change")).one()
    assert entry.object == f"provider:{part(database, new, 'provider')['id']}"
    assert entry.details == {"fields": {"phone": ["0221 4710-100", "0221 4710-999"]}}


def test_empty_values_do_not_erase_what_is_known_of_a_provider(database: Database) -> None:
    key = save(database, Edit(record(provider=provider(website="https://buero.example.org"))))[0]
    save(database, Edit(record(provider={"name": "Beratungsbüro Herten"}), key=key))
    known = part(database, key, "provider")
    assert (known["phone"], known["website"]) == ("0221 4710-100", "https://buero.example.org")
    assert changed_after(database, 1) == []


def test_a_record_that_does_not_say_who_may_see_a_number_does_not_publish_it(database: Database) -> None:
    hidden = contact(phone_visibility="internal")
    key = save(database, Edit(record(contacts=[hidden])))[0]
    save(database, Edit(record(contacts=[contact(hours="Di 9–12")]), key=key))
    known = part(database, key, "contacts")[0]
    assert (known["hours"], known["phone_visibility"], known["mail_visibility"]) == ("Di 9–12", "internal", "public")


def test_a_provider_is_renamed_by_its_id(database: Database) -> None:
    one, two = save(database, Edit(record(provider=provider())), Edit(record(provider=provider())))
    known = part(database, one, "provider")
    save(database, Edit(record(provider={"id": str(known["id"]), "name": "Beratungshaus Herten"}), key=one))
    assert part(database, two, "provider")["name"] == "Beratungshaus Herten"
    assert part(database, two, "provider")["phone"] == "0221 4710-100"
    assert count(database, Provider) == 1


def test_records_of_one_batch_complete_each_other(database: Database) -> None:
    bare = {"name": "Beratungsbüro Herten"}
    edits = [Edit(record(provider=bare)), Edit(record(provider=provider()))]
    keys = save(database, *edits)
    assert part(database, keys[0], "provider")["phone"] == "0221 4710-100"
    save(database, *(Edit(edit.record, key=key) for edit, key in zip(edits, keys, strict=True)))
    assert changed_after(database, 2) == []


def test_a_contact_twice_in_a_record_is_named_once(database: Database) -> None:
    key = save(database, Edit(record(contacts=[contact(), contact(), contact(role="Kinderbetreuung")])))[0]
    assert [named["role"] for named in part(database, key, "contacts")] == ["Kursanmeldung", "Kinderbetreuung"]
    assert count(database, Contact) == 2


def test_a_contact_given_by_id_and_by_what_it_says_is_one(database: Database) -> None:
    key = save(database, Edit(record(contacts=[contact()])))[0]
    number = str(part(database, key, "contacts")[0]["id"])
    both = [contact(id=number, hours="Mo 9–12"), contact()]
    save(database, Edit(record(contacts=both), key=key))
    known = part(database, key, "contacts")
    assert [named["hours"] for named in known] == ["Mo 9–12"]
    assert count(database, Contact) == 1


def test_a_provider_with_an_id_of_another_store_keeps_it(database: Database) -> None:
    foreign = "11111111-2222-4333-8444-555555555555"
    key = save(database, Edit(record(provider=provider(id=foreign))))[0]
    assert str(part(database, key, "provider")["id"]) == foreign


def test_two_new_providers_with_one_id_become_two(database: Database) -> None:
    foreign = "11111111-2222-4333-8444-555555555555"
    one = Edit(record(provider=provider(id=foreign)))
    two = Edit(record(provider=provider(id=foreign, name="Anderes Büro")))
    keys = save(database, one, two)
    assert part(database, keys[0], "provider")["name"] != part(database, keys[1], "provider")["name"]
