"""One writer, as a process: `python -P -m tests.storm.writer JOURNAL SEED NUMBER COUNT POOL TODAY`."""

from __future__ import annotations

import sys
import time
from datetime import date
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from service import config
from service.errors import StoreUnavailable
from service.schemas.offer import validate_record
from service.store import offers, records, terms
from service.store.database import Database
from service.store.models import Offer
from service.vocabulary import Vocabularies
from tests.storm import plan
from tests.storm.journal import Journal, Note, note
from tests.storm.plan import Operation

PATIENCE = 120.0
"""Seconds after which a store that does not answer is given up."""


def write(database: Database, vocabularies: Vocabularies, operation: Operation, actor: str) -> Note:
    """One edit in one transaction; what is returned is acknowledged."""
    record = None
    with database.writing() as session:
        key = offers.keys_by_uuid(session, [operation.offer]).get(operation.offer)
        if operation.fields is not None:
            record = validate_record(vocabularies, {"id": str(operation.offer)} | operation.fields)
            offers.save(session, [offers.Edit(record, key)], actor=actor)
        elif key is not None:
            offers.withdraw(session, key, actor=actor)
        rev = _rev(session, operation)
    return note(str(operation.offer), rev, record)


def _rev(session: Session, operation: Operation) -> int:
    return session.scalars(select(Offer.rev).where(Offer.uuid == operation.offer)).one()


def fill(database: Database, journal: Path, seed: int, size: int, today: date) -> None:
    """The offers that are there before the storm, written at once."""
    with database.reading() as session:
        vocabularies = terms.load(session)
    edits = [
        offers.Edit(validate_record(vocabularies, {"id": str(each.offer)} | (each.fields or {})))
        for each in plan.pool(seed, size, today)
    ]
    with database.writing() as session:
        saved = offers.save(session, edits, actor="storm")
    with database.reading() as session, Journal(journal) as lines:
        stored = records.load(session, saved.keys)
        lines.write(note(str(offer.uuid), offer.rev, offer.record) for offer in stored.values())


def main(journal: Path, seed: int, number: int, count: int, size: int, today: date) -> None:
    """All edits of a writer. Raises `StoreUnavailable` where the store is away for too long."""
    database = Database(config.load().database_url)
    with database.reading() as session:
        vocabularies = terms.load(session)
    shared = [operation.offer for operation in plan.pool(seed, size, today)]
    with Journal(journal) as lines:
        for operation in plan.operations(seed, number, count, shared, today):
            until = time.monotonic() + PATIENCE
            while True:
                try:
                    done = write(database, vocabularies, operation, f"storm {number}")
                    break
                except StoreUnavailable:
                    if time.monotonic() > until:
                        raise
                    time.sleep(0.1)
            lines.write([done])
    database.close()


if __name__ == "__main__":
    seed, number, count, size = (int(value) for value in sys.argv[2:6])
    main(Path(sys.argv[1]), seed, number, count, size, date.fromisoformat(sys.argv[6]))
