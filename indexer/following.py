"""Keeping one physical index current: changes after its checkpoint are looked up, written, and then counted as applied.

The order makes it safe to stop anywhere: the engine has the batch before the checkpoint says so, and a batch that is
written twice changes nothing.
"""

import logging
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy.exc import NoResultFound
from sqlalchemy.orm import Session

from indexer import document
from indexer.writers import Deletion, Document, Failure, IndexWriter
from service.german.spelling import Lexicon
from service.paths import data_folder
from service.search import wordbook
from service.search.wordbook import Wordbook
from service.store import changes, indexes, records, terms, visibility
from service.store.database import Database
from service.store.lease import Clock, Lease, LeaseLost
from service.store.records import StoredOffer

BATCH = 500
"""Changes that are applied together."""
ATTEMPTS = 3
"""Times that a refused document is tried before it is noted as failed."""

log = logging.getLogger(__name__)


@dataclass(slots=True)
class Batch:
    """What an index is to be told: documents of visible offers, deletions of all others, offers that cannot be built."""

    upserts: list[Document] = field(default_factory=list)
    deletes: list[Deletion] = field(default_factory=list)
    failures: list[Failure] = field(default_factory=list)


def make_batch(offers: Iterable[StoredOffer], book: Wordbook, today: date) -> Batch:
    """Documents and deletions for offers as they are now."""
    batch = Batch()
    for offer in offers:
        if not visibility.is_visible(offer, today):
            batch.deletes.append((str(offer.uuid), offer.rev))
            continue
        try:
            batch.upserts.append(document.build(offer, book, today))
        except Exception as error:
            log.exception("offer %s: no document", offer.public_id)
            batch.failures.append(Failure(str(offer.uuid), offer.rev, f"{type(error).__name__}: {error}"))
    return batch


def tokens(source: Document, book: Wordbook) -> set[str]:
    """The unstemmed tokens of a document, compound parts too: what the lexicon knows."""
    return {
        token for name in ("title", "body", "all_parts") for token in book.analysis.exact(source[name])
    }  # copied to the fields `all_exact` and `parts_exact` of both engines


class Follower:
    """Applies changes to one index, under a lease."""

    def __init__(
        self, database: Database, writer: IndexWriter, name: str, lease: Lease, clock: Clock, today: Callable[[], date]
    ) -> None:
        self.name = name
        self.lease = lease
        self._database = database
        self._writer = writer
        self._clock = clock
        self._today = today
        self._book: tuple[int, Wordbook] | None = None

    def advance(self) -> int:
        """Applies one batch of changes. Returns how many, 0 where the index is current.

        Raises `LeaseLost`, `SearchUnavailable`, `StoreUnavailable`; the checkpoint has not moved then.
        """
        self.lease.keep()
        with self._database.reading() as session:
            self.lease.check(session)
            try:
                due = changes.changes_after(session, indexes.applied_rev(session, self.name), BATCH)
            except NoResultFound:  # cleared away meanwhile
                return 0
            if not due:
                return 0
            offers = records.load(session, list(dict.fromkeys(key for _, key in due)))
            book = self._wordbook(session)
        batch = make_batch(offers.values(), book, self._today())
        try:
            failures = [*batch.failures, *self._write(batch)]
            words = self._new_words(batch.upserts, failures, book)
            self._record(due[-1][0], offers.values(), failures, words)
        except LeaseLost:
            self._tell_successor(list(offers))
            raise
        book.lexicon.add(words)
        log.info("%s: %d changes up to %d, token %s", self.name, len(due), due[-1][0], self.lease.token)
        return len(due)

    def _tell_successor(self, keys: Sequence[int]) -> None:
        """The batch may have been written after a newer state: the present owner looks at these offers once more."""
        with self._database.writing() as session:
            changes.record_changes(session, keys)

    def catch_up(self, progress: Callable[[int], None] = lambda _: None) -> int:
        """Applies changes until a look finds all that is left: edits that never pause do not keep it for ever. Returns how
        many."""
        applied = 0
        while count := self.advance():
            applied += count
            progress(applied)
            if count < BATCH:
                break
        return applied

    def stop(self) -> None:
        """Gives up the engine's writer and the lease."""
        self._writer.release(self.name)
        self.lease.release()

    def _write(self, batch: Batch) -> list[Failure]:
        failures = self._writer.write(self.name, batch.upserts, batch.deletes)
        for _ in range(ATTEMPTS - 1):
            if not failures:
                break
            refused = {failure.offer_id for failure in failures}
            failures = self._writer.write(self.name, [doc for doc in batch.upserts if doc["offer_id"] in refused])
        return failures

    def _new_words(self, written: Sequence[Document], failures: Sequence[Failure], book: Wordbook) -> set[str]:
        refused = {failure.offer_id for failure in failures}
        found: set[str] = set()
        for source in written:
            if source["offer_id"] not in refused:
                found |= {token for token in tokens(source, book) if not book.lexicon.knows(token)}
        return found

    def _record(self, rev: int, offers: Iterable[StoredOffer], failures: Sequence[Failure], words: set[str]) -> None:
        keys = {str(offer.uuid): offer.key for offer in offers}
        failed = {keys.pop(failure.offer_id): (failure.rev, failure.error) for failure in failures}
        with self._database.writing() as session:
            self.lease.guard(session)
            indexes.note_failures(session, self.name, failed, list(keys.values()), self._clock())
            indexes.add_words(session, self.name, words)
            indexes.advance(session, self.name, rev)
        for failure in failures:
            log.warning("%s: offer %s refused: %s", self.name, failure.offer_id, failure.error)

    def _wordbook(self, session: Session) -> Wordbook:
        """The index' own words with the vocabularies of now."""
        version = terms.version(session)
        if self._book is None or self._book[0] != version:
            lists = wordbook.read_lists(data_folder("mappings"))
            parts, words = indexes.frozen_words(session, self.name)
            lexicon = self._book[1].lexicon if self._book else _lexicon(session, self.name, words)
            self._book = (version, wordbook.make(lists, terms.load(session), parts, lexicon))
        return self._book[1]


def _lexicon(session: Session, name: str, words: bytes) -> Lexicon:
    lexicon = Lexicon.from_bytes(words) if words else Lexicon()
    for _, added in indexes.added_words(session, name, 0):
        lexicon.add(added)
    return lexicon
