"""What every format gives: entries, one an offer, in the shape that `validate_record` takes."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from service.vocabulary import Vocabularies


@dataclass(slots=True)
class Entry:
    """An offer of a file. `given`: the columns or fields that the file speaks of; others stay as they are stored.

    Without `data` it is only a problem or a note about the file. `problems` are (column or field, sentence).
    """

    line: int
    data: dict[str, Any] | None = None
    given: tuple[str, ...] = ()
    tabular: bool = False
    problems: list[tuple[str, str]] = field(default_factory=list)
    note: str = ""


@dataclass(frozen=True)
class Place:
    """What a reader must know of the county besides the file: vocabularies, and the folder with its mappings."""

    vocabularies: Vocabularies
    folder: Path

    @property
    def towns(self) -> frozenset[str]:
        """Folded names of the county's towns."""
        return frozenset(term.label().casefold() for term in self.vocabularies["towns"].values())


Reader = Callable[[Path, Place], Iterator[Entry]]
Progress = Callable[[str, int, int | None], None]
"""Told how far a step is: its German name, done, total (None: unknown)."""


def silent(step: str, done: int, total: int | None) -> None:
    """Progress that nobody watches."""
