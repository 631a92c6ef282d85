"""One fault on one installation: begun, looked at while it lasts, ended, and watched until all is as before."""

from __future__ import annotations

import random
import string
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from statistics import median
from time import monotonic

from tests.faults.stage import Stage
from tests.faults.visitor import Visit
from tests.faults.waiting import until

GOAL = 2.0
"""Seconds that a page should take at most while something is broken."""
Begin = Callable[[Stage], AbstractContextManager[object]]


@dataclass(frozen=True, slots=True)
class Fault:
    """Something that breaks: the block of `begin` is the time that it lasts."""

    name: str
    begin: Begin
    level: str
    """Who answers searches meanwhile, as JSON says it; "" where nobody can."""
    also: str = ""
    """Who may answer some of them, too."""
    returns: bool = False
    """Whether the first level answers again although the fault lasts."""
    found: bool | None = True
    """Whether an offer that is saved meanwhile is found before the fault ends; None where either may be."""
    saves: bool = True
    """Whether an offer can be saved meanwhile."""


@dataclass(slots=True)
class Outcome:
    """What was seen."""

    fault: Fault
    visits: list[Visit] = field(default_factory=list)
    saved: Visit | None = None
    word: str = ""
    """The word that was saved into an offer's title meanwhile."""
    behind: int = 0
    """Changes that the indexes did not hold when the fault ended."""
    found_after: float | None = None
    """Seconds until that word was found although the fault lasted."""
    recovered_after: float | None = None
    """Seconds after the fault's end until the first level answered and no index was behind."""

    @property
    def answered(self) -> list[tuple[str, float]]:
        """Who answered searches, one after the other, and the seconds that it took."""
        found = [visit for visit in self.visits if visit.page == "json" and visit.status == 200]
        return [(str(visit.json["engine"]), visit.seconds) for visit in found]

    @property
    def levels(self) -> set[str]:
        """Who answered searches."""
        return {level for level, _ in self.answered}

    @property
    def statuses(self) -> set[int]:
        """How pages were answered."""
        return {visit.status for visit in self.visits}

    @property
    def typical(self) -> float:
        """Median seconds of a page."""
        return median(visit.seconds for visit in self.visits)

    @property
    def longest(self) -> float:
        """Seconds of the slowest page."""
        return max(visit.seconds for visit in self.visits)


def undergo(stage: Stage, fault: Fault) -> Outcome:
    """Begins a fault, looks at every page, saves an offer, ends the fault, and waits until all is as before."""
    outcome = Outcome(fault, word=new_word())
    normal = stage.settings.engine
    until(lambda: stage.visitor.level() == normal, f"{normal} answers before the fault", stage.said)
    public_id, path = two_offers(stage)
    with fault.begin(stage):
        outcome.visits = stage.visitor.look_around(path)
        outcome.saved = stage.visitor.save(public_id, f"Deutschkurs {outcome.word}")
        outcome.visits += stage.visitor.look_around(path)  # now that the levels know what is broken
        if fault.found and fault.saves:
            outcome.found_after = until(lambda: finds(stage, outcome.word), "the edit is found meanwhile", stage.said)
        if fault.returns:
            until(lambda: stage.visitor.level() == normal, f"{normal} answers again meanwhile", stage.said)
        outcome.behind = stage.lag()
    ended = monotonic()
    until(lambda: stage.visitor.level() == normal, f"{normal} answers again", stage.said)
    until(lambda: stage.lag() == 0, "no index is behind", stage.said)
    if outcome.saved.status == 303:
        until(lambda: finds(stage, outcome.word, normal), "the edit is found afterwards", stage.said)
    outcome.recovered_after = monotonic() - ended
    return outcome


def new_word() -> str:
    """A word that no offer holds, nor one like it."""
    return "".join(random.choices(string.ascii_lowercase.translate({ord(c): None for c in "aeiou"}), k=12))


def two_offers(stage: Stage) -> tuple[str, str]:
    """Public id of an offer to be edited, and the path of another one to be looked at."""
    found = stage.visitor.search("deutsch").json["offers"]
    return str(found[0]["url"]).split("/")[-1][:8], str(found[1]["url"])


def finds(stage: Stage, word: str, level: str = "") -> bool:
    """True where a search for a word finds the one offer with it, answered by that level."""
    visit = stage.visitor.search(word)
    if visit.status != 200 or (level and visit.json["engine"] != level):
        return False
    return any(word in offer["title"] for offer in visit.json["offers"])
