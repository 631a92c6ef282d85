"""Everything that was measured in one go, as tables and as JSON: engines beside each other, and variants of the search."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from statistics import fmean
from typing import Any, NamedTuple

from service.relevance.asking import Outcome, Reader
from service.relevance.baseline import Baseline
from service.relevance.comparing import Shift, shifts, sliced
from service.relevance.explaining import explained
from service.relevance.figures import Figures, Score, interval, overall, overlap
from service.relevance.questions import Asked
from service.search.plan import BOOSTS, Boosts


class Parity(NamedTuple):
    """Two engines: the share of first hits that they have in common, and by how much the second scores higher."""

    queries: int
    overlap: float
    difference: float


class Effect(NamedTuple):
    """A variant: its mean score, and by how much that is higher, with the interval of paired resampling."""

    score: float
    difference: float
    low: float
    high: float


@dataclass
class Evaluation:
    """What was asked, and what came back by engine. `variants[engine][name]` holds scores in the order of questions."""

    asked: Asked
    offers: str
    seed: int = 0
    outcomes: dict[str, list[Outcome]] = field(default_factory=dict)
    variants: dict[str, dict[str, list[Score]]] = field(default_factory=dict)
    readers: dict[str, Reader] = field(default_factory=dict)

    def ask(self, name: str, reader: Reader, variants: Mapping[str, Boosts], tick: Callable[[], None]) -> None:
        """Asks an engine everything, with the weights in force and with others. Raises `SearchUnavailable`."""
        self.readers[name] = reader
        self.outcomes[name] = []
        for question in self.asked.questions:
            self.outcomes[name].append(reader.ask(question))
            tick()
        self.variants[name] = {}
        for variant, boosts in variants.items():
            reader.boosts = boosts
            scores = self.variants[name][variant] = []
            for question in self.asked.questions:
                scores.append(reader.ask(question).score)
                tick()
        reader.boosts = BOOSTS

    def figures(self, engine: str) -> dict[str, Figures]:
        """Figures of each slice; "" is all together."""
        return {
            name: overall([outcome.score for outcome in found], self.seed)
            for name, found in sliced(self.outcomes[engine]).items()
        }

    def against(self, engine: str, baseline: Baseline | None) -> list[Shift]:
        """How the scores of an engine have moved since they were kept; empty where none of these offers were."""
        comparable = baseline is not None and baseline.offers == self.offers
        return shifts(baseline.pairs(engine, self.outcomes[engine])) if baseline and comparable else []

    def parity(self, first: str, second: str) -> dict[str, Parity]:
        """Two engines by slice."""
        numbers = {id(outcome): number for number, outcome in enumerate(self.outcomes[first])}
        found: dict[str, Parity] = {}
        for name, outcomes in sliced(self.outcomes[first]).items():
            others = [self.outcomes[second][numbers[id(outcome)]] for outcome in outcomes]
            common = [overlap(a.ranked, b.ranked) for a, b in zip(outcomes, others, strict=True)]
            higher = [b.score.score - a.score.score for a, b in zip(outcomes, others, strict=True)]
            found[name] = Parity(len(common), fmean(common), fmean(higher))
        return found

    def effects(self, engine: str) -> dict[str, dict[str, Effect]]:
        """Variant → slice → effect."""
        numbers = {id(outcome): number for number, outcome in enumerate(self.outcomes[engine])}
        found: dict[str, dict[str, Effect]] = {}
        for variant, scores in self.variants[engine].items():
            found[variant] = {}
            for name, outcomes in sliced(self.outcomes[engine]).items():
                own = [scores[numbers[id(outcome)]].score for outcome in outcomes]
                moved = [score - outcome.score.score for score, outcome in zip(own, outcomes, strict=True)]
                found[variant][name] = Effect(fmean(own), fmean(moved), *interval(moved, self.seed))
        return found

    def worst(self, engine: str, most: int) -> list[Outcome]:
        """The answers with the lowest scores; of equal ones those whose right offer is further away."""
        poor = [outcome for outcome in self.outcomes[engine] if outcome.score.score < 1]
        return sorted(poor, key=lambda o: (o.score.score, o.score.rank, o.slice, o.question.query))[:most]

    def explained(self, engine: str, outcomes: Sequence[Outcome]) -> list[dict[str, Any]]:
        """What was understood, what should have come, what came and why."""
        return [explained(outcome, self.asked.names, self.readers[engine].book) for outcome in outcomes]

    def as_json(self, baseline: Baseline | None) -> dict[str, Any]:
        """Everything for machines."""
        engines = {
            engine: {
                "index": self.outcomes[engine][0].found.index if self.outcomes[engine] else "",
                "figures": {name or "gesamt": asdict(figures) for name, figures in self.figures(engine).items()},
                "baseline": {
                    shift.slice or "gesamt": asdict(shift) | {"too_much": shift.too_much}
                    for shift in self.against(engine, baseline)
                },
                "variants": {
                    variant: {name or "gesamt": effect._asdict() for name, effect in effects.items()}
                    for variant, effects in self.effects(engine).items()
                },
                "queries": self.explained(engine, self.outcomes[engine]),
            }
            for engine in self.outcomes
        }
        first, *others = self.outcomes
        parity = {
            f"{first}/{other}": {name or "gesamt": found._asdict() for name, found in self.parity(first, other).items()}
            for other in others
        }
        return {
            "offers": self.offers, "seed": self.seed, "questions": len(self.asked.questions),
            "left_out": [f"{judged.slice}: {judged.query}" for judged in self.asked.left_out],
            "unknown": [str(source) for source in self.asked.unknown],
            "hidden": [str(source) for source in self.asked.hidden],
            "engines": engines, "parity": parity,
        }  # fmt: skip
