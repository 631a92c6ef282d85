"""What was searched in place of what was typed, so that a page can say it: near spellings, translations, synonyms."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from service.search.engine import Hit
from service.search.plan import Plan
from service.search.proposing import written
from service.search.wordbook import Wordbook


@dataclass(frozen=True, slots=True)
class Instead:
    """Words searched in place of, or beside, what the query says: `source`."""

    kind: Literal["spelling", "translation", "synonym"]
    source: str
    words: tuple[str, ...]


def understood(plan: Plan, hits: Iterable[Hit], book: Wordbook) -> Iterator[Instead]:
    """All of it, in the order of the query; of near spellings those that the hits hold."""
    shown = list(hits)
    for word in plan.words:
        near = dict.fromkeys(written(spelling.token, shown, book, ()) for spelling in word.spellings)
        near.pop("", None)
        if near:
            yield Instead("spelling", word.text, tuple(near))
    spoken: dict[str, list[str]] = {}
    for word in plan.words:
        if word.source:
            spoken.setdefault(word.source, []).append(word.text)
    for source, words in spoken.items():
        yield Instead("translation", source, tuple(words))
    similar: dict[str, dict[str, None]] = {}
    for synonym in plan.synonyms:
        tokens = book.analysis.exact(synonym.text)
        text = written(tokens[0], shown, book, ()) if len(tokens) == 1 else ""
        similar.setdefault(synonym.source, {})[text or synonym.text] = None
    for source, texts in similar.items():
        yield Instead("synonym", source, tuple(texts))
