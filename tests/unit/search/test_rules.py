"""Every rule of the product does what it says: who types a left side searches for all of the right side too."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import pytest

from service.exchange.demo import demo_records
from service.german.normalise import plain_text
from service.paths import data_folder
from service.search.plan import BOOSTS
from service.search.understanding import understand
from service.search.wordbook import Wordbook, read_lists
from service.vocabulary import Vocabularies

RULES = read_lists(data_folder("mappings")).synonyms.rules
FILES = sorted({rule.file for rule in RULES})


def test_there_are_many_rules() -> None:
    assert len(RULES) > 1500
    assert sum(rule.alike for rule in RULES) > 100


def test_what_is_searched_is_written_alike_in_all_rules() -> None:
    written: dict[str, set[str]] = {}
    for rule in RULES:
        for target in () if rule.alike else rule.targets:
            written.setdefault(target.casefold(), set()).add(target)
    assert [sorted(ways) for ways in written.values() if len(ways) > 1] == [], "votes for one are votes for the other"


@pytest.mark.parametrize("file", FILES)
def test_who_types_a_left_side_searches_for_the_right_side(book: Wordbook, file: str) -> None:
    idle = [
        f"line {rule.line}: {source} does not find {target}"
        for rule in RULES
        if rule.file == file and not rule.alike
        for source in rule.sources
        for target in missing(book, source, rule.targets)
    ]
    assert idle == []


def missing(book: Wordbook, source: str, targets: Sequence[str]) -> list[str]:
    """The targets that rules do not find from a left side and that are not typed in it."""
    typed = {*book.analysis.std(source)}
    said = {tuple(book.analysis.std(expansion.text)) for expansion in book.synonyms.expand(source)}
    stems = {target: book.analysis.std(target) for target in targets}
    return [target for target, found in stems.items() if tuple(found) not in said and not typed >= {*found}]


def test_a_right_side_of_several_words_stands_in_offers_as_it_is(book: Wordbook, vocabularies: Vocabularies) -> None:
    """Small words belong to it: "beratung mädchen" does not find "Beratung für Mädchen". General rules speak of any county."""
    records = demo_records(data_folder("seed"), vocabularies)
    offers = ["\n".join(map(plain_text, texts(record))) for record in records]
    said = [f" {' '.join(word or '-' for word in book.analysis.with_gaps(offer))} " for offer in offers]
    phrases = {target for rule in RULES if not rule.file.startswith("0-") for target in rule.targets}
    found = {
        target: " ".join(word or "-" for word in book.analysis.with_gaps(target))
        for target in phrases
        if len(book.analysis.std(target)) > 1
    }
    assert len(found) > 50
    assert [target for target, words in found.items() if not any(f" {words} " in offer for offer in said)] == []


def texts(value: object) -> Iterator[str]:
    """All texts in a record."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list | tuple):
        for part in value.values() if isinstance(value, dict) else value:
            yield from texts(part)


def test_what_rules_say_is_in_the_plan(book: Wordbook) -> None:
    left_out = []
    for rule in [rule for rule in RULES if not rule.alike][::10]:
        plan = understand(rule.sources[0], book)
        searched = {*(word.stems for word in plan.words), *(synonym.stems for synonym in plan.synonyms)}
        every = {stem for word in plan.words for stem in word.stems}
        stems = {target: tuple(book.analysis.std(target)) for target in rule.targets}
        left_out += [(rule, t) for t, found in stems.items() if found not in searched and not every >= {*found}]
    assert left_out == []


@pytest.mark.parametrize("file", FILES)
def test_words_that_are_alike_stand_in_left_sides_of_several_words(book: Wordbook, file: str) -> None:
    stems = book.analysis.std
    phrases = {stem for rule in RULES for source in rule.sources if " " in source for stem in stems(source)}
    idle = [
        f"line {rule.line}"
        for rule in RULES
        if rule.file == file and rule.alike and phrases.isdisjoint(stems(" ".join((*rule.sources, *rule.targets))))
    ]
    assert idle == [], "no left side needs any of these words"


def test_words_that_are_alike_are_no_misspelt_ones(book: Wordbook) -> None:
    alike = {token for rule in RULES if rule.alike for word in rule.sources for token in book.analysis.exact(word)}
    assert [word for word in sorted(alike) if not book.guesses.said.knows(word)] == []
    rules = replace(BOOSTS, associated=0.0)
    assert {s.text for s in understand("mein Gatte schlägt mich", book, rules).synonyms} == {
        s.text for s in understand("mein Ehemann schlägt mich", book, rules).synonyms
    }


def test_what_is_said_twice_is_searched_once_and_takes_no_room(book: Wordbook) -> None:
    plan = understand("mein Mann schlägt mich und mein Kind", book)
    keys = [(synonym.source.casefold(), synonym.stems) for synonym in plan.synonyms]
    assert len(keys) == len(set(keys))


def test_what_people_say_weighs_more_than_words_of_the_offers(book: Wordbook) -> None:
    (everyday, *_), (own, *_) = understand("Geld vom Staat", book).synonyms, understand("Hebamme", book).synonyms
    assert (everyday.weight, own.weight) == (BOOSTS.everyday, BOOSTS.synonyms)


def test_a_rule_counts_by_how_much_of_the_query_it_speaks_of(book: Wordbook) -> None:
    whole, *_ = understand("Geld vom Staat", book).synonyms
    some, *_ = (
        synonym for synonym in understand("Geld vom Staat für Gymnastik und Museum", book).synonyms
        if synonym.stems == whole.stems
    )  # fmt: skip
    assert BOOSTS.everyday * BOOSTS.some_words < some.weight < whole.weight
