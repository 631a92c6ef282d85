"""What a query means: a `Plan`, made once in Python (`understanding`) and translated by each engine into its own query.

The shape is measured (design: best variant per word, not a sum of clauses). For each word that is no stop word the best
of: stem anywhere, stem in the title, all compound parts, label or everyday word of its terms, its other forms, near
spellings (only for a word that no offer contains). Words that make a compound of the offers together are searched as that
compound too, as are compounds inside a longer one that no offer contains. Words that say little count little.
Synonyms come beside: with a small weight for a word that the offers use themselves, with a large one for what only
people say. Towns named in the query are a preference, never a silent filter.
"""

from collections.abc import Sequence
from dataclasses import dataclass


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
    associated: float = 0.4
    town: float = 3.0
    translated: float = 1.0
    typed: float = 0.3
    language: float = 1.5
    weekday: float = 6.0
    tie_breaker: float = 0.3


BOOSTS = Boosts()


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
