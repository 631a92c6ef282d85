"""Why a hit is there beyond the words marked in it: terms of its vocabularies that the query names in some language, and
towns. "alman dili kursu" finds a course whose text is German through the everyday words of its topic.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from service.search.plan import Plan
from service.search.wordbook import Wordbook

MOST_TERMS = 2
"""Terms named for one hit."""


@dataclass(frozen=True, slots=True)
class Reason:
    """A term of the hit that answers the query; pages show its label in their language."""

    kind: Literal["label", "town"]
    vocabulary: str
    slug: str


class Reasons:
    """The reasons of all hits of one plan."""

    def __init__(self, plan: Plan, book: Wordbook) -> None:
        self._towns = plan.towns
        self._vocabularies = book.vocabularies
        self._answered: dict[tuple[str, str], int] = {}
        typed = [({*word.stems, *(near.stem for near in word.spellings)}, word.foreign) for word in plan.words]
        for key, (stems, foreign) in book.term_tokens.items() if typed else ():
            answered = sum(not (stems.isdisjoint(known) and foreign.isdisjoint(spoken)) for known, spoken in typed)
            if answered:
                self._answered[key] = answered

    def of(self, data: Mapping[str, Any]) -> list[Reason]:
        """The reasons of a hit, from its display data: the terms that answer most words, then the towns."""
        own = [("topics", slug) for slug in self._vocabularies.with_ancestors("topics", data["topics"])]
        own += [("kinds", data["kind"]), *(("audiences", slug) for slug in data["audiences"])]
        best = max((self._answered.get(key, 0) for key in own), default=0)
        terms = [key for key in own if best and self._answered.get(key) == best][:MOST_TERMS]
        reasons = [Reason("label", vocabulary, slug) for vocabulary, slug in terms]
        return reasons + [Reason("town", "towns", slug) for slug in self._towns if slug in data["towns"]]
