"""How much worse is too much."""

from __future__ import annotations

from service.relevance.comparing import Pair, losers, shifts, told


def pairs(name: str, *scores: tuple[float, float]) -> list[Pair]:
    return [Pair(name, f"{name} {number}", *score) for number, score in enumerate(scores)]


def test_the_same_answers_are_good_enough() -> None:
    assert told(shifts(pairs("alltag", *[(0.5, 0.5)] * 200))) == ""


def test_of_few_questions_one_may_be_lost() -> None:
    assert told(shifts(pairs("alltag", (1, 0), (1, 1), (1, 1)))) == ""
    assert (
        told(shifts(pairs("alltag", (1, 0), (1, 0), (1, 1)))) == "insgesamt 0,33 statt 1,00, „alltag“ 0,33 statt 1,00"
    )


def test_of_many_the_mean_may_fall_by_a_hundredth() -> None:
    assert told(shifts(pairs("a", *[(0.5, 0.49)] * 400))) == ""
    assert told(shifts([*pairs("a", *[(0.6, 0.588)] * 90), *pairs("b", *[(0.6, 0.588)] * 90)])) == (
        "insgesamt 0,59 statt 0,60, „a“ 0,59 statt 0,60, „b“ 0,59 statt 0,60"
    )


def test_a_slice_may_not_lose_more_than_one_question_whatever_others_gain() -> None:
    moved = shifts([*pairs("gut", *[(0, 1)] * 100), *pairs("schlecht", *[(1, 0.5)] * 4)])

    assert told(moved) == "„schlecht“ 0,50 statt 1,00"


def test_who_loses_most_is_named_first() -> None:
    lost = losers(pairs("a", (1, 0.9), (0.3, 0.3), (1, 0.2), (0, 1)), 5)

    assert [pair.query for pair in lost] == ["a 2", "a 0"]


def test_nothing_to_compare_is_no_complaint() -> None:
    assert shifts([]) == []
    assert told([]) == ""


def test_titles_count_for_the_whole_only_where_nothing_else_does() -> None:
    titles, others = pairs("titel", (1, 0.5)), pairs("alltag", (1, 1), (0, 0))

    assert [(shift.slice, shift.before, shift.after) for shift in shifts([*titles, *others])] == [
        ("", 0.5, 0.5), ("alltag", 0.5, 0.5), ("titel", 1, 0.5),
    ]  # fmt: skip
    assert [(shift.slice, shift.after) for shift in shifts(titles)] == [("", 0.5), ("titel", 0.5)]
