"""Demo offers: `demo/*.toml` in the county's folder, so that the first minute has something to find.

Offers name their provider and contacts by key. Ids follow from the keys: they are the same in every installation, so
that judged queries, documentation and addresses can speak of them.
"""

import tomllib
from pathlib import Path
from typing import Any
from uuid import UUID, uuid5

from service.errors import BadSetting, InvalidRecord
from service.schemas.offer import validate_record
from service.store import changes, offers, terms
from service.store.database import Database
from service.store.identity import LETTERS
from service.vocabulary import Vocabularies

SOURCE = "demo"
NAMESPACE = UUID("6f1d4f0e-2b0a-5c3e-9a51-0d6c8e5b7a21")
"""Ids of demo records are uuid5 of "offer:<key>" and the like in this namespace."""
Record = dict[str, Any]


def demo_records(county_folder: Path, vocabularies: Vocabularies) -> list[Record]:
    """All demo offers as validated records, in the order of files and entries; none where there is no folder.

    Raises `BadSetting` naming file, key and field of the first mistake.
    """
    entries = [(path, _read(path)) for path in sorted((county_folder / "demo").glob("*.toml"))]
    providers = _by_key(entries, "provider")
    contacts = _by_key(entries, "contact")
    _by_key(entries, "offer")  # for its complaint about a key that is there twice
    return [
        _record(path.name, offer, providers, contacts, vocabularies)
        for path, tables in entries
        for offer in tables.get("offer", [])
    ]


def load_demo(database: Database, county_folder: Path) -> int:
    """Writes the demo offers into an empty store, in one transaction. Returns how many; 0 where there are offers."""
    with database.reading() as session:
        if changes.latest_rev(session):
            return 0
        vocabularies = terms.load(session)
    edits = [offers.Edit(record) for record in demo_records(county_folder, vocabularies)]
    with database.writing() as session:
        changes.lock(session)
        if changes.latest_rev(session):
            return 0
        return len(offers.save(session, edits, actor=SOURCE, imported=True).created)


def _read(path: Path) -> dict[str, list[Record]]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise BadSetting(f"{path.name}: Die Datei ist nicht lesbar ({error}).") from None


def _by_key(entries: list[tuple[Path, dict[str, list[Record]]]], kind: str) -> dict[str, Record]:
    found: dict[str, Record] = {}
    for path, tables in entries:
        for entry in tables.get(kind, []):
            key = entry.get("key", "")
            if not key or key in found:
                raise BadSetting(f"{path.name}: Der Schlüssel „{key}“ ({kind}) fehlt oder ist doppelt.")
            found[key] = {name: value for name, value in entry.items() if name != "key"}
            found[key]["id"] = str(_id(kind, key))
    return found


def _id(kind: str, key: str) -> UUID:
    return uuid5(NAMESPACE, f"{kind}:{key}")


def _public_id(key: str) -> str:
    """Eight letters that follow from the key, like those that the store draws."""
    number = _id("offer", key).int
    return "".join(LETTERS[number // len(LETTERS) ** place % len(LETTERS)] for place in range(8))


def _record(
    file: str, offer: Record, providers: dict[str, Record], contacts: dict[str, Record], vocabularies: Vocabularies
) -> Record:
    key = offer["key"]
    data = {name: value for name, value in offer.items() if name != "key"}
    try:
        if "provider" in data:
            data["provider"] = providers[data["provider"]]
        data["contacts"] = [contacts[name] for name in data.get("contacts", [])]
    except KeyError as error:
        raise BadSetting(f"{file}, „{key}“: Den Schlüssel {error} gibt es nicht.") from None
    data |= {"id": str(_id("offer", key)), "public_id": _public_id(key), "source": {"name": SOURCE, "id": key}}
    try:
        return validate_record(vocabularies, data)
    except InvalidRecord as error:
        raise BadSetting(f"{file}, „{key}“: {error.message}") from None
