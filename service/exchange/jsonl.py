"""JSONL: one complete record a line, ids and internal fields too. For the command line and the county's staff."""

import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from service.exchange import reading
from service.exchange.entries import Entry, Place
from service.schemas.offer import SCHEMA, dump_record

LONGEST_LINE = 10_000_000
"""Characters; a record with every field full has less."""


def lines(records: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    """Records as lines."""
    for record in records:
        yield json.dumps(dump_record(dict(record)), ensure_ascii=False, separators=(",", ":")) + "\n"


def entries(path: Path, place: Place) -> Iterator[Entry]:
    """The records of a file. Raises `Unreadable` for a broken encoding."""
    with path.open(encoding=reading.encoding(path, only_utf8=True), newline="\n") as file:
        number = 0
        while line := file.readline(LONGEST_LINE):
            number += 1
            if len(line) == LONGEST_LINE:
                yield Entry(number, problems=[("", "Die Zeile ist zu lang. Ein Angebot steht auf einer Zeile.")])
                while line and not line.endswith("\n"):
                    line = file.readline(LONGEST_LINE)
            elif line.strip():
                yield _entry(number, line)


def _entry(number: int, line: str) -> Entry:
    try:
        data = json.loads(line, parse_constant=_no_number)
    except (ValueError, RecursionError) as error:
        where = f", Zeichen {error.colno}" if isinstance(error, json.JSONDecodeError) else ""
        return Entry(
            number, problems=[("", f"Die Zeile ist kein gültiges JSON{where}. Bitte die Datei neu ausgeben lassen.")]
        )
    if not isinstance(data, dict):
        return Entry(number, problems=[("", "Die Zeile ist kein Angebot. Bitte ein Objekt mit Feldern angeben.")])
    return Entry(number, data, tuple(name for name in SCHEMA.fields if name in data))


def _no_number(name: str) -> Any:
    raise ValueError(name)
