"""Checking all followed indexes against the store, for every night: differences become changes, which the tail applies.

Ids and revisions are compared, and documents: each is made again and must have the fingerprint that the index holds.
"""

from collections import Counter
from dataclasses import dataclass

from indexer.compare import Difference, differences
from indexer.shares import new_wordbook
from indexer.switching import Indexing
from service.store import changes, indexes, jobs, terms, visibility

GERMAN = {
    "missing": "fehlen",
    "stale": "sind veraltet",
    "content": "haben einen anderen Inhalt",
    "surplus": "sind zu viel",
    "foreign": "sind der Datenbank unbekannt",
}
AT_ONCE = 1_000


@dataclass(frozen=True, slots=True)
class Outcome:
    """What was found in one index, by kind, of so many `offers` in it; `refused` ones are known failures and count as no
    difference."""

    name: str
    offers: int
    kinds: dict[str, int]
    refused: int

    @property
    def differences(self) -> int:
        """Number of offers about which store and index disagree."""
        return sum(self.kinds.values())

    def __str__(self) -> str:
        found = ", ".join(f"{count} {GERMAN[kind]}" for kind, count in sorted(self.kinds.items())) or "keine Abweichung"
        refused = f"; {self.refused} werden abgelehnt" if self.refused else ""
        return f"{self.name}: {self.offers} Angebote verglichen, {found}{refused}."


def verify(work: Indexing, *, contents: bool = True) -> list[Outcome]:
    """Compares, and writes changes for what differs. An offer unknown to the store cannot be changed: that orders a
    rebuild. `contents` False: only ids and revisions, which is quicker. Raises `SearchUnavailable`, `StoreUnavailable`."""
    with work.database.writing() as session:
        visibility.record_due(session, work.today())
    with work.database.reading() as session:
        followed = [i for i in indexes.listed(session, work.writer.engine) if i.state in indexes.FOLLOWED]
    return [_verify(work, index.name, contents) for index in followed]


def _verify(work: Indexing, name: str, contents: bool) -> Outcome:
    found, version = _compared(work, name, contents)
    with work.database.reading() as session:
        if contents and found and terms.version(session) != version:  # a vocabulary changed meanwhile
            found, _ = _compared(work, name, contents)
        refused = indexes.failures(session, name)
        offers = indexes.visible_offers(session, work.today())
    counted = [difference for difference in found if difference.key not in refused]
    kinds = Counter[str](difference.kind for difference in counted)
    keys = [difference.key for difference in counted if difference.key is not None]
    for start in range(0, len(keys), AT_ONCE):
        with work.database.writing() as session:
            changes.record_changes(session, keys[start : start + AT_ONCE])
    if kinds["foreign"]:
        with work.database.writing() as session:
            jobs.order(session, jobs.rebuild(work.writer.engine), f"Prüfung: {name}", work.clock())
    return Outcome(name, offers, dict(kinds), len(refused))


def _compared(work: Indexing, name: str, contents: bool) -> tuple[list[Difference], int]:
    """The differences, and the version of the vocabularies with which documents were made."""
    with work.database.reading() as session:
        applied = indexes.applied_rev(session, name)
        vocabularies = terms.load(session)
        parts, _ = indexes.frozen_words(session, name)
    work.writer.refresh(name)
    book = new_wordbook(vocabularies, parts) if contents else None
    found = differences(work.database, work.writer, name, applied, work.today(), book)
    return list(found), vocabularies.version
