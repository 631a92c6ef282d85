"""The analysis of German text: token for token what the analyzers ``de_exact`` and ``de_std`` of ``mappings/`` do.

The embedded engine indexes these tokens as they are, hits are marked and synonyms expanded with them, so both engines
give the same answers. ``tests/engine/test_analysis_parity.py`` holds it against ``_analyze`` of a real node. The rules are
those published for Lucene's standard tokenizer (UAX 29), German normalisation, ASCII folding and light German stemmer.
"""

import re
import unicodedata
from collections.abc import Collection, Iterator
from functools import lru_cache
from typing import NamedTuple

from service.german.normalise import align, fold_gender
from service.german.remembered import Remembered

LONGEST_TOKEN = 255
"""Characters; the server cuts longer tokens into pieces that nobody types, here they are left out."""


def _in_class(categories: set[str]) -> str:
    """The characters of these Unicode categories (basic plane) as the inside of a character class."""
    return "".join(f"\\u{n:04x}" for n in range(0x80, 0x10000) if unicodedata.category(chr(n)) in categories)


# Han and Hiragana characters are tokens of their own; numbers that are no digits (², ½, ①) belong to no token.
_SINGLE = "\u2e80-\u2fdf\u3005\u3007\u3021-\u3029\u3038-\u303b\u3041-\u309f\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_W = f"[^\\W{_SINGLE}{_in_class({'No'})}]"
_RUN = f"{_W}+(?:[{_in_class({'Mn', 'Mc', 'Me'})}]+{_W}*)*"
_BETWEEN = r"(?:(?<=[^\W\d_])[.:'‘’·‧](?=[^\W\d_])|(?<=\d)[.,;'‘’⁄](?=\d))"
TOKEN = re.compile(f"[{_SINGLE}]|{_RUN}(?:{_BETWEEN}{_RUN})*")
"""Words as the standard tokenizer cuts them, as far as Latin text needs it."""

_FEMININE = re.compile(r"^(.{3,}er)in(?:nen)?$")
_ST_ENDING = frozenset("bdfghklmnt")
_UMLAUTS = str.maketrans({"ä": "a", "ö": "o", "ü": "u", "ß": "ss"})
_UMLAUT_E = re.compile("(?<=[ao])e|(?<=u)(?<![aeiouäöüyq]u)e")
# Latin letters that have no decomposition, and the signs that may stand inside a token.
_FOLDED = dict(zip("øłđðħıŋŧĸſƒəɛɔɓɖɗɣƙƴƶǝ‘’⁄", "olddhintqsfaeobddgkyza''/", strict=True)) | {
    "æ": "ae",
    "œ": "oe",
    "þ": "th",
    "ß": "ss",
}


def lower(word: str) -> str:
    """Lower case letter by letter, as Java does it: no final sigma, İ becomes i."""
    if "Σ" in word or "İ" in word:
        return "".join("i" if char == "İ" else char.lower() for char in word)
    return word.lower()


def fold_umlauts(word: str) -> str:
    """ä, ae become a, ö, oe become o, ü, ue become u (ue not after a vowel or q), ß becomes ss; lower case expected.

    >>> fold_umlauts("behoerde"), fold_umlauts("neue"), fold_umlauts("quelle")
    ('behorde', 'neue', 'quelle')
    """
    if "e" in word:
        word = _UMLAUT_E.sub("", word)
    return word if word.isascii() else word.translate(_UMLAUTS)


@lru_cache(maxsize=4096)
def _ascii_letter(char: str) -> str:
    known = _FOLDED.get(char)
    if known is not None:
        return known
    base = unicodedata.normalize("NFKD", char)
    return "".join(c for c in base if c.isascii()) if base[0].isascii() and base[0].isalnum() else char


def fold_ascii(word: str) -> str:
    """Latin letters without accents; other scripts stay as they are."""
    return word if word.isascii() else "".join(map(_ascii_letter, word))


def fold(word: str) -> str:
    """A lower-case word as ``de_exact`` has it."""
    return fold_ascii(fold_umlauts(word))


def join_feminine(word: str) -> str:
    """``lehrerin`` and ``lehrerinnen`` become ``lehrer``."""
    return _FEMININE.sub(r"\1", word)


def stem(word: str) -> str:
    """Light German stemming: plural and case endings, then -er, -en, -est, -st."""
    n = len(word)
    if n > 5 and word.endswith("ern"):
        word = word[:-3]
    elif n > 4 and word[-2] == "e" and word[-1] in "mnrs":
        word = word[:-2]
    elif (n > 3 and word[-1] == "e") or (n > 3 and word[-1] == "s" and word[-2] in _ST_ENDING):
        word = word[:-1]
    n = len(word)
    if n > 5 and word.endswith("est"):
        return word[:-3]
    if n > 4 and word[-2] == "e" and word[-1] in "rn":
        return word[:-2]
    if n > 4 and word.endswith("st") and word[-3] in _ST_ENDING:
        return word[:-2]
    return word


class Span(NamedTuple):
    """A word that is no stop word, and where it stands in the text it was found in: ``text[start:end]``."""

    start: int
    end: int
    exact: str  # token of de_exact: normalised, unstemmed
    std: str  # token of de_std: exact, then -er/-erin/-erinnen joined and stemmed


class _Forms(NamedTuple):
    exact: str
    std: str


class Analysis:
    """The analyzers ``de_exact`` and ``de_std`` with one stop-word list (lower case, with umlauts)."""

    def __init__(self, stop: Collection[str]):
        self.stop = frozenset(stop)
        self._forms = Remembered(self._analyse)

    def __reduce__(self) -> tuple[type["Analysis"], tuple[frozenset[str]]]:
        return Analysis, (self.stop,)  # to other processes without what is remembered

    def _analyse(self, word: str) -> _Forms | None:
        """Both tokens of a word; None for a stop word."""
        word = lower(word)
        if word in self.stop or len(word) > LONGEST_TOKEN or not word.strip("_"):
            return None
        exact = fold(word)
        return _Forms(exact, stem(join_feminine(exact)))

    def token(self, word: str) -> str:
        """The token of ``de_exact`` of a word as `TOKEN` cuts it, "" for a stop word."""
        forms = self._forms[word]
        return forms.exact if forms else ""

    def exact(self, text: str) -> list[str]:
        """Tokens of ``de_exact``: normalised, unstemmed; for spelling and suggestions."""
        analyse = self._forms.__getitem__
        return [forms[0] for word in TOKEN.findall(fold_gender(text)) if (forms := analyse(word))]

    def std(self, text: str) -> list[str]:
        """Tokens of ``de_std``: what offers and queries are compared by."""
        analyse = self._forms.__getitem__
        return [forms[1] for word in TOKEN.findall(fold_gender(text)) if (forms := analyse(word))]

    def both(self, text: str) -> tuple[list[str], list[str]]:
        """``exact`` and ``std`` of one text in one pass, for building search documents."""
        analyse = self._forms.__getitem__
        found = [forms for word in TOKEN.findall(fold_gender(text)) if (forms := analyse(word))]
        return [forms[0] for forms in found], [forms[1] for forms in found]

    def with_gaps(self, text: str) -> list[str]:
        """``std`` with "" where a stop word stood: words of a phrase are compared with their distances, as on the server."""
        analyse = self._forms.__getitem__
        words = TOKEN.findall(fold_gender(text))
        return [forms[1] if (forms := analyse(word)) else "" for word in words if word.strip("_")]

    def spans(self, text: str) -> Iterator[Span]:
        """The words with both tokens and their places in ``text`` as it was given, invisible characters and all."""
        aligned = align(text)
        for match in TOKEN.finditer(aligned.text):
            forms = self._forms[match[0]]
            if forms:
                yield Span(*aligned.original(match.start(), match.end()), *forms)
