"""CSV: rows out of files and records into lines.

Written: UTF-8 with a mark (Excel needs it), semicolons, all columns of `columns.COLUMNS`. A cell that a spreadsheet would
take for a formula gets an apostrophe in front, which reading takes off again.
"""

import csv
import io
import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from rapidfuzz import process

from service.exchange import reading
from service.exchange.columns import COLUMNS, cells, record_of
from service.exchange.entries import Entry, Place
from service.exchange.report import Unreadable
from service.store.identity import GERMAN

Lines = Iterator[str]
FORMULA = re.compile(r"'*[=+\-@\t\r\n]")
"""Start of a cell that is a formula, or would be one once its apostrophe is taken off."""
NEUTRAL = re.compile(r"'+[=+\-@\t\r\n]")


def csv_lines(
    records: Iterable[Mapping[str, Any]],
    heading: bool,
    towns: Collection[str] = (),
    twins: Collection[str] = (),
) -> Lines:
    """Records as lines of CSV. `towns`: see `columns.cells`; `twins`: public ids that must stand in the file."""
    if heading:
        yield "\ufeff" + _line(COLUMNS)
    for record in records:
        row = cells(record, towns, record["public_id"] in twins)
        yield _line(neutral(value) for value in row.values())


def neutral(value: str) -> str:
    """A cell that no spreadsheet takes for a formula."""
    return "'" + value if FORMULA.match(value) else value


def plain(value: str) -> str:
    """The other way."""
    return value[1:] if NEUTRAL.match(value) else value


def entries(path: Path, place: Place) -> Iterator[Entry]:
    """The offers of a CSV file. Raises `Unreadable`."""
    yield from table_entries(_csv_rows(path), place)


def table_entries(rows: Iterator[tuple[int, Sequence[str]]], place: Place) -> Iterator[Entry]:
    """The offers of a table: numbered rows, the first of which holds the headings."""
    line, first = next(rows, (1, ()))
    headings, problems = _headings(first)
    missing = [("titel", "Die Spalte titel fehlt. Bitte ergänzen.")] if "titel" not in headings else []
    if not {"kurztext", "beschreibung"} & set(headings):
        missing.append(("kurztext", "Die Spalte kurztext oder beschreibung fehlt. Bitte eine von beiden ergänzen."))
    if problems or missing:
        yield Entry(line, problems=problems + missing)
    if missing:
        return  # every row would complain of the same
    given = tuple(column for column in headings if column)
    towns, postcodes = place.towns, place.vocabularies.town_of_postcode
    for line, cells_ in rows:
        if not any(cell.strip() for cell in cells_):
            continue
        row = {column: plain(cell) for column, cell in zip(headings, cells_, strict=False) if column}
        data, wrong = record_of(row, towns, postcodes)
        if any(cell.strip() for cell in cells_[len(headings) :]):
            wrong.append(
                ("", "Die Zeile hat mehr Zellen als Überschriften. Bitte Anführungszeichen und Trennzeichen prüfen.")
            )
        yield Entry(line, data, given, tabular=True, problems=wrong)


def _headings(cells_: Sequence[str]) -> tuple[list[str], list[tuple[str, str]]]:
    """The columns in order ("" where there is no heading), and which headings are unknown or repeated."""
    found: list[str] = []
    problems = []
    for cell in cells_:
        name = re.sub(r"[\s\-]+", "_", cell.strip().translate(GERMAN).lower())
        if name and name not in COLUMNS:
            near = ", ".join(match for match, _, _ in process.extract(name[:60], COLUMNS, limit=3))
            problems.append((cell.strip()[:60], f"Diese Spalte gibt es nicht. Ähnlich: {near}."))
            name = ""
        elif name and name in found:
            problems.append((name, "Diese Spalte steht zweimal in der Datei. Bitte eine löschen."))
            name = ""
        found.append(name)
    while found and not found[-1] and not cells_[len(found) - 1].strip():
        found.pop()
    return found, problems


def _csv_rows(path: Path) -> Iterator[tuple[int, Sequence[str]]]:
    """Line number and cells of each row; the number is that of the row's first line."""
    csv.field_size_limit(1_000_000)
    with path.open(encoding=reading.encoding(path), newline="") as file:
        delimiter = _delimiter(file.readline(100_000))
        file.seek(0)
        rows = csv.reader(file, delimiter=delimiter, strict=True)
        line = 1
        try:
            for row in rows:
                yield line, row
                line = rows.line_num + 1
        except csv.Error as error:
            raise Unreadable(
                f"{path.name}: Die Zeile {line} ist nicht lesbar ({error}). "
                "Ein Anführungszeichen ist nicht geschlossen oder steht an falscher Stelle."
            ) from None


def _delimiter(heading: str) -> str:
    if "\t" in heading and ";" not in heading and "," not in heading:
        raise Unreadable("Die Spalten sind mit Tabulator getrennt. Bitte Semikolon oder Komma als Trennzeichen wählen.")
    return ";" if heading.count(";") >= heading.count(",") else ","


def _line(values: Iterable[str]) -> str:
    buffer = io.StringIO()
    csv.writer(buffer, delimiter=";", lineterminator="\r\n").writerow(values)
    return buffer.getvalue()
