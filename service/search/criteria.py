"""What is asked: one value object that parses the address once and builds every link from it.

`parse` reads the pairs of a query string and raises `InvalidSearch` (400) with a German reason; unknown parameters are
ignored. `pairs` writes the canonical address back: the same search always has the same address.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from service.errors import InvalidSearch
from service.messages import message
from service.search.facets import BY_NAME, FACETS
from service.vocabulary import Vocabularies

PAGE_SIZE = 20
MAX_PAGE = 500
"""10,000 hits: the engines' window for numbered pages."""
QUERY_USED, QUERY_LIMIT = 200, 1000
"""Characters of `q` that are used; characters above which the request is refused."""
RADIUS_DEFAULT, RADIUS_LIMIT = 5, 50
"""Kilometres of `umkreis` where only `plz` is given; the most that is allowed."""
SORTS = {
    "relevanz": message("Beste Treffer zuerst"),
    "bestaetigt": message("Zuletzt bestätigt zuerst"),
    "beginn": message("Bald beginnende zuerst"),
    "neu": message("Zuletzt geändert zuerst"),
    "titel": message("Titel von A bis Z"),
}
"""Orders and their German message ids."""
MOST_VALUES = 60
"""Values one search may choose; more come from no form of ours."""
UNSEEN = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff\u200e\u200f\u202a-\u202e\u2066-\u2069]+")


@dataclass(frozen=True, slots=True)
class SearchCriteria:
    """A search. `selected` maps facet names to chosen values, in the order of `FACETS`; empty ones are left out."""

    q: str = ""
    selected: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    postcode: str = ""
    radius: int = 0
    sort: str = ""
    page: int = 1
    cut: bool = False
    """True where `q` was longer than what is used."""

    @property
    def order(self) -> str:
        """The order in force: the chosen one, else best hits for a query, else the most recently confirmed."""
        return self.sort or ("relevanz" if self.q else "bestaetigt")

    @property
    def filtered(self) -> bool:
        """True where anything but words narrows the search."""
        return bool(self.selected or self.postcode)

    @property
    def offset(self) -> int:
        """Hits before the first one of this page."""
        return (self.page - 1) * PAGE_SIZE

    def pairs(self) -> list[tuple[str, str]]:
        """The address' parameters, in a fixed order; defaults are left out."""
        found = [("q", self.q)] if self.q else []
        found += [(name, value) for name, values in self.selected.items() for value in values]
        if self.postcode:
            found += [("plz", self.postcode), ("umkreis", str(self.radius))]
        if self.sort:
            found.append(("sortierung", self.sort))
        if self.page > 1:
            found.append(("seite", str(self.page)))
        return found

    def choosing(self, facet: str, values: Iterable[str]) -> "SearchCriteria":
        """The same search with exactly these values in one facet, from its first page."""
        chosen = {**self.selected, facet: tuple(dict.fromkeys(values))}
        ordered = {f.name: chosen[f.name] for f in FACETS if chosen.get(f.name)}
        return replace(self, selected=ordered, page=1)

    def toggling(self, facet: str, value: str) -> "SearchCriteria":
        """The same search with one value chosen, or no longer chosen."""
        now = self.selected.get(facet, ())
        return self.choosing(facet, [v for v in now if v != value] if value in now else [*now, value])

    def unfiltered(self) -> "SearchCriteria":
        """The same words without any filter."""
        return replace(self, selected={}, postcode="", radius=0, page=1)

    def anywhere(self) -> "SearchCriteria":
        """The same search without the radius."""
        return replace(self, postcode="", radius=0, page=1)

    def at_page(self, page: int) -> "SearchCriteria":
        """Another page of the same search."""
        return replace(self, page=page)

    def sorted_by(self, sort: str) -> "SearchCriteria":
        """The same search in another order."""
        return replace(self, sort=sort, page=1)


def parse(pairs: Iterable[tuple[str, str]], vocabularies: Vocabularies) -> SearchCriteria:
    """The criteria of an address. Raises `InvalidSearch`; empty values count as not given, the first of a repeated
    single parameter counts."""
    chosen: dict[str, dict[str, None]] = {}
    single: dict[str, str] = {}
    for name, raw in pairs:
        value = UNSEEN.sub(" ", raw).strip()
        if not value:
            continue
        if name in BY_NAME:
            chosen.setdefault(name, {})[_known(name, value, vocabularies)] = None
        else:
            single.setdefault(name, value)
    if sum(map(len, chosen.values())) > MOST_VALUES:
        raise InvalidSearch(message("Mehr als %(limit)d Filter auf einmal sind nicht möglich."), limit=MOST_VALUES)
    query = single.get("q", "")
    if len(query) > QUERY_LIMIT:
        raise InvalidSearch(
            message("Der Suchtext ist zu lang: höchstens %(limit)d Zeichen, besser wenige Wörter."), limit=QUERY_LIMIT
        )
    postcode, radius = _around(single, vocabularies)
    sort = single.get("sortierung", "")
    if sort and sort not in SORTS:
        raise InvalidSearch(
            message("Diese Sortierung gibt es nicht. Möglich sind: %(orders)s."), orders=", ".join(SORTS)
        )
    return SearchCriteria(
        q=" ".join(query[:QUERY_USED].split()),
        selected={facet.name: tuple(chosen[facet.name]) for facet in FACETS if facet.name in chosen},
        postcode=postcode,
        radius=radius,
        sort=sort,
        page=_whole("seite", single.get("seite", "1"), 1, MAX_PAGE),
        cut=len(query) > QUERY_USED,
    )


def _known(name: str, value: str, vocabularies: Vocabularies) -> str:
    facet = BY_NAME[name]
    if value not in facet.terms(vocabularies):
        raise InvalidSearch(
            message("Den Filterwert „%(value)s“ für „%(filter)s“ gibt es nicht."), value=value[:40], filter=facet.name
        )
    return value


def _around(single: Mapping[str, str], vocabularies: Vocabularies) -> tuple[str, int]:
    postcode = single.get("plz", "")
    if not postcode:
        return "", 0
    if postcode not in vocabularies["postcodes"]:
        raise InvalidSearch(
            message("Die Postleitzahl „%(postcode)s“ liegt nicht im Kreis. Bitte eine fünfstellige Zahl prüfen."),
            postcode=postcode[:10],
        )
    return postcode, _whole("umkreis", single.get("umkreis", str(RADIUS_DEFAULT)), 0, RADIUS_LIMIT)


def _whole(name: str, value: str, low: int, high: int) -> int:
    if not re.fullmatch(r"[0-9]{1,9}", value) or not low <= int(value) <= high:
        raise InvalidSearch(
            message("„%(name)s“ muss eine Zahl von %(low)d bis %(high)d sein."), name=name, low=low, high=high
        )
    return int(value)
