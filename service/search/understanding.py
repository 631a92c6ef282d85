"""How a query is understood: from what was typed to a `Plan`. It never fails, whatever was typed."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from service.german.normalise import cut_query, fold_gender
from service.search.expansion import associated, heaviest, negations_of, says, synonyms_inside, synonyms_of
from service.search.guesses import Joined
from service.search.plan import BOOSTS, Boosts, Plan, Word
from service.search.translation import Translation, as_typed, translate
from service.search.wordbook import Wordbook
from service.search.words import word_of, words_of

MOST_TRANSLATED = 20
"""Words of one query that are searched as they were typed too, where they were translated."""
MOST_JOINED, MOST_SYNONYMS = 5, 40
"""Compounds and synonyms of a whole query. What comes first is taken."""


def understand(query: str, book: Wordbook, boosts: Boosts = BOOSTS, today: date | None = None) -> Plan:
    """The plan of a query; never fails, whatever was typed. Other weights are for comparing; without `today` words like
    "heute" mean no day."""
    towns, rest = book.towns_in(fold_gender(cut_query(query).text).split())
    typed = " ".join(rest)
    said = translate(typed, book) if boosts.translated else as_typed(typed)
    words = _all_words(said, book, boosts)
    if not words:
        return Plan(towns=tuple(towns), boosts=boosts)
    text = said.text
    joined = _joined(text, words, book) if boosts.joined else []
    known = {word.stems for word in words}
    compounds = [replace(word_of(j.word, book, boosts), apart=j.source, weight=boosts.joined) for j in joined]
    words += [word for word in compounds if word.stems not in known]
    whole = says(book.analysis.spans(text), book, boosts) or 1.0
    spelt = _spelt(text, words, book)
    synonyms = synonyms_of(spelt, book, boosts, whole)
    for compound in joined:
        spoken = says(book.analysis.spans(compound.source), book, boosts) / whole
        synonyms += [
            replace(found, source=compound.source) for found in synonyms_of(compound.word, book, boosts, 1 / spoken)
        ]
    for word in words:
        synonyms += synonyms_inside(word, book, boosts, whole) if len(word.parts) > 1 else []
    in_offers = any(word.forms or word.spellings or any(map(book.guesses.frequency, word.exact)) for word in words)
    # the only word finds offers that use it by itself; several of which no offer and no rule knows any are nonsense
    silent = in_offers if len(words) == 1 else not (in_offers or synonyms)
    if not silent:
        synonyms += associated(spelt, book, boosts, synonyms)
    negations = negations_of(text, book, boosts)
    return Plan(
        words=tuple(words),
        synonyms=heaviest(synonyms)[:MOST_SYNONYMS],
        towns=tuple(towns),
        boosts=boosts,
        negations=negations,
        languages=_languages(words, book),
        weekdays=book.days.named_in(rest, today),
        meant=text if said.language else "",
    )


def _joined(text: str, words: list[Word], book: Wordbook) -> list[Joined]:
    """Compounds and verbs of words that stand apart, and compounds inside one that no offer contains."""
    found = book.guesses.joined(text) + book.guesses.separated(text)
    for word in words:
        if not book.guesses.knows(word.exact):
            found += [Joined(inner, word.text) for inner in book.guesses.inside(word.text)]
    return found[:MOST_JOINED]


def _spelt(text: str, words: list[Word], book: Wordbook) -> str:
    """The text with mistyped words as what they most likely mean, as far as rules do not know them as they are."""
    for word in words:
        if word.spellings and word.text in text and not any(map(book.guesses.said.knows, word.exact)):
            text = text.replace(word.text, word.spellings[0].token)
    return text


def _all_words(said: Translation, book: Wordbook, boosts: Boosts) -> list[Word]:
    """The words of the query in German, each once, then those that were translated as they were typed: offers may hold
    texts in other languages too. A word that was understood is not taken for mistyped German."""
    found: dict[tuple[str, ...], Word] = {}
    for part in said.parts:
        for text in words_of(part.text, book):
            word = word_of(text, book, boosts)
            if part.source:
                word = replace(word, spellings=(), source=part.source, weight=word.weight * boosts.translated)
            elif not said.guessing:
                word = replace(word, spellings=())
            found.setdefault(word.stems, word)
    typed = [text for words in said.typed for text in words_of(words, book)] if boosts.typed else []
    for text in typed[:MOST_TRANSLATED]:
        word = replace(word_of(text, book, boosts), spellings=(), forms=(), weight=boosts.typed)
        found.setdefault(word.stems, word)
    return list(found.values())[: 2 * MOST_TRANSLATED]


def _languages(words: Sequence[Word], book: Wordbook) -> tuple[str, ...]:
    """The languages that words of the query name in German."""
    found = [slug for word in words for stem in word.stems for slug in book.languages_by_stem.get(stem, ())]
    return tuple(dict.fromkeys(found))
