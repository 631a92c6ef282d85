"""Vocabularies: closed lists of terms with labels and everyday words in every interface language.

They are data (`seed/vocab/*.csv`, loaded into the store); this module only knows their shape. A `Vocabularies` object is
immutable: processes keep one and replace it when the store's vocabulary version changes.
"""

import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from io import StringIO
from math import asin, cos, radians, sin, sqrt
from pathlib import Path

from service.errors import BadSetting

NAMES = (
    "towns", "topics", "kinds", "audiences", "languages", "levels",
    "costs", "modes", "access", "weekdays", "features", "postcodes",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Term:
    """One entry of a vocabulary. `labels` and `words` are keyed by language code; `extra` holds further columns."""

    slug: str
    labels: Mapping[str, str]
    words: Mapping[str, tuple[str, ...]]
    parent: str = ""
    extra: Mapping[str, str] = field(default_factory=dict)

    def label(self, language: str = "de") -> str:
        """The label in that language, in German where there is none."""
        return self.labels.get(language) or self.labels.get("de") or self.slug

    def every_word(self, language: str) -> tuple[str, ...]:
        """Label and everyday words in one language, for the index and for suggestions."""
        label = self.labels.get(language)
        return ((label,) if label else ()) + self.words.get(language, ())

    def many(self, column: str) -> tuple[str, ...]:
        """An extra column with several values, such as postcodes."""
        return tuple(part for part in self.extra.get(column, "").split("|") if part)


@dataclass(frozen=True)
class Vocabularies:
    """All vocabularies by name; `vocabularies["topics"]["deutschkurse"].label("en")`."""

    lists: Mapping[str, Mapping[str, Term]]
    version: int = 0

    def __getitem__(self, name: str) -> Mapping[str, Term]:
        return self.lists[name]

    def label(self, name: str, slug: str, language: str = "de") -> str:
        """The term's label; the slug itself where the term is unknown (it was removed meanwhile)."""
        term = self.lists[name].get(slug)
        return term.label(language) if term else slug

    def with_ancestors(self, name: str, slugs: list[str]) -> list[str]:
        """The slugs and their parents, each once, in order."""
        found: dict[str, None] = {}
        for slug in slugs:
            found[slug] = None
            term = self.lists[name].get(slug)
            if term and term.parent:
                found[term.parent] = None
        return list(found)

    def children(self, name: str, parent: str) -> list[Term]:
        """The terms below a parent ("" = top level), in display order."""
        return [term for term in self.lists[name].values() if term.parent == parent]

    @cached_property
    def town_of_postcode(self) -> Mapping[str, str]:
        """Postcode → town slug."""
        return {code: term.extra.get("town", "") for code, term in self.lists["postcodes"].items()}

    def postcodes_within(self, postcode: str, kilometres: float) -> list[str]:
        """The postcodes of the county whose centre lies within that distance of the given one's centre."""
        here = _point(self.lists["postcodes"][postcode])
        return [code for code, term in self.lists["postcodes"].items() if _kilometres(here, _point(term)) <= kilometres]


def _point(term: Term) -> tuple[float, float]:
    return float(term.extra["lat"]), float(term.extra["lon"])


def _kilometres(a: tuple[float, float], b: tuple[float, float]) -> float:
    """Great-circle distance (haversine, mean earth radius)."""
    lat_a, lat_b, lon = radians(a[0]), radians(b[0]), radians(b[1] - a[1])
    h = sin((lat_b - lat_a) / 2) ** 2 + cos(lat_a) * cos(lat_b) * sin(lon / 2) ** 2
    return 2 * 6371.0 * asin(sqrt(h))


def read_folder(folder: Path) -> dict[str, list[Term]]:
    """The vocabularies of a county folder. Raises `BadSetting` naming file and line."""
    return {name: list(_read(folder / "vocab" / f"{name}.csv")) for name in NAMES}


def _read(path: Path) -> Iterator[Term]:
    if not path.is_file():
        raise BadSetting(f"ANGEBOTE_COUNTY: In {path.parent} fehlt die Datei {path.name}.")
    seen: set[str] = set()
    try:
        rows = list(csv.DictReader(StringIO(path.read_text(encoding="utf-8"), newline="")))
    except (UnicodeDecodeError, csv.Error) as error:
        raise BadSetting(f"{path.name}: Das ist keine CSV-Datei in UTF-8 ({error}).") from None
    if not rows:
        raise BadSetting(f"{path.name}: Die Datei enthält keine Einträge.")
    for number, row in enumerate(rows, 2):
        term = _term(row, "postcode" if path.stem == "postcodes" else "slug")
        if not term.slug or term.slug in seen or (term.parent and term.parent not in seen):
            raise BadSetting(
                f"{path.name}, Zeile {number}: „{term.slug}“ ist leer, doppelt oder steht vor „{term.parent}“."
            )
        seen.add(term.slug)
        yield term


def _term(row: dict[str, str], key: str) -> Term:
    labels, words, extra = {}, {}, {}
    for column, value in row.items():
        kind, _, language = (column or "").partition("_")
        if not value:
            continue
        if kind == "label":
            labels[language] = value
        elif kind == "words":
            words[language] = tuple(word.strip() for word in value.split("|") if word.strip())
        elif column not in {key, "parent"}:
            extra[column] = value
    return Term(slug=row.get(key) or "", labels=labels, words=words, parent=row.get("parent") or "", extra=extra)
