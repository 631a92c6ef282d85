"""Many writers at once: none is lost, none waits for ever, and revisions come in the order of the commits."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, Event

import pytest
from sqlalchemy import select

from service.errors import EditConflict
from service.store import changes, offers, records
from service.store.database import Database
from service.store.models import Provider
from service.store.offers import Edit
from tests.store.factory import contact, provider, record

WRITERS, ROUNDS = 4, 8


def save(database: Database, edit: Edit) -> int:
    with database.writing() as session:
        return offers.save(session, [edit], actor="redaktion").keys[0]


def at_once(write: Callable[[int], None]) -> None:
    """Runs `write(number)` in several threads that begin together; raises what one of them raised."""
    start = Barrier(WRITERS)

    def run(number: int) -> None:
        start.wait()
        write(number)

    with ThreadPoolExecutor(WRITERS) as pool:
        list(pool.map(run, range(WRITERS)))


def test_a_reader_never_sees_a_revision_before_an_older_one(database: Database) -> None:
    ended = Event()
    gaps: list[list[int]] = []

    def watch() -> None:
        while not ended.is_set():
            with database.reading() as session:
                seen = [rev for rev, _ in changes.changes_after(session, 0, 1000)]
            if seen != list(range(1, len(seen) + 1)):
                gaps.append(seen)

    def write(number: int) -> None:
        for turn in range(ROUNDS):
            save(database, Edit(record(title=f"Kurs {number}-{turn}")))

    with ThreadPoolExecutor(1) as watcher:
        watching = watcher.submit(watch)
        try:
            at_once(write)
        finally:
            ended.set()
        watching.result()
    assert gaps == []
    with database.reading() as session:
        assert changes.latest_rev(session) == WRITERS * ROUNDS


def test_of_two_edits_of_one_revision_one_is_refused(database: Database) -> None:
    key = save(database, Edit(record()))
    refused: list[int] = []

    def write(number: int) -> None:
        try:
            save(database, Edit(record(title=f"Von {number}"), key=key, expected_rev=1))
        except EditConflict:
            refused.append(number)

    at_once(write)
    assert len(refused) == WRITERS - 1
    with database.reading() as session:
        assert changes.latest_rev(session) == 2


def test_offers_that_share_provider_and_contact_do_not_block_each_other_for_ever(database: Database) -> None:
    shared = {"provider": provider(), "contacts": [contact()]}
    keys = [save(database, Edit(record(title=f"Kurs {number}", **shared))) for number in range(WRITERS)]

    def write(number: int) -> None:
        for turn in range(ROUNDS):
            changed = {
                "provider": provider(phone=f"0221 4710-{number}{turn}0"),
                "contacts": [contact(hours=f"{number}:{turn}")],
            }
            save(database, Edit(record(title=f"Kurs {number}", **changed), key=keys[number]))

    at_once(write)
    with database.reading() as session:
        found = records.load(session, keys)
        revs = [offer.rev for offer in found.values()]
        assert max(revs) == changes.latest_rev(session)
        assert len({str(offer.record["provider"]) for offer in found.values()}) == 1


def test_writers_that_name_the_same_new_provider_make_one(database: Database) -> None:
    at_once(lambda number: void(save(database, Edit(record(title=f"Kurs {number}", provider=provider())))))
    with database.reading() as session:
        assert len(session.scalars(select(Provider.id)).all()) == 1


def void(_: object) -> None:
    """For calls whose answer nobody needs."""


@pytest.mark.parametrize("fails", [1, 2])
def test_a_writer_that_fails_uses_up_no_revision(database: Database, fails: int) -> None:
    def write(number: int) -> None:
        try:
            with database.writing() as session:
                offers.save(session, [Edit(record(title=f"Kurs {number}"))], actor="redaktion")
                if number < fails:
                    raise OSError("no power")
        except OSError:
            pass

    at_once(write)
    with database.reading() as session:
        revs = [rev for rev, _ in changes.changes_after(session, 0, 100)]
    assert revs == list(range(1, WRITERS - fails + 1))
