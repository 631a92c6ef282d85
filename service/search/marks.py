"""Marks: which words of a hit answer the query. One marker for both engines, over the hits that are shown.

It marks whole words: those with a stem of the query or of a synonym, near spellings, compounds that hold a part of the
query ("Beratung" marks Schuldnerberatung), and words of other languages. Text comes in plain and leaves as safe HTML
with <mark> elements.
"""

import re
from collections.abc import Iterable
from functools import cached_property

from markupsafe import Markup, escape

from service.german import foreign
from service.german.analysis import Span
from service.search.plan import Plan
from service.search.wordbook import Wordbook

SNIPPET = 180
"""Characters of a snippet, about."""


class Marker:
    """Marks texts for one plan. Words seen once are remembered, hits share most of theirs."""

    def __init__(self, plan: Plan, book: Wordbook) -> None:
        self._book = book
        self._stems = {stem for word in plan.words for stem in word.stems}
        self._stems |= {stem for synonym in plan.synonyms for stem in synonym.stems}
        self._exact = {spelling.token for word in plan.words for spelling in word.spellings}
        self._parts = [set(word.parts) for word in plan.words if word.parts]
        self._foreign = {token for word in plan.words for token in word.foreign}
        self._known: dict[str, bool] = {}

    @cached_property
    def idle(self) -> bool:
        """True where nothing can be marked."""
        return not (self._stems or self._foreign)

    def spans(self, text: str) -> list[Span]:
        """The words of a text that are to be marked."""
        return [] if self.idle else [span for span in self._book.analysis.spans(text) if self._wanted(text, span)]

    def mark(self, text: str) -> Markup:
        """The whole text as safe HTML, marked."""
        return _marked(text, 0, len(text), self.spans(text))

    def snippets(self, text: str, most: int = 2) -> list[Markup]:
        """Passages of a long text around marked words, the densest first found; empty where nothing matches."""
        found: list[Markup] = []
        spans = self.spans(text)
        while spans and len(found) < most:
            best = max(
                range(len(spans)), key=lambda n: (sum(1 for s in spans[n:] if s.end <= spans[n].start + SNIPPET), -n)
            )
            start = _word_start(text, max(0, spans[best].start - SNIPPET // 3))
            end = _word_end(text, min(len(text), start + SNIPPET))
            inside = [span for span in spans if start <= span.start and span.end <= end]
            spans = [span for span in spans if span.end <= start or span.start >= end]
            found.append(
                Markup("{}{}{}").format(
                    "… " if start else "", _marked(text, start, end, inside), " …" if end < len(text) else ""
                )
            )
            if not inside:
                break
        return found

    def _wanted(self, text: str, span: Span) -> bool:
        known = self._known.get(span.exact)
        if known is None:
            known = self._known[span.exact] = self._matches(text[span.start : span.end], span)
        return known

    def _matches(self, word: str, span: Span) -> bool:
        if span.std in self._stems or span.exact in self._exact:
            return True
        if self._foreign and not self._foreign.isdisjoint(foreign.tokens(word)):
            return True
        parts = self._book.splitter.parts(word)
        exact = set(self._book.analysis.exact(" ".join(parts)))
        if not self._exact.isdisjoint(exact):
            return True
        stems = set(self._book.analysis.std(" ".join(parts)))
        return any(wanted <= stems for wanted in self._parts) if stems else False


def _marked(text: str, start: int, end: int, spans: Iterable[Span]) -> Markup:
    pieces: list[str] = []
    for span in spans:
        pieces += [str(escape(text[start : span.start])), "<mark>", str(escape(text[span.start : span.end])), "</mark>"]
        start = span.end
    return Markup("".join([*pieces, str(escape(text[start:end]))]))  # noqa: S704  every piece of text was escaped


def _word_start(text: str, position: int) -> int:
    found = re.compile(r"\s").search(text, position) if position else None
    return found.end() if found else position


def _word_end(text: str, position: int) -> int:
    if position >= len(text):
        return len(text)
    space = text.rfind(" ", 0, position)
    return space if space > position - 40 else position
