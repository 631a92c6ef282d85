"""How a query is understood: a `Plan`, built once in Python and translated by each engine into its own query.

The shape is measured (design: best variant per word, not a sum of clauses). For each word that is no stop word the best
of: stem anywhere, stem in the title, all compound parts, label or everyday word of its terms, near spellings (only for a
word that no offer contains). Synonyms come beside, with a small weight. Towns named in the query are a preference, never a
silent filter.
"""

from dataclasses import dataclass, replace

from service.german import foreign
from service.german.normalise import cut_query, fold_gender
from service.search.wordbook import Wordbook


@dataclass(frozen=True, slots=True)
class Boosts:
    """Weights of the query, in one place. Sources: german-search design, section 1 and 4; docs/decisions/. What weighs 0
    is left out of the query."""

    all: float = 1.0
    title: float = 0.5
    parts: float = 0.8
    labels: float = 0.6
    words: float = 1.0
    spelling: float = 1.0
    part_spelling: float = 0.8
    synonyms: float = 0.15
    town: float = 1.5
    tie_breaker: float = 0.5


BOOSTS = Boosts()
MOST_SPELLINGS = 8
"""Near spellings searched for one word, the nearest and commonest. The server takes 1,024 clauses: 20 mistyped words make
4 x 8 + 5 each, and synonyms come on top."""


@dataclass(frozen=True, slots=True)
class Spelling:
    """A word of the offers that is near a mistyped one: its tokens in the fields of both analyses. `weight` falls with
    the edits: 1 - edits / length."""

    token: str
    stem: str
    weight: float


@dataclass(frozen=True, slots=True)
class Word:
    """A word of the query. `stems` and `exact` are its tokens in the fields of those analyses; `parts` the stems of its
    compound parts (its own stems where it is no compound); `foreign` its tokens in the field `words`."""

    text: str
    stems: tuple[str, ...]
    exact: tuple[str, ...]
    parts_text: str
    parts: tuple[str, ...]
    foreign: tuple[str, ...]
    spellings: tuple[Spelling, ...] = ()
    source: str = ""
    """What the query says where the word is the German label of a term said in another language."""


@dataclass(frozen=True, slots=True)
class Synonym:
    """A synonym of words in the query: searched as one word or as a phrase. `places` are the positions of its stems,
    stop words counted; `source` is what the query says."""

    text: str
    stems: tuple[str, ...]
    places: tuple[int, ...]
    source: str


@dataclass(frozen=True, slots=True)
class Plan:
    """The query as understood. Without words it matches everything, or the named towns where there are some."""

    words: tuple[Word, ...] = ()
    synonyms: tuple[Synonym, ...] = ()
    towns: tuple[str, ...] = ()
    boosts: Boosts = BOOSTS

    @property
    def everything(self) -> bool:
        """True where no word is left to search for."""
        return not self.words


def understand(query: str, book: Wordbook, boosts: Boosts = BOOSTS) -> Plan:
    """The plan of a query; never fails, whatever was typed. Other weights are for comparing."""
    towns, rest = book.towns_in(fold_gender(cut_query(query).text).split())
    text = " ".join(rest)
    words = [_word(word, book) for word in _words(text, book)]
    if not words:
        return Plan(towns=tuple(towns), boosts=boosts)
    words = _translated(words, book)
    if not boosts.spelling:
        words = [replace(word, spellings=()) for word in words]
    expanded = book.synonyms.expand(text) if boosts.synonyms else ()
    synonyms = [_synonym(found.text, text[found.starts : found.ends], book) for found in expanded]
    return Plan(tuple(words), tuple(synonym for synonym in synonyms if synonym.stems), tuple(towns), boosts)


def _translated(words: list[Word], book: Wordbook) -> list[Word]:
    """The words, and the German labels of terms that they name in another language. What is understood as another
    language is not taken for mistyped German."""
    found = book.translations_in([word.text for word in words])
    understood = {said for source, _ in found for said in source.split()}
    own = [replace(word, spellings=()) if word.text in understood else word for word in words]
    known = {word.stems for word in words}
    added = [replace(_word(w, book), source=source) for source, label in found for w in _words(label, book)]
    return own + [word for word in added if word.stems not in known]


def _synonym(text: str, source: str, book: Wordbook) -> Synonym:
    placed = [(place, stem) for place, stem in enumerate(book.analysis.with_gaps(text)) if stem]
    return Synonym(text, tuple(stem for _, stem in placed), tuple(place for place, _ in placed), source)


def _words(text: str, book: Wordbook) -> list[str]:
    """The words that are no stop words, as the analysis cuts them, each once."""
    return list(dict.fromkeys(text[span.start : span.end] for span in book.analysis.spans(text)))


def _word(text: str, book: Wordbook) -> Word:
    stems, exact = tuple(book.analysis.std(text)), tuple(book.analysis.exact(text))
    parts_text = " ".join(book.splitter.parts(text)) or text
    return Word(
        text=text,
        stems=stems,
        exact=exact,
        parts_text=parts_text,
        parts=tuple(book.analysis.std(parts_text)),
        foreign=tuple(foreign.tokens(text)),
        spellings=_spellings(stems, exact, book),
    )


def _spellings(stems: tuple[str, ...], exact: tuple[str, ...], book: Wordbook) -> tuple[Spelling, ...]:
    """Near words of the offers, for a word that stands in none of them, not even in another form."""
    if any(book.lexicon.knows(token) for token in exact):
        return ()
    found = [
        Spelling(near.word, "".join(book.analysis.std(near.word)), 1 - near.distance / len(near.word))
        for token in exact
        for near in book.lexicon.closest(token, MOST_SPELLINGS)
    ]
    return () if any(spelling.stem in stems for spelling in found) else tuple(found)
