"""The words of one physical index: analysis, compound parts, lexicon, synonyms, and the names of the towns.

Compound parts are frozen when an index is built, and stored beside it (`indexes` in the store), because single edits and
queries must split words as the bulk of the index was split. The lexicon only grows: words of later edits are added.
"""

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache
from pathlib import Path
from typing import NamedTuple

from service.german import foreign, inflection
from service.german.analysis import TOKEN, Analysis, fold
from service.german.compounds import Splitter, learn
from service.german.normalise import align
from service.german.phrasebook import Phrasebook, Row
from service.german.phrasebook import parse as parse_glossary
from service.german.remembered import WORDS_REMEMBERED
from service.german.rules import read_rules, word_by_word
from service.german.spelling import Lexicon
from service.german.synonyms import Synonyms
from service.german.wordlist import parse_words
from service.search.days import Days
from service.search.guesses import Guesses
from service.vocabulary import Term, Vocabularies

_APOSTROPHE = re.compile("[’ʼ`]")
FORMS_REMEMBERED = 1 << 14
"""Words of shown texts whose forms are remembered, about 15 MB; a results page has some 300, most of them seen before."""


SHORT_TEXTS_REMEMBERED, LONG_TEXTS_REMEMBERED = 4096, 512
"""Shown texts whose words are remembered; about 10 MB each."""


@dataclass(frozen=True, slots=True)
class Forms:
    """All tokens by which a word of a text can be found: `keys` holds its stem ("s:"), its exact token and those of its
    compound parts ("e:"), and its tokens as a word of another language ("f:"); `part_stems` the stems of its parts."""

    keys: frozenset[str]
    part_stems: frozenset[str]


class Seen(NamedTuple):
    """A word of a text and where it stands in it."""

    start: int
    end: int
    forms: Forms


FINDING = ("topics", "kinds", "audiences")
"""Vocabularies whose labels and everyday words find an offer. Languages and towns are filters and preferences; as words
they would make every offer an answer to "Deutsch"."""
SAYING = (*FINDING, "languages", "costs", "modes", "weekdays")
"""Vocabularies whose labels and words in other languages are understood as the German ones."""


@dataclass(frozen=True, slots=True)
class TermWords:
    """German labels and words of a term, and the tokens of those in all other languages."""

    german: tuple[str, ...]
    foreign: tuple[str, ...]


def _term_words(term: Term) -> TermWords:
    others = [language for language in term.labels.keys() | term.words.keys() if language not in {"de", "einfach"}]
    spoken = [word for language in sorted(others) for word in term.every_word(language)]
    return TermWords(term.every_word("de"), tuple(dict.fromkeys(t for word in spoken for t in foreign.tokens(word))))


@dataclass(frozen=True)
class Lists:
    """The word lists of `mappings/`, read once a process: what texts are cut into words with, and, when a query is first
    understood, what its words mean."""

    mappings: Path
    analysis: Analysis
    parts: frozenset[str]
    never_split: frozenset[str]
    never_part: frozenset[str]
    weak: frozenset[str]
    """Words that say little beside others."""

    @cached_property
    def synonyms(self) -> Synonyms:
        """The rules. Raises `BadRules` that names file, line and reason of those that are none."""
        return Synonyms(read_rules(self.mappings / "synonyms-de", self.analysis), self.analysis)

    @cached_property
    def glossary(self) -> tuple[Row, ...]:
        """What other languages call things."""
        return tuple(parse_glossary((self.mappings / "glossary.csv").read_text(encoding="utf-8")))

    @cached_property
    def german(self) -> frozenset[str]:
        """All words of the lists as `analysis.fold` has them: they are German, whatever they mean elsewhere."""
        tokens = word_by_word(self.analysis)
        # Rules translate loan words on their left sides themselves.
        listed = [word for rule in self.synonyms.rules for word in (*rule.targets, *rule.sources)]
        listed += [row.german for row in self.glossary]
        return frozenset(map(fold, self.parts | self.analysis.stop)).union(*(tokens(word)[0] for word in listed))


@cache
def read_lists(mappings: Path) -> Lists:
    """The lists of a folder. Raises ValueError for a bad line."""

    def words(name: str) -> frozenset[str]:
        return frozenset(parse_words((mappings / name).read_text(encoding="utf-8")))

    return Lists(
        mappings=mappings,
        analysis=Analysis(words("stopwords-de.txt")),
        parts=words("compound-parts-de.txt"),
        never_split=words("never-split-de.txt"),
        never_part=words("never-part-de.txt"),
        weak=words("weak-words-de.txt"),
    )


@dataclass
class Wordbook:
    """Everything that making documents for one index and understanding queries on it need."""

    lists: Lists
    splitter: Splitter
    lexicon: Lexicon
    vocabularies: Vocabularies

    @property
    def analysis(self) -> Analysis:
        """How texts are cut into words."""
        return self.lists.analysis

    @property
    def synonyms(self) -> Synonyms:
        """What else is searched for a word."""
        return self.lists.synonyms

    @cached_property
    def guesses(self) -> Guesses:
        """What words of a query may mean."""
        terms = [word for words in self.term_words.values() for word in words.german]
        return Guesses(self.analysis, self.splitter, self.lexicon, self.synonyms, terms, self.lists.weak)

    @cached_property
    def forms(self) -> Callable[[str], Forms | None]:
        """The forms of a word as the analysis cuts it; None for a stop word."""
        return lru_cache(maxsize=FORMS_REMEMBERED)(self._forms)

    def _forms(self, word: str) -> Forms | None:
        exact, stems = self.analysis.both(word)
        if not exact:
            return None
        part_exact, part_stems = self.analysis.both(" ".join(self.splitter.parts(word)))
        keys = [f"s:{stems[0]}", f"e:{exact[0]}", *(f"e:{token}" for token in part_exact)]
        return Forms(frozenset([*keys, *(f"f:{token}" for token in foreign.tokens(word))]), frozenset(part_stems))

    def read(self, text: str) -> tuple[Seen, ...]:
        """The words of a text that are no stop words."""
        aligned = align(text)
        found = ((match, self.forms(match[0])) for match in TOKEN.finditer(aligned.text))
        return tuple(Seen(*aligned.original(match.start(), match.end()), forms) for match, forms in found if forms)

    @cached_property
    def read_short(self) -> Callable[[str], tuple[Seen, ...]]:
        """`read`, remembered, for titles and short texts: popular offers are shown again and again."""
        return lru_cache(maxsize=SHORT_TEXTS_REMEMBERED)(self.read)

    @cached_property
    def read_long(self) -> Callable[[str], tuple[Seen, ...]]:
        """The same for the texts that snippets are taken from."""
        return lru_cache(maxsize=LONG_TEXTS_REMEMBERED)(self.read)

    @cached_property
    def _towns(self) -> dict[tuple[str, ...], str]:
        """Names of the towns, as tokens, in every language, and their postcodes."""
        names: dict[tuple[str, ...], str] = {}
        for slug, term in self.vocabularies["towns"].items():
            spoken = [name for language in term.labels for name in term.every_word(language)]
            spoken += [name for language in term.words for name in term.words[language]]
            for name in spoken:
                names[self._flat(name)] = slug
        for postcode, slug in self.vocabularies.town_of_postcode.items():
            names[self._flat(postcode)] = slug
        names.pop((), None)
        return names

    @cached_property
    def days(self) -> Days:
        """The names of days."""
        return Days(self.vocabularies, self.analysis)

    def _flat(self, text: str) -> tuple[str, ...]:
        """A name as it is compared: in other scripts without endings (в Хертене), before a Turkish one (Marl'da)."""
        if text.isascii() and "'" not in text:
            return tuple(self.analysis.exact(text.replace("-", " ")))
        words = _APOSTROPHE.sub("'", text.replace("-", " ")).split()
        found = [word for typed in words for word in self.analysis.exact(typed.partition("'")[0])]
        return tuple(inflection.place(word) for word in found)

    @cached_property
    def term_words(self) -> Mapping[tuple[str, str], "TermWords"]:
        """The words of the terms that find offers, by vocabulary and slug."""
        return {(name, slug): _term_words(term) for name in FINDING for slug, term in self.vocabularies[name].items()}

    @cached_property
    def term_tokens(self) -> Mapping[tuple[str, str], tuple[frozenset[str], frozenset[str]]]:
        """The same as they are found by: German stems, and the tokens of all other languages."""
        return {
            key: (frozenset(self.analysis.std(" ".join(words.german))), frozenset(words.foreign))
            for key, words in self.term_words.items()
        }

    @cached_property
    def phrasebook(self) -> Phrasebook:
        """What other languages call things: the glossary, then the vocabularies' own labels and words."""
        spoken = [
            word for name in FINDING for term in self.vocabularies[name].values() for word in term.every_word("de")
        ]
        spoken += [term.label() for name in SAYING for term in self.vocabularies[name].values()]
        book = Phrasebook(self.lists.german.union(*map(self.analysis.exact, spoken)), self.lists.glossary)
        for name in SAYING:
            for term in self.vocabularies[name].values():
                for language in term.labels.keys() | term.words.keys():
                    book.add(language, term.every_word(language), term.label())
        return book

    @cached_property
    def languages_by_stem(self) -> Mapping[str, tuple[str, ...]]:
        """Languages by the stems of their German names; not German, in which everything is offered."""
        found: dict[str, list[str]] = {}
        for slug, term in self.vocabularies["languages"].items():
            for stem in self.analysis.std(term.label()) if slug != "de" else ():
                found.setdefault(stem, []).append(slug)
        return {stem: tuple(slugs) for stem, slugs in found.items()}

    def towns_in(self, typed: list[str]) -> tuple[list[str], list[str]]:
        """The towns that a query names, by name or postcode, and its other words, both in order. The longest name wins."""
        towns: dict[str, None] = {}
        rest: list[str] = []
        position = 0
        longest = max(map(len, self._towns), default=0)
        while position < len(typed):
            for length in range(min(longest + 1, len(typed) - position), 0, -1):
                slug = self._towns.get(self._flat(" ".join(typed[position : position + length])))
                if slug:
                    towns[slug] = None
                    position += length
                    break
            else:
                rest.append(typed[position])
                position += 1
        return list(towns), rest


def town_words(vocabularies: Vocabularies) -> set[str]:
    """The words of the towns' names: they are never split and never become parts."""
    return {word.lower() for term in vocabularies["towns"].values() for word in term.label().replace("-", " ").split()}


def learn_parts(lists: Lists, vocabularies: Vocabularies, frequencies: Mapping[str, int]) -> frozenset[str]:
    """The compound parts of a new index: the listed ones and the frequent nouns of its offers."""
    never = lists.never_part | lists.analysis.stop | town_words(vocabularies)
    return lists.parts | learn(frequencies, lists.parts, never)


def make(
    lists: Lists,
    vocabularies: Vocabularies,
    parts: Collection[str],
    lexicon: Lexicon,
    remembered: int = WORDS_REMEMBERED,
) -> Wordbook:
    """The wordbook of an index that was built with these parts. `remembered`: of how many words the parts are kept."""
    splitter = Splitter(parts, lists.never_split | town_words(vocabularies), remembered)
    return Wordbook(lists, splitter, lexicon, vocabularies)
