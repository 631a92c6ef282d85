"""Offers are written in one transaction an edit and read as they were written."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from service.errors import EditConflict, OfferNotFound
from service.schemas.offer import dump_record, validate_record
from service.store import changes, offers, records
from service.store.database import Database
from service.store.models import AuditEntry, Base, Change, Offer
from service.store.offers import Edit, Saved
from service.store.records import StoredOffer
from tests.store.factory import VOCABULARIES, contact, full_record, provider, record


def save(database: Database, *edits: Edit, imported: bool = False, now: datetime | None = None) -> Saved:
    with database.writing() as session:
        return offers.save(session, edits, actor="redaktion", imported=imported, now=now)


def load(database: Database, key: int) -> StoredOffer:
    with database.reading() as session:
        found = records.load_one(session, key)
    assert found is not None
    return found


def outbox(database: Database) -> list[tuple[int, int]]:
    with database.reading() as session:
        return changes.changes_after(session, 0, 1000)


def entries(database: Database) -> list[AuditEntry]:
    with database.reading() as session:
        return list(session.scalars(select(AuditEntry).order_by(AuditEntry.id)))


def test_a_record_comes_back_with_every_field(database: Database) -> None:
    written = full_record()
    stored = load(database, save(database, Edit(written)).keys[0])

    expected = dump_record(written)
    expected["translations"].sort(key=lambda entry: entry["language"])
    expected["provider"]["id"] = str(stored.record["provider"]["id"])
    for said, found in zip(expected["contacts"], stored.record["contacts"], strict=True):
        said["id"] = str(found["id"])
        said["phone_visibility"] = said["phone_visibility"] or "public"
        said["mail_visibility"] = said["mail_visibility"] or "public"
    assert dump_record(stored.record) == expected
    assert stored.provider_slug == "bildungswerk-marl"
    assert stored.slug == "groesser-werden-deutsch-fuer-eltern-a1"


def test_a_stored_record_is_a_valid_record(database: Database) -> None:
    stored = load(database, save(database, Edit(full_record())).keys[0]).record
    assert validate_record(VOCABULARIES, dump_record(stored)) == stored


def test_a_short_record_has_every_field_too(database: Database) -> None:
    stored = load(database, save(database, Edit(record())).keys[0])
    assert stored.record.keys() == full_record().keys()
    assert stored.record["provider"] is None


def test_equal_records_draw_no_revision(database: Database) -> None:
    first = save(database, Edit(full_record()))
    again = save(database, Edit(full_record(), key=first.keys[0]))
    assert (again.rev, again.changed) == (first.rev, [])
    assert len(entries(database)) == 1


def test_revisions_follow_the_order_of_the_edits(database: Database) -> None:
    saved = save(database, *(Edit(record(title=f"Kurs {number}")) for number in range(5)))
    assert outbox(database) == list(enumerate(saved.keys, 1))
    with database.reading() as session:
        assert [offer.rev for offer in records.load(session, saved.keys).values()] == [1, 2, 3, 4, 5]
        assert len(changes.changes_after(session, 3, 9)) == 2
        assert changes.changes_after(session, 3, 1) == [(4, saved.keys[3])]


def test_keys_come_in_the_order_of_the_edits(database: Database) -> None:
    old = save(database, Edit(record(title="Alt"))).keys[0]
    saved = save(
        database, Edit(record(title="Neu 1")), Edit(record(title="Anders"), key=old), Edit(record(title="Neu 2"))
    )
    titles = [load(database, key).record["title"] for key in saved.keys]
    assert titles == ["Neu 1", "Anders", "Neu 2"]
    assert (saved.created, saved.changed) == ([saved.keys[0], saved.keys[2]], [old])


def test_a_changed_record_replaces_all_its_parts(database: Database) -> None:
    key = save(database, Edit(full_record())).keys[0]
    save(database, Edit(record(towns=["waltrop"]), key=key))
    stored = load(database, key).record
    assert stored["towns"] == ["waltrop"]
    assert [stored[part] for part in ("places", "times", "course_runs", "translations", "contacts", "languages")] == [
        []
    ] * 6


def test_id_and_public_id_stay_for_ever(database: Database) -> None:
    key = save(database, Edit(full_record())).keys[0]
    save(database, Edit(record(title="Ganz anders", public_id="zzzz9999"), key=key))
    stored = load(database, key)
    assert (stored.public_id, str(stored.uuid)) == ("abcd2345", "9d0e8f5e-3a60-4c39-9f0c-0f5b3f5a4f11")
    assert stored.slug == "ganz-anders"


def test_a_public_id_that_is_taken_is_drawn_anew(database: Database) -> None:
    saved = save(database, Edit(record(public_id="abcd2345")), Edit(record(public_id="abcd2345")))
    save(database, Edit(record(public_id="abcd2345")))
    assert load(database, saved.keys[0]).public_id == "abcd2345"
    assert load(database, saved.keys[1]).public_id != "abcd2345"


def test_a_failing_edit_leaves_nothing(database: Database) -> None:
    key = save(database, Edit(full_record())).keys[0]
    before = _everything(database)

    def fail() -> None:
        with database.writing() as session:
            changed = full_record(title="Anders", provider=provider(), contacts=[contact()])
            offers.save(session, [Edit(changed, key=key), Edit(record())], actor="redaktion")
            offers.withdraw(session, key, actor="redaktion")
            raise OSError("disk full")

    with pytest.raises(OSError, match="full"):
        fail()
    assert _everything(database) == before


def test_an_edit_of_an_older_revision_is_refused(database: Database) -> None:
    first = save(database, Edit(record()))
    save(database, Edit(record(title="Die anderen"), key=first.keys[0], expected_rev=first.rev))
    with pytest.raises(EditConflict, match="inzwischen geändert"):
        save(database, Edit(record(title="Wir"), key=first.keys[0], expected_rev=first.rev))
    assert load(database, first.keys[0]).record["title"] == "Die anderen"


def test_an_offer_that_is_not_there_cannot_be_changed(database: Database) -> None:
    with pytest.raises(OfferNotFound):
        save(database, Edit(record(), key=4711))
    with pytest.raises(OfferNotFound), database.writing() as session:
        offers.withdraw(session, 4711, actor="redaktion")


def test_two_edits_of_one_offer_in_one_batch_are_a_mistake(database: Database) -> None:
    key = save(database, Edit(record())).keys[0]
    with pytest.raises(ValueError, match="two edits"):
        save(database, Edit(record(title="Eins"), key=key), Edit(record(title="Zwei"), key=key))


def test_an_import_marks_an_offer_as_equal_to_its_source(database: Database) -> None:
    key = save(database, Edit(record()), imported=True).keys[0]
    assert not load(database, key).edited_here
    edited = save(database, Edit(record(title="Von Hand"), key=key))
    assert load(database, key).edited_here
    again = save(database, Edit(record(title="Von Hand"), key=key), imported=True)
    assert not load(database, key).edited_here
    assert again.rev == edited.rev


def test_a_new_status_notes_its_day(database: Database) -> None:
    monday = datetime(2026, 3, 2, 12, tzinfo=UTC)
    key = save(database, Edit(record()), now=monday).keys[0]
    save(database, Edit(record(title="Neu"), key=key), now=monday + timedelta(days=1))
    assert load(database, key).status_since == monday.date()
    save(database, Edit(record(status="ended"), key=key), now=monday + timedelta(days=2))
    stored = load(database, key)
    assert stored.status_since.isoformat() == "2026-03-04"
    assert (stored.created_at, stored.changed_at) == (monday, monday + timedelta(days=2))


def test_withdrawing_keeps_the_row(database: Database) -> None:
    first = save(database, Edit(full_record()))
    with database.writing() as session:
        rev = offers.withdraw(session, first.keys[0], actor="redaktion")
    stored = load(database, first.keys[0])
    assert (stored.deleted, stored.rev, rev) == (True, 2, 2)
    assert stored.record["title"] == full_record()["title"]
    assert outbox(database)[-1] == (2, first.keys[0])


def test_withdrawing_twice_is_one_change(database: Database) -> None:
    key = save(database, Edit(record())).keys[0]
    for _ in range(2):
        with database.writing() as session:
            assert offers.withdraw(session, key, actor="redaktion") == 2
    assert len(outbox(database)) == 2


def test_saving_a_withdrawn_offer_brings_it_back(database: Database) -> None:
    key = save(database, Edit(record())).keys[0]
    with database.writing() as session:
        offers.withdraw(session, key, actor="redaktion")
    assert save(database, Edit(record(), key=key)).changed == [key]
    assert not load(database, key).deleted


def test_offers_are_found_by_their_names(database: Database) -> None:
    keys = save(database, Edit(full_record()), Edit(record(source={"name": "kreisliste", "id": "4712"}))).keys
    wanted = [("kreisliste", "4712"), ("kreisliste", "9"), ("kreisliste", "")]
    with database.reading() as session:
        assert offers.key_by_public_id(session, "abcd2345") == keys[0]
        assert offers.key_by_public_id(session, "zzzzzzzz") is None
        assert offers.keys_by_source(session, wanted) == {("kreisliste", "4712"): keys[1]}
        uuid = full_record()["id"]
        assert offers.keys_by_uuid(session, [uuid]) == {uuid: keys[0]}


def test_the_audit_says_who_changed_what(database: Database) -> None:
    first = save(database, Edit(full_record()), imported=True)
    save(database, Edit(full_record(title="Neuer Titel", visible_until="2027-01-31"), key=first.keys[0]))
    created, changed = entries(database)
    assert (created.actor, created.action, created.object, created.rev) == (
        "redaktion",
        "offer.import",
        "offer:abcd2345",
        1,
    )
    assert created.details == {"title": full_record()["title"]}
    assert (changed.action, changed.object, changed.rev) == ("offer.save", "offer:abcd2345", 2)
    assert changed.details["fields"] == {
        "title": [full_record()["title"], "Neuer Titel"],
        "visible_until": ["2026-12-31", "2027-01-31"],
    }
    assert changed.at.tzinfo is not None


def test_the_audit_names_a_withdrawn_offer_as_all_others(database: Database) -> None:
    key = save(database, Edit(full_record())).keys[0]
    with database.writing() as session:
        offers.withdraw(session, key, actor="kreis")
    last = entries(database)[-1]
    assert (last.actor, last.action, last.object, last.rev) == ("kreis", "offer.delete", "offer:abcd2345", 2)


def test_the_stream_gives_every_offer_once_in_key_order(database: Database) -> None:
    keys = save(database, *(Edit(record(title=f"Kurs {number}")) for number in range(7))).keys
    with database.writing() as session:
        offers.withdraw(session, keys[3], actor="redaktion")
    with database.snapshot() as session:
        batches = [[offer.key for offer in batch] for batch in records.stream(session, batch=2)]
        rest = [offer.key for batch in records.stream(session, batch=100, after=keys[4]) for offer in batch]
    assert batches == [keys[:2], [keys[2], keys[4]], keys[5:]]
    assert rest == keys[5:]


def test_a_snapshot_does_not_see_what_is_saved_meanwhile(database: Database) -> None:
    save(database, Edit(record()))
    with database.snapshot() as session:
        assert session.scalar(select(func.count()).select_from(Offer)) == 1
        save(database, Edit(record(title="Später")))
        assert session.scalar(select(func.count()).select_from(Offer)) == 1
        assert changes.latest_rev(session) == 1


def test_load_keeps_the_order_that_was_asked_for(database: Database) -> None:
    keys = save(database, *(Edit(record(title=f"Kurs {number}")) for number in range(4))).keys
    wanted = [keys[2], 999, keys[0], keys[3]]
    with database.reading() as session:
        assert list(records.load(session, wanted)) == [keys[2], keys[0], keys[3]]


def _everything(database: Database) -> dict[str, list[Any]]:
    with database.reading() as session:
        tables = Base.metadata.sorted_tables
        return {table.name: sorted(map(repr, session.execute(select(table)))) for table in tables}


def test_nothing_is_left_out_when_everything_is_compared(database: Database) -> None:
    save(database, Edit(full_record()))
    filled = {name for name, rows in _everything(database).items() if rows}
    assert filled >= {
        "offers",
        "offer_terms",
        "places",
        "weekly_times",
        "course_runs",
        "translations",
        "contacts",
        "audit",
    }
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Change)) == 1
