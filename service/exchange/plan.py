"""What an import would do, worked out without holding anybody up: the store is only read.

Two passes. The first validates every entry and packs it; the second puts the entries beside the store. Packed records
take a tenth of the memory, so that 100,000 of them fit easily.
"""

import pickle
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Generic, TypeVar
from uuid import uuid4

from service.errors import InvalidRecord
from service.exchange.columns import column_of, contact_cells
from service.exchange.entries import Entry, Place, Progress
from service.exchange.merge import Merge
from service.exchange.report import Report
from service.schemas.offer import dump_record, validate_record
from service.store import changes, matching, records
from service.store.database import Database
from service.store.identity import new_public_id
from service.store.offers import Edit
from service.vocabulary import Vocabularies

BATCH = 2000
"""Large enough that what a batch costs by itself does not count, small enough for 50 MB."""
T = TypeVar("T")
Key = tuple[str, ...]


class Packed(Generic[T]):
    """A long list, kept compressed, batch by batch."""

    def __init__(self) -> None:
        self._batches: list[bytes] = []
        self._open: list[T] = []
        self.count = 0

    def append(self, value: T) -> None:
        """Adds a value."""
        self._open.append(value)
        self.count += 1
        if len(self._open) == BATCH:
            self._batches.append(zlib.compress(pickle.dumps(self._open, pickle.HIGHEST_PROTOCOL), 1))
            self._open = []

    def batches(self) -> Iterator[list[T]]:
        """The values in order, some hundreds at a time."""
        for batch in self._batches:
            yield pickle.loads(zlib.decompress(batch))  # noqa: S301  our own bytes, never left this process
        if self._open:
            yield self._open


@dataclass(slots=True)
class Incoming:
    """An entry that passed validation; `given` as in `Entry`."""

    line: int
    record: dict[str, Any]
    given: tuple[str, ...]
    tabular: bool


@dataclass
class Plan:
    """What to write, and the revision up to which the store was looked at."""

    rev: int
    edits: Packed[Edit] = field(default_factory=Packed)
    keys: set[int] = field(default_factory=set)
    fresh: set[Key] = field(default_factory=set)
    """Names of new offers: nobody else may take them before they are written."""


class People:
    """Providers and contacts of a file. Where several records name the same one, it gets what they say together.

    The store does so for what is saved at once; a file is saved in parts, and importing it twice must change nothing.
    """

    def __init__(self) -> None:
        self._merged: dict[Any, dict[str, Any]] = {}

    def gather(self, record: dict[str, Any]) -> None:
        """Adds what a record says; later records win."""
        for person in self._of(record):
            merged = self._merged.setdefault(self._name(person), dict(person))
            merged |= {name: value for name, value in person.items() if value not in ("", None)}

    def complete(self, record: dict[str, Any]) -> dict[str, Any]:
        """The record with what the whole file says of its people."""
        contacts = [self._merged[self._name(contact)] for contact in record["contacts"]]
        provider = record["provider"]
        return record | {"contacts": contacts, "provider": self._merged[self._name(provider)] if provider else None}

    @staticmethod
    def _of(record: dict[str, Any]) -> list[dict[str, Any]]:
        return [*record["contacts"], *([record["provider"]] if record["provider"] else [])]

    @staticmethod
    def _name(person: dict[str, Any]) -> Any:
        if "role" in person:
            return person["id"] or contact_cells(person)
        return person["name"]


def _with_ids(record: dict[str, Any]) -> dict[str, Any]:
    """A new record with its ids: drawn here, not while everybody waits for the writing."""
    return record | {"id": record["id"] or uuid4(), "public_id": record["public_id"] or new_public_id()}


def names_of(record: dict[str, Any]) -> list[Key]:
    """The names by which an entry means an offer; the first that is known counts."""
    source, provider = record["source"], record["provider"]
    names: list[Key] = []
    if record["id"]:
        names.append(("id", str(record["id"])))
    elif record["public_id"]:
        names.append(("public_id", record["public_id"]))
    if source["id"]:
        names.append(("source", source["name"], source["id"]))
    if not names:
        names.append(("title", provider["name"] if provider else "", record["title"]))
    return names


@dataclass
class Valid:
    """The valid entries of a file, and its people."""

    entries: Packed[Incoming] = field(default_factory=Packed)
    people: People = field(default_factory=People)


def validate(entries: Iterable[Entry], place: Place, report: Report, progress: Progress) -> Valid:
    """The valid entries; everything that is wrong goes into the report."""
    found = Valid()
    seen: dict[Key, int] = {}
    for number, entry in enumerate(entries, 1):
        if number % 100 == 0:
            progress("Prüfen", number, None)
        for field_name, text in entry.problems:
            report.complain(entry.line, field_name, text)
        if entry.note:
            report.notes.append(entry.note)
        if entry.data is None:
            continue
        record = _valid(entry, place.vocabularies, report)
        if record is not None and not entry.problems and not _repeated(record, entry, seen, report):
            found.entries.append(Incoming(entry.line, record, entry.given, entry.tabular))
            if not entry.tabular:  # rows say no more of people than what tells them apart
                found.people.gather(record)
    return found


def _valid(entry: Entry, vocabularies: Vocabularies, report: Report) -> dict[str, Any] | None:
    try:
        return validate_record(vocabularies, entry.data)
    except InvalidRecord as error:
        told = {name for name, _ in entry.problems}
        for path, texts in error.problems.items():
            name = column_of(path) if entry.tabular else path
            if name not in told:
                report.complain(entry.line, name, " ".join(texts))
        return None


def _repeated(record: dict[str, Any], entry: Entry, seen: dict[Key, int], report: Report) -> bool:
    """Complains about an offer that is in the file already."""
    fields = {"id": "id", "public_id": "quelle_nr", "source": "quelle_nr", "title": "titel"}
    if not entry.tabular:
        fields |= {"public_id": "public_id", "source": "source.id", "title": "title"}
    for name in names_of(record):
        first = seen.setdefault(name, entry.line)
        if first != entry.line:
            what = "Anbieter und Titel" if name[0] == "title" else "Kennung" if "id" in name[0] else "Quelle und Nummer"
            advice = "Bitte quelle_nr angeben oder eine Zeile löschen." if name[0] == "title" else "Bitte eine löschen."
            report.complain(entry.line, fields[name[0]], f"{what} stehen schon in {report.unit} {first}. {advice}")
            return True
    return False


class Known:
    """Which offer of the store has which name."""

    def __init__(self, identities: Iterable[matching.Identity]) -> None:
        self.keys: dict[Key, int] = {}
        self.titles: dict[Key, list[tuple[bool, bool, int]]] = {}
        for offer in identities:
            self.keys[("id", str(offer.uuid))] = self.keys[("public_id", offer.public_id)] = offer.key
            if offer.number:
                self._take(("source", offer.source, offer.number), offer)
            found = self.titles.setdefault(("title", offer.provider, offer.title), [])
            found.append((offer.deleted, bool(offer.number), offer.key))

    def _take(self, name: Key, offer: matching.Identity) -> None:
        if name not in self.keys or not offer.deleted:  # a living offer before one that was deleted
            self.keys[name] = offer.key

    def find(self, incoming: Incoming) -> list[int]:
        """The offers that may be meant: none, one, or several of the same provider and title."""
        for name in names_of(incoming.record):
            if name[0] != "title":
                if name in self.keys:
                    return [self.keys[name]]
                continue
            numberless = [found for found in self.titles.get(name, ()) if not found[1]]
            if "quelle_nr" not in incoming.given and "source" not in incoming.given:
                numberless = numberless or self.titles.get(name, [])
            best = [found for found in numberless if found[0] == min(numberless)[0]]
            return [key for _, _, key in best]
        return []


def against_store(
    database: Database, found: Valid, place: Place, report: Report, progress: Progress, *,
    today: date, overwrite: bool,
) -> Plan:  # fmt: skip
    """Puts the entries beside the store: what is new, what differs, what stays."""
    report.new = report.changed = report.unchanged = 0
    report.left_alone = []
    with database.snapshot() as session:
        plan = Plan(changes.latest_rev(session))
        known = Known(matching.identities(session))
    comparing = Comparing(Merge(today, place.towns), place.vocabularies, plan, report, overwrite)
    done = 0
    for batch in found.entries.batches():
        for incoming in batch:
            if not incoming.tabular:
                incoming.record = found.people.complete(incoming.record)
        meant = [known.find(incoming) for incoming in batch]
        with database.snapshot() as session:
            stored = records.load(session, sorted({keys[0] for keys in meant if len(keys) == 1}))
        for incoming, keys in zip(batch, meant, strict=True):
            comparing.take(incoming, keys, stored)
        done += len(batch)
        progress("Vergleichen", done, found.entries.count)
    return plan


@dataclass
class Comparing:
    """Decides entry by entry and writes plan and report."""

    merge: Merge
    vocabularies: Vocabularies
    plan: Plan
    report: Report
    overwrite: bool

    def take(self, incoming: Incoming, keys: list[int], stored: dict[int, records.StoredOffer]) -> None:
        """One entry and the offers that it may mean."""
        if not keys:
            self.plan.fresh |= set(names_of(incoming.record))
            self.plan.edits.append(Edit(_with_ids(incoming.record)))
            self.report.new += 1
        elif len(keys) > 1:
            text = "Mehrere Angebote dieses Anbieters heißen so. Bitte quelle und quelle_nr angeben."
            self.report.complain(incoming.line, "titel" if incoming.tabular else "title", text)
        elif keys[0] in self.plan.keys:
            text = "Eine andere Zeile der Datei meint dasselbe Angebot. Bitte eine löschen."
            self.report.complain(incoming.line, "quelle_nr" if incoming.tabular else "source.id", text)
        elif keys[0] in stored:
            self.plan.keys.add(keys[0])
            self._over(incoming, stored[keys[0]])

    def _over(self, incoming: Incoming, offer: records.StoredOffer) -> None:
        put = self.merge.row if incoming.tabular else self.merge.fields
        record = put(offer, incoming.record, incoming.given)
        title = offer.record["title"]
        if offer.deleted and not self.overwrite:
            self.report.left_alone.append((incoming.line, f"„{title}“ wurde hier gelöscht und bleibt gelöscht."))
        elif record == offer.record and not offer.deleted:
            self.report.unchanged += 1
            if offer.edited_here:  # it equals its source again
                self.plan.edits.append(Edit(record, offer.key))
        elif offer.edited_here and not self.overwrite:
            self.report.left_alone.append((incoming.line, f"„{title}“ wurde hier bearbeitet und bleibt, wie es ist."))
        elif self._fits(record, offer, incoming):
            self.plan.edits.append(Edit(record, offer.key))
            self.report.changed += 1

    def _fits(self, record: dict[str, Any], offer: records.StoredOffer, incoming: Incoming) -> bool:
        """Rules across fields, where some come from the file and some from the store. What was wrong before is not its fault."""
        wrong = self._problems(record)
        if wrong:
            before = self._problems(offer.record)
            wrong = {path: texts for path, texts in wrong.items() if path not in before}
        for path, texts in wrong.items():
            self.report.complain(incoming.line, column_of(path) if incoming.tabular else path, " ".join(texts))
        return not wrong

    def _problems(self, record: dict[str, Any]) -> dict[str, list[str]]:
        try:
            validate_record(self.vocabularies, dump_record(record))
        except InvalidRecord as error:
            return error.problems
        return {}
