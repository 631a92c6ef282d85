"""The table of faults, printed and in docs/faults.md."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from statistics import median

from tests.faults.trial import GOAL, Outcome
from tests.servers.runs import ROOT

PAGE = ROOT / "docs" / "faults.md"
BEGIN, END = "<!-- table: make faults -->", "<!-- end of table -->"
HEAD = ("while it lasts", "answers", "saving", "edit found meanwhile", "pages: median", "slowest", "all as before")


@dataclass(frozen=True, slots=True)
class Row:
    """One fault. `problem` where something did not hold."""

    name: str
    level: str = ""
    saving: str = ""
    found: str = ""
    typical: float = 0.0
    longest: float = 0.0
    recovery: float | None = None
    problem: str = ""

    @classmethod
    def of(cls, outcome: Outcome) -> Row:
        """The row of what was seen."""
        saved = outcome.saved is not None and outcome.saved.status == 303
        after = "no, afterwards" if outcome.found_after is None else f"after {outcome.found_after:.1f} s"
        return cls(
            outcome.fault.name,
            " and ".join(sorted(outcome.levels)) or "plain notice",
            "works" if saved else "plain notice",
            after if saved else "–",
            outcome.typical,
            outcome.longest,
            outcome.recovered_after,
        )

    def cells(self) -> tuple[str, ...]:
        """As text."""
        if self.problem:
            return (self.name, f"FAILED: {' '.join(self.problem.split())[:300]}", "", "", "", "", "")
        goal = "" if self.longest <= GOAL else f" (goal {GOAL:.0f} s missed)"
        after = "–" if self.recovery is None else f"{self.recovery:.1f} s"
        return (
            self.name, self.level, self.saving, self.found, f"{self.typical:.2f} s", f"{self.longest:.2f} s{goal}", after,
        )  # fmt: skip

    def __str__(self) -> str:
        return " | ".join(self.cells())


def lines(rows: Sequence[Row]) -> list[str]:
    """The table and what it comes to."""
    made = [f"| {' | '.join(HEAD)} |", f"|{'---|' * len(HEAD)}", *(f"| {' | '.join(row.cells())} |" for row in rows)]
    good = [row for row in rows if not row.problem]
    if good:
        within = sum(row.longest <= GOAL for row in good)
        recoveries = [row.recovery for row in good if row.recovery is not None]
        made += [
            "",
            f"Goal of {GOAL:.0f} s for every page: reached in {within} of {len(rows)}. Slowest page {max(row.longest for row in good):.2f} s"
            + (f"; all as before after {median(recoveries):.1f} s (median), {max(recoveries):.1f} s at most." if recoveries else "."),
        ]  # fmt: skip
    return made


def write(rows: Sequence[Row]) -> None:
    """Puts the table between the markers of the page."""
    text = PAGE.read_text(encoding="utf-8")
    before, rest = text.split(BEGIN)
    day = f"{datetime.now(UTC):%Y-%m-%d}"
    how = f"`make faults`, {day}, {os.cpu_count()} cores that other work shared."
    PAGE.write_text(
        "\n".join([before + BEGIN, how, "", *lines(rows), END + rest.split(END)[1]]),
        encoding="utf-8",
    )
