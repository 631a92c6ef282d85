"""Checking all followed indexes against the store, for every night: differences become changes, which the tail applies."""

from collections import Counter
from dataclasses import dataclass

from indexer.compare import differences
from indexer.switching import Indexing
from service.store import changes, indexes, jobs, visibility

GERMAN = {
    "missing": "fehlen",
    "stale": "sind veraltet",
    "surplus": "sind zu viel",
    "foreign": "sind der Datenbank unbekannt",
}
AT_ONCE = 1_000


@dataclass(frozen=True, slots=True)
class Outcome:
    """What was found in one index, by kind; `refused` offers are known failures and count as no difference."""

    name: str
    kinds: dict[str, int]
    refused: int

    @property
    def differences(self) -> int:
        """Number of offers about which store and index disagree."""
        return sum(self.kinds.values())

    def __str__(self) -> str:
        found = ", ".join(f"{count} {GERMAN[kind]}" for kind, count in sorted(self.kinds.items())) or "keine Abweichung"
        return f"{self.name}: {found}" + (f"; {self.refused} werden abgelehnt" if self.refused else "") + "."


def verify(work: Indexing) -> list[Outcome]:
    """Compares, and writes changes for what differs. An offer unknown to the store cannot be changed: that orders a
    rebuild. Raises `SearchUnavailable`, `StoreUnavailable`."""
    with work.database.writing() as session:
        visibility.record_due(session, work.today())
    with work.database.reading() as session:
        followed = [i for i in indexes.listed(session, work.writer.engine) if i.state in indexes.FOLLOWED]
    return [_verify(work, index.name) for index in followed]


def _verify(work: Indexing, name: str) -> Outcome:
    with work.database.reading() as session:
        applied = indexes.applied_rev(session, name)
        refused = indexes.failures(session, name)
    work.writer.refresh(name)
    kinds: Counter[str] = Counter()
    keys: list[int] = []
    for found in differences(work.database, work.writer, name, applied, work.today()):
        if found.key in refused:
            continue
        kinds[found.kind] += 1
        if found.key is not None:
            keys.append(found.key)
    for start in range(0, len(keys), AT_ONCE):
        with work.database.writing() as session:
            changes.record_changes(session, keys[start : start + AT_ONCE])
    if kinds["foreign"]:
        with work.database.writing() as session:
            jobs.order(session, jobs.REBUILD, f"Prüfung: {name}", work.clock())
    return Outcome(name, dict(kinds), len(refused))
