"""Store and index side by side: ids and revisions of both are streamed in the same order, so memory stays flat."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Literal
from uuid import UUID

from indexer.writers import IndexWriter
from service.store import indexes
from service.store.database import Database
from service.store.indexes import OfferRev

PAGE = 5_000
FIRST = UUID(int=0)
Kind = Literal["missing", "stale", "surplus", "foreign"]
"""missing: visible, but not in the index; stale: in it with another revision; surplus: in it, but not visible (or twice);
foreign: in it, but unknown to the store."""


@dataclass(frozen=True, slots=True)
class Difference:
    """An offer about which store and index disagree. `key` is None for one that the store does not know."""

    uuid: UUID
    key: int | None
    kind: Kind


def differences(database: Database, writer: IndexWriter, name: str, applied: int, today: date) -> Iterator[Difference]:
    """Where a refreshed index differs from the store as of the revision `applied`; what changed later is left out."""
    doubtful: dict[UUID, int] = {}
    in_index = _merged(writer.revs(name))
    entry = next(in_index, None)
    for offer in _offers(database, today):
        while entry and entry[0] < offer.uuid:
            doubtful[entry[0]] = entry[1]
            entry = next(in_index, None)
        found = 0
        if entry and entry[0] == offer.uuid:
            found = entry[1]
            entry = next(in_index, None)
        if found != (offer.rev if offer.visible else 0):
            doubtful[offer.uuid] = found
        if len(doubtful) >= PAGE:
            yield from _confirmed(database, doubtful, applied, today)
            doubtful = {}
    doubtful |= dict([entry, *in_index] if entry else [])
    yield from _confirmed(database, doubtful, applied, today)


def _merged(revs: Iterator[tuple[str, int]]) -> Iterator[tuple[UUID, int]]:
    """Each id once; one that is there twice has the revision -1, which no offer has."""
    last: tuple[UUID, int] | None = None
    for offer_id, rev in revs:
        uuid = UUID(offer_id)
        if last and last[0] == uuid:
            last = (uuid, -1)
            continue
        if last:
            yield last
        last = (uuid, rev)
    if last:
        yield last


def _offers(database: Database, today: date) -> Iterator[OfferRev]:
    after = FIRST
    while True:
        with database.reading() as session:
            page = indexes.offer_revs(session, today, after, PAGE)
        yield from page
        if len(page) < PAGE:
            return
        after = page[-1].uuid


def _confirmed(database: Database, doubtful: dict[UUID, int], applied: int, today: date) -> Iterator[Difference]:
    """Looks again: edits go on meanwhile."""
    with database.reading() as session:
        known = {offer.uuid: offer for offer in indexes.offer_revs_of(session, today, list(doubtful))}
    for uuid, rev in doubtful.items():
        offer = known.get(uuid)
        if offer is None:
            yield Difference(uuid, None, "foreign")
        elif offer.rev <= applied and rev != (offer.rev if offer.visible else 0):
            yield Difference(uuid, offer.key, _kind(offer, rev))


def _kind(offer: OfferRev, rev: int) -> Kind:
    if not offer.visible or rev < 0:
        return "surplus"
    return "stale" if rev else "missing"
