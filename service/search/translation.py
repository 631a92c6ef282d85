"""Queries in other languages, turned into the German words that offers are written in.

"medic fără asigurare" is searched as "Arzt ohne Versicherung" would be, synonyms and compound parts and all: so whatever makes
German queries better makes these better too. Phrases come from `mappings/glossary.csv` and from the vocabularies' labels
and everyday words.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from service.german.analysis import TOKEN
from service.german.inflection import is_latin
from service.search.wordbook import Wordbook


@dataclass(frozen=True, slots=True)
class Said:
    """A part of the query in German; `source` is what was typed, "" where that is used as it is."""

    text: str
    source: str = ""


@dataclass(frozen=True, slots=True)
class Translation:
    """A query in German. `typed` are the words that were translated; `guessing`: what is left may be mistyped German."""

    parts: tuple[Said, ...]
    language: str = ""
    typed: tuple[str, ...] = ()
    guessing: bool = True

    @property
    def text(self) -> str:
        """All parts, as if typed in German."""
        return " ".join(part.text for part in self.parts)


def as_typed(text: str) -> Translation:
    """The query as it is."""
    return Translation((Said(text),))


def translate(text: str, book: Wordbook) -> Translation:
    """The query in German, as far as its words are known; the query itself where none is known in another language."""
    words = [found[0] for found in TOKEN.finditer(text)]
    reading = book.phrasebook.read(words, lambda word: bool(book.lexicon.closest(word, 1)))
    if not reading.pieces:
        return as_typed(text)
    meant = {number: piece for piece in reading.pieces for number in range(piece.first, piece.last + 1)}

    def parts() -> Iterator[Said]:
        for number, word in enumerate(words):
            piece = meant.get(number)
            if piece is None or reading.mixed:
                yield Said(word)
            if piece is None:
                continue
            if piece.german and number == piece.first:
                yield Said(piece.german, " ".join(words[piece.first : piece.last + 1]))

    typed = tuple(words[number] for number, piece in meant.items() if piece.german)
    unknown = len(words) - len(meant)
    guessing = reading.mixed or not is_latin(reading.language) or unknown > len(typed)
    return Translation(tuple(parts()), reading.language, typed, guessing)
