"""Engines and variants beside each other, and scores that were kept; with made-up answers."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from service.relevance import baseline
from service.relevance.asking import Outcome
from service.relevance.baseline import BadBaseline
from service.relevance.evaluation import Evaluation
from service.relevance.figures import Score, judge
from service.relevance.questions import Asked, Question
from service.relevance.variants import WITHOUT, BadVariant, variant
from service.search.engine import Found, Hit, SearchRequest
from service.search.opensearch.query import body
from service.search.plan import BOOSTS, Plan, Spelling, Synonym, Word

A, B, C, D = (UUID(int=number) for number in range(1, 5))
QUESTIONS = [Question("alltag", "Rad", {A: 2}), Question("alltag", "Kurs", {B: 2}), Question("unsinn", "qwertz", {})]


def answered(question: Question, *ranked: UUID) -> Outcome:
    found = Found(len(ranked), [Hit(str(offer), 1.0, {}) for offer in ranked], {}, {}, "index")
    return Outcome(question, Plan(), found, judge(question.grades, ranked, len(ranked)))


def evaluation(**outcomes: list[Outcome]) -> Evaluation:
    return Evaluation(Asked(QUESTIONS), "demo", outcomes=outcomes, variants={name: {} for name in outcomes})


def perfect() -> list[Outcome]:
    return [answered(QUESTIONS[0], A, C), answered(QUESTIONS[1], B, C), answered(QUESTIONS[2])]


def half() -> list[Outcome]:
    return [answered(QUESTIONS[0], A, D), answered(QUESTIONS[1], C, D), answered(QUESTIONS[2], C)]


def test_parity_is_by_slice() -> None:
    found = evaluation(one=perfect(), two=half()).parity("one", "two")

    assert found["alltag"] == (2, 0.5, -0.5)  # A of A, C and A, D; C of B, C and C, D; one right answer is lost
    assert found["unsinn"] == (1, 0.0, -1.0)
    assert found[""].queries == 3
    assert found[""][1:] == pytest.approx((1 / 3, -2 / 3))


def test_a_variant_is_compared_question_by_question() -> None:
    made = evaluation(one=perfect())
    lost = Score(0.0, 0.0, 0.0, zero=False)
    made.variants["one"]["ohne-teile"] = [lost, made.outcomes["one"][1].score, made.outcomes["one"][2].score]
    effects = made.effects("one")["ohne-teile"]

    assert (effects["alltag"].score, effects["alltag"].difference) == (0.5, -0.5)
    assert (effects["unsinn"].difference, effects["unsinn"].low, effects["unsinn"].high) == (0, 0, 0)
    assert effects[""].low <= effects[""].difference <= effects[""].high


def test_the_worst_answers_come_first() -> None:
    worst = evaluation(one=half()).worst("one", 5)

    assert [outcome.question.query for outcome in worst] == ["Kurs", "qwertz"]


def test_scores_are_kept_and_compared(tmp_path: Path) -> None:
    file = baseline.path(tmp_path)
    baseline.write(file, "demo", date(2026, 3, 2), {"one": perfect()}, None)
    kept = baseline.read(file)
    assert kept is not None
    now = evaluation(one=half())

    assert [(shift.slice, shift.before, shift.after) for shift in now.against("one", kept)] == [
        ("", 1.0, pytest.approx(1 / 3)), ("alltag", 1.0, 0.5), ("unsinn", 1.0, 0.0),
    ]  # fmt: skip
    assert evaluation(two=half()).against("two", kept) == []
    now.offers = "bestand"
    assert now.against("one", kept) == []


def test_a_question_that_is_new_is_not_compared(tmp_path: Path) -> None:
    file = baseline.path(tmp_path)
    baseline.write(file, "demo", date(2026, 3, 2), {"one": perfect()[:1]}, None)

    assert [shift.queries for shift in evaluation(one=half()).against("one", baseline.read(file))] == [1, 1]


def test_engines_that_were_not_asked_keep_their_scores(tmp_path: Path) -> None:
    file = baseline.path(tmp_path)
    for engine in ("one", "two"):
        baseline.write(file, "demo", date(2026, 3, 2), {engine: perfect()}, baseline.read(file))
    kept = baseline.read(file)

    assert kept is not None
    assert kept.scores.keys() == {"one", "two"}


def test_without_kept_scores_there_is_nothing_to_compare(tmp_path: Path) -> None:
    assert baseline.read(tmp_path / "baseline.json") is None


@pytest.mark.parametrize("text", ["", "[]", '{"offers": "demo"}'])
def test_damaged_scores_are_told(tmp_path: Path, text: str) -> None:
    file = tmp_path / "baseline.json"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(BadBaseline, match="Bitte neu anlegen: --save-baseline"):
        baseline.read(file)


def test_weights_have_names_or_are_written_out() -> None:
    assert variant("ohne-synonyme").synonyms == 0
    assert variant("title=1, parts=0.25") == variant("parts=.25,title=1.0")
    assert variant("title=1").parts == BOOSTS.parts


@pytest.mark.parametrize("text", ["", "ohne-alles", "titel=1", "title", "title=viel", "title=-1", "title=nan"])
def test_other_weights_are_told(text: str) -> None:
    with pytest.raises(BadVariant):
        variant(text)


WORD = Word("Kurs", ("kurs",), ("kurs",), "kurs", ("kurs",), ("kurs",), (Spelling("kursus", "kursus", 0.8),))


@pytest.mark.parametrize(
    ("name", "gone"),
    [
        ("ohne-titel", '"title"'),
        ("ohne-teile", '"all_parts'),
        ("ohne-begriffe", '"labels"'),
        ("ohne-sprachen", '"languages"'),
        ("ohne-orte", '"towns"'),
    ],
)
def test_what_weighs_nothing_is_not_asked_for(name: str, gone: str) -> None:
    def asked(**more: Any) -> str:
        plan = Plan((WORD,), (Synonym("Lehrgang", ("lehrgang",), (0,), "Kurs"),), ("marl",), languages=("ar",), **more)
        return str(body(SearchRequest(plan))).replace("'", '"')

    assert gone in asked()
    assert gone not in asked(boosts=WITHOUT[name])
