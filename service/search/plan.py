"""How a query is understood: a `Plan`, built once in Python and translated by each engine into its own query.

The shape is measured (design: best variant per word, not a sum of clauses). For each word that is no stop word the best
of: stem anywhere, stem in the title, all compound parts, label or everyday word of its terms, its other forms, near
spellings (only for a word that no offer contains). Words that make a compound of the offers together are searched as that
compound too, as are compounds inside a longer one that no offer contains. Words that say little count little.
Synonyms come beside: with a small weight for a word that the offers use themselves, with a large one for what only
people say. Towns named in the query are a preference, never a silent filter.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from math import sqrt

from service.german import foreign
from service.german.analysis import Span
from service.german.forms import Form
from service.german.normalise import cut_query, fold_gender
from service.german.synonyms import Expansion
from service.search.guesses import Joined
from service.search.translation import Translation, as_typed, translate
from service.search.wordbook import Wordbook


@dataclass(frozen=True, slots=True)
class Boosts:
    """Weights of the query, in one place. Sources: german-search design, section 1 and 4; docs/decisions/. What weighs 0
    is left out of the query. `some_words` is what a rule counts at least that speaks of few of the query's words, in parts
    of one that speaks of all."""

    all: float = 1.0
    title: float = 0.8
    parts: float = 0.8
    labels: float = 1.0
    forms: float = 0.9
    joined: float = 1.0
    weak: float = 0.3
    negated: float = 1.0
    spelling: float = 1.0
    part_spelling: float = 0.8
    synonyms: float = 0.3
    everyday: float = 1.0
    some_words: float = 0.4
    town: float = 3.0
    translated: float = 1.0
    typed: float = 0.3
    language: float = 1.5
    weekday: float = 6.0
    tie_breaker: float = 0.3


BOOSTS = Boosts()
MOST_SPELLINGS = 6
"""Near spellings searched for one word, the nearest and commonest. The server takes 1,024 clauses: 20 mistyped words make
4 x 6 + 5 each, and synonyms come on top."""
MOST_TRANSLATED = 20
"""Words of one query that are searched as they were typed too, where they were translated."""
MOST_FORMS, MOST_JOINED, MOST_SYNONYMS, MOST_NEGATIONS = 4, 5, 40, 9
"""Other forms of one word; compounds, synonyms and negations of a whole query. What comes first is taken."""
MOST_USUAL = 3.0
"""How many times more a synonym counts at most that is the usual word of the offers."""
NEGATIONS = ("ohne", "keine", "nicht")
"""What stands before something that is missing, one word for each stem."""


@dataclass(frozen=True, slots=True)
class Spelling:
    """A word of the offers that is near a mistyped one: its tokens in the fields of both analyses. `weight` falls with
    the edits: 1 - edits / length."""

    token: str
    stem: str
    weight: float


@dataclass(frozen=True, slots=True)
class Relative:
    """Another form of a word (Lotsin, Lotsen), or a word made from it (Berater, Beratung), by its stem, and the stems of its
    compound parts (its own where it is no compound)."""

    stem: str
    parts: tuple[str, ...]
    weight: float


@dataclass(frozen=True, slots=True)
class Word:
    """A word of the query. `stems` and `exact` are its tokens in the fields of those analyses; `parts` the stems of its
    compound parts (its own stems where it is no compound); `foreign` its tokens as a word of another language; `forms` its other
    forms. `weight` is small for a word that says little."""

    text: str
    stems: tuple[str, ...]
    exact: tuple[str, ...]
    parts_text: str
    parts: tuple[str, ...]
    foreign: tuple[str, ...]
    spellings: tuple[Spelling, ...] = ()
    forms: tuple[Relative, ...] = ()
    weight: float = 1.0
    own: float = 1.0
    """What the word itself counts beside its other forms."""
    source: str = ""
    """What the query says where the word translates it."""
    apart: str = ""
    """What the query says where the word is a compound that was written apart, or lies inside a longer one."""


@dataclass(frozen=True, slots=True)
class Synonym:
    """A synonym of words in the query: searched as one word or as a phrase. `places` are the positions of its stems,
    stop words counted; `parts` the stems of its compound parts; `source` is what the query says: of all synonyms of one
    source the best counts. `weight` is in parts of a word of the query."""

    text: str
    stems: tuple[str, ...]
    places: tuple[int, ...]
    source: str
    parts: tuple[str, ...] = ()
    weight: float = 1.0


@dataclass(frozen=True, slots=True)
class Plan:
    """The query as understood. Without words it matches everything, or the named towns where there are some."""

    words: tuple[Word, ...] = ()
    synonyms: tuple[Synonym, ...] = ()
    towns: tuple[str, ...] = ()
    boosts: Boosts = BOOSTS
    negations: tuple[Synonym, ...] = ()
    """Other ways to say that something is missing; searched as synonyms are."""
    languages: tuple[str, ...] = ()
    """Languages that the query names; offers in them are preferred."""
    weekdays: tuple[str, ...] = ()
    """Days that the query names; offers on them are preferred."""
    meant: str = ""
    """The query in German, where it was typed in another language."""

    @property
    def everything(self) -> bool:
        """True where no word is left to search for."""
        return not self.words


def preferences(plan: Plan) -> list[tuple[str, Sequence[str], float]]:
    """(field, values, weight): what is preferred, beside the words. Never a filter."""
    found = [
        ("towns", plan.towns, plan.boosts.town),
        ("languages", plan.languages, plan.boosts.language),
        ("weekdays", plan.weekdays, plan.boosts.weekday),
    ]
    return [(field, values, boost) for field, values, boost in found if values and boost]


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
    compounds = [replace(_word(j.word, book, boosts), apart=j.source, weight=boosts.joined) for j in joined]
    words += [word for word in compounds if word.stems not in known]
    whole = _says(book.analysis.spans(text), book, boosts) or 1.0
    synonyms = _synonyms(_spelt(text, words, book), book, boosts, whole)
    for compound in joined:
        spoken = _says(book.analysis.spans(compound.source), book, boosts) / whole
        synonyms += [
            replace(found, source=compound.source) for found in _synonyms(compound.word, book, boosts, 1 / spoken)
        ]
    for word in words:
        synonyms += _inside(word, book, boosts, whole) if len(word.parts) > 1 else []
    negations = _negated(text, book, boosts)[:MOST_NEGATIONS]
    return Plan(
        words=tuple(words),
        synonyms=_heaviest(synonyms)[:MOST_SYNONYMS],
        towns=tuple(towns),
        boosts=boosts,
        negations=negations,
        languages=_languages(words, book),
        weekdays=book.days.named_in(rest, today),
        meant=text if said.language else "",
    )


def _joined(text: str, words: list[Word], book: Wordbook) -> list[Joined]:
    """Compounds of words that were written apart, and those inside a compound that no offer contains."""
    found = book.guesses.joined(text)
    for word in words:
        if not book.guesses.knows(word.exact):
            found += [Joined(inner, word.text) for inner in book.guesses.inside(word.text)]
    return found[:MOST_JOINED]


def _heaviest(synonyms: Iterable[Synonym]) -> tuple[Synonym, ...]:
    """Of what is said twice for the same words the one that counts more."""
    found: dict[tuple[str, tuple[str, ...]], Synonym] = {}
    for synonym in synonyms:
        key = synonym.source.casefold(), synonym.stems
        if key not in found or synonym.weight > found[key].weight:
            found[key] = synonym
    return tuple(found.values())


def _inside(word: Word, book: Wordbook, boosts: Boosts, whole: float) -> list[Synonym]:
    """What rules say to the parts of a compound that no offer contains: wohnung suchen to Mietwohnungssuche."""
    if book.guesses.knows(word.exact):
        return []
    inner = _says(book.analysis.spans(word.parts_text), book, boosts)
    found = _synonyms(word.parts_text, book, boosts, whole * (inner or 1.0), said=True)
    return [replace(synonym, source=word.text) for synonym in found]


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
        for text in _words(part.text, book):
            word = _word(text, book, boosts)
            if part.source:
                word = replace(word, spellings=(), source=part.source, weight=word.weight * boosts.translated)
            elif not said.guessing:
                word = replace(word, spellings=())
            found.setdefault(word.stems, word)
    typed = [text for words in said.typed for text in _words(words, book)] if boosts.typed else []
    for text in typed[:MOST_TRANSLATED]:
        word = replace(_word(text, book, boosts), spellings=(), forms=(), weight=boosts.typed)
        found.setdefault(word.stems, word)
    return list(found.values())[: 2 * MOST_TRANSLATED]


def _languages(words: Sequence[Word], book: Wordbook) -> tuple[str, ...]:
    """The languages that words of the query name in German."""
    found = [slug for word in words for stem in word.stems for slug in book.languages_by_stem.get(stem, ())]
    return tuple(dict.fromkeys(found))


def _synonyms(text: str, book: Wordbook, boosts: Boosts, whole: float, *, said: bool = False) -> list[Synonym]:
    """The synonyms of a text; those of a word or phrase that no offer uses weigh more, the more of the `whole` query (`_says`)
    the words are. `said`: those of phrases only."""
    if not (boosts.synonyms or boosts.everyday):
        return []
    found: list[Synonym] = []
    strange = (lambda _: False) if said else book.guesses.is_strange
    for expansion in book.synonyms.expand(text, strange):
        if _of_offers(expansion, book):
            weight = boosts.synonyms * _usual(expansion.text, expansion.words[0].exact, book)
        else:
            share = min(1.0, _says(expansion.words, book, boosts) / whole)
            weight = boosts.everyday * (boosts.some_words + (1 - boosts.some_words) * share)
        made = _synonym(expansion.text, _source(text, expansion.words, book), book, weight)
        wanted = expansion.said or not (said or _says_little(expansion, book))
        if made.stems and weight and wanted:
            found.append(made)
    return found


def _source(text: str, words: Sequence[Span], book: Wordbook) -> str:
    """What the query says: its own words where they stand together, otherwise those that count."""
    between = text[words[0].start : words[-1].end]
    if len(list(book.analysis.spans(between))) == len(words):
        return between
    return " … ".join(text[word.start : word.end] for word in words)


def _says(words: Iterable[Span], book: Wordbook, boosts: Boosts) -> float:
    """How much words say: one that says little counts less."""
    return sum(boosts.weak if book.guesses.is_weak(word.exact, word.std) else 1.0 for word in words)


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
    parts = _parts(text, book) if len(stems) == 1 else ()
    return Synonym(text, stems, tuple(place for place, _ in placed), source, parts, weight)


def _negated(text: str, book: Wordbook, boosts: Boosts) -> tuple[Synonym, ...]:
    """The other ways to say that something is missing: keine Prüfung for ohne Prüfung."""
    if not boosts.negated:
        return ()
    found: list[Synonym] = []
    for source, negated in book.guesses.negated_in(text):
        found += [_synonym(f"{word} {negated}", source, book, boosts.negated) for word in NEGATIONS]
    return tuple(synonym for synonym in found if len(synonym.stems) > 1)


def _words(text: str, book: Wordbook) -> list[str]:
    """The words that are no stop words, as the analysis cuts them, each once."""
    return list(dict.fromkeys(text[span.start : span.end] for span in book.analysis.spans(text)))


def _word(text: str, book: Wordbook, boosts: Boosts) -> Word:
    stems, exact = tuple(book.analysis.std(text)), tuple(book.analysis.exact(text))
    parts_text = " ".join(book.guesses.parts(text)) or text
    parts = tuple(book.analysis.std(parts_text))
    own, forms = _forms(stems, exact, book) if boosts.forms else (1.0, ())
    known = book.guesses.knows(exact)
    weak = all(book.guesses.is_weak(token, stem) for token, stem in zip(exact, stems, strict=True))
    return Word(
        text=text,
        stems=stems,
        exact=exact,
        parts_text=parts_text,
        parts=parts,
        foreign=tuple(foreign.tokens(text)),
        spellings=_spellings(stems, exact, book) if boosts.spelling and not (known or forms or weak) else (),
        forms=forms,
        weight=boosts.weak if weak else 1.0,
        own=own,
    )


def _forms(stems: tuple[str, ...], exact: Sequence[str], book: Wordbook) -> tuple[float, tuple[Relative, ...]]:
    """What a word itself counts, and its other forms that stand in offers, as far as stemming does not join them.

    All of them mean one thing and count as the commonest of them does: engines take a rare word for one that says much, but
    who asks for a Schuldnerberaterin does not want the two offers that happen to say so before all Schuldnerberatung.
    """
    found: dict[str, Form] = {}
    for token in exact:
        for form in book.guesses.related(token):
            stem = "".join(book.analysis.std(form.word))
            if stem and stem not in stems and (stem not in found or form.weight > found[stem].weight):
                found[stem] = form
    kept = dict(list(found.items())[:MOST_FORMS])
    frequency = book.guesses.frequency
    rarity = {stem: book.guesses.rarity(frequency(form.word)) for stem, form in kept.items()}
    rarity_of_word = book.guesses.rarity(sum(map(frequency, exact)))
    least = min([rarity_of_word, *rarity.values()])
    forms = [
        Relative(stem, _parts(form.word, book) or (stem,), form.weight * least / rarity[stem])
        for stem, form in kept.items()
    ]
    return least / rarity_of_word, tuple(forms)


def _parts(word: str, book: Wordbook) -> tuple[str, ...]:
    """The stems of the parts of a compound."""
    return tuple(book.analysis.std(" ".join(book.splitter.parts(word))))


def _spellings(stems: tuple[str, ...], exact: tuple[str, ...], book: Wordbook) -> tuple[Spelling, ...]:
    """Near words of the offers, for a word that stands in none of them, not even in another form."""
    found = [
        Spelling(near.word, "".join(book.analysis.std(near.word)), 1 - near.distance / len(near.word))
        for token in exact
        for near in book.guesses.closest(token, MOST_SPELLINGS)
    ]
    return () if any(spelling.stem in stems for spelling in found) else tuple(found)
