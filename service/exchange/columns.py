"""The columns of CSV and XLSX: what a record says in each cell, and what a row says of a record.

Cells hold what everybody may know: hidden places, and telephone numbers and mails that are not public, stay out of
them (`public_record`); importing such a file leaves them as they are stored. JSONL is the complete record.
"""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from service.exchange import times

COLUMNS = (
    "quelle", "quelle_nr", "titel", "kurztext", "beschreibung", "art", "themen", "staedte", "zielgruppen", "sprachen",
    "niveau", "kosten", "anbieter", "kontakt_name", "kontakt_rolle", "kontakt_telefon", "kontakt_mail", "strasse", "plz",
    "ort", "zeiten", "webseite", "gueltig_von", "gueltig_bis", "stichwoerter", "status",
)  # fmt: skip
PLAIN = {
    "titel": "title", "kurztext": "summary", "beschreibung": "body", "art": "kind", "kosten": "cost",
    "webseite": "website", "gueltig_von": "visible_from", "gueltig_bis": "visible_until", "status": "status",
}  # fmt: skip
"""Columns with one value that is a field of the record."""
LISTS = {
    "themen": "topics", "staedte": "towns", "zielgruppen": "audiences", "niveau": "levels", "stichwoerter": "search_words",
}  # fmt: skip
"""Columns with several values that are a field of the record."""
CONTACT = {"kontakt_name": "name", "kontakt_rolle": "role", "kontakt_telefon": "phone", "kontakt_mail": "mail"}
PLACE = {"strasse": "street", "plz": "postcode", "ort": "city"}
STATUS = {
    "entwurf": "draft", "in prüfung": "review", "öffentlich": "public", "veröffentlicht": "public",
    "pausiert": "paused", "ruht": "paused", "beendet": "ended", "archiviert": "archived",
}  # fmt: skip
OWN = "kennung"
"""In `quelle`: the number beside it is the public id. Written for offers whose provider and title another one shares."""
OUTSIDE = " (außerhalb)"
"""Behind an `ort`: the postcode lies outside the county although the town's name does not say so."""
Record = dict[str, Any]
Problems = list[tuple[str, str]]


def cells(record: Mapping[str, Any], towns: Collection[str] = (), twin: bool = False) -> dict[str, str]:
    """The row of a record, column by column. `towns`: folded names of the county's towns; see `OUTSIDE`."""
    row = {"quelle": record["source"]["name"], "quelle_nr": record["source"]["id"]}
    if twin:
        row = {"quelle": OWN, "quelle_nr": record["public_id"]}
    row |= {column: str(record[name] or "") for column, name in PLAIN.items()}
    row |= {column: join(record[name]) for column, name in LISTS.items()}
    row["sprachen"] = join(entry["code"] for entry in record["languages"])
    row["anbieter"] = record["provider"]["name"] if record["provider"] else ""
    row |= _side_by_side(CONTACT, dict.fromkeys(contact_cells(contact) for contact in record["contacts"]))
    row |= _side_by_side(PLACE, [place_cells(place, towns) for place in record["places"]])
    row["zeiten"] = join(times.write(time) for time in record["times"])
    return {column: row[column] for column in COLUMNS}


def contact_cells(contact: Mapping[str, Any]) -> tuple[str, ...]:
    """Name, role, telephone and mail of a contact."""
    return tuple(contact[name] for name in CONTACT.values())


def place_cells(place: Mapping[str, Any], towns: Collection[str]) -> tuple[str, ...]:
    """Street, postcode and town of a place."""
    city = place["city"]
    if place["outside_county"] and place["postcode"] and (not city or city.casefold() in towns):
        city = (city + OUTSIDE).strip()
    return place["street"], place["postcode"], city


def join(values: Iterable[str]) -> str:
    """Several values in one cell. A bar inside a value is written with a backslash before it."""
    return "|".join(re.sub(r"[\\|]", r"\\\g<0>", value) for value in values)


def split(cell: str) -> list[str]:
    """The values of a cell, empty ones too (they keep the others in their places)."""
    parts = _split_escaped(cell) if "\\" in cell else cell.split("|")
    return [part.strip() for part in parts] if cell.strip() else []


def _split_escaped(cell: str) -> list[str]:
    values = [""]
    for piece in re.findall(r"\\[\\|]|.", cell, re.DOTALL):
        if piece == "|":
            values.append("")
        else:
            values[-1] += piece[1:] if len(piece) == 2 else piece
    return values


def _side_by_side(columns: Mapping[str, str], rows: Iterable[Sequence[str]]) -> dict[str, str]:
    """Parts of a record as cells: the n-th value of each column belongs to the n-th part."""
    listed = [row for row in rows if any(row)]
    values = {column: [row[n] for row in listed] for n, column in enumerate(columns)}
    return {column: join(entries) if any(entries) else "" for column, entries in values.items()}


def record_of(row: Mapping[str, str], towns: Collection[str], postcodes: Collection[str]) -> tuple[Record, Problems]:
    """What a row says, in the shape that `validate_record` takes, and what in it cannot be read: (column, sentence)."""
    problems: Problems = []
    record: Record = {name: row.get(column, "") for column, name in PLAIN.items()}
    record["status"] = STATUS.get(record["status"].strip().casefold(), record["status"].strip())
    record |= {name: [value for value in split(row.get(column, "")) if value] for column, name in LISTS.items()}
    record["languages"] = [{"code": value} for value in split(row.get("sprachen", "")) if value]
    record["source"] = {"name": row.get("quelle", ""), "id": row.get("quelle_nr", "")}
    if row.get("quelle", "").strip() == OWN:
        record["source"] = {}
        record["public_id"] = row.get("quelle_nr", "").strip()
    if row.get("anbieter", "").strip():
        record["provider"] = {"name": row["anbieter"]}
    record["contacts"] = _parts(row, CONTACT, problems)
    record["places"] = [_place(place, towns, postcodes) for place in _parts(row, PLACE, problems)]
    record["times"] = _times(row.get("zeiten", ""), problems)
    return record, problems


def _parts(row: Mapping[str, str], columns: Mapping[str, str], problems: Problems) -> list[Record]:
    values = {column: split(row.get(column, "")) for column in columns}
    most = max(len(entries) for entries in values.values())
    for column, entries in values.items():
        if entries and len(entries) != most:
            other = next(name for name, listed in values.items() if len(listed) == most)
            problems.append(
                (column, f"{len(entries)} Werte, aber {most} in „{other}“. Bitte gleich viele, auch leere (a||c).")
            )
            return []
    parts = [{name: (values[column] or [""] * most)[n] for column, name in columns.items()} for n in range(most)]
    return [part for part in parts if any(part.values())]


def _place(place: Record, towns: Collection[str], postcodes: Collection[str]) -> Record:
    """An unknown postcode is a slip where the town is one of the county's, else the place lies outside."""
    city = place["city"]
    if f" {city}".endswith(OUTSIDE):
        return place | {"city": f" {city}".removesuffix(OUTSIDE).strip(), "outside_county": True}
    outside = bool(city) and city.casefold() not in towns and place["postcode"] not in postcodes
    return place | {"outside_county": outside and bool(place["postcode"])}


def _times(cell: str, problems: Problems) -> list[Record]:
    found = []
    for value in split(cell):
        try:
            if value:
                found.append(times.read(value))
        except ValueError as error:
            problems.append(("zeiten", str(error)))
    return [time for time in found if time]


def column_of(path: str) -> str:
    """The column where a field of the record stands: "contacts.0.phone" → "kontakt_telefon"."""
    first, _, rest = path.partition(".")
    last = rest.rpartition(".")[2]
    if first == "contacts":
        return next((column for column, name in CONTACT.items() if name == last), "kontakt_name")
    if first == "places":
        return next((column for column, name in PLACE.items() if name == last), "ort")
    if first == "source":
        return "quelle_nr" if last == "id" else "quelle"
    whole = {"languages": "sprachen", "provider": "anbieter", "times": "zeiten", "public_id": "quelle_nr"}
    fields = {name: column for column, name in (PLAIN | LISTS).items()}
    return (whole | fields).get(first, path)
