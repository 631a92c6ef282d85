"""Rules about words that mean one thing, as files hold them: `mappings/synonyms-de/*.txt`.

Rules are kept in the Solr format and read here, not on the server: there a changed rule needs a closed index, and one bad
rule refuses the whole index without naming it. Every line is ``a, b, c`` (each finds the others) or ``a, b => c, d`` (who
searches one of the left finds the right too); ``#`` begins a comment. ``sohn, tochter ~ kind`` says that in left sides of
several words each of these words stands for the others.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

from service.german.analysis import Analysis

Tokens = Callable[[str], tuple[list[str], list[str]]]
"""Unstemmed and stemmed tokens of a text."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One line of a file. With an equal group ``sources`` and ``targets`` are the same terms."""

    line: int  # counted from 1
    sources: tuple[str, ...]
    targets: tuple[str, ...]
    alike: bool = False  # the words stand for each other in left sides of several words
    file: str = ""


@dataclass(frozen=True, slots=True)
class Problem:
    """A line that is no rule, and why, in words for the staff who wrote it."""

    line: int
    text: str
    reason: str
    file: str = ""

    def __str__(self) -> str:
        where = f"{self.file}, Zeile" if self.file else "Zeile"
        return f"{where} {self.line}: {self.reason} ({self.text})"


class BadRules(ValueError):
    """Files hold lines that are no rules. ``problems`` names all of them."""

    def __init__(self, problems: Sequence[Problem]):
        super().__init__("\n".join(map(str, problems)))
        self.problems = tuple(problems)


def read_rules(folder: Path, analysis: Analysis) -> list[Rule]:
    """The rules of all files of a folder, in the order of their names. BadRules names every line that is none."""
    return parse_rules({path.name: path.read_text(encoding="utf-8") for path in sorted(folder.glob("*.txt"))}, analysis)


def parse_rules(texts: dict[str, str], analysis: Analysis) -> list[Rule]:
    """The rules of texts, by the names of their files. BadRules names every line that is none."""
    tokens = word_by_word(analysis)
    rules: list[Rule] = []
    problems: list[Problem] = []
    for file, text in texts.items():
        for number, content in _lines(text):
            try:
                rules.append(_rule(file, number, content, tokens))
            except ValueError as error:
                problems.append(Problem(number, content, str(error), file))
    if problems:
        raise BadRules(problems)
    return rules


@lru_cache(maxsize=2)
def word_by_word(analysis: Analysis) -> Tokens:
    """The analysis of short texts; each of their words is analysed once, however many thousand texts hold it."""
    known = cache(analysis.both)

    def tokens(text: str) -> tuple[list[str], list[str]]:
        if " " not in text:
            return known(text)
        found = [known(word) for word in text.split()]
        return [token for exact, _ in found for token in exact], [token for _, std in found for token in std]

    return tokens


def _lines(text: str) -> Iterator[tuple[int, str]]:
    for number, line in enumerate(text.splitlines(), start=1):
        if content := line.partition("#")[0].strip():
            yield number, content


def _rule(file: str, number: int, content: str, tokens: Tokens) -> Rule:
    """A line as a rule. ValueError says in German what is wrong with it."""
    mark = "~" if "~" in content else "=>"
    sides = content.split(mark)
    if len(sides) > 2:
        raise ValueError(f"„{mark}“ darf nur einmal vorkommen")
    terms = [tuple(" ".join(term.split()) for term in side.split(",")) for side in sides]
    every = [term for side in terms for term in side]
    if not all(every):
        raise ValueError("vor oder nach einem Komma oder „=>“ fehlt ein Wort")
    stems = [tuple(tokens(term)[1]) for term in every]
    for term, found in zip(every, stems, strict=True):
        if not found:
            raise ValueError(f"„{term}“ besteht nur aus Füllwörtern oder Zeichen, danach kann niemand suchen")
    if len(set(stems)) < 2:
        raise ValueError("alle Wörter der Regel sind für die Suche dasselbe Wort, die Regel bewirkt nichts")
    if mark == "~" and any(len(found) != 1 for found in stems):
        raise ValueError("vor und nach „~“ stehen einzelne Wörter")
    return Rule(number, terms[0], terms[-1], alike=mark == "~", file=file)
