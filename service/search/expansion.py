"""What is searched beside the words of a query: the synonyms that rules say, and other ways to say that something is
missing. How much each of them counts depends on whether the offers use the words themselves, and on how much of the query
the rule speaks of (docs/decisions/everyday-language.md)."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from math import sqrt

from service.german.analysis import Span
from service.german.synonyms import Expansion
from service.search.plan import Boosts, Synonym, Word
from service.search.wordbook import Wordbook
from service.search.words import parts_of

MOST_NEGATIONS = 9
"""Other ways to say what is missing, of a whole query."""
MOST_USUAL = 3.0
"""How many times more a synonym counts at most that is the usual word of the offers."""
NEGATIONS = ("ohne", "keine", "nicht")
"""What stands before something that is missing, one word for each stem."""


def synonyms_of(text: str, book: Wordbook, boosts: Boosts, whole: float, *, said: bool = False) -> list[Synonym]:
    """The synonyms of a text; those of a word or phrase that no offer uses weigh more, the more of the `whole` query (`says`)
    the words are. `said`: those of phrases only."""
    if not (boosts.synonyms or boosts.everyday):
        return []
    found: list[Synonym] = []
    for expansion in book.synonyms.expand(text):
        if _of_offers(expansion, book):
            weight = boosts.synonyms * _usual(expansion.text, expansion.words[0].exact, book)
        else:
            share = min(1.0, says(expansion.words, book, boosts) / whole)
            weight = boosts.everyday * (boosts.some_words + (1 - boosts.some_words) * share)
        made = _synonym(expansion.text, _source(text, expansion.words, book), book, weight)
        wanted = expansion.said or not (said or _says_little(expansion, book))
        if made.stems and weight and wanted:
            found.append(made)
    return found


def synonyms_inside(word: Word, book: Wordbook, boosts: Boosts, whole: float) -> list[Synonym]:
    """What rules say to the parts of a compound that no offer contains: wohnung suchen to Mietwohnungssuche."""
    if book.guesses.knows(word.exact):
        return []
    inner = says(book.analysis.spans(word.parts_text), book, boosts)
    found = synonyms_of(word.parts_text, book, boosts, whole * (inner or 1.0), said=True)
    return [replace(synonym, source=word.text) for synonym in found]


def associated(text: str, book: Wordbook, boosts: Boosts, known: Sequence[Synonym]) -> list[Synonym]:
    """What the words of a text are associated with, beside the `known` synonyms of rules that fired: the more those count,
    the less does this."""
    if not boosts.associated:
        return []
    weight = boosts.associated * (1 - min(1.0, max((synonym.weight for synonym in known), default=0.0)) / 2)
    said = {synonym.stems for synonym in known if synonym.weight > boosts.synonyms}
    made = [
        _synonym(expansion.text, _source(text, expansion.words, book), book, weight * share)
        for expansion, share in book.synonyms.associated(text)
    ]
    return [synonym for synonym in made if synonym.stems and synonym.stems not in said]


def negations_of(text: str, book: Wordbook, boosts: Boosts) -> tuple[Synonym, ...]:
    """The other ways to say that something is missing: keine Prüfung for ohne Prüfung."""
    if not boosts.negated:
        return ()
    found: list[Synonym] = []
    for source, negated in book.guesses.negated_in(text):
        found += [_synonym(f"{word} {negated}", source, book, boosts.negated) for word in NEGATIONS]
    return tuple(synonym for synonym in found if len(synonym.stems) > 1)[:MOST_NEGATIONS]


def heaviest(synonyms: Iterable[Synonym]) -> tuple[Synonym, ...]:
    """Of what is said twice for the same words the one that counts more."""
    found: dict[tuple[str, tuple[str, ...]], Synonym] = {}
    for synonym in synonyms:
        key = synonym.source.casefold(), synonym.stems
        if key not in found or synonym.weight > found[key].weight:
            found[key] = synonym
    return tuple(found.values())


def says(words: Iterable[Span], book: Wordbook, boosts: Boosts) -> float:
    """How much words say: one that says little counts less."""
    return sum(boosts.weak if book.guesses.is_weak(word.exact, word.std) else 1.0 for word in words)


def _source(text: str, words: Sequence[Span], book: Wordbook) -> str:
    """What the query says: its own words where they stand together, otherwise those that count."""
    between = text[words[0].start : words[-1].end]
    if len(list(book.analysis.spans(between))) == len(words):
        return between
    return " … ".join(text[word.start : word.end] for word in words)


def _usual(text: str, word: str, book: Wordbook) -> float:
    """How much more a synonym of one word counts that more offers use than the word itself: they say Geflüchtete."""
    tokens = book.analysis.exact(text)
    if len(tokens) != 1:
        return 1.0
    return min(MOST_USUAL, max(1.0, sqrt(book.guesses.frequency(tokens[0]) / book.guesses.frequency(word))))


def _says_little(expansion: Expansion, book: Wordbook) -> bool:
    """Whether a word that says little fired a rule of another form of it: "nie mal Pause" means no painting (malen)."""
    return not expansion.literal and book.guesses.is_weak(expansion.words[0].exact, expansion.words[0].std)


def _of_offers(expansion: Expansion, book: Wordbook) -> bool:
    """Whether the words that fired are a single word that the offers use themselves."""
    return not expansion.said and book.lexicon.knows(expansion.words[0].exact)


def _synonym(text: str, source: str, book: Wordbook, weight: float) -> Synonym:
    placed = [(place, stem) for place, stem in enumerate(book.analysis.with_gaps(text)) if stem]
    stems = tuple(stem for _, stem in placed)
    parts = parts_of(text, book) if len(stems) == 1 else ()
    return Synonym(text, stems, tuple(place for place, _ in placed), source, parts, weight)
