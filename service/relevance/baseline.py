"""Scores that were kept: what the present ones are compared with. File `golden/baseline.json` in the county's folder."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from service.errors import ServiceError
from service.relevance.asking import Outcome
from service.relevance.comparing import Pair
from service.relevance.judged import FOLDER

FILE = "baseline.json"
Scores = Mapping[str, Mapping[str, Mapping[str, float]]]
"""Engine → slice → query → score."""


class BadBaseline(ServiceError):
    """A file that cannot be read or written."""


@dataclass(frozen=True, slots=True)
class Baseline:
    """Scores of one day. `offers` says whose: of the demo's or of the installation's."""

    offers: str
    made_on: str
    scores: Scores

    def pairs(self, engine: str, outcomes: Iterable[Outcome]) -> list[Pair]:
        """The kept scores and the present ones, of the questions that have both."""
        kept = self.scores.get(engine, {})
        return [
            Pair(
                outcome.slice, outcome.question.query, kept[outcome.slice][outcome.question.query], outcome.score.score
            )
            for outcome in outcomes
            if outcome.question.query in kept.get(outcome.slice, {})
        ]


def path(county: Path) -> Path:
    """Where a county keeps its scores."""
    return county / FOLDER / FILE


def read(file: Path) -> Baseline | None:
    """The kept scores, None where there are none. Raises `BadBaseline`."""
    try:
        data = json.loads(file.read_text(encoding="utf-8"))
        return Baseline(str(data["offers"]), str(data["made_on"]), data["scores"])
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise BadBaseline(f"{file.name} ist nicht lesbar ({error}). Bitte neu anlegen: --save-baseline.") from None


def write(
    file: Path, offers: str, day: date, outcomes: Mapping[str, Iterable[Outcome]], known: Baseline | None
) -> None:
    """Keeps scores by engine; those of engines that were not asked now stay as they were. Raises `BadBaseline`."""
    scores: dict[str, Mapping[str, Mapping[str, float]]] = {}
    if known and known.offers == offers:
        scores |= known.scores
    for engine, answered in outcomes.items():
        of_engine: dict[str, dict[str, float]] = {}
        for outcome in answered:
            of_engine.setdefault(outcome.slice, {})[outcome.question.query] = round(outcome.score.score, 4)
        scores[engine] = of_engine
    data = {"offers": offers, "made_on": day.isoformat(), "scores": scores}
    try:
        file.parent.mkdir(exist_ok=True)
        file.write_text(json.dumps(data, ensure_ascii=False, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    except OSError as error:
        raise BadBaseline(f"{file} lässt sich nicht schreiben ({error.strerror}).") from None
