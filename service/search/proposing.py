"""“Meinten Sie”: the query with mistyped words replaced by words of the offers.

Engines search near spellings of a mistyped word anyway (`plan`), exactly as they stand in the offers. A correction is more:
the word is then searched in all its forms, parts and synonyms. It is offered and never searched in place of what was typed,
and only where it finds more: one request to the engine, for its hits also tell how the word is written.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from itertools import chain

from service.search.criteria import SearchCriteria
from service.search.engine import Hit
from service.search.marks import read, texts
from service.search.plan import Plan, Word
from service.search.service import Answer
from service.search.wordbook import Wordbook

READ = 5
"""Hits of the corrected query in which its words are looked up."""
Search = Callable[[SearchCriteria, int], Answer | None]
"""Asks for that many hits of a search, without counts; None where nothing answers."""


def correction(answer: Answer, search: Search) -> str | None:
    """A query with more hits under the same filters; None without a mistyped word, which costs no request."""
    asked, book = answer.criteria, answer.book
    changes = mistyped(answer.plan, book)
    if not changes:
        return None
    better = search(replace(asked.at_page(1), q=rewritten(asked.q, changes, book), sort=""), READ)
    if better is None or better.engine != answer.engine or better.found.total <= answer.found.total:
        return None
    listed = [word for words in book.term_words.values() for word in words.german]
    words = written([f"e:{token}" for token in changes.values()], better.found.hits, book, listed)
    spelt = {typed: words.get(f"e:{token}", "") for typed, token in changes.items()}
    proposed = rewritten(asked.q, spelt, book)
    return proposed if all(spelt.values()) and proposed != asked.q else None


def mistyped(plan: Plan, book: Wordbook) -> dict[str, str]:
    """Mistyped words of a query and the nearest words of the offers, both as tokens.

    Nothing of a query that is understood in another language is mistyped German; nor are words that synonyms know, or
    compounds of words that stand in offers.
    """
    if any(word.source for word in plan.words):
        return {}
    spoken = {token for _, foreign in book.term_tokens.values() for token in foreign}
    return {
        word.exact[0]: word.spellings[0].token
        for word in plan.words
        if word.spellings
        and len(word.exact) == 1
        and word.exact[0].isascii()
        and not _known(word, plan, book)
        and spoken.isdisjoint(word.foreign)
        and not _composed(word, book)
    }


def _known(word: Word, plan: Plan, book: Wordbook) -> bool:
    """True where synonyms know the word as more than a misspelling of the near one."""
    return any(
        synonym.stems != (word.spellings[0].stem,)
        for synonym in plan.synonyms
        if word.exact[0] in book.analysis.exact(synonym.source)
    )


def _composed(word: Word, book: Wordbook) -> bool:
    parts = book.analysis.exact(word.parts_text)
    return len(parts) > 1 and all(book.lexicon.knows(part) for part in parts)


def rewritten(query: str, changes: Mapping[str, str], book: Wordbook) -> str:
    """The query with some words replaced and everything else as it was typed."""
    pieces, last = [], 0
    for span in book.analysis.spans(query):
        if span.exact in changes:
            pieces += [query[last : span.start], changes[span.exact]]
            last = span.end
    return "".join([*pieces, query[last:]])


def written(keys: Iterable[str], hits: Iterable[Hit], book: Wordbook, others: Iterable[str] = ()) -> dict[str, str]:
    """How words of the offers are written, with capitals and umlauts, by their keys of `Forms`: in the hits, else in the
    other texts; as a part of a compound where no word is more than that. What none of them holds is left out."""
    wanted, whole, inside = set(keys), dict[str, str](), dict[str, str]()
    for text in chain((text for hit in hits for text in texts(hit.data)), others) if wanted else ():
        for seen in read(text, book):
            if not wanted.isdisjoint(seen.forms.keys):
                word = text[seen.start : seen.end]
                own = _own(word, book)
                for key in wanted & seen.forms.keys:
                    if key in own:
                        whole[key] = word
                        wanted.discard(key)
                    elif key not in inside:
                        inside[key] = _part(key, word, book)
    return {key: word for key, word in (inside | whole).items() if word}


def _own(word: str, book: Wordbook) -> set[str]:
    """The keys of a word itself, without those of its parts."""
    exact, stems = book.analysis.both(word)
    return {f"e:{token}" for token in exact} | {f"s:{stem}" for stem in stems}


def _part(key: str, compound: str, book: Wordbook) -> str:
    return next((part.capitalize() for part in book.splitter.parts(compound) if key in _own(part, book)), "")
