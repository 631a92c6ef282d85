"""What is proposed while somebody types: terms of the vocabularies in every language, providers, and offers.

All of them are found by the beginnings of their words and by the parts of German compounds: "betreuung" proposes
Kinderbetreuung. Nothing is asked twice: the names of terms and providers are folded once for a state of the index.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

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


@dataclass(frozen=True, slots=True)
class _Called:
    """A term with everything that it is called, folded: each name begins with a blank. `labels` and `names` hold the
    parts of their compounds too."""

    facet: str
    term: Term
    labels: tuple[str, ...]
    names: tuple[str, ...]
    tokens: tuple[frozenset[str], ...]


_called: tuple[Wordbook, list[_Called]] | None = None
_named: tuple[Served, date, list[tuple[str, Named]]] | None = None


def _terms(text: str, book: Wordbook) -> list[dict[str, Any]]:
    """Terms that are called like the text: those whose label begins with it, then those with it in their label, then
    those with an everyday word."""
    code, typed, tokens = language.current(), _flat(text), set(foreign.tokens(text))
    ranked = []
    for entry in _all_terms(book):
        if any(label.startswith(typed) for label in entry.labels):
            ranked.append((0 if entry.labels[0].startswith(typed) else 1, entry))
        elif any(typed in label for label in entry.labels):
            ranked.append((2, entry))
        elif any(typed in name for name in entry.names) or (tokens and any(tokens <= own for own in entry.tokens)):
            ranked.append((3, entry))
    ranked.sort(key=lambda found: found[0])
    return [
        {
            "text": entry.term.label(code),
            "kind": gettext(KINDS[entry.facet]),
            "url": addresses.search_url(SearchCriteria().choosing(entry.facet, [entry.term.slug])),
        }
        for _, entry in ranked[:MOST_TERMS]
    ]


def _all_terms(book: Wordbook) -> list[_Called]:
    global _called  # noqa: PLW0603  one folded copy a process, replaced when the words are
    if _called is None or _called[0] is not book:
        found = []
        for facet, vocabulary in VOCABULARIES.items():
            for term in book.vocabularies[vocabulary].values():
                names = {name for code in term.labels.keys() | term.words.keys() for name in term.every_word(code)}
                tokens = {frozenset(foreign.tokens(name)) for name in names}
                labels = _with_parts([term.label(), *term.labels.values()], [term.label()], book.splitter)
                words = _with_parts(names, term.every_word("de"), book.splitter)
                found.append(_Called(facet, term, labels, words, tuple(tokens)))
        _called = (book, found)
    return _called[1]


def _providers(text: str, served: Served, book: Wordbook) -> list[dict[str, Any]]:
    """Providers whose name holds the text at the beginning of a word or of a part, those first that begin with it."""
    typed = _flat(text)
    found = [(not names.startswith(typed), entry) for names, entry in _all_providers(served, book) if typed in names]
    found.sort(key=lambda ranked: ranked[0])
    return [
        {
            "text": entry.name,
            "kind": gettext("Anbieter"),
            "url": addresses.provider_url(entry.public_id, entry.slug),
        }
        for _, entry in found[:MOST_PROVIDERS]
    ]


def _all_providers(served: Served, book: Wordbook) -> list[tuple[str, Named]]:
    """All providers with offers as of a state of the index; the last known ones while the store does not answer."""
    global _named  # noqa: PLW0603  one folded copy a process
    day = today()
    if _named is None or _named[:2] != (served, day):
        try:
            with context().database.reading() as session:
                known = providers.shown(session, day)
        except StoreUnavailable:
            return _named[2] if _named else []
        folded = [("".join(_with_parts([entry.name], [entry.name], book.splitter)), entry) for entry in known]
        _named = (served, day, folded)
    return _named[2]


def _with_parts(names: Iterable[str], german: Iterable[str], splitter: Splitter) -> tuple[str, ...]:
    """Names and the parts of the German compounds in them, folded."""
    parts = (splitter.parts(word) for name in german for word in name.split())
    return tuple(dict.fromkeys(_flat(name) for name in (*names, *(" ".join(found) for found in parts if found))))


def _flat(text: str) -> str:
    return f" {' '.join(fold(lower(word)) for word in text.split())}"
