"""Figures and the goals they are held against. A missed goal is a result, not an error."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from rich.table import Table

from bench.rounds import Spread

NOT_EMBEDDED: frozenset[str] = frozenset({"page_to_engine", "json_to_engine", "indexing_ratio"})
"""Ratios without a goal on the embedded engine: its bare query costs no way over a network, its bare load no analysis."""


ENGINES = {"embedded": "Eingebettet", "opensearch": "OpenSearch", "": "Beide"}


@dataclass(frozen=True, slots=True)
class Goal:
    """What a figure should be: at the most or at the least this."""

    kind: Literal["most", "least"]
    limit: float

    def reached(self, value: float) -> bool:
        """True where the value keeps the limit."""
        return value <= self.limit if self.kind == "most" else value >= self.limit

    def __str__(self) -> str:
        return f"{'≤' if self.kind == 'most' else '≥'} {self.limit:g}".replace(".", ",")


GOALS: Mapping[str, Goal] = {
    "page_to_engine": Goal("most", 1.6),
    "embedded_to_opensearch": Goal("most", 1.0),
    "understood_to_plain": Goal("most", 3.0),
    "understood_embedded_to_opensearch": Goal("most", 1.0),
    "suggestions_p95": Goal("most", 15.0),
    "throughput_ratio": Goal("least", 0.7),
    "freshness_p95": Goal("most", 0.5),
    "indexing_ratio": Goal("least", 0.65),
    "worker_rss": Goal("most", 200.0),
    "rebuild_tree_pss": Goal("most", 400.0),
    "busy_wrong": Goal("most", 0.0),
    "readers_ratio": Goal("most", 2.0),
    "readers_failed": Goal("most", 0.0),
    "standby_ratio": Goal("most", 1.0),
    "database_p50": Goal("most", 2_000.0),
    "outage_failed": Goal("most", 0.0),
}
"""Goals at 100,000 offers."""


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured figure. `engine` is "" where it belongs to none alone."""

    name: str
    engine: str
    label: str
    unit: str
    value: Spread
    note: str = ""

    @property
    def goal(self) -> Goal | None:
        """Its goal, None where it only informs."""
        return None if self.engine == "embedded" and self.name in NOT_EMBEDDED else GOALS.get(self.name)

    def as_json(self) -> dict[str, Any]:
        """The figure for machines."""
        goal = self.goal
        return {
            "name": self.name, "engine": self.engine, "unit": self.unit, "value": _round(self.value.median),
            "low": _round(self.value.low), "high": _round(self.value.high), "rounds": self.value.rounds,
            "goal": {f"at_{goal.kind}": goal.limit} if goal else None,
            "reached": goal.reached(self.value.median) if goal else None, "note": self.note,
        }  # fmt: skip


@dataclass(slots=True)
class Results:
    """All figures of a run, and what could not be measured."""

    about: dict[str, Any]
    figures: list[Figure] = field(default_factory=list)
    failed: dict[str, str] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """The whole run for machines."""
        return {**self.about, "figures": [figure.as_json() for figure in self.figures], "failed": self.failed}


def table(figures: Sequence[Figure], title: str) -> Table:
    """The figures for people, by engine; 80 characters wide where all goes well."""
    made = Table(title=title, title_justify="left", header_style="bold", expand=False)
    made.add_column("Messung", min_width=30)
    for heading in ("Wert", "Spanne", "Runden", "Ziel"):
        made.add_column(heading, justify="right", no_wrap=True)
    made.add_column("", no_wrap=True)
    for engine in dict.fromkeys(figure.engine for figure in figures):
        made.add_section()
        made.add_row(f"[bold]{ENGINES[engine]}")
        for figure in figures:
            if figure.engine == engine:
                made.add_row(*_row(figure))
    return made


def notes(figures: Iterable[Figure]) -> list[str]:
    """What is to be said about some of the figures."""
    return [f"{ENGINES[f.engine]}, {f.label}: {f.note}" for f in figures if f.note]


def _row(figure: Figure) -> tuple[str, ...]:
    value, goal = figure.value, figure.goal
    reached = "" if goal is None else "[green]erreicht" if goal.reached(value.median) else "[red]verfehlt"
    span = f"{_number(value.low)}–{_number(value.high)}" if value.rounds > 1 else ""
    shown = f"{_number(value.median)} {figure.unit}".strip()
    return figure.label, shown, span, str(value.rounds), str(goal or ""), reached


def _number(value: float) -> str:
    if value == 0:
        return "0"
    digits = 0 if abs(value) >= 100 else 1 if abs(value) >= 10 else 2 if abs(value) >= 1 else 3
    return f"{value:.{digits}f}".replace(".", ",")


def _round(value: float) -> float:
    return round(value, 4)
