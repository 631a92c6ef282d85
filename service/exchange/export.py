"""Export: all offers that are not deleted, in the order in which they were made, so that an import makes them alike.

CSV and XLSX hold what everybody may know (`service.exchange.columns`), of drafts too; JSONL holds everything.
"""

import io
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from typing import IO, Any

from sqlalchemy.orm import Session

from service.exchange import jsonl, sheets, tabular
from service.exchange.entries import Progress, silent
from service.store import matching, records, terms
from service.store.database import Database
from service.store.public import public_record

FORMATS = ("csv", "xlsx", "jsonl")


def export(database: Database, format: str, file: IO[bytes], today: date, progress: Progress = silent) -> int:  # noqa: A002
    """Writes all offers as they are at one moment. Returns how many. Raises `sheets.TooLong`."""
    with database.snapshot() as session:
        total, twins = _count(session)
        seen = _Counted(progress, total)
        if format == "jsonl":
            with _text(file) as out:
                out.writelines(jsonl.lines(seen.records(session, None)))
            return seen.count
        towns = {term.label().casefold() for term in terms.load(session)["towns"].values()}
        found = seen.records(session, today)
        if format == "xlsx":
            sheets.write(found, file, towns, twins)
        else:
            with _text(file) as out:
                out.writelines(tabular.csv_lines(found, True, towns, twins))
        return seen.count


class _Counted:
    """Reads the records and tells how far it is."""

    def __init__(self, progress: Progress, total: int) -> None:
        self.progress, self.total, self.count = progress, total, 0

    def records(self, session: Session, public_on: date | None) -> Iterator[dict[str, Any]]:
        for batch in records.stream(session):
            for stored in batch:
                yield public_record(stored, public_on) if public_on else stored.record
            self.count += len(batch)
            self.progress("Ausgeben", self.count, self.total)


@contextmanager
def _text(file: IO[bytes]) -> Iterator[io.TextIOWrapper]:
    out = io.TextIOWrapper(file, encoding="utf-8", newline="")
    yield out
    out.detach()  # flushes, and leaves the file open for its owner


def _count(session: Session) -> tuple[int, set[str]]:
    """How many offers there are, and the public ids of those that have the key of another one."""
    total, twins = 0, set[str]()
    first: dict[tuple[str, ...], str] = {}
    for offer in matching.identities(session):
        if not offer.deleted:
            total += 1
            name = (offer.source, offer.number) if offer.number else (offer.provider, offer.title, "")
            if first.setdefault(name, offer.public_id) != offer.public_id:
                twins |= {offer.public_id, first[name]}
    return total, twins
