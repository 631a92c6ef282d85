"""Better or worse: two sets of scores for the same questions, and how much worse is too much. Pure functions."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import Protocol, TypeVar

from service.relevance.judged import TITLES

MOST_FALL = 0.01
"""How much a mean may fall. Where there are fewer than a hundred questions, one of them may always be lost."""
_ROUNDING = 1e-5


class InSlice(Protocol):
    """Anything that belongs to a slice."""

    @property
    def slice(self) -> str:
        """Its name."""


Item = TypeVar("Item", bound=InSlice)


@dataclass(frozen=True, slots=True)
class Pair:
    """The scores of one question before and after a change."""

    slice: str
    query: str
    before: float
    after: float


@dataclass(frozen=True, slots=True)
class Shift:
    """Mean scores of a slice before and after; `slice` is "" for all questions together."""

    slice: str
    queries: int
    before: float
    after: float

    @property
    def allowed(self) -> float:
        """How much the mean may fall."""
        return max(MOST_FALL, 1 / self.queries)

    @property
    def too_much(self) -> bool:
        """True where it falls by more."""
        return self.before - self.after > self.allowed + _ROUNDING


def shifts(pairs: Sequence[Pair]) -> list[Shift]:
    """All questions together, then each slice; empty without questions."""
    return [_shift(name, of_slice) for name, of_slice in sliced(pairs).items()]


def sliced(items: Sequence[Item]) -> dict[str, list[Item]]:
    """What belongs to each slice, by name, titles last. First of all, under "", all together, which titles belong to only
    where nothing else does: they are easy, and would hide what gets worse."""
    if not items:
        return {}
    names = sorted({item.slice for item in items}, key=lambda name: (name == TITLES, name))
    together = [item for item in items if item.slice != TITLES] or list(items)
    return {"": together} | {name: [item for item in items if item.slice == name] for name in names}


def _shift(name: str, pairs: Sequence[Pair]) -> Shift:
    return Shift(name, len(pairs), fmean(pair.before for pair in pairs), fmean(pair.after for pair in pairs))


def losers(pairs: Iterable[Pair], most: int) -> list[Pair]:
    """The questions that lose most, the worst first; none that loses nothing."""
    losing = [pair for pair in pairs if pair.before - pair.after > _ROUNDING]
    return sorted(losing, key=lambda pair: (pair.after - pair.before, pair.slice, pair.query))[:most]


def told(falls: Iterable[Shift]) -> str:
    """What fell too much, in German: "insgesamt 0,62 statt 0,81, „titel“ 0,10 statt 1,00"; "" where nothing did."""
    return ", ".join(
        f"{f'„{fall.slice}“' if fall.slice else 'insgesamt'} {number(fall.after)} statt {number(fall.before)}"
        for fall in falls
        if fall.too_much
    )


def number(value: float, digits: int = 2) -> str:
    """A number as German texts write it."""
    return f"{value:.{digits}f}".replace(".", ",")
