"""Marks: which words of a hit answer the query. One marker for both engines, over the hits that are shown.

It marks whole words: those with a stem of the query or of a synonym, near spellings, compounds that hold a part of the
query ("Beratung" marks Schuldnerberatung), and words of other languages. Text comes in plain and leaves as safe HTML
with <mark> elements.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from markupsafe import Markup, escape

from service.search.plan import Plan
from service.search.wordbook import Seen, Wordbook

SNIPPET = 180
"""Characters of a snippet, about."""
SHORT = 250
"""Characters of the longest title or short text."""
_SPACE = re.compile(r"\s")
Place = tuple[int, int]
"""Start and end of a word in the text that was given."""


def texts(data: Mapping[str, Any]) -> tuple[str, str, str]:
    """What of an offer a results page may show: title, short text, text."""
    return data["title"], data["summary"], data["text"]


def read(text: str, book: Wordbook) -> tuple[Seen, ...]:
    """The words of a text, remembered."""
    return book.read_short(text) if len(text) <= SHORT else book.read_long(text)


class Marker:
    """Marks texts for one plan."""

    def __init__(self, plan: Plan, book: Wordbook) -> None:
        self._book = book
        stems = {stem for word in plan.words for stem in word.stems}
        stems |= {stem for synonym in (*plan.negations, *plan.synonyms) for stem in synonym.stems}
        stems |= {form.stem for word in plan.words for form in word.forms}
        self._keys = {f"s:{stem}" for stem in stems}
        self._keys |= {f"e:{spelling.token}" for word in plan.words for spelling in word.spellings}
        self._keys |= {f"f:{token}" for word in plan.words for token in word.foreign}
        self._parts = [frozenset(word.parts) for word in plan.words if word.parts]
        self._parts += [frozenset(s.parts or s.stems) for s in plan.synonyms if len(s.stems) == 1]
        self._parts += [frozenset([form.stem]) for word in plan.words for form in word.forms]

    def places(self, text: str) -> list[Place]:
        """The words of a text that are to be marked, in order."""
        if not self._keys:
            return []
        words = read(text, self._book)
        keys = self._keys
        return [
            (start, end)
            for start, end, forms in words
            if not keys.isdisjoint(forms.keys) or (forms.part_stems and self._holds_parts(forms.part_stems))
        ]

    def mark(self, text: str) -> Markup:
        """The whole text as safe HTML, marked."""
        return _marked(text, 0, len(text), self.places(text))

    def snippets(self, text: str, most: int = 2) -> list[Markup]:
        """Passages of a long text around marked words, the densest first; empty where nothing matches."""
        found: list[Markup] = []
        places = self.places(text)
        while places and len(found) < most:
            start = _word_start(text, max(0, places[_densest(places)][0] - SNIPPET // 3))
            end = _word_end(text, min(len(text), start + SNIPPET))
            inside = [place for place in places if start <= place[0] and place[1] <= end]
            places = [place for place in places if place[1] <= start or place[0] >= end]
            before, after = "… " if start else "", " …" if end < len(text) else ""
            found.append(Markup(f"{before}{_marked(text, start, end, inside)}{after}"))  # noqa: S704  marked text is safe
            if not inside:
                break
        return found

    def _holds_parts(self, stems: frozenset[str]) -> bool:
        return any(wanted <= stems for wanted in self._parts)


def _densest(places: Sequence[Place]) -> int:
    """Number of the first word from which a snippet holds most words."""
    best, most, last = 0, 0, 0
    for first, (start, _) in enumerate(places):
        while last < len(places) and places[last][1] <= start + SNIPPET:
            last += 1
        if last - first > most:
            best, most = first, last - first
    return best


def _marked(text: str, start: int, end: int, places: Iterable[Place]) -> Markup:
    pieces: list[str] = []
    for first, last in places:
        pieces += [escape(text[start:first]), "<mark>", escape(text[first:last]), "</mark>"]
        start = last
    return Markup("".join([*pieces, escape(text[start:end])]))  # noqa: S704  every piece of text was escaped


def _word_start(text: str, position: int) -> int:
    found = _SPACE.search(text, position) if position else None
    return found.end() if found else position


def _word_end(text: str, position: int) -> int:
    if position >= len(text):
        return len(text)
    space = text.rfind(" ", 0, position)
    return space if space > position - 40 else position
