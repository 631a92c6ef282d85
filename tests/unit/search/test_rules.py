"""Every rule of the product does what it says: who types a left side searches for all of the right side too."""

from __future__ import annotations

import pytest

from service.german.synonyms import Rule
from service.paths import data_folder
from service.search.plan import BOOSTS, understand
from service.search.wordbook import Wordbook, read_lists

RULES = read_lists(data_folder("mappings")).synonyms.rules


def test_there_are_many_rules() -> None:
    assert len(RULES) > 700
    assert sum(rule.alike for rule in RULES) > 20


@pytest.mark.parametrize(
    "rule", [rule for rule in RULES if not rule.alike], ids=lambda rule: f"{rule.line}: {rule.sources[0]}"
)
def test_the_words_of_a_rule_are_in_the_plan_of_its_left_side(book: Wordbook, rule: Rule) -> None:
    for source in rule.sources:
        plan = understand(source, book)
        searched = {tuple(sorted(word.stems)) for word in plan.words}
        searched |= {tuple(sorted(synonym.stems)) for synonym in plan.synonyms}
        every = {stem for word in plan.words for stem in word.stems}
        for target in rule.targets:
            stems = book.analysis.std(target)
            assert tuple(sorted(stems)) in searched or every >= set(stems), (source, target)


@pytest.mark.parametrize("rule", [rule for rule in RULES if rule.alike], ids=lambda rule: rule.targets[0])
def test_words_that_are_alike_fire_rules_of_several_words(book: Wordbook, rule: Rule) -> None:
    head, *_ = rule.targets
    with_head = [
        other for other in RULES for source in other.sources if head in source.split() and len(source.split()) > 1
    ]
    assert with_head, f"no rule needs {head}"


def test_what_people_say_weighs_more_than_words_of_the_offers(book: Wordbook) -> None:
    (everyday, *_), (own, *_) = understand("Geld vom Staat", book).synonyms, understand("Hebamme", book).synonyms
    assert (everyday.weight, own.weight) == (BOOSTS.everyday, BOOSTS.synonyms)
