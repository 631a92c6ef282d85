"""Everyday words and official words for one thing, expanded when a query is searched.

Rules are kept in the Solr format and read here, not on the server: there a changed rule needs a closed index, and one bad
rule refuses the whole index without naming it. Every line is ``a, b, c`` (each finds the others) or ``a, b => c, d`` (who
searches one of the left finds the right too); ``#`` begins a comment. Rules are compared by tokens of ``de_std``, so
inflected forms need not be listed.
"""

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from service.german.analysis import Analysis, Span, join_feminine

# A word after one of these is not what somebody has or looks for: "ohne Papiere" must not find passport offices.
_NEGATION = re.compile(r"^(?:ohne|nicht|kein(?:e[mnrs]?)?)$")
_INFLECTION = re.compile(r"(?:e[mns]?|n|s)$")
_ADJECTIVE = re.compile(r"(?:lich|ig|los|isch|sch|end|fremd|[a-z]{6,}(?<!arbei)t)$")
# Nouns whose plural ends in -er: Kinder is a form of Kind, but Lehrer none of Lehre.
_PLURAL_IN_ER = re.compile(
    r"(?:kind|haus|mann|kleid|buch|bild|amt|(?<!aus)land|wort|rad|geld|lied|glied|bad|blatt|fach|volk|dorf|glas|gut|schild)$"
)


@dataclass(frozen=True, slots=True)
class Rule:
    """One line of the file. With an equal group ``sources`` and ``targets`` are the same terms."""

    line: int  # counted from 1
    sources: tuple[str, ...]
    targets: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Problem:
    """A line that is no rule, and why, in words for the staff who wrote it."""

    line: int
    text: str
    reason: str

    def __str__(self) -> str:
        return f"Zeile {self.line}: {self.reason} ({self.text})"


class BadRules(ValueError):
    """The file holds lines that are no rules. ``problems`` names all of them."""

    def __init__(self, problems: Sequence[Problem]):
        super().__init__("\n".join(map(str, problems)))
        self.problems = tuple(problems)


@dataclass(frozen=True, slots=True)
class Expansion:
    """Other words for words of the query."""

    words: tuple[Span, ...]  # the words of the query that are meant
    text: str  # what is searched too, as the file has it
    kind: Literal["single", "phrase"]  # one word, or several that must stand together
    line: int  # of the rule

    @property
    def starts(self) -> int:
        """Where the words begin in the query."""
        return self.words[0].start

    @property
    def ends(self) -> int:
        """Where they end."""
        return self.words[-1].end


@dataclass(frozen=True, slots=True)
class _Source:
    exact: tuple[str, ...]  # unstemmed tokens of the left side: they decide where two words share a stem
    targets: tuple[str, ...]
    line: int


class Synonyms:
    """The rules of one file, ready to expand queries."""

    def __init__(self, rules: Sequence[Rule], analysis: Analysis):
        self.rules = tuple(rules)
        self._analysis = analysis
        self._by_tokens: defaultdict[tuple[str, ...], list[_Source]] = defaultdict(list)
        for rule in self.rules:
            for source in rule.sources:
                exact, std = analysis.both(source)
                self._by_tokens[tuple(std)].append(_Source(tuple(exact), rule.targets, rule.line))
        self._longest = max(map(len, self._by_tokens), default=0)

    @classmethod
    def parse(cls, text: str, analysis: Analysis) -> "Synonyms":
        """Read a whole file. BadRules names every line that is none."""
        rules: list[Rule] = []
        problems: list[Problem] = []
        for number, line in enumerate(text.splitlines(), start=1):
            content = line.partition("#")[0].strip()
            if not content:
                continue
            try:
                rules.append(_rule(number, content, analysis))
            except ValueError as error:
                problems.append(Problem(number, content, str(error)))
        if problems:
            raise BadRules(problems)
        return cls(rules, analysis)

    def expand(self, query: str | Sequence[Span]) -> list[Expansion]:
        """What else is meant by a query, in its order; the longest left side wins and its words are used up.

        A negated word fires no rule of its own; "ohne Papiere" as a left side does.
        """
        words = list(self._analysis.spans(query)) if isinstance(query, str) else list(query)
        found: list[Expansion] = []
        i = 0
        while i < len(words):
            for length in range(min(self._longest, len(words) - i), 0, -1):
                here = tuple(words[i : i + length])
                if length == 1 and i and _NEGATION.match(words[i - 1].exact):
                    continue
                expansions = list(self._fired(here))
                if expansions:
                    found.extend(expansions)
                    i += length
                    break
            else:
                i += 1
        return found

    def _fired(self, words: tuple[Span, ...]) -> Iterator[Expansion]:
        """Targets of all rules whose left side these words are, without those that say the same again."""
        std = tuple(word.std for word in words)
        seen = {std}
        for source in self._by_tokens.get(std, ()):
            if not all(same_word(word.exact, exact) for word, exact in zip(words, source.exact, strict=True)):
                continue
            for target in source.targets:
                tokens = tuple(self._analysis.std(target))
                if tokens in seen:
                    continue
                seen.add(tokens)
                yield Expansion(words, target, "single" if len(tokens) == 1 else "phrase", source.line)


def _rule(number: int, content: str, analysis: Analysis) -> Rule:
    """A line as a rule. ValueError says in German what is wrong with it."""
    sides = content.split("=>")
    if len(sides) > 2:
        raise ValueError("„=>“ darf nur einmal vorkommen")
    terms = [tuple(" ".join(term.split()) for term in side.split(",")) for side in sides]
    for term in (term for side in terms for term in side):
        if not term:
            raise ValueError("vor oder nach einem Komma oder „=>“ fehlt ein Wort")
        if not analysis.std(term):
            raise ValueError(f"„{term}“ besteht nur aus Füllwörtern oder Zeichen, danach kann niemand suchen")
    sources, targets = terms[0], terms[-1]
    if len({tuple(analysis.std(term)) for term in (*sources, *targets)}) < 2:
        raise ValueError("alle Wörter der Regel sind für die Suche dasselbe Wort, die Regel bewirkt nichts")
    return Rule(number, sources, targets)


def same_word(one: str, other: str) -> bool:
    """Whether two unstemmed tokens with one stem are forms of one word: Kind and Kinder, but not Lehre and Lehrer."""
    if one == other:
        return True
    first, second = _without_inflection(one), _without_inflection(other)
    if first.endswith("er") == second.endswith("er"):
        return True
    base = second if first.endswith("er") else first
    return bool(_ADJECTIVE.search(base) or _PLURAL_IN_ER.search(base))


def _without_inflection(exact: str) -> str:
    word = join_feminine(exact)
    return _INFLECTION.sub("", word) if len(word) > 4 and not word.endswith("er") else word
