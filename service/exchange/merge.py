"""A file's entry over an offer that is stored: only what the file speaks of and what it says differently changes.

A cell holds less than a field (no note of a language, no coordinates, nothing that is not public). Therefore cells are
compared with the cells of the stored offer, and where one differs the rest of its part stays: notes and exceptions
by language and time, coordinates where the address is the same, visibilities always.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from service.exchange import columns
from service.exchange.times import write
from service.store.public import public_record
from service.store.records import StoredOffer

Record = dict[str, Any]
CARRIED = ("hours", "phone_visibility", "mail_visibility", "consent_on", "delete_by")


@dataclass(frozen=True)
class Merge:
    """The day (contacts are public until their delete-by date) and the county's towns."""

    today: date
    towns: Collection[str]

    def fields(self, stored: StoredOffer, record: Record, given: Collection[str]) -> Record:
        """The stored record with the given fields of another one. Who is meant by id or name keeps what is not said."""
        merged = stored.record | {name: record[name] for name in given}
        merged |= {"id": stored.record["id"], "public_id": stored.record["public_id"]}
        old, new = stored.record["provider"], merged["provider"]
        if old and new and (old["name"] == new["name"] or old["id"] == new["id"]):
            merged["provider"] = _filled(old, new)
        by_id = {contact["id"]: contact for contact in stored.record["contacts"]}
        by_name = {columns.contact_cells(contact): contact for contact in reversed(stored.record["contacts"])}
        contacts = []
        for contact in merged["contacts"]:
            same = by_id.get(contact["id"]) if contact["id"] else by_name.get(columns.contact_cells(contact))
            contacts.append(_filled(same, contact) if same else contact)
        merged["contacts"] = list(
            {contact["id"] or number: contact for number, contact in enumerate(contacts)}.values()
        )
        merged["translations"] = sorted(merged["translations"], key=lambda entry: (entry["language"], entry["field"]))
        return merged

    def row(self, stored: StoredOffer, record: Record, given: Collection[str]) -> Record:
        """The stored record with what a row's cells say differently."""
        public = public_record(stored, self.today)
        before, after = columns.cells(public, self.towns), columns.cells(record, self.towns)
        if record["public_id"]:  # the row speaks of the offer by its public id
            after |= {name: before[name] for name in ("quelle", "quelle_nr")}
        differs = {column for column in given if before[column] != after[column]}
        merged = stored.record | _cells_with_one_field(stored.record, record, differs)
        if differs & columns.CONTACT.keys():
            merged["contacts"] = self._contacts(stored.record["contacts"], public["contacts"], record, differs)
        if differs & columns.PLACE.keys():
            merged["places"] = self._places(stored.record["places"], public["places"], record, differs)
        return merged

    def _contacts(
        self, stored: Sequence[Record], public: Sequence[Record], record: Record, differs: Collection[str]
    ) -> list[Record]:
        by_id = {contact["id"]: contact for contact in stored}
        shown = {columns.contact_cells(contact): by_id[contact["id"]] for contact in reversed(public)}
        rows = [columns.contact_cells(contact) for contact in record["contacts"]]
        old_rows = list(dict.fromkeys(columns.contact_cells(contact) for contact in public))
        merged = []
        for old, cells in _side_by_side(old_rows, rows, tuple(columns.CONTACT), differs):
            base = shown.get(old)
            if not any(cells):
                continue
            if base and cells == old:
                merged.append(base)
                continue
            said = dict(zip(columns.CONTACT.values(), cells, strict=True))
            merged.append(_contact(said, dict(zip(columns.CONTACT.values(), old, strict=True)), base))
        visible = {contact["id"] for contact in public}
        return merged + [contact for contact in stored if contact["id"] not in visible]

    def _places(
        self, stored: Sequence[Record], public: Sequence[Record], record: Record, differs: Collection[str]
    ) -> list[Record]:
        visible = [place for place in stored if place["visibility"] != "hidden"]
        pairs = [(columns.place_cells(shown, self.towns), place) for shown, place in zip(public, visible, strict=True)]
        pairs = [(cells, place) for cells, place in pairs if any(cells)]
        kept = [place for place in stored if all(place is not other for _, other in pairs)]
        new = [columns.place_cells(place, self.towns) for place in record["places"]]
        merged = []
        for number, (old, cells) in enumerate(_side_by_side([c for c, _ in pairs], new, tuple(columns.PLACE), differs)):
            base = pairs[min(number, len(pairs) - 1)][1] if pairs else None
            if not any(cells):
                continue
            if base and cells == old:
                merged.append(base)
                continue
            said = next((place for place, row in zip(record["places"], new, strict=True) if row == cells), None)
            merged.append(_place(cells, old, base, said))
        return merged + kept


def _cells_with_one_field(stored: Record, record: Record, differs: Collection[str]) -> Record:
    """The fields of those columns that stand for one field each."""
    simple = columns.PLAIN | columns.LISTS | {"anbieter": "provider"}
    merged = {name: record[name] for column, name in simple.items() if column in differs}
    source = {"quelle": "name", "quelle_nr": "id"}
    merged["source"] = stored["source"] | {name: record["source"][name] for c, name in source.items() if c in differs}
    if "sprachen" in differs:
        known = {entry["code"]: entry for entry in stored["languages"]}
        merged["languages"] = [known.get(entry["code"], entry) for entry in record["languages"]]
    if "zeiten" in differs:
        repeated = {write(time): time for time in stored["times"]}
        merged["times"] = [repeated.get(write(time), time) for time in record["times"]]
    return merged


def _filled(old: Record, new: Record) -> Record:
    """What is empty leaves what is stored, as the store does it."""
    return old | {name: value for name, value in new.items() if value not in ("", None) and name != "id"}


def _side_by_side(
    old: Sequence[tuple[str, ...]], new: Sequence[tuple[str, ...]], names: Sequence[str], differs: Collection[str]
) -> Iterator[tuple[tuple[str, ...], tuple[str, ...]]]:
    """The stored and the wanted cells of each part; columns that the file does not change stay as they are stored."""
    empty = ("",) * len(names)
    for number in range(max(len(old), len(new))):
        before = old[number] if number < len(old) else empty
        after = new[number] if number < len(new) else empty
        yield before, tuple(a if name in differs else b for name, a, b in zip(names, after, before, strict=True))


def _contact(said: Record, old: Record, base: Record | None) -> Record:
    """A contact that is another one now: contacts are shared, so it gets a record of its own beside the old one."""
    new: Record = {
        "id": None,
        **said,
        "hours": "",
        "phone_visibility": "",
        "mail_visibility": "",
        "consent_on": None,
        "delete_by": None,
    }
    if base is None:
        return new
    new |= {name: base[name] for name in CARRIED}
    new |= {name: base[name] for name, value in said.items() if value == old[name]}  # what is not public, too
    return new if new["name"] == base["name"] else new | {"consent_on": None}


def _place(cells: tuple[str, ...], old: tuple[str, ...], base: Record | None, said: Record | None) -> Record:
    new: Record = {
        "name": "", "street": "", "postcode": "", "city": "", "district": "", "lat": None, "lon": None,
        "outside_county": False, "visibility": "full", "access": [], "transport": "",
    }  # fmt: skip
    if base:
        new |= base if any(old) else {"visibility": base["visibility"]}
    for name, value, before in zip(columns.PLACE.values(), cells, old, strict=True):
        if value != before:
            new[name] = value.removesuffix(columns.OUTSIDE.strip()).strip() if name == "city" else value
    if said:
        new["outside_county"] = said["outside_county"]
    return new | {"lat": None, "lon": None}
