"""What words of a query may mean: other forms, near spellings, compounds that were written apart or lie inside longer ones."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from math import log
from typing import NamedTuple

from service.german.analysis import TOKEN, Analysis, Span, fold, lower
from service.german.compounds import Splitter
from service.german.forms import Form, family, infinitives, related, without_diminutive
from service.german.spelling import Lexicon, Near, edits_allowed
from service.german.synonyms import NEGATION, Synonyms, same_word


class Joined(NamedTuple):
    """A compound of the offers that was written apart."""

    word: str
    source: str


JOINTS = ("", "s", "n", "en", "es")
"""What may stand between words that were written apart."""
MOST_WORDS_JOINED = 3
PARTICLES = frozenset(["ab", "an", "auf", "aus", "ein", "um", "vor", "weg", "weiter", "teil", "zurück", "zusammen"])
"""First parts of verbs that may stand at the end of a sentence."""
SHORTEST_KNOWN_PART, SHORTEST_COMPOUND_INSIDE = 5, 10
"""Letters of a word of the offers that a compound of a query may be made of, and of one that is a compound itself."""

_SMALL = frozenset(map(fold, ("für", "mit", "und", "bei", "zum", "zur", "nur", "von")))
"""Small words, folded, inside what was typed without blanks."""
ENDINGS, SHORTEST_BASE = ("", "e", "en", "n", "er", "ern", "s", "es", "em"), 2
"""Endings of one word, and more letters than that are left without them."""
EDITS_OF_KNOWN = 2
"""A word that rules know is spelt otherwise only where fewer edits lie between."""


@dataclass
class Guesses:
    """What is guessed with the words of one index. `terms` are the German words of terms that find offers; `weak` words
    say little beside others."""

    analysis: Analysis
    splitter: Splitter
    lexicon: Lexicon
    synonyms: Synonyms
    terms: Sequence[str]
    weak: frozenset[str]

    def knows(self, tokens: Sequence[str]) -> bool:
        """Whether any of these words (unstemmed tokens) stands in an offer."""
        return any(self.lexicon.knows(token) for token in tokens)

    def frequency(self, exact: str) -> int:
        """Number of offers with a word (an unstemmed token), in all its endings: Kind, Kinder, Kindes."""
        stems = self.analysis.std(exact)
        bases = (exact[: len(exact) - cut] for cut in range(3) if len(exact) - cut > SHORTEST_BASE)
        forms = {exact, *(base + ending for base in bases for ending in ENDINGS)}
        return sum(
            self.lexicon.frequency(form)
            for form in forms
            if self.lexicon.knows(form) and (form == exact or self.analysis.std(form) == stems)
        )

    def rarity(self, frequency: int) -> float:
        """What engines make of the number of offers with a word: more the fewer they are. From half of the offers on the same."""
        return max(log(2), log((self._offers + 1) / (frequency + 0.5)))

    @cached_property
    def _offers(self) -> int:
        """The offers with the commonest word: nearly all."""
        return max(map(self.lexicon.frequency, self.lexicon), default=0)

    def is_weak(self, exact: str, stem: str) -> bool:
        """Whether a word says little beside others: brauchen, Problem, jemand."""
        return any(same_word(exact, other) for other in self._weak.get(stem, ()))

    @cached_property
    def _weak(self) -> Mapping[str, list[str]]:
        found: dict[str, list[str]] = {}
        for word in sorted(self.weak):
            exact, stems = self.analysis.both(word)
            for token, stem in zip(exact, stems, strict=True):
                found.setdefault(stem, []).append(token)
        return found

    @cached_property
    def said(self) -> Lexicon:
        """Words that rules and terms know, for spellings of what stands in no offer."""
        counts = dict(self.synonyms.words)
        for token in self.analysis.exact(" ".join(self.terms)):
            counts.setdefault(token, 1)
        return Lexicon(counts)

    def closest(self, token: str, most: int) -> list[Near]:
        """The words nearest to a mistyped one: of the offers, or nearer ones that only rules and terms know."""
        near = self.lexicon.closest(token, most)
        if self.said.knows(token):  # rules know what it means, or how it is spelt
            return [other for other in near if other.distance < EDITS_OF_KNOWN]
        said = [other for other in self.said.closest(token, most) if other.distance <= edits_allowed(token)]
        if said and (not near or said[0].distance < near[0].distance):
            near = [*(other for other in said if other.distance == said[0].distance), *near]
        return list({other.word: other for other in near}.values())[:most]

    def related(self, token: str) -> list[Form]:
        """Other forms of a word that stand in offers."""
        return related(token, self.lexicon.knows)

    def family(self, token: str) -> list[Form]:
        """Words of the offers with the root of a word that stands in none of them, not even in another form."""
        return [] if self.lexicon.knows(token) else family(token, self.lexicon.knows)

    def joined(self, text: str) -> list[Joined]:
        """The compounds of offers or rules that words of a text make together, the longest first."""
        spans = list(self.analysis.spans(text))
        found: list[Joined] = []
        for count in range(MOST_WORDS_JOINED, 1, -1):
            for start in range(len(spans) - count + 1):
                here = spans[start : start + count]
                if _apart(text, here) and (word := self._joined([text[span.start : span.end] for span in here])):
                    found.append(Joined(word, text[here[0].start : here[-1].end]))
        return found

    def separated(self, text: str) -> list[Joined]:
        """The verbs of offers or rules whose first part stands at the end: ausfüllen in "wer füllt Formulare aus"."""
        first, *typed = TOKEN.findall(lower(text) if text.isupper() else text) or [""]
        *words, particle = [lower(first), *typed]
        if particle not in PARTICLES:
            return []
        candidates = (word for word in words if word.islower() and word not in self.analysis.stop)
        verbs = ((word, particle + verb) for word in candidates for verb in infinitives(word))
        return [Joined(verb, f"{word} … {particle}") for word, verb in verbs if self._is_verb(verb)][:1]

    def _is_verb(self, word: str) -> bool:
        return self._is_compound(word) or any(map(self.related, self.analysis.exact(word)))

    def parts(self, word: str) -> list[str]:
        """The parts of a compound as the index splits it; of one that no offer contains, also by words of the offers."""
        parts, tokens = self.splitter.parts(word), self.analysis.exact(word)
        if parts or len(tokens) != 1 or self.lexicon.knows(tokens[0]):
            return parts
        ways = map(self._query_splitter.parts, (tokens[0], *without_diminutive(tokens[0])))
        found = [part for part in next(filter(None, ways), ()) if part not in _SMALL]
        return [piece for part in found for piece in self.splitter.parts(part) or [part]]

    @cached_property
    def _query_splitter(self) -> Splitter:
        """Splits queries, which may hold any compound: also into words that only offers and rules know, and what was typed
        without blanks (deutschkursfürfrauen)."""
        known = {word for lexicon in (self.lexicon, self.said) for word in lexicon if len(word) >= SHORTEST_KNOWN_PART}
        return Splitter(self.splitter.words | known | _SMALL, never=self.splitter.never)

    def inside(self, word: str) -> list[str]:
        """Compounds of offers or rules inside a longer one that no offer contains: Ausfüllhilfe in
        Formularausfüllhilfe."""
        parts = self.parts(word)
        found = [inner.word for inner in self.joined(" ".join(parts))] if len(parts) > 1 else []
        return found + [part for part in parts if len(part) >= SHORTEST_COMPOUND_INSIDE and self._is_compound(part)]

    def _joined(self, words: Sequence[str]) -> str:
        """The known compound of words, "" where there is none."""
        heads = [words[0]]
        for word in words[1:]:
            heads = [head + joint + word.lower() for head in heads for joint in JOINTS]
        return next((word for word in heads if self._is_compound(word)), "")

    def _is_compound(self, word: str) -> bool:
        exact, stems = self.analysis.both(word)
        return len(exact) == 1 and (self.lexicon.knows(exact[0]) or self.synonyms.says(stems))

    def negated_in(self, text: str) -> list[tuple[str, str]]:
        """(words of the query, what is missing) for each word after ohne, kein or nicht."""
        spans = list(self.analysis.spans(text))
        return [
            (text[one.start : other.end], text[other.start : other.end])
            for one, other in pairwise(spans)
            if NEGATION.match(one.exact) and not (NEGATION.match(other.exact) or self.is_weak(other.exact, other.std))
        ]


def _apart(text: str, spans: Sequence[Span]) -> bool:
    """Whether only blanks and hyphens stand between words."""
    return all(not text[one.end : other.start].strip(" -") for one, other in pairwise(spans))
