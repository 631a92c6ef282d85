"""Everyday words and official words for one thing, expanded when a query is searched.

Rules are kept in the Solr format and read here, not on the server: there a changed rule needs a closed index, and one bad
rule refuses the whole index without naming it. Every line is ``a, b, c`` (each finds the others) or ``a, b => c, d`` (who
searches one of the left finds the right too); ``#`` begins a comment. ``sohn, tochter ~ kind`` says that in left sides of
several words each of these words stands for the others. Rules are compared by tokens of ``de_std``, so
inflected forms need not be listed. A left side of several words fires wherever its words stand near each other, in any
order: "Geld Amt" in "Geld vom Amt bekommen" and in "das Amt gibt mir kein Geld". Stop words count for nothing in it, unless
there is but one other word: "Licht aus" fires where both are said.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice, product
from typing import Any, Literal

from service.german.analysis import TOKEN, Analysis, Span, join_feminine, lower
from service.german.forms import FORM, related
from service.german.normalise import clean

NEAR = 4
"""Other words that may stand between the words of a left side."""

# A word after one of these is not what somebody has or looks for: "ohne Papiere" must not find passport offices.
NEGATION = re.compile(r"^(?:ohne|nicht|kein(?:e[mnrs]?)?)$")
"""Words (unstemmed) that turn round what follows them."""
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
    alike: bool = False  # the words stand for each other in left sides of several words


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
    said: bool = False  # the left side is more than a word

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
    exact: tuple[str, ...]  # unstemmed tokens of the left side, sorted by stem: they decide where two words share one
    small: frozenset[str]  # stop words that must be in the query: those of a left side with one other word
    targets: tuple[str, ...]
    line: int


class Synonyms:
    """The rules of one file, ready to expand queries."""

    def __init__(self, rules: Sequence[Rule], analysis: Analysis):
        self.rules = tuple(rules)
        self._analysis = analysis
        self._by_tokens: defaultdict[tuple[str, ...], list[_Source]] = defaultdict(list)
        self._words: Counter[str] = Counter()
        self._alike = {
            token: analysis.std(rule.targets[0])[0]
            for rule in self.rules
            if rule.alike
            for source in (*rule.sources, *rule.targets)
            for token in analysis.std(source)
        }
        self._by_first: defaultdict[str, set[tuple[str, ...]]] = defaultdict(set)
        for rule in self.rules:
            for source in () if rule.alike else rule.sources:
                exact, std = analysis.both(source)
                if len(std) > 1:
                    std = [self._alike.get(token, token) for token in std]
                pairs = sorted(zip(std, exact, strict=True))
                tokens = tuple(token for token, _ in pairs)
                alone = len(tokens) == 1 or all(map(_is_light, exact))
                small = _small_words(source, analysis) if alone else frozenset()
                made = _Source(tuple(exact for _, exact in pairs), small, rule.targets, rule.line)
                self._by_tokens[tokens].append(made)
                self._by_first[tokens[0]].add(tokens)
                for _, word in pairs:
                    self._words[word] += 1

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

    def expand(self, query: str) -> list[Expansion]:
        """What else is meant by a query, in its order; the longest left side wins and its words are used up.

        A negated word fires no rule of its own; "ohne Papiere" as a left side does.
        """
        words = list(self._analysis.spans(query))
        small = _small_words(query, self._analysis)
        found: list[tuple[int, list[Expansion]]] = []
        used: set[int] = set()
        for places, tokens in sorted(self._sources_in(words), key=lambda places: _order(words, *places)):
            if used.isdisjoint(places):
                expansions = self._fired(tuple(words[place] for place in places), tokens, small)
                if expansions:
                    found.append((min(places), expansions))
                    used |= {*places}
        return [expansion for _, expansions in sorted(found, key=lambda pair: pair[0]) for expansion in expansions]

    def _sources_in(self, words: Sequence[Span]) -> set[tuple[tuple[int, ...], tuple[str, ...]]]:
        """All left sides that the words hold: the places of the words, and the tokens they stand for."""
        at: defaultdict[str, list[int]] = defaultdict(list)
        for place, word in enumerate(words):
            own = (word.std, *self._forms(word))
            for token in dict.fromkeys([*own, *(self._alike[other] for other in own if other in self._alike)]):
                at[token].append(place)
        found: set[tuple[tuple[int, ...], tuple[str, ...]]] = set()
        for token in at:
            for tokens in self._by_first.get(token, ()):
                if len(tokens) == 1:
                    found |= {((place,), tokens) for place in at[token] if self._means(words, place, token)}
                elif at.keys() >= set(tokens):
                    places = min(_chosen(tokens, at), key=lambda chosen: max(chosen) - min(chosen), default=())
                    if places and max(places) - min(places) <= len(tokens) - 1 + NEAR:
                        found.add((places, tokens))
        return found

    @lru_cache(maxsize=4096)  # noqa: B019  one object a process
    def _forms_of(self, exact: str) -> tuple[str, ...]:
        forms = related(exact, self._words.__contains__)
        return tuple(
            dict.fromkeys(token for form in forms if form.weight == FORM for token in self._analysis.std(form.word))
        )

    def _forms(self, word: Span) -> list[str]:
        """Words of left sides that are other forms of a word: rules need not list geholfen beside helfen."""
        return [token for token in self._forms_of(word.exact) if token != word.std]

    @property
    def words(self) -> Mapping[str, int]:
        """The words of all left sides (unstemmed tokens), and how many of them hold each."""
        return self._words

    def _means(self, words: Sequence[Span], place: int, token: str) -> bool:
        """Whether a word fires a rule of its own: it is not negated, and does not merely stand for another one."""
        word = words[place]
        return not _negated(words, place) and (word.std == token or token in self._forms(word))

    def says(self, words: Sequence[str]) -> bool:
        """Whether these words (of ``de_std``) are a left side."""
        return tuple(sorted(words)) in self._by_tokens

    def _fired(self, words: tuple[Span, ...], tokens: tuple[str, ...], small: Set[str]) -> list[Expansion]:
        """Targets of all rules whose left side these words are, without those that say the same again. `tokens` are
        what each word stands for, as rules are kept."""
        found: list[Expansion] = []
        ordered = tuple(sorted(words))
        seen = {tuple(word.std for word in ordered)} | ({tokens} if len(tokens) == 1 else set())
        for source in self._by_tokens.get(tokens, ()):
            if not source.small <= small:
                continue
            pairs = zip(words, tokens, source.exact, strict=True)
            if not all(word.std != token or same_word(word.exact, exact) for word, token, exact in pairs):
                continue
            for target in source.targets:
                stems = tuple(self._analysis.std(target))
                if stems in seen:
                    continue
                seen.add(stems)
                kind: Literal["single", "phrase"] = "single" if len(stems) == 1 else "phrase"
                said = bool(source.small) or len(words) > 1
                found.append(Expansion(ordered, target, kind, source.line, said))
        return found


def _is_light(exact: str) -> bool:
    """Whether a word says nothing without its stop words: "kann nicht mehr"."""
    return exact == "mehr" or bool(NEGATION.match(exact))


def _small_words(text: str, analysis: Analysis) -> frozenset[str]:
    return analysis.stop & {lower(word) for word in TOKEN.findall(clean(text))}


def _negated(words: Sequence[Span], place: int) -> bool:
    return place > 0 and bool(NEGATION.match(words[place - 1].exact))


def _chosen(tokens: Sequence[str], at: Mapping[str, Sequence[int]]) -> Iterator[tuple[int, ...]]:
    """Places of the tokens, each token in another place; a few ways where words are repeated."""
    ways = product(*(at[token][:3] for token in tokens))
    return (way for way in islice(ways, 50) if len(set(way)) == len(tokens))


def _order(words: Sequence[Span], places: tuple[int, ...], tokens: tuple[str, ...]) -> tuple[Any, ...]:
    """Longer left sides first; of those the ones that say more, that are typed as they are, that stand closer."""
    other = sum(words[place].std != token for place, token in zip(places, tokens, strict=True))
    return -len(places), sum(map(_is_light, tokens)), other, max(places) - min(places), tuple(sorted(places)), tokens


def _rule(number: int, content: str, analysis: Analysis) -> Rule:
    """A line as a rule. ValueError says in German what is wrong with it."""
    mark = "~" if "~" in content else "=>"
    sides = content.split(mark)
    if len(sides) > 2:
        raise ValueError(f"„{mark}“ darf nur einmal vorkommen")
    terms = [tuple(" ".join(term.split()) for term in side.split(",")) for side in sides]
    for term in (term for side in terms for term in side):
        if not term:
            raise ValueError("vor oder nach einem Komma oder „=>“ fehlt ein Wort")
        if not analysis.std(term):
            raise ValueError(f"„{term}“ besteht nur aus Füllwörtern oder Zeichen, danach kann niemand suchen")
    sources, targets = terms[0], terms[-1]
    if len({tuple(analysis.std(term)) for term in (*sources, *targets)}) < 2:
        raise ValueError("alle Wörter der Regel sind für die Suche dasselbe Wort, die Regel bewirkt nichts")
    if mark == "~" and any(len(analysis.std(term)) != 1 for term in (*sources, *targets)):
        raise ValueError("vor und nach „~“ stehen einzelne Wörter")
    return Rule(number, sources, targets, alike=mark == "~")


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
