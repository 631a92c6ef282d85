"""What is proposed while somebody types: terms of the vocabularies in every language, and offers."""

from dataclasses import dataclass
from typing import Any

from flask_babel import gettext

from service.context import context
from service.errors import SearchUnavailable
from service.german import foreign
from service.german.analysis import fold, lower
from service.messages import message
from service.search.criteria import SearchCriteria
from service.views import addresses, language
from service.vocabulary import Term, Vocabularies

MOST_TERMS, MOST_OFFERS = 4, 6
KINDS = {"thema": message("Thema"), "stadt": message("Stadt")}
VOCABULARIES = {"thema": "topics", "stadt": "towns"}


def propose(text: str) -> list[dict[str, Any]]:
    """Suggestions as {text, kind, url}: first topics and towns, then offers. Empty under two letters."""
    if len(text.strip()) < 2:
        return []
    search = context().search
    found = _terms(text, search.vocabularies())
    try:
        offers = search.suggest(text, MOST_OFFERS)
    except SearchUnavailable:
        offers = []
    return found + [
        {"text": offer.title, "kind": gettext("Angebot"), "url": addresses.offer_url(offer.public_id, offer.slug)}
        for offer in offers
    ]


@dataclass(frozen=True, slots=True)
class _Named:
    """A term with everything that it is called, folded once."""

    facet: str
    term: Term
    names: tuple[str, ...]
    tokens: tuple[frozenset[str], ...]


_known: tuple[Vocabularies, list[_Named]] | None = None


def _named(vocabularies: Vocabularies) -> list[_Named]:
    global _known  # noqa: PLW0603  one folded copy a process, replaced when the vocabularies are
    if _known is None or _known[0] is not vocabularies:
        named = []
        for facet, vocabulary in VOCABULARIES.items():
            for term in vocabularies[vocabulary].values():
                names = {name for code in term.labels.keys() | term.words.keys() for name in term.every_word(code)}
                tokens = {frozenset(foreign.tokens(name)) for name in names}
                named.append(_Named(facet, term, tuple(f" {_flat(name)}" for name in names), tuple(tokens)))
        _known = (vocabularies, named)
    return _known[1]


def _flat(text: str) -> str:
    return " ".join(fold(lower(word)) for word in text.split())


def _terms(text: str, vocabularies: Vocabularies) -> list[dict[str, Any]]:
    typed, tokens = f" {_flat(text)}", set(foreign.tokens(text))
    found = []
    for entry in _named(vocabularies):
        if any(typed in name for name in entry.names) or (tokens and any(tokens <= own for own in entry.tokens)):
            url = addresses.search_url(SearchCriteria().choosing(entry.facet, [entry.term.slug]))
            found.append(
                {"text": entry.term.label(language.current()), "kind": gettext(KINDS[entry.facet]), "url": url}
            )
    return found[:MOST_TERMS]
