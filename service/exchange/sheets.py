"""XLSX: the columns of CSV, as text cells, in one sheet."""

import tempfile
import warnings
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, time
from pathlib import Path
from typing import IO, Any

from openpyxl import Workbook, load_workbook

from service.errors import ServiceError
from service.exchange.columns import COLUMNS, cells
from service.exchange.entries import Entry, Place
from service.exchange.report import Unreadable
from service.exchange.tabular import neutral, table_entries

SHEET = "Angebote"
MOST_ROWS = 1_048_576
MOST_COLUMNS = 60
LONGEST_CELL = 32_767
"""Excel holds no more characters in a cell, and openpyxl cuts longer ones in silence."""


class TooLong(ServiceError):
    """A text that no cell of Excel can hold."""

    status = 422


def entries(path: Path, place: Place) -> Iterator[Entry]:
    """The offers of the first sheet. Raises `Unreadable`."""
    yield from table_entries(_rows(path), place)


def _rows(path: Path) -> Iterator[tuple[int, Sequence[str]]]:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # openpyxl names what it does not know: drawings, validations
            book = load_workbook(path, read_only=True, data_only=True, keep_links=False)
        try:
            if not book.worksheets:
                raise Unreadable(f"{path.name} hat kein Tabellenblatt.")
            yield from _sheet_rows(book.worksheets[0])
        finally:
            book.close()
    except ServiceError:
        raise
    except Exception as error:  # openpyxl passes on whatever its parsers raise
        raise Unreadable(f"{path.name} ist als Excel-Datei beschädigt ({type(error).__name__}).") from error


def _sheet_rows(sheet: Any) -> Iterator[tuple[int, Sequence[str]]]:
    sheet.reset_dimensions()  # a file may announce a wrong size
    plz: int | None = None
    rows = sheet.iter_rows(max_col=MOST_COLUMNS, max_row=MOST_ROWS, values_only=True)
    seen = False
    for number, values in enumerate(rows, 1):
        if not seen and not any(values):
            continue
        row = [_text(value) for value in values]
        if not seen:
            seen, plz = True, next((n for n, cell in enumerate(row) if cell.strip().lower() == "plz"), None)
        elif plz is not None and plz < len(row) and isinstance(values[plz], int | float):
            row[plz] = row[plz].zfill(5)  # a number has lost its leading zero
        yield number, row


def _text(value: Any) -> str:
    """A cell as somebody would type it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "ja" if value else "nein"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, datetime | date):
        return date(value.year, value.month, value.day).isoformat()
    if isinstance(value, time):
        return value.strftime("%H:%M")
    return str(value)


def write(
    records: Iterable[Mapping[str, Any]], file: IO[bytes], towns: Collection[str] = (), twins: Collection[str] = ()
) -> None:
    """Records as a workbook. Raises `TooLong` naming the offer and the column."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet(SHEET)
    sheet.freeze_panes = "A2"
    sheet.append(list(COLUMNS))
    with tempfile.SpooledTemporaryFile(max_size=1 << 24) as spool:  # zipfile wants to seek, a pipe cannot
        try:
            for record in records:
                sheet.append(_row(record, towns, twins))
        finally:
            book.save(spool)  # also where it fails: openpyxl keeps a file of its own until then
        spool.seek(0)
        while chunk := spool.read(1 << 20):
            file.write(chunk)


def _row(record: Mapping[str, Any], towns: Collection[str], twins: Collection[str]) -> list[str | None]:
    row = {column: neutral(value) for column, value in cells(record, towns, record["public_id"] in twins).items()}
    for column, value in row.items():
        if len(value) > LONGEST_CELL:
            raise TooLong(
                f"„{record['title']}“, Spalte {column}: Der Text ist für Excel zu lang. Bitte CSV oder JSONL wählen."
            )
    return [value or None for value in row.values()]
