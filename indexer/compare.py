"""Store and index side by side: both are streamed in the same order, so memory stays flat.

Ids and revisions are compared always. With a wordbook each document is made again and its fingerprint compared, too: that
finds what was written with other words or vocabularies than those of now, although its revision is right.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Literal, NamedTuple
from uuid import UUID

from indexer import document
from indexer.writers import IndexWriter
from service.search.wordbook import Wordbook
from service.store import indexes, records
from service.store.database import Database
from service.store.indexes import OfferRev

PAGE, PAGE_WITH_CONTENT = 5_000, 500
FIRST = UUID(int=0)
NO_REV = -1
"""The revision of an offer that an index holds twice; no offer has it."""
Kind = Literal["missing", "stale", "content", "surplus", "foreign"]
"""missing: visible, but not in the index; stale: in it with another revision; content: with the same revision and another
document; surplus: in it, but not visible (or twice); foreign: in it, but unknown to the store."""


@dataclass(frozen=True, slots=True)
class Difference:
    """An offer about which store and index disagree. `key` is None for one that the store does not know."""

    uuid: UUID
    key: int | None
    kind: Kind


class _State(NamedTuple):
    """An offer as one side has it; revision 0 where it is not there. `content_hash` is "" where nobody asks for it."""

    rev: int
    content_hash: str = ""


def differences(
    database: Database, writer: IndexWriter, name: str, applied: int, today: date, book: Wordbook | None = None
) -> Iterator[Difference]:
    """Where a refreshed index differs from the store as of the revision `applied`; what changed later is left out.

    `book` holds the index' own words with the vocabularies of now; without it contents are not compared.
    """
    doubtful: dict[UUID, _State] = {}
    in_index = _merged(writer, name, contents=book is not None)
    entry = next(in_index, None)
    for uuid, wanted in _offers(database, today, book):
        while entry and entry[0] < uuid:
            doubtful[entry[0]] = entry[1]
            entry = next(in_index, None)
        found = _State(0)
        if entry and entry[0] == uuid:
            found = entry[1]
            entry = next(in_index, None)
        if found != wanted:
            doubtful[uuid] = found
        if len(doubtful) >= PAGE:
            yield from _confirmed(database, doubtful, applied, today, book)
            doubtful = {}
    doubtful |= dict([entry, *in_index] if entry else [])
    yield from _confirmed(database, doubtful, applied, today, book)


def _merged(writer: IndexWriter, name: str, *, contents: bool) -> Iterator[tuple[UUID, _State]]:
    """Each id once; one that is there twice has a revision that no offer has."""
    last: tuple[UUID, _State] | None = None
    for entry in writer.entries(name):
        uuid = UUID(entry.offer_id)
        if last and last[0] == uuid:
            last = (uuid, _State(NO_REV))
            continue
        if last:
            yield last
        last = (uuid, _State(entry.rev, entry.content_hash if contents else ""))
    if last:
        yield last


def _offers(database: Database, today: date, book: Wordbook | None) -> Iterator[tuple[UUID, _State]]:
    """All offers as the index should have them."""
    after, size = FIRST, PAGE_WITH_CONTENT if book else PAGE
    while True:
        with database.reading() as session:
            page = indexes.offer_revs(session, today, after, size)
            stored = records.load(session, [offer.key for offer in page if offer.visible]) if book else {}
        for offer in page:
            yield offer.uuid, _wanted(offer, stored, today, book)
        if len(page) < size:
            return
        after = page[-1].uuid


def _wanted(offer: OfferRev, stored: dict[int, records.StoredOffer], today: date, book: Wordbook | None) -> _State:
    if not offer.visible:
        return _State(0)
    if book is None:
        return _State(offer.rev)
    try:
        return _State(offer.rev, document.build(stored[offer.key], book, today)["content_hash"])
    except Exception:  # an offer that makes no document stands among the refused ones, which nobody counts as different
        return _State(offer.rev)


def _confirmed(
    database: Database, doubtful: dict[UUID, _State], applied: int, today: date, book: Wordbook | None
) -> Iterator[Difference]:
    """Looks again: edits go on meanwhile."""
    uuids = list(doubtful)
    for start in range(0, len(uuids), PAGE_WITH_CONTENT):
        asked = uuids[start : start + PAGE_WITH_CONTENT]
        with database.reading() as session:
            known = {offer.uuid: offer for offer in indexes.offer_revs_of(session, today, asked)}
            visible = [offer.key for offer in known.values() if offer.visible]
            stored = records.load(session, visible) if book else {}
        for uuid in asked:
            offer, found = known.get(uuid), doubtful[uuid]
            if offer is None:
                yield Difference(uuid, None, "foreign")
            elif offer.rev <= applied and (wanted := _wanted(offer, stored, today, book)) != found:
                yield Difference(uuid, offer.key, _kind(wanted, found))


def _kind(wanted: _State, found: _State) -> Kind:
    if not wanted.rev or found.rev == NO_REV:
        return "surplus"
    if not found.rev:
        return "missing"
    return "content" if found.rev == wanted.rev else "stale"
