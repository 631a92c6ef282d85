"""What was searched in place of what was typed, or beside it, so that a page can say it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from service.search.engine import Hit
from service.search.plan import Plan
from service.search.proposing import written
from service.search.wordbook import Wordbook

Kind = Literal["spelling", "form", "compound", "translation", "synonym"]


@dataclass(frozen=True, slots=True)
class Instead:
    """Words searched in place of, or beside, what the query says: `source`."""

    kind: Kind
    source: str
    words: tuple[str, ...]


def understood(plan: Plan, hits: Sequence[Hit], book: Wordbook) -> Iterator[Instead]:
    """All of it by kind; words as the hits write them. Of near spellings and other forms, which are many, only those that
    the hits hold."""
    said = list(_said(plan, book))
    words = written({key for _, _, key, _ in said if key}, hits, book)
    found: dict[tuple[Kind, str], tuple[str, dict[str, None]]] = {}
    for kind, source, key, text in said:
        word = words.get(key, text)
        if word and (kind == "compound" or _joined(word) != _joined(source)):
            found.setdefault((kind, source.casefold()), (source, {}))[1][word] = None
    for (kind, _), (source, named) in found.items():
        yield Instead(kind, source, tuple(named))


def _said(plan: Plan, book: Wordbook) -> Iterator[tuple[Kind, str, str, str]]:
    """Kind, what the query says, the key of the word searched instead, and the word where no hit holds it."""
    for word in plan.words:
        for spelling in word.spellings:
            yield "spelling", word.text, f"e:{spelling.token}", ""
        for form in word.forms:
            yield "form", word.text, f"s:{form.stem}", ""
        if word.apart:
            yield "compound", word.apart, f"e:{''.join(word.exact)}", word.text
        if word.source:
            yield "translation", word.source, "", word.text
    for synonym in (*plan.synonyms, *plan.negations):
        tokens = book.analysis.exact(synonym.text)
        yield "synonym", synonym.source, f"e:{tokens[0]}" if len(tokens) == 1 else "", synonym.text


def _joined(text: str) -> str:
    return text.replace(" ", "").casefold()
