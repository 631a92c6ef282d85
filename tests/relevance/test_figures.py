"""Figures against values that were computed by hand."""

from __future__ import annotations

from math import isclose, log2

import pytest

from service.relevance.figures import Score, interval, judge, ndcg, overall, overlap, recall, reciprocal_rank

GRADES = {"a": 2, "b": 2, "c": 1}
BEST = 2 + 2 / log2(3) + 1 / 2  # 3.7619: right, right, fine


@pytest.mark.parametrize(
    ("ranked", "gained"),
    [
        ("abc", BEST),
        ("bac", BEST),
        ("cab", 1 + 2 / log2(3) + 2 / 2),
        ("xxa", 2 / 2),
        ("xyz", 0.0),
        ("", 0.0),
        ("0123456789a", 0.0),
        ("012345678a", 2 / log2(11)),
    ],
)
def test_the_gain_of_a_hit_falls_with_its_rank(ranked: str, gained: float) -> None:
    assert isclose(ndcg(GRADES, ranked), gained / BEST)


def test_the_best_answer_is_measured_by_ten_hits() -> None:
    many = dict.fromkeys("abcdefghijkl", 2)

    assert ndcg(many, "abcdefghij") == 1.0


@pytest.mark.parametrize(
    ("right", "ranked", "expected"),
    [("a", "xya", 1.0), ("a", "xyza", 0.0), ("ab", "axx", 0.5), ("abcd", "abc", 1.0), ("abcd", "axbc", 2 / 3)],
)
def test_recall_counts_the_right_offers_that_have_room_among_the_first_three(
    right: str, ranked: str, expected: float
) -> None:
    assert recall(dict.fromkeys(right, 2), ranked) == expected


def test_what_is_only_fine_is_no_recall() -> None:
    assert recall(GRADES, "cxx") == 0.0
    assert reciprocal_rank(GRADES, "cxb") == 1 / 3
    assert reciprocal_rank(GRADES, "cx") == 0.0


def test_a_query_that_must_find_nothing_is_right_without_hits() -> None:
    nothing: dict[str, int] = {}

    assert judge(nothing, [], 0) == Score(1.0, 1.0, 1.0, zero=None)
    assert judge(nothing, ["a"], 1) == Score(0.0, 0.0, 0.0, zero=None)


def test_a_title_is_found_among_the_first_three_or_not() -> None:
    assert judge({"a": 2}, "xxa", 3, known=True).score == 1.0
    assert judge({"a": 2}, "xxxa", 4, known=True).score == 0.0


def test_the_share_without_hits_counts_only_queries_with_something_to_find() -> None:
    scores = [judge({"a": 2}, "a", 1), judge({"a": 2}, "", 0), judge({}, "", 0)]
    figures = overall(scores)

    assert (figures.queries, figures.zero) == (3, 0.5)
    assert isclose(figures.score, 2 / 3)


def test_an_interval_encloses_the_mean_and_comes_again_with_its_seed() -> None:
    values = [0.0, 1.0] * 50
    low, high = interval(values, seed=4)

    assert 0.35 < low < 0.5 < high < 0.65
    assert interval(values, seed=4) == (low, high)
    assert interval([0.7] * 9) == pytest.approx((0.7, 0.7))
    assert interval([]) == (0.0, 0.0)


def test_where_nothing_may_be_found_there_is_no_share_without_hits() -> None:
    assert overall([judge({}, "", 0)]).zero is None


def test_no_answers_have_no_figures() -> None:
    assert overall([]).queries == 0


def test_overlap_is_the_share_of_the_longer_answer() -> None:
    assert overlap("abcd", "abxx") == overlap("ab", "abcd") == 0.5
    assert overlap("", "") == 1.0
    assert overlap("a", "") == 0.0
