"""Figures of an answer and of many. Pure functions; grades are those of the judged queries (2 right, 1 fine).

`score` is the one figure that gates and intervals use: nDCG@10; for a query that must find nothing 1 where it does; for a
title 1 where its offer is among the first three.
"""

import random
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from math import log2
from statistics import fmean
from typing import TypeVar

RIGHT, FINE = 2, 1
DEPTH, FIRST = 10, 3
"""Hits that nDCG looks at, and the first ones, which people read."""
RESAMPLES = 1000
Offer = TypeVar("Offer", bound=Hashable)


@dataclass(frozen=True, slots=True)
class Figures:
    """Means over queries. `zero`: share of queries with something to find that found nothing at all, None where there is
    nothing to find; `low` and `high` enclose the mean score with 95 % by resampling the queries."""

    queries: int
    score: float
    recall: float
    rank: float
    zero: float | None
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Score:
    """The figures of one answer. `recall` is recall@3, `rank` the reciprocal rank of the first right hit, `zero` None
    where nothing may be found."""

    score: float
    recall: float
    rank: float
    zero: bool | None


def ndcg(grades: Mapping[Offer, int], ranked: Sequence[Offer], depth: int = DEPTH) -> float:
    """Discounted gain of the first hits in parts of the best that is possible: a hit at rank r adds grade / log2(r + 1)."""
    gained = sum(grades.get(offer, 0) / log2(place + 2) for place, offer in enumerate(ranked[:depth]))
    best = sorted(grades.values(), reverse=True)[:depth]
    possible = sum(grade / log2(place + 2) for place, grade in enumerate(best))
    return gained / possible if possible else 0.0


def recall(grades: Mapping[Offer, int], ranked: Sequence[Offer], first: int = FIRST) -> float:
    """Share of the right offers among the first hits, of those that have room there."""
    right = {offer for offer, grade in grades.items() if grade == RIGHT}
    return len(right & set(ranked[:first])) / min(first, len(right)) if right else 0.0


def reciprocal_rank(grades: Mapping[Offer, int], ranked: Sequence[Offer]) -> float:
    """1 / rank of the first right hit, 0 without one."""
    return next((1 / place for place, offer in enumerate(ranked, 1) if grades.get(offer) == RIGHT), 0.0)


def judge(grades: Mapping[Offer, int], ranked: Sequence[Offer], total: int, *, known: bool = False) -> Score:
    """The figures of one answer. Without grades nothing may be found; `known`: the query is the title of its offers."""
    if not grades:
        right = float(total == 0)
        return Score(right, right, right, zero=None)
    found = recall(grades, ranked)
    score = float(found > 0) if known else ndcg(grades, ranked)
    return Score(score, found, reciprocal_rank(grades, ranked[:DEPTH]), zero=total == 0)


def overall(scores: Sequence[Score], seed: int = 0) -> Figures:
    """Means of many answers."""
    if not scores:
        return Figures(0, 0.0, 0.0, 0.0, None, 0.0, 0.0)
    low, high = interval([score.score for score in scores], seed)
    searching = [score.zero for score in scores if score.zero is not None]
    return Figures(
        queries=len(scores),
        score=fmean(score.score for score in scores),
        recall=fmean(score.recall for score in scores),
        rank=fmean(score.rank for score in scores),
        zero=fmean(searching) if searching else None,
        low=low,
        high=high,
    )


def interval(values: Sequence[float], seed: int = 0, resamples: int = RESAMPLES) -> tuple[float, float]:
    """What encloses the mean with 95 %: the bootstrap's percentiles. The same seed gives the same interval.

    For two systems give the differences of each query (paired).
    """
    if not values:
        return 0.0, 0.0
    draw = random.Random(seed)  # noqa: S311  a repeatable sample is wanted
    means = sorted(fmean(draw.choices(values, k=len(values))) for _ in range(resamples))
    return means[int(resamples * 0.025)], means[max(0, int(resamples * 0.975) - 1)]


def overlap(a: Sequence[Offer], b: Sequence[Offer], depth: int = DEPTH) -> float:
    """Share of the first hits that two answers have in common, of the longer one; 1 where both are empty."""
    first, second = set(a[:depth]), set(b[:depth])
    longest = max(len(first), len(second))
    return len(first & second) / longest if longest else 1.0
