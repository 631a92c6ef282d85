"""What every text and every query needs before an engine sees it.

Lucene keeps a soft hyphen inside a token, and a query in decomposed letters finds nothing: so both sides are cleaned here.
"""

import html
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

QUERY_CHARACTERS = 200
"""A query is used up to this many characters."""
QUERY_WORDS = 20
"""And up to this many words: 300 different words made one query template of a real node answer 500."""

# Characters that are not seen: soft hyphen, zero-width and bidirectional marks, variation selectors.
INVISIBLE = "\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufe00-\ufe0f\ufeff"
_INVISIBLE = re.compile(f"[{INVISIBLE}]+")
CONTROL = "\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff"
_CONTROL = re.compile(f"[{CONTROL}]")
_UNWANTED = re.compile(f"[{CONTROL}{INVISIBLE}]")
SPELT_OUT = {"…": "...", "\u00a0": " "}
"""Characters of many texts that are no NFKC: what it makes of them, whatever stands beside them."""
# NFKC would glue a footnote or a square to its word ("Beratung²", "m²"); the server's tokenizer breaks there.
_SUPERSCRIPT = re.compile("([⁰¹²³⁴-⁹]+)")
_DOTTED_I = re.compile("(?<=[iİ])\u0307")
_MARK = "".join(f"\\u{n:04x}" for n in range(0x300, 0x10000) if unicodedata.category(chr(n)) in {"Mn", "Mc", "Me"})
# One character that is seen with all that hangs on it (marks, Hangul vowels and finals, invisible characters).
_CLUSTER = re.compile(f"[^{_MARK}]?[{_MARK}{INVISIBLE}\u1160-\u11ff\uff9e\uff9f]*", re.DOTALL)
_RUN = re.compile(r"\s+|\S+")

# "Lehrer:innen", "Lehrer*in", "Lehrer/-innen": the mark between a word of three letters or more and its feminine ending.
# (The mark comes first in the pattern, so that the search can jump from mark to mark.)
_MARKED = {mark: (f"{mark}in", f"{mark}-in") for mark in "*:_·/"}  # a quick look before the exact one
GENDER_MARK = re.compile(r"[*:_·/](?<=[^\W\d_]{3}.)-?(?=in(?:nen)?\b)")

_BLOCKS = """
address article aside blockquote br dd details div dl dt fieldset figcaption figure footer form h1 h2 h3 h4 h5 h6 header
hr li main nav ol option p pre section summary table tbody td tfoot th thead tr ul
"""
_BLOCK = frozenset(_BLOCKS.split())
# What is never closed hides the rest, as in a browser; so no text makes these patterns slow.
_HIDDEN = re.compile(
    r"<!--.*?(?:-->|\Z)|<(script|style|template)\b[^<>]*>.*?(?:</\1\s*>|\Z)", re.DOTALL | re.IGNORECASE
)
_TAG = re.compile(
    r"""</?([a-zA-Z][a-zA-Z0-9]*)(?:[^<>"']++|"[^"]*+"|'[^']*+')*+>|</?([a-zA-Z][a-zA-Z0-9]*)[^<>]*>|<[!?][^<>]*>"""
)
_SPACES = re.compile(r"[^\S\n ][^\S\n]*| [^\S\n]+")  # all but single blanks: replacing each of them takes its time
_LINES = re.compile(r"\n[\n ]+")


def _composed(text: str) -> str:
    if unicodedata.is_normalized("NFKC", text):
        return text
    for char, spelt_out in SPELT_OUT.items():  # many texts have no other, and need no more
        text = text.replace(char, spelt_out)
    if unicodedata.is_normalized("NFKC", text):
        return text
    return "".join(
        piece if number % 2 else unicodedata.normalize("NFKC", piece)
        for number, piece in enumerate(_SUPERSCRIPT.split(text))
    )


def clean(text: str) -> str:
    """NFKC without soft hyphens, zero-width characters and control characters; cleaning twice changes nothing.

    Superscript digits stay as they are, control characters and lone surrogates become spaces (neither a database nor an
    engine takes them), and the dot above that lower-casing a Turkish İ leaves behind is removed.
    """
    if text.isascii() and text.isprintable():
        return text
    if _UNWANTED.search(text):
        text = _CONTROL.sub(" ", _INVISIBLE.sub("", text))
    text = _composed(text)
    while "\u0307" in text and _DOTTED_I.search(text):
        text = _composed(_DOTTED_I.sub("", text))
    return text


def fold_gender(text: str) -> str:
    """Clean text with gender forms written out: ``Lehrer:innen`` becomes ``Lehrerinnen``, as the server's char filter does."""
    return without_marks(clean(text))


def without_marks(text: str) -> str:
    """`fold_gender` of text that is clean already."""
    for mark, marked in _MARKED.items():
        if mark in text and any(map(text.__contains__, marked)):
            return GENDER_MARK.sub("", text)
    return text


@dataclass(frozen=True, slots=True)
class Aligned:
    """Text as the analysis reads it, and where each of its characters stands in the text it was made from."""

    text: str
    starts: Sequence[int]  # starts[i], ends[i]: the slice of the original that became text[i]
    ends: Sequence[int]

    def original(self, start: int, end: int) -> tuple[int, int]:
        """The slice of the original text for ``text[start:end]`` (not empty)."""
        return self.starts[start], self.ends[end - 1]


def align(text: str) -> Aligned:
    """``fold_gender(text)`` with the way back to the original text, for marking words in it."""
    cleaned = clean(text)
    folded = without_marks(cleaned)
    if folded == text:
        return Aligned(text, range(len(text)), range(1, len(text) + 1))
    starts, ends = _places(text, cleaned)
    for mark in reversed(list(GENDER_MARK.finditer(cleaned))):
        del starts[mark.start() : mark.end()], ends[mark.start() : mark.end()]
    return Aligned(folded, starts, ends)


def _places(text: str, cleaned: str) -> tuple[list[int], list[int]]:
    """Start and end in ``text`` of each character of ``cleaned``: words that cleaning leaves alone as they are, the others
    cluster by cluster, or, where that fails, word by word."""
    if text == cleaned:
        return list(range(len(text))), list(range(1, len(text) + 1))
    for piece in (_CLUSTER, _RUN):
        starts: list[int] = []
        ends: list[int] = []
        made: list[str] = []
        for run in _RUN.finditer(text):
            seen = clean(run[0])
            if seen == run[0]:
                made.append(seen)
                starts.extend(range(*run.span()))
                ends.extend(range(run.start() + 1, run.end() + 1))
                continue
            for match in piece.finditer(text, *run.span()):
                seen = clean(match[0])
                made.append(seen)
                starts.extend([match.start()] * len(seen))
                ends.extend([match.start() + len(match[0].rstrip(_TRAILING))] * len(seen))
        if "".join(made) == cleaned:
            return starts, ends
    return [0] * len(cleaned), [len(text)] * len(cleaned)


_TRAILING = "".join(chr(n) for n in range(0x10000) if _INVISIBLE.match(chr(n)))


def plain_text(markup: str) -> str:
    """The text of sanitised HTML: blocks become lines, entities characters, runs of spaces one space.

    >>> plain_text("<p>Montags&nbsp;ab <strong>9</strong> Uhr</p><ul><li>Kaffee<li>Tee</ul>")
    'Montags ab 9 Uhr\\nKaffee\\nTee'
    """
    if "<" in markup:
        markup = _HIDDEN.sub(" ", markup)
        markup = _TAG.sub(_boundary, _single_spaced(markup.replace("\n", " ")))
    text = _single_spaced(html.unescape(markup)).replace(" \n", "\n")
    return _LINES.sub("\n", text).strip()


def _single_spaced(text: str) -> str:
    if "  " not in text and text.replace("\n", "").isprintable():
        return text  # most texts, in a tenth of the time
    return _SPACES.sub(" ", text)


def _boundary(tag: re.Match[str]) -> str:
    name = tag[1] or tag[2]
    return "\n" if name and name.lower() in _BLOCK else ""


@dataclass(frozen=True, slots=True)
class Query:
    """What somebody typed, as it is searched."""

    text: str  # cleaned, single spaces
    cut: bool  # something was left out: the page says so


def cut_query(text: str) -> Query:
    """The query in clean letters, at most ``QUERY_CHARACTERS`` long (whole words where possible) and ``QUERY_WORDS`` words."""
    whole = " ".join(clean(text).split())
    used = whole
    if len(used) > QUERY_CHARACTERS:
        head = used[: QUERY_CHARACTERS + 1]
        used = head.rpartition(" ")[0] or head[:QUERY_CHARACTERS]
    words = used.split()
    used = " ".join(words[:QUERY_WORDS])
    return Query(used, used != whole)
