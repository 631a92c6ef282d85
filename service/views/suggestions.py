"""What is proposed while somebody types: terms of the vocabularies in every language, providers, and offers.

All of them are found by the beginnings of their words and by the parts of German compounds: "betreuung" proposes
Kinderbetreuung. Nothing is asked twice: the names of terms and providers are folded once for a state of the index.
"""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from typing import Any, Generic, TypeVar

from flask_babel import gettext

from service.clock import today
from service.context import context
from service.errors import SearchUnavailable, StoreUnavailable
from service.german import foreign
from service.german.analysis import fold, lower
from service.german.compounds import Splitter
from service.messages import message
from service.search.criteria import SearchCriteria
from service.search.wordbook import Wordbook
from service.store import providers
from service.store.indexes import Served
from service.store.providers import Named
from service.views import addresses, language
from service.vocabulary import Term

MOST_TERMS, MOST_PROVIDERS, MOST_OFFERS = 4, 2, 6
KINDS = {"thema": message("Thema"), "stadt": message("Stadt"), "art": message("Art des Angebots")}
VOCABULARIES = {"thema": "topics", "stadt": "towns", "art": "kinds"}


def propose(text: str) -> list[dict[str, Any]]:
    """Suggestions as {text, kind, url}: topics, towns and kinds, then providers, then offers. Empty under two letters."""
    if len(text.strip()) < 2:
        return []
    search = context().search
    standing = search.standing()
    book = standing.service.book(standing.served)
    found = _terms(text, book) + _providers(text, standing.served, book)
    try:
        offers = search.suggest(text, MOST_OFFERS)
    except SearchUnavailable:
        offers = []
    return found + [
        {"text": offer.title, "kind": gettext("Angebot"), "url": addresses.offer_url(offer.public_id, offer.slug)}
        for offer in offers
    ]


Ranks = tuple[int, int]
"""What comes first, smallest first: where a name begins as was typed, and where a word inside of it does."""
LABEL, LABELS, WORDS = (0, 2), (1, 2), (3, 3)
"""The label; the same in other languages, and the parts of it; everyday words."""
T = TypeVar("T")


class _Names(Generic[T]):
    """Things, found by the beginnings of words in their folded names. Each name begins with a blank."""

    def __init__(self, things: Iterable[tuple[T, Iterable[tuple[str, Ranks]]]]) -> None:
        self._things: list[T] = []
        self._begun: list[tuple[str, int, int]] = []
        for number, (thing, names) in enumerate(things):
            self._things.append(thing)
            for name, (first, inside) in names:
                places = [place for place, letter in enumerate(name) if letter == " "]
                self._begun += [(name[place:], inside if place else first, number) for place in places]
        self._begun.sort()

    def find(self, typed: str, others: Iterable[int] = ()) -> list[T]:
        """The things with words that begin so, then others by their number, each once."""
        ranks: dict[int, int] = {}
        for place in range(bisect_left(self._begun, (typed,)), len(self._begun)):
            name, rank, number = self._begun[place]
            if not name.startswith(typed):
                break
            ranks[number] = min(rank, ranks.get(number, rank))
        for number in others:
            ranks.setdefault(number, WORDS[0])
        return [self._things[number] for number in sorted(ranks, key=lambda number: (ranks[number], number))]


class _Terms:
    """The terms of the vocabularies by everything that they are called, the parts of compounds too."""

    def __init__(self, book: Wordbook) -> None:
        terms = [(facet, term) for facet, of in VOCABULARIES.items() for term in book.vocabularies[of].values()]
        self._tokens: defaultdict[str, list[tuple[frozenset[str], int]]] = defaultdict(list)
        named = []
        for number, (facet, term) in enumerate(terms):
            names = {name for code in term.labels.keys() | term.words.keys() for name in term.every_word(code)}
            label, *labels = _with_parts([term.label(), *term.labels.values()], [term.label()], book.splitter)
            words = _with_parts(names, term.every_word("de"), book.splitter)
            called = [(label, LABEL), *((name, LABELS) for name in labels), *((name, WORDS) for name in words)]
            named.append(((facet, term), called))
            for tokens in {frozenset(foreign.tokens(name)) for name in names}:
                for token in tokens:
                    self._tokens[token].append((tokens, number))
        self._named = _Names(named)

    def find(self, text: str) -> list[tuple[str, Term]]:
        """(facet, term), those first whose label begins so; by whole words of other languages in any of their forms too."""
        tokens = set(foreign.tokens(text))
        same = [number for own, number in self._tokens.get(min(tokens, default=""), ()) if tokens <= own]
        return self._named.find(_flat(text), same)


_called: tuple[Wordbook, _Terms] | None = None
_named: tuple[Served, date, _Names[Named]] | None = None


def _terms(text: str, book: Wordbook) -> list[dict[str, Any]]:
    """Terms that are called like the text."""
    global _called  # noqa: PLW0603  one folded copy a process, replaced when the words are
    if _called is None or _called[0] is not book:
        _called = (book, _Terms(book))
    code = language.current()
    return [
        {
            "text": term.label(code),
            "kind": gettext(KINDS[facet]),
            "url": addresses.search_url(SearchCriteria().choosing(facet, [term.slug])),
        }
        for facet, term in _called[1].find(text)[:MOST_TERMS]
    ]


def _providers(text: str, served: Served, book: Wordbook) -> list[dict[str, Any]]:
    """Providers whose name holds the text at the beginning of a word or of a part, those first that begin with it."""
    return [
        {
            "text": entry.name,
            "kind": gettext("Anbieter"),
            "url": addresses.provider_url(entry.public_id, entry.slug),
        }
        for entry in _all_providers(served, book).find(_flat(text))[:MOST_PROVIDERS]
    ]


def _all_providers(served: Served, book: Wordbook) -> _Names[Named]:
    """All providers with offers as of a state of the index; the last known ones while the store does not answer."""
    global _named  # noqa: PLW0603  one folded copy a process
    day = today()
    if _named is None or _named[:2] != (served, day):
        try:
            with context().database.reading() as session:
                known = providers.shown(session, day)
        except StoreUnavailable:
            return _named[2] if _named else _Names([])
        called = ((entry, "".join(_with_parts([entry.name], [entry.name], book.splitter))) for entry in known)
        _named = (served, day, _Names((entry, [(name, LABEL)]) for entry, name in called))
    return _named[2]


def _with_parts(names: Iterable[str], german: Iterable[str], splitter: Splitter) -> tuple[str, ...]:
    """Names and the parts of the German compounds in them, folded."""
    parts = (splitter.parts(word) for name in german for word in name.split())
    return tuple(dict.fromkeys(_flat(name) for name in (*names, *(" ".join(found) for found in parts if found))))


def _flat(text: str) -> str:
    return f" {' '.join(fold(lower(word)) for word in text.split())}"
