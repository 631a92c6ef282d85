"""CSV: rows out of files and records into lines.

Written: UTF-8 with a mark (Excel needs it), semicolons, all columns of `columns.COLUMNS`. A cell that a spreadsheet would
take for a formula gets an apostrophe in front, which reading takes off again.
"""

import csv
import io
import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any

from service.exchange.columns import COLUMNS, cells

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


def _line(values: Iterable[str]) -> str:
    buffer = io.StringIO()
    csv.writer(buffer, delimiter=";", lineterminator="\r\n").writerow(values)
    return buffer.getvalue()
