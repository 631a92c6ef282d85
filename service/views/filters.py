"""The filter panel, the chosen filters as chips, and the same counts as JSON.

What never changes between searches (values, labels, their order) is prepared once for a vocabulary and a language; a
search only adds its counts and its selection. A page has some 150 values: this is most of what it costs to render.
"""

from dataclasses import dataclass
from typing import Any, NamedTuple

from flask_babel import gettext
from markupsafe import Markup, escape

from service.search.criteria import SearchCriteria
from service.search.facets import BY_NAME, FACETS, Facet
from service.search.service import Answer
from service.views import language
from service.views.addresses import search_url
from service.vocabulary import Vocabularies

Shown = dict[str, Any]
LONG = {"sprache", "zielgruppe"}
"""Facets whose most frequent values come first; the others keep the editors' order."""


class Option(NamedTuple):
    """A value in the panel. A tuple: templates unpack it, which costs a fraction of four look-ups by name."""

    field: Markup
    """Attributes `name` and `value` of its box."""
    label: Markup
    number: int
    selected: bool
    children: "tuple[Option, ...]"
    opened: bool
    """True where a value below is chosen."""


@dataclass(frozen=True, slots=True)
class Group:
    """One facet of the panel: the values that are listed at once, and those behind "weitere zeigen"."""

    name: str
    label: str
    kind: str
    front: list[Option]
    rest: list[Option]
    selected_count: int


class _Value(NamedTuple):
    value: str
    field: Markup
    label: Markup
    children: "tuple[_Value, ...]"


_prepared: dict[str, tuple[Vocabularies, dict[str, list[_Value]]]] = {}


def _values(vocabularies: Vocabularies) -> dict[str, list[_Value]]:
    """Facet → its values in the page's language, children below their parents; prepared once."""
    code = language.current()
    known = _prepared.get(code)
    if known is None or known[0] is not vocabularies:
        known = _prepared[code] = (vocabularies, {facet.name: _prepare(facet, vocabularies) for facet in FACETS})
    return known[1]


def _prepare(facet: Facet, vocabularies: Vocabularies) -> list[_Value]:
    code, terms = language.current(), facet.terms(vocabularies)
    attributes = Markup('name="{}" value="{}"')

    def below(parent: str) -> tuple[_Value, ...]:
        return tuple(
            _Value(value, attributes.format(facet.name, value), escape(term.label(code)), below(value) if value else ())
            for value, term in terms.items()
            if term.parent == parent
        )

    return list(below(""))


def panel(answer: Answer) -> list[Group]:
    """The filters of a page: closed lists whole, topics in two levels, the switches in one group at the end."""
    prepared = _values(answer.vocabularies)
    groups = [_group(facet, prepared[facet.name], answer) for facet in FACETS if not facet.switch]
    switches = [option for facet in FACETS if facet.switch for option in _options(facet, prepared[facet.name], answer)]
    chosen = sum(1 for option in switches if option.selected)
    return [*groups, Group("merkmale", gettext("Besondere Merkmale"), "switches", switches, [], chosen)]


def _group(facet: Facet, values: list[_Value], answer: Answer) -> Group:
    options = _options(facet, values, answer)
    if facet.name in LONG:
        options.sort(key=lambda option: (not option.selected, -option.number))
    front, rest = options[: facet.shown], options[facet.shown :]
    if rest:
        front += [option for option in rest if option.selected or option.opened]
        rest = [option for option in rest if not (option.selected or option.opened)]
    chosen = len(answer.criteria.selected.get(facet.name, ()))
    return Group(
        facet.name, gettext(facet.label), "tree" if facet.vocabulary == "topics" else "list", front, rest, chosen
    )


def _options(facet: Facet, values: "list[_Value] | tuple[_Value, ...]", answer: Answer) -> list[Option]:
    counts = answer.found.counts.get(facet.field, {})
    chosen = answer.criteria.selected.get(facet.name, ())
    found = []
    for value, field, label, below in values:
        children = tuple(_options(facet, below, answer)) if below else ()
        opened = bool(chosen) and any(child.selected for child in children)
        found.append(Option(field, label, counts.get(value, 0), value in chosen, children, opened))
    return found


def as_json(answer: Answer) -> dict[str, list[Shown]]:
    """The facets of `/angebote.json`: flat lists of value, label, count, selected, in the editors' order."""
    code, found = language.current(), {}
    for facet in FACETS:
        counts, chosen = answer.found.counts.get(facet.field, {}), answer.criteria.selected.get(facet.name, ())
        found[facet.name] = [
            {"value": value, "label": term.label(code), "count": counts.get(value, 0), "selected": value in chosen}
            for value, term in facet.terms(answer.vocabularies).items()
        ]
    return found


def chips(answer: Answer) -> list[Shown]:
    """What is chosen, each with the address that takes it away."""
    criteria, code = answer.criteria, language.current()
    found = [
        {
            "label": BY_NAME[name].terms(answer.vocabularies)[value].label(code),
            "facet_label": gettext(BY_NAME[name].label),
            "remove_url": search_url(criteria.toggling(name, value)),
        }
        for name, values in criteria.selected.items()
        for value in values
    ]
    if criteria.postcode:
        label = gettext("%(km)d km um %(plz)s", km=criteria.radius, plz=criteria.postcode)
        found.append({"label": label, "facet_label": gettext("Umkreis"), "remove_url": search_url(criteria.anywhere())})
    return found


def costs(answer: Answer) -> list[Shown]:
    """For an empty page: how many offers there are without each filter, where there are any."""
    found = []
    for facet in FACETS:
        without = answer.found.without.get(facet.field, 0)
        if facet.name in answer.criteria.selected and without:
            url = search_url(answer.criteria.choosing(facet.name, ()))
            found.append({"label": gettext(facet.label), "count": without, "url": url})
    return found


def hidden(criteria: SearchCriteria) -> list[tuple[str, str]]:
    """Parameters that a form must carry because no field of the panel does."""
    return [("sortierung", criteria.sort)] if criteria.sort else []
