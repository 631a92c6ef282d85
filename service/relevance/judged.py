"""Judged queries: what people type, and which offers must be found. Files `golden/<slice>.csv` in the county's folder.

Columns, with `;`: `suche;treffer;auch;zweck;hinweis`. Offers are named `quelle:quelle_nr`, several with `|`. Without any
offer the query must find nothing.
"""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import NamedTuple

from service.errors import ServiceError
from service.search.criteria import QUERY_USED

FOLDER = "golden"
COLUMNS = ("suche", "treffer", "auch", "zweck", "hinweis")
PURPOSES = ("abstimmen", "pruefen")
"""Queries that weights are tuned with, and those that are kept for checking."""
TITLES = "titel"
"""The slice of titles, which nobody judges (`questions.titles`)."""
MOST_PROBLEMS = 10
"""Problems that are told at once."""


class BadJudgement(ServiceError):
    """A file of judged queries that cannot be used as it is. Names file, line and remedy."""


class Source(NamedTuple):
    """An offer by where it came from."""

    name: str
    number: str

    def __str__(self) -> str:
        return f"{self.name}:{self.number}"


@dataclass(frozen=True, slots=True)
class Judged:
    """A query and what must be found: `right` has grade 2, `fine` grade 1; without both, nothing may be found."""

    slice: str
    line: int
    query: str
    right: tuple[Source, ...] = ()
    fine: tuple[Source, ...] = ()
    purpose: str = PURPOSES[0]
    note: str = ""


def read_folder(county: Path) -> list[Judged]:
    """All judged queries of a county, in the order of files and lines; none where there is no folder.

    Raises `BadJudgement` with all that is wrong in any file.
    """
    problems: list[str] = []
    found = [judged for path in sorted((county / FOLDER).glob("*.csv")) for judged in _read(path, problems)]
    if problems:
        more = [f"… und {len(problems) - MOST_PROBLEMS} weitere Fehler."] if len(problems) > MOST_PROBLEMS else []
        raise BadJudgement("\n".join([*problems[:MOST_PROBLEMS], *more]))
    return found


def _read(path: Path, problems: list[str]) -> Iterator[Judged]:
    if path.stem == TITLES:
        problems.append(f"{path.name}: „{TITLES}“ heißt schon die Prüfung der Titel. Bitte die Datei anders nennen.")
        return
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        problems.append(f"{path.name}: Die Datei ist nicht in UTF-8. Bitte als „CSV UTF-8“ speichern.")
        return
    except OSError as error:
        problems.append(f"{path.name}: Die Datei ist nicht lesbar ({error.strerror}).")
        return
    rows = csv.reader(StringIO(text, newline=""), delimiter=";", strict=True)
    seen: dict[str, int] = {}
    try:
        if tuple(name.strip() for name in next(rows, [])) != COLUMNS:
            problems.append(f"{path.name}, Zeile 1: Die Spalten müssen {';'.join(COLUMNS)} heißen.")
            return
        for row in rows:
            if any(cell.strip() for cell in row):
                wrong, judged = _line(path.stem, rows.line_num, row, seen)
                problems += [f"{path.name}, Zeile {rows.line_num}: {problem}" for problem in wrong]
                if judged and not wrong:
                    yield judged
    except csv.Error as error:
        where = f"{path.name}, Zeile {rows.line_num}"
        problems.append(f"{where}: Die Zeile ist nicht lesbar ({error}). Bitte die Anführungszeichen prüfen.")


def _line(name: str, line: int, row: list[str], seen: dict[str, int]) -> tuple[list[str], Judged | None]:
    """What is wrong with a line, and what it says. `seen` maps the file's queries to their lines."""
    if len(row) != len(COLUMNS):
        wrong = f"{len(row)} statt {len(COLUMNS)} Spalten. Texte mit Semikolon gehören in Anführungszeichen."
        return [wrong], None
    query, right, fine, purpose, note = (" ".join(cell.split()) for cell in row)
    judged = Judged(name, line, query, _sources(right), _sources(fine), purpose, note)
    problems = list(_problems(judged))
    if query and query in seen:
        problems.append(f"„{query}“ steht schon in Zeile {seen[query]}. Bitte zu einer Zeile zusammenfassen.")
    seen.setdefault(query, line)
    return problems, judged


def _problems(judged: Judged) -> Iterator[str]:
    if not judged.query:
        yield "„suche“ ist leer. Bitte den Suchtext eintragen oder die Zeile löschen."
    if len(judged.query) > QUERY_USED:
        yield f"„suche“ ist länger als {QUERY_USED} Zeichen; mehr verwendet die Suche nicht. Bitte kürzen."
    if judged.purpose not in PURPOSES:
        yield f"„zweck“ ist „{judged.purpose}“. Möglich sind: {', '.join(PURPOSES)}."
    named = (*judged.right, *judged.fine)
    for source in dict.fromkeys(named):
        if not source.name or not source.number:
            yield f"„{source}“ nennt kein Angebot. Bitte als quelle:quelle_nr schreiben, mehrere mit | trennen."
        elif named.count(source) > 1:
            yield f"„{source}“ steht mehrmals in der Zeile. Bitte nur einmal, in „treffer“ oder in „auch“."
    if judged.fine and not judged.right:
        yield "„auch“ ohne „treffer“. Bitte mindestens ein Angebot nennen, das gefunden werden muss."


def _sources(cell: str) -> tuple[Source, ...]:
    parts = (part.strip().partition(":") for part in cell.split("|") if part.strip())
    return tuple(Source(name.strip(), number.strip()) for name, _, number in parts)
