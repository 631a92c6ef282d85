"""Why a hit is there beyond the words marked in it: terms of its vocabularies that the query names in some language, words
searched in place of those typed (near spellings, synonyms, translations), towns, days. "alman dili kursu" finds a course whose
text is German through the everyday words of its topic.

No hit is without a reason: where neither a mark nor a term shows one, the provider's name or the rest of the offer's text
was it, and the page says so.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from service.search.display import weekdays
from service.search.marks import Marker, read, texts
from service.search.plan import Plan, Synonym
from service.search.wordbook import Seen, Wordbook

MOST_TERMS = 2
"""Terms named for one hit, and words of one kind."""
Lines = Sequence[tuple[str, Sequence[Seen]]]
"""Texts and their words."""
Kind = Literal["label", "town", "day", "spelling", "synonym", "translation", "provider", "text"]


@dataclass(frozen=True, slots=True)
class Reason:
    """A term of the hit that answers the query (pages show its label in their language), or a German word of it: `text`,
    searched in place of what the query says: `source`."""

    kind: Kind
    vocabulary: str = ""
    slug: str = ""
    text: str = ""
    source: str = ""


class Reasons:
    """The reasons of all hits of one plan."""

    def __init__(self, plan: Plan, book: Wordbook) -> None:
        self._plan, self._book, self._marker = plan, book, Marker(plan, book)
        self._vocabularies = book.vocabularies
        self._answered: dict[tuple[str, str], int] = {}
        self._similar = [
            (
                synonym,
                {f"s:{stem}" for stem in synonym.stems},
                set(synonym.parts or synonym.stems) if len(synonym.stems) == 1 else set(),
                {f"s:{stem}" for stem in book.analysis.std(synonym.source)},
            )
            for synonym in (*plan.synonyms, *plan.negations)
        ]
        self._instead = bool(self._similar) or any(word.spellings or word.source for word in plan.words)
        typed: list[tuple[set[str], Sequence[str]]] = [
            ({*word.stems, *(s.stem for s in word.spellings), *(f.stem for f in word.forms)}, word.foreign)
            for word in plan.words
        ]
        single: dict[str, set[str]] = {}
        for synonym in plan.synonyms:
            if len(synonym.stems) == 1:
                single.setdefault(synonym.source, set()).update(synonym.stems)
        typed += [(stems, ()) for stems in single.values()]
        for key, (stems, foreign) in book.term_tokens.items() if typed else ():
            answered = sum(not (stems.isdisjoint(known) and foreign.isdisjoint(spoken)) for known, spoken in typed)
            if answered:
                self._answered[key] = answered

    def of(self, data: Mapping[str, Any]) -> list[Reason]:
        """The reasons of a hit, from its display data: words searched in place of others, the terms that answer most
        words, the towns and days."""
        own = [("topics", slug) for slug in self._vocabularies.with_ancestors("topics", data["topics"])]
        own += [("kinds", data["kind"]), *(("audiences", slug) for slug in data["audiences"])]
        best = max((self._answered.get(key, 0) for key in own), default=0)
        terms = [key for key in own if best and self._answered.get(key) == best][:MOST_TERMS]
        reasons = self._words(data, bool(terms)) if self._instead else []
        reasons += [Reason("label", vocabulary, slug) for vocabulary, slug in terms]
        if self._plan.words and not reasons and not any(self._marker.places(text) for text in texts(data)):
            reasons.append(self._elsewhere(data))
        reasons += [Reason("town", "towns", slug) for slug in self._plan.towns if slug in data["towns"]]
        days = weekdays(data["times"]) if self._plan.weekdays else ()
        return reasons + [Reason("day", "weekdays", slug) for slug in self._plan.weekdays if slug in days]

    def _words(self, data: Mapping[str, Any], named: bool) -> list[Reason]:
        """The words of the hit that were searched in place of others; translations only where no term says them."""
        lines = [(text, read(text, self._book)) for text in texts(data)]
        keys = frozenset(key for _, line in lines for seen in line for key in seen.forms.keys)
        inner = frozenset(stem for _, line in lines for seen in line for stem in seen.forms.part_stems)
        spellings = [
            Reason("spelling", text=found, source=word.text)
            for word in self._plan.words
            if word.spellings and (found := _first({f"e:{near.token}" for near in word.spellings}, lines))
        ]
        synonyms = {
            found: Reason("synonym", text=found, source=synonym.source)
            for synonym, stems, parts, typed in self._similar
            if (stems <= keys or (parts and parts <= inner))
            and typed.isdisjoint(keys)
            and (found := _phrase(synonym, lines))
        }
        spoken = [
            Reason("translation", text=word.text, source=word.source)
            for word in self._plan.words
            if word.source and not named and any(f"s:{stem}" in keys for stem in word.stems)
        ]
        near = {reason.text for reason in spellings}
        others = [reason for text, reason in synonyms.items() if text not in near]
        return [*spellings[:MOST_TERMS], *others[:MOST_TERMS], *spoken[:MOST_TERMS]]

    def _elsewhere(self, data: Mapping[str, Any]) -> Reason:
        name = data["provider"]["name"] if data["provider"] else ""
        return Reason("provider", text=name) if name and self._marker.places(name) else Reason("text")


def _first(tokens: set[str], lines: Lines) -> str:
    """The first word with one of the tokens, as it is written; "" where there is none."""
    for text, line in lines:
        for seen in line:
            if not tokens.isdisjoint(seen.forms.keys):
                return text[seen.start : seen.end]
    return ""


def _phrase(synonym: Synonym, lines: Lines) -> str:
    """The words of a synonym where they stand together, or the compound that holds them, as it is written; else ""."""
    wanted = [f"s:{stem}" for stem in synonym.stems]
    parts = set(synonym.parts or synonym.stems) if len(wanted) == 1 else set()
    for text, line in lines:
        for start in range(len(line) - len(wanted) + 1):
            words = line[start : start + len(wanted)]
            together = all(key in seen.forms.keys for key, seen in zip(wanted, words, strict=True))
            if together or (parts and parts <= words[0].forms.part_stems):
                return text[words[0].start : words[-1].end]
    return ""
