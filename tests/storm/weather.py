"""What goes wrong and what is done meanwhile, at which share of the edits: from the seed."""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import Literal

Kind = Literal["kill indexer", "kill engine", "rebuild", "kill rebuild", "roll back", "back up", "tidy"]
NAMES: dict[Kind, str] = {
    "kill indexer": "indexer killed (-9)", "kill engine": "engine killed (-9)", "rebuild": "rebuilds",
    "kill rebuild": "rebuilds killed (-9)", "roll back": "rolled back", "back up": "backups", "tidy": "changes pruned",
}  # fmt: skip
LAST = 0.9
"""Share of the edits after which nothing new begins."""


@dataclass(frozen=True, slots=True)
class Event:
    """At this share of the edits this happens. `dice` decides about details, the same for the same seed."""

    at: float
    kind: Kind
    dice: random.Random


@dataclass(frozen=True, slots=True)
class Forecast:
    """How often what happens."""

    indexer_kills: int = 6
    engine_kills: int = 2
    rebuilds: int = 3
    rebuild_kills: int = 1
    rollbacks: int = 1
    backups: int = 1
    tidyings: int = 5

    def events(self, seed: int) -> list[Event]:
        """All events, the first one first. Rebuilds are spread; what concerns them comes after the first one."""
        dice = random.Random(f"{seed}/weather")
        wanted: list[tuple[float, Kind]] = [
            *((0.05 + LAST * number / max(1, self.rebuilds), "rebuild") for number in range(self.rebuilds)),
            *((dice.uniform(0.02, LAST), "kill indexer") for _ in range(self.indexer_kills)),
            *((dice.uniform(0.1, LAST), "kill engine") for _ in range(self.engine_kills)),
            *((dice.uniform(0.2, LAST), "kill rebuild") for _ in range(self.rebuild_kills)),
            *((dice.uniform(0.5, 0.8), "roll back") for _ in range(self.rollbacks)),
            *((dice.uniform(0.3, 0.7), "back up") for _ in range(self.backups)),
            *((dice.uniform(0.1, LAST), "tidy") for _ in range(self.tidyings)),
        ]
        return [Event(at, kind, random.Random(f"{seed}/{at}/{kind}")) for at, kind in sorted(wanted)]
