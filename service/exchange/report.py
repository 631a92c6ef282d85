"""What an import found and did, for the command line and the page of the county's staff."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from service.errors import ServiceError

SHOWN = 200
"""Problems that are listed one by one; the others are counted."""
KEPT = 10_000
"""Problems that are kept at all: a file with more is a wrong file."""


class Unreadable(ServiceError):
    """A file that is not what it should be. The message says what it is and what to do."""

    status = 422


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong, where: line (or page) of the file, column or field of the record."""

    line: int
    field: str
    text: str


@dataclass(slots=True)
class Report:
    """Result of an import. Nothing was written where there are problems, or in a dry run."""

    format: str = ""
    unit: str = "Zeile"
    dry_run: bool = False
    new: int = 0
    changed: int = 0
    unchanged: int = 0
    left_alone: list[tuple[int, str]] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    more_problems: int = 0
    notes: list[str] = field(default_factory=list)

    @property
    def ok(self) -> bool:
        """True where the file could be imported."""
        return not self.problems

    def complain(self, line: int, field: str, text: str) -> None:
        """Adds a problem."""
        if len(self.problems) < KEPT:
            self.problems.append(Problem(line, field, text))
        else:
            self.more_problems += 1

    def lines(self) -> Iterator[str]:
        """The report in German, line by line."""
        yield from self._problem_lines()
        for line, text in self.left_alone[:SHOWN]:
            yield f"{self.unit} {line}: {text}"
        yield from _rest(len(self.left_alone) - SHOWN, "weitere blieben, wie sie sind")
        yield from self.notes
        if self.problems:
            count = len(self.problems) + self.more_problems
            yield f"Nichts importiert: {_number(count, 'Fehler', 'Fehler')}. Bitte die Datei berichtigen und noch einmal importieren."
            return
        counts = f"neu: {self.new}, geändert: {self.changed}, unverändert: {self.unchanged}"
        counts += f", nicht angetastet: {len(self.left_alone)}"
        yield f"Probelauf, nichts geschrieben – {counts}" if self.dry_run else f"Importiert – {counts}"
        if self.left_alone:
            yield "Mit --overwrite ersetzt der Import auch, was hier bearbeitet oder gelöscht wurde."

    def _problem_lines(self) -> Iterator[str]:
        for problem in self.problems[:SHOWN]:
            where = f"{self.unit} {problem.line}" if problem.line else "Datei"
            yield f"{where}, {problem.field}: {problem.text}" if problem.field else f"{where}: {problem.text}"
        hidden = Counter(problem.field for problem in self.problems[SHOWN:])
        if hidden:
            listed = ", ".join(f"{field or 'Datei'} ({count})" for field, count in hidden.most_common(8))
            yield f"… und {sum(hidden.values()) + self.more_problems} weitere Fehler: {listed}"


def _rest(count: int, text: str) -> Iterator[str]:
    if count > 0:
        yield f"… {count} {text}"


def _number(count: int, one: str, many: str) -> str:
    return f"{count} {one if count == 1 else many}"
