"""The words that stand in the offers, and which of them a misspelt word may have meant.

Both engines search fuzzily only for a word that no offer contains, and propose a correction from the same words.
"""

import re
import zlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from typing import NamedTuple

from rapidfuzz.distance import OSA
from rapidfuzz.process import extract

_HEADER = b"angebote-words-1\n"


class Near(NamedTuple):
    """A word of the offers, and how many edits lie between it and the word asked for (a swap of neighbours is one)."""

    word: str
    distance: int


def edits_allowed(word: str) -> int:
    """Lucene's ``AUTO:4,7``: none below 4 letters, one below 7, two from 7 on."""
    return 0 if len(word) < 4 else 1 if len(word) < 7 else 2


SHORTEST_SOUND, EDITS_OF_SOUND = 5, 2.5
"""A word of so many letters is also sought by its sound, with one edit in so many letters."""
_SOUNDS = (
    (re.compile("ph"), "f"), (re.compile("sch|ch(?=s)|tz|ts|[sz]|c(?=[eiy])"), "s"), (re.compile("ck|ch|[gkqc]"), "k"),
    (re.compile("x"), "ks"), (re.compile("[vw]"), "f"), (re.compile("p"), "b"), (re.compile("dt|th|d"), "t"),
    (re.compile("n(?=[bfk])|m"), "n"), (re.compile("[aeiouyhj]"), ""), (re.compile(r"(.)\1+"), r"\1"),
)  # fmt: skip


@lru_cache(maxsize=4096)
def sound(word: str) -> str:
    """What a word sounds like to somebody who learns German: its consonants, those alike as one; "" for too few of them.

    >>> sound("fersicherung") == sound("versicherung"), sound("farrad") == sound("fahrrad")
    (True, True)
    """
    for pattern, instead in _SOUNDS:
        word = pattern.sub(instead, word)
    return word if len(word) > 1 else ""


def packed(frequencies: Mapping[str, int]) -> bytes:
    """What `Lexicon.from_bytes` reads: for the words of a new index, of which nobody asks anything yet."""
    lines = "\n".join(f"{word}\t{frequency}" for word, frequency in sorted(frequencies.items()))
    return _HEADER + zlib.compress(lines.encode("utf-8", "surrogatepass"), 6)


class _Near:
    """Where near words are looked for: among those with the same first letter and a length that edits allow
    (prefix_length 1), and among those that sound alike."""

    def __init__(self, words: Iterable[str]):
        self.buckets: defaultdict[tuple[str, int], list[str]] = defaultdict(list)
        self.sounds: defaultdict[str, list[str]] = defaultdict(list)
        for word in words:
            self.add(word)

    def add(self, word: str) -> None:
        """A word more."""
        self.buckets[word[0], len(word)].append(word)
        if key := sound(word):
            self.sounds[key].append(word)


class Lexicon:
    """Words of the offers (tokens of ``de_exact`` and parts of compounds, folded alike) with the number of offers."""

    def __init__(self, frequencies: Mapping[str, int] | None = None):
        self._frequency: dict[str, int] = {}
        self._near: _Near | None = None
        for word, frequency in (frequencies or {}).items():
            self._count(word, frequency)

    def __iter__(self) -> Iterator[str]:
        return iter(self._frequency)

    def __len__(self) -> int:
        return len(self._frequency)

    def _count(self, word: str, frequency: int) -> None:
        if not word or frequency < 1:
            return
        known = self._frequency.get(word)
        if known is None and self._near:
            self._near.add(word)
        self._frequency[word] = (known or 0) + frequency

    def add(self, words: Iterable[str]) -> None:
        """Count the words of one more offer, each once. Nothing is ever taken away: a stale word does no harm."""
        for word in set(words):
            self._count(word, 1)

    def knows(self, word: str) -> bool:
        """Whether an offer contains this token of ``de_exact``."""
        return word in self._frequency

    def frequency(self, word: str) -> int:
        """Number of offers that contain the word."""
        return self._frequency.get(word, 0)

    def closest(self, word: str, limit: int = 50) -> list[Near]:
        """Words within ``edits_allowed``, nearest first, then the commonest, then by letter; distance 0 included.

        The same words that Lucene's fuzzy query with ``prefix_length`` 1 reaches.
        """
        edits = edits_allowed(word)
        if not edits:
            return [Near(word, 0)] if word in self._frequency else []
        if self._near is None:
            self._near = _Near(self._frequency)
        found: list[Near] = []
        for length in range(len(word) - edits, len(word) + edits + 1):
            bucket = self._near.buckets.get((word[0], length))
            if bucket:
                near = extract(word, bucket, scorer=OSA.distance, processor=None, limit=None, score_cutoff=edits)
                found.extend(Near(candidate, int(distance)) for candidate, distance, _ in near)
        seen = {near.word for near in found}
        for candidate in self._near.sounds.get(sound(word), ()) if len(word) >= SHORTEST_SOUND else ():
            distance = OSA.distance(word, candidate)
            if candidate not in seen and distance <= len(word) / EDITS_OF_SOUND:
                found.append(Near(candidate, distance))
        found.sort(key=lambda near: (near.distance, -self._frequency[near.word], near.word))
        return found[:limit]

    def to_bytes(self) -> bytes:
        """The words in a compact form that is the same for the same words."""
        return packed(self._frequency)

    @classmethod
    def from_bytes(cls, data: bytes) -> "Lexicon":
        """The words that ``to_bytes`` wrote. ValueError if these bytes are something else or are damaged."""
        if not data.startswith(_HEADER):
            raise ValueError("not a list of words of the offers, or one of another version")
        try:
            text = zlib.decompress(data[len(_HEADER) :]).decode("utf-8", "surrogatepass")
        except (zlib.error, UnicodeDecodeError) as error:
            raise ValueError(f"the list of words of the offers is damaged: {error}") from error
        pairs = (line.rpartition("\t") for line in text.split("\n") if line)
        return cls({word: int(frequency) for word, _, frequency in pairs})
