"""Everyday words and official words for one thing, expanded when a query is searched.

Rules (`rules`) are compared by tokens of ``de_std``, so inflected forms need not be listed. A left side of several words fires
wherever its words stand near each other, in any order: "Geld Amt" in "Geld vom Amt bekommen" and in "das Amt gibt mir
kein Geld". Stop words count for nothing in it, unless there is but one other word that says something: "Licht aus" fires
where both are said.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice, product
from math import log, sqrt
from typing import Any, Literal

from service.german.analysis import TOKEN, Analysis, Span, join_feminine, lower
from service.german.forms import FORM, related
from service.german.normalise import clean
from service.german.rules import Rule, parse_rules, word_by_word

NEAR = 4
"""Other words that may stand between the words of a left side."""
SAYS_LITTLE, SAYS_ALL = 0.1, 0.33
"""How strong votes must be for something to be taken, and to count in full (`Synonyms.associated`)."""
MOST_MEANT, MOST_MEANT_BY_ONE = 12, 40
"""How many words are taken that a query, and that one word of it, is associated with."""
FEW = 5
"""Added to the number of left sides that hold a word, so that a word of few is not sure of what they mean."""
OTHER_FORM = 0.7
"""What another form of a word counts, or what stands for it, in parts of the word itself, where left sides are asked."""
ALONE = 0.7
"""How much of a left side the only word of a query must say."""

# A word after one of these is not what somebody has or looks for: "ohne Papiere" must not find passport offices.
NEGATION = re.compile(r"^(?:ohne|nicht|kein(?:e[mnrs]?)?)$")
"""Words (unstemmed) that turn round what follows them."""
_INFLECTION = re.compile(r"(?:e[mns]?|n|s)$")
_ADJECTIVE = re.compile(r"(?:lich|ig|los|isch|sch|end|fremd|[a-z]{6,}(?<!arbei)t)$")
# Nouns whose plural ends in -er: Kinder is a form of Kind, but Lehrer none of Lehre.
_PLURAL_IN_ER = re.compile(
    r"(?:kind|haus|mann|kleid|buch|bild|amt|(?<!aus)land|wort|rad|geld|lied|glied|bad|blatt|fach|volk|dorf|glas|gut|schild)$"
)

# Words that look like forms of each other: bad marks (Noten) are no need (Not).
_APART = {
    frozenset(pair)
    for pair in (
        ("not", "note"), ("not", "noten"), ("rat", "rate"), ("rat", "raten"), ("reis", "reise"), ("reis", "reisen"),
        ("post", "posten"), ("kost", "kosten"), ("mal", "malen"), ("mal", "maler"),
    )
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Expansion:
    """Other words for words of the query."""

    words: tuple[Span, ...]  # the words of the query that are meant
    text: str  # what is searched too, as the file has it
    kind: Literal["single", "phrase"]  # one word, or several that must stand together
    line: int  # of the rule
    said: bool = False  # the left side is more than a word
    literal: bool = False  # the words were typed as the left side has them, not in other forms

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
    """Rules, ready to expand queries."""

    def __init__(self, rules: Sequence[Rule], analysis: Analysis):
        self.rules = tuple(rules)
        self._analysis = analysis
        self._by_tokens: defaultdict[tuple[str, ...], list[_Source]] = defaultdict(list)
        self._by_first: defaultdict[str, set[tuple[str, ...]]] = defaultdict(set)
        self._phrases: defaultdict[str, set[tuple[str, ...]]] = defaultdict(set)
        self._alike: defaultdict[str, list[tuple[str, frozenset[str]]]] = defaultdict(list)
        self._words: Counter[str] = Counter()
        self._left_sides = 1
        tokens = word_by_word(analysis)
        for rule in self.rules:
            for source in () if rule.alike else rule.sources:
                self._add(rule, source, *tokens(source))
            if rule.alike:
                group = [pair for word in (*rule.sources, *rule.targets) for pair in zip(*tokens(word), strict=True)]
                for exact, std in group:
                    self._alike[std].append((exact, frozenset(other for _, other in group) - {std}))
                self._words.update(exact for exact, _ in group)

    def _add(self, rule: Rule, source: str, exact: list[str], std: list[str]) -> None:
        pairs = sorted(zip(std, exact, strict=True))
        tokens = tuple(token for token, _ in pairs)
        alone = sum(not _is_light(word) for word in exact) < 2
        small = _small_words(source, self._analysis) if alone else frozenset()
        made = _Source(tuple(exact for _, exact in pairs), small, rule.targets, rule.line)
        self._by_tokens[tokens].append(made)
        self._left_sides += 1
        self._by_first[tokens[0]].add(tokens)
        for token in tokens if len(tokens) > 1 else ():
            self._phrases[token].add(tokens)
        self._words.update(exact)

    @classmethod
    def parse(cls, text: str, analysis: Analysis) -> "Synonyms":
        """The rules of a text. BadRules names every line that is none."""
        return cls(parse_rules({"": text}, analysis), analysis)

    def expand(self, query: str) -> list[Expansion]:
        """What else is meant by a query, in its order. The longest left side wins: its words fire no rule of their own any
        more, and no other left side but one that says the same with other words, or has a further word that says something.
        A negated word fires no rule of its own; "ohne Papiere" as a left side does.
        """
        words = list(self._analysis.spans(query))
        small = _small_words(query, self._analysis)
        found: list[tuple[int, list[Expansion]]] = []
        used: set[int] = set()
        fired: set[tuple[int, ...]] = set()
        for places, tokens in sorted(self._sources_in(words), key=lambda source: self._order(words, *source)):
            if tuple(sorted(places)) in fired or self._adds(words, places, used):
                expansions = self._fired(tuple(words[place] for place in places), tokens, small)
                if expansions:
                    found.append((min(places), expansions))
                    used |= {*places}
                    fired.add(tuple(sorted(places)))
        return [expansion for _, expansions in sorted(found, key=lambda pair: pair[0]) for expansion in expansions]

    def _sources_in(self, words: Sequence[Span]) -> set[tuple[tuple[int, ...], tuple[str, ...]]]:
        """All left sides that the words hold: the places of the words, and the tokens they stand for."""
        at: defaultdict[str, list[int]] = defaultdict(list)
        for place, word in enumerate(words):
            for token in self._meant(word):
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

    def _adds(self, words: Sequence[Span], places: Sequence[int], used: Set[int]) -> bool:
        """Whether a left side says something that those which have fired do not say."""
        if len(places) == 1:
            return places[0] not in used
        return any(place not in used and not _is_light(words[place].exact) for place in places) or not used & {*places}

    def _order(self, words: Sequence[Span], places: tuple[int, ...], tokens: tuple[str, ...]) -> tuple[Any, ...]:
        """Longer left sides first; of those the ones that are typed as they are, that stand closer."""
        other = sum(words[place].std != token for place, token in zip(places, tokens, strict=True))
        return -len(places), other, max(places) - min(places), tuple(sorted(places)), tokens

    def associated(self, query: str) -> list[tuple[Expansion, float]]:
        """What left sides mean that hold words of a query, and how strongly its words say so, from 0 to 1, the most first.

        Each word votes for what its left sides mean, by how many of them mean it and how few they are; what several words
        say counts more. No left side must stand in the query as a whole, but of one that holds the only word of a query this
        must say most. What is negated has no vote, negations have one beside others; stop words of left sides are not asked for.
        """
        spans = list(self._analysis.spans(query))
        words = {word.std: word for place, word in enumerate(spans) if not _negated(spans, place)}
        saying = sum(not _is_light(word.exact) for word in words.values())
        if not saying:
            return []
        votes: defaultdict[str, float] = defaultdict(float)
        told: defaultdict[str, list[Span]] = defaultdict(list)
        whole = 0.0
        for word in words.values():
            says, own = self._votes(word, alone=saying == 1)
            whole += says**2
            for target, vote in own.items():
                votes[target] += vote
                told[target].append(word)
        found = {target: vote / whole * sqrt(len(told[target])) for target, vote in votes.items() if vote}
        return [
            (self._expansion(tuple(sorted(told[target])), target, 0, said=True), min(1.0, share / SAYS_ALL))
            for target, share in sorted(found.items(), key=lambda entry: (-entry[1], entry[0]))[:MOST_MEANT]
            if share >= SAYS_LITTLE and not words.keys() >= {*self._analysis.std(target)}
        ]

    def _votes(self, word: Span, *, alone: bool) -> tuple[float, dict[str, float]]:
        """How much a word of a query says, and its votes. Left sides are asked that hold the word or another form of it; where
        there are none, those that hold what stands for it."""
        tokens = {word.std: 1.0} | dict.fromkeys(self._forms(word), OTHER_FORM)
        if not any(self._held_by(token) for token in tokens):
            tokens |= dict.fromkeys((token for token in self._meant(word) if token not in tokens), OTHER_FORM)
        votes: dict[str, float] = {}
        for token, counts in tokens.items():
            for target, share in self._meant_by(token, alone):
                votes[target] = max(votes.get(target, 0.0), counts * self._says(token) ** 2 * share)
        return max(map(self._says, filter(self._held_by, tokens)), default=self._says(word.std)), votes

    def _held_by(self, token: str) -> list[tuple[str, ...]]:
        """The left sides that hold a token."""
        alone = [(token,)] if (token,) in self._by_tokens else []
        return [*alone, *self._phrases.get(token, ())]

    @lru_cache(maxsize=1 << 12)  # noqa: B019  one object a process
    def _says(self, token: str) -> float:
        """How much a word says: the more, the fewer left sides hold it."""
        return log(self._left_sides / (1 + sum(len(self._by_tokens[tokens]) for tokens in self._held_by(token))))

    @lru_cache(maxsize=1 << 11)  # noqa: B019  one object a process
    def _meant_by(self, token: str, alone: bool) -> tuple[tuple[str, float], ...]:
        """What the left sides mean that hold a token, and the root of the share of them that means it. `alone`: only those of
        which it says most."""
        held = self._held_by(token)
        if alone:
            held = [tokens for tokens in held if self._says(token) >= ALONE * sum(map(self._says, tokens))]
        sources = [source for tokens in held for source in self._by_tokens[tokens]]
        targets = Counter(target for source in sources for target in source.targets)
        most = sorted(targets.items(), key=lambda entry: (-entry[1], entry[0]))[:MOST_MEANT_BY_ONE]
        return tuple((target, sqrt(count / (len(sources) + FEW))) for target, count in most)

    def _expansion(
        self, words: tuple[Span, ...], target: str, line: int, *, said: bool, literal: bool = False
    ) -> Expansion:
        kind: Literal["single", "phrase"] = "single" if len(self._analysis.std(target)) == 1 else "phrase"
        return Expansion(words, target, kind, line, said, literal)

    @lru_cache(maxsize=4096)  # noqa: B019  one object a process
    def _forms_of(self, exact: str) -> tuple[str, ...]:
        forms = related(exact, self._words.__contains__)
        return tuple(
            dict.fromkeys(token for form in forms if form.weight == FORM for token in self._analysis.std(form.word))
        )

    def _forms(self, word: Span) -> list[str]:
        """Words of left sides that are other forms of a word: rules need not list geholfen beside helfen."""
        return [token for token in self._forms_of(word.exact) if token != word.std]

    def _meant(self, word: Span) -> dict[str, None]:
        """What a word of a query is in left sides: itself, its other forms, words that it stands for."""
        found = dict.fromkeys((word.std, *self._forms(word)))
        for token in list(found):
            for exact, others in self._alike.get(token, ()):
                if token != word.std or same_word(word.exact, exact):
                    found |= dict.fromkeys(sorted(others))
        return found

    @property
    def words(self) -> Mapping[str, int]:
        """The words of all left sides, and those that stand for them (unstemmed tokens), and how often each is there."""
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
        exact = tuple(word.exact for word in words)
        for source in sorted(
            self._by_tokens.get(tokens, ()), key=lambda source: (not source.small, source.exact != exact)
        ):
            if not source.small <= small:
                continue
            pairs = zip(words, tokens, source.exact, strict=True)
            if not all(word.std != token or same_word(word.exact, listed) for word, token, listed in pairs):
                continue
            for target in source.targets:
                stems = tuple(self._analysis.std(target))
                if stems in seen:
                    continue
                seen.add(stems)
                said = bool(source.small) or len(words) > 1
                literal = source.exact == exact
                found.append(self._expansion(ordered, target, source.line, said=said, literal=literal))
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


def same_word(one: str, other: str) -> bool:
    """Whether two unstemmed tokens with one stem are forms of one word: Kind and Kinder, but not Lehre and Lehrer."""
    if one == other:
        return True
    if frozenset((one, other)) in _APART:
        return False
    first, second = _without_inflection(one), _without_inflection(other)
    if first.endswith("er") == second.endswith("er"):
        return True
    base = second if first.endswith("er") else first
    return bool(_ADJECTIVE.search(base) or _PLURAL_IN_ER.search(base))


def _without_inflection(exact: str) -> str:
    word = join_feminine(exact)
    return _INFLECTION.sub("", word) if len(word) > 4 and not word.endswith("er") else word
