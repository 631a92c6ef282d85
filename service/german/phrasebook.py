"""What people type in other languages, and what to search for in German: words, short phrases, words that say nothing.

Nobody says which language a query is in, and two words are no ground for guessing. So every language reads the query with
its own phrases and stems, and the one that understands most of it is believed. German words stay what they are, so a query
may mix languages ("Arzt عربي").
"""

import csv
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field
from functools import cache, lru_cache
from io import StringIO

from service.german import foreign, inflection
from service.german.analysis import TOKEN as _WORD
from service.german.analysis import fold, lower
from service.german.normalise import clean

SHORTEST_PREFIX, SHARED = 5, 0.7
"""A stem that no phrase has is taken for a known one that begins alike: this many letters, this share of the longer."""
SHORTEST_AMONG_GERMAN = 4
"""Letters of a word that is taken for another language's among German ones."""
SMALL = 0.4
"""What a small word counts for its language, of a word that means something."""

Tokens = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Piece:
    """Words of the query that stand together, by their first and last number, and the German words to search for; none
    where they say nothing by themselves."""

    first: int
    last: int
    german: str


@dataclass(frozen=True, slots=True)
class Reading:
    """A query as one language reads it; `pieces` in order, without the words that it does not know. `mixed`: there is
    German in it too, so what it means is only a guess beside what was typed."""

    language: str = ""
    pieces: tuple[Piece, ...] = ()
    mixed: bool = False


@dataclass(slots=True)
class _Book:
    """The phrases of one language."""

    phrases: dict[Tokens, str] = field(default_factory=dict)
    without_small: dict[Tokens, str] = field(default_factory=dict)
    inside: dict[str, str] = field(default_factory=dict)
    small: set[str] = field(default_factory=set)
    surfaces: set[str] = field(default_factory=set)
    beginnings: defaultdict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    longest: int = 1


class Phrasebook:
    """Phrases of all languages. `german` are German words as `fold` has them; they need no translation."""

    def __init__(self, german: Collection[str], glossary: Iterable["Row"] = ()) -> None:
        self._german = german
        self._books = {language: _Book() for language in inflection.LANGUAGES}
        rows = list(glossary)
        for row in rows:
            for word in (word for phrase in row.phrases if not row.german for word in clean(phrase).split()):
                self._books[row.language].small.add(_surface(word))
        for row in rows:
            if row.german:
                self.add(row.language, row.phrases, row.german)

    def add(self, language: str, phrases: Iterable[str], german: str) -> None:
        """Phrases of a language and the German for them; what is known already keeps its meaning."""
        book = self._books.get(language)
        for phrase in phrases if book else ():
            self._add(language, book, _WORD.findall(clean(phrase)), german)  # type: ignore[arg-type]

    def _add(self, language: str, book: _Book, words: Sequence[str], german: str) -> None:
        tokens = tuple(inflection.stem(word, language) for word in words)
        main = tuple(token for token, word in zip(tokens, words, strict=True) if _surface(word) not in book.small)
        if not tokens:
            return
        book.phrases.setdefault(tokens, german)
        book.surfaces.update(map(_surface, words))
        book.longest = max(book.longest, len(tokens))
        for token in main if len(main) > 1 else ():
            if len(token) >= SHORTEST_PREFIX - 1:
                book.inside.setdefault(token, german)
        if main:
            book.without_small.setdefault(main, german)
        if len(main) == 1 and len(main[0]) >= SHORTEST_PREFIX - 1:
            known = book.beginnings[main[0][: SHORTEST_PREFIX - 1]]
            if main[0] not in known:
                known.append(main[0])

    def read(self, words: Sequence[str], looks_german: Callable[[str], bool]) -> Reading:
        """The query as the language that understands most of it; nothing where none does. `looks_german` says of a word
        as `fold` has it that offers hold it, or one spelt nearly so."""
        looks = cache(looks_german)
        best, most = Reading(), 0.0
        for language, book in self._books.items():
            mixed = inflection.is_latin(language) and any(self._is_german(word, book) for word in words)
            pieces, understood = self._read(words, language, book, looks, mixed)
            if understood > most:
                best, most = Reading(language, pieces, mixed), understood
        return best

    def _read(
        self, words: Sequence[str], language: str, book: _Book, looks_german: Callable[[str], bool], mixed: bool
    ) -> tuple[tuple[Piece, ...], float]:
        tokens = [inflection.stem(word, language) for word in words]
        small = [_surface(word) in book.small for word in words]
        foreign_word = cache(lambda number: self._is_foreign(words[number], book, looks_german, mixed))
        pieces: list[Piece] = []
        at = 0
        while at < len(words):
            for end in range(min(len(words), at + book.longest), at, -1):
                german = self._meaning(tokens[at:end], small[at:end], book)
                if german and any(foreign_word(number) for number in range(at, end)):
                    pieces.append(Piece(at, end - 1, german))
                    at = end
                    break
            else:
                at += 1
        if len(pieces) > 1:  # "help" says nothing beside "doctor"
            telling = [piece for piece in pieces if not all(small[piece.first : piece.last + 1])]
            pieces = telling or pieces
        if not pieces:
            pieces = self._guessed(tokens, small, foreign_word, book)
        if not pieces:
            return (), 0.0
        inside = {number for piece in pieces for number in range(piece.first, piece.last + 1)}
        left_out = [number for number in range(len(words)) if small[number] and number not in inside]
        understood = sum(1.1 * (piece.last - piece.first) + 1 for piece in pieces) + SMALL * len(left_out)
        exact = sum(_surface(word) in book.surfaces for word in words)
        pieces += [Piece(number, number, "") for number in left_out]
        return tuple(sorted(pieces, key=lambda piece: piece.first)), understood + 0.05 * exact

    def _guessed(
        self, tokens: Sequence[str], small: Sequence[bool], foreign_word: Callable[[int], bool], book: _Book
    ) -> list[Piece]:
        """Words that stand inside phrases, where the query holds no phrase as a whole."""
        return [
            Piece(number, number, german)
            for number, token in enumerate(tokens)
            if not small[number] and (german := book.inside.get(token)) and foreign_word(number)
        ]

    def _meaning(self, tokens: Sequence[str], small: Sequence[bool], book: _Book) -> str:
        """As it is; without the small words inside; and one word as the known one that begins most alike."""
        known = book.phrases.get(tuple(tokens))
        if known or small[0] or small[-1]:
            return known or ""
        main = tuple(token for token, is_small in zip(tokens, small, strict=True) if not is_small)
        if known := book.without_small.get(main):
            return known
        if len(tokens) > 1 or len(tokens[0]) < SHORTEST_PREFIX:
            return ""
        near = [
            (shared, other)
            for other in book.beginnings.get(tokens[0][: SHORTEST_PREFIX - 1], ())
            if (shared := _shared(tokens[0], other)) >= SHARED
        ]
        return book.without_small[(max(near)[1],)] if near else ""

    def _is_german(self, word: str, book: _Book) -> bool:
        """A German word that the language does not have."""
        surface = _surface(word)
        return fold(lower(word)) in self._german and surface not in book.surfaces and surface not in book.small

    def _is_foreign(self, word: str, book: _Book, looks_german: Callable[[str], bool], mixed: bool) -> bool:
        """Not German as far as one can tell: among German words only what is typed as a phrase has it, and long enough."""
        if not inflection.is_latin_word(word):
            return True
        folded, as_it_is = fold(lower(word)), _surface(word) in book.surfaces
        if folded in self._german:
            return False
        if mixed:
            return as_it_is and len(folded) >= SHORTEST_AMONG_GERMAN and not looks_german(folded)
        return as_it_is or not looks_german(folded)


@lru_cache(maxsize=1 << 14)
def _surface(word: str) -> str:
    """A word as it is typed, without case, accents and variants of letters."""
    if foreign.is_arabic(word):
        return foreign.letters_of_arabic(word)
    return foreign.fold_cyrillic(word) if foreign.is_cyrillic(word) else foreign.fold_latin(word)


def _shared(one: str, other: str) -> float:
    """The common beginning as a share of the longer word; 0 where it is too short."""
    length = 0
    for a, b in zip(one, other, strict=False):
        if a != b:
            break
        length += 1
    return length / max(len(one), len(other)) if length >= SHORTEST_PREFIX - (len(other) < SHORTEST_PREFIX) else 0.0


@dataclass(frozen=True, slots=True)
class Row:
    """A cell of the glossary: what means one thing in one language. Without German words: small words."""

    language: str
    german: str
    phrases: tuple[str, ...]


class BadGlossary(ValueError):
    """The file of the glossary is not one; names the line and the reason."""


def parse(text: str) -> list[Row]:
    """The glossary: CSV with a column `de` and one a language, several phrases with `|`. Raises `BadGlossary`."""
    lines = csv.reader(StringIO(text, newline=""), strict=True)
    try:
        header = next(lines, [])
        if header[:1] != ["de"] or not set(header[1:]) <= set(inflection.LANGUAGES) or len(set(header)) < len(header):
            known = ", ".join(inflection.LANGUAGES)
            raise BadGlossary(f"Zeile 1: Die Spalten sind „de“ und Sprachen ({known}), jede einmal.")
        found: list[Row] = []
        for cells in lines:
            if len(cells) != len(header):
                raise BadGlossary(f"Zeile {lines.line_num}: {len(cells)} Spalten statt {len(header)}.")
            found += [
                Row(language, cells[0].strip(), tuple(phrase.strip() for phrase in cell.split("|") if phrase.strip()))
                for language, cell in zip(header[1:], cells[1:], strict=True)
                if cell.strip()
            ]
    except csv.Error as error:
        raise BadGlossary(f"Zeile {lines.line_num}: {error}.") from None
    return found
