"""The filter panel, the chosen filters as chips, and the same counts as JSON.

A page has some 170 values, and of each only the count and the tick change between searches. So the template writes the
value once for a vocabulary and a language, with gaps, and a search fills the gaps: a tenth of the time of a template that
writes all of them every time.
"""

from collections.abc import Iterable
from typing import Any, NamedTuple

from flask import current_app
from flask_babel import gettext
from markupsafe import Markup

from service.search.criteria import SearchCriteria
from service.search.facets import BY_NAME, FACETS, Facet
from service.search.service import Answer
from service.views import language
from service.views.addresses import search_url
from service.vocabulary import Term, Vocabularies

Shown = dict[str, Any]
LONG = {"sprache", "zielgruppe"}
"""Facets whose most frequent values come first; the others keep the editors' order."""
GAP = "\x00"
"""Where the template leaves room; no label holds it."""
TEMPLATE = "macros/facets.html"
SWITCHES = "merkmale"
"""The group that gathers the yes-or-no facets."""
OPEN_UNASKED = 4
"""Facets that stand open without a choice in them."""


class Panel(NamedTuple):
    """The filters of a page, written: how many are chosen in all, and the facets one after the other. `counted`: values
    have numbers."""

    chosen: Markup
    groups: list[Markup]
    counted: bool


class _Value(NamedTuple):
    """A value as the template wrote it. Gaps of `row`: tick, count; of `branch`: row, open, rows below."""

    value: str
    row: list[str]
    branch: list[str]
    below: "tuple[_Value, ...]"


class _Filled(NamedTuple):
    """A value with the figures of a search."""

    html: str
    number: int | None
    """None where nothing was counted."""
    selected: bool
    """True also where a value below is chosen: it must be seen."""


class _Prepared(NamedTuple):
    """Values of each facet, and the pieces of a language around their gaps; `more` by facet and number of values."""

    vocabularies: Vocabularies
    values: dict[str, list[_Value]]
    groups: dict[str, list[str]]
    chosen: list[str]
    more: dict[tuple[str, int], list[str]]


_prepared: dict[str, _Prepared] = {}


def _written(vocabularies: Vocabularies) -> _Prepared:
    """Pieces and values of all facets in the page's language; written again when the vocabularies change."""
    code = language.current()
    known = _prepared.get(code)
    if known is None or known.vocabularies is not vocabularies:
        values = {facet.name: _write(facet, facet.terms(vocabularies), "") for facet in FACETS}
        groups = {name: str(_macros().group(label, GAP)).split(GAP) for name, label in _labels().items()}
        known = _Prepared(vocabularies, values, groups, str(_macros().chosen(GAP)).split(GAP), {})
        _prepared[code] = known
    return known


def _macros() -> Any:
    return current_app.jinja_env.get_template(TEMPLATE).module


def _labels() -> dict[str, str]:
    return {facet.name: gettext(facet.label) for facet in FACETS if not facet.switch} | {
        SWITCHES: gettext("Besondere Merkmale")
    }


def _write(facet: Facet, terms: dict[str, Term], parent: str) -> list[_Value]:
    """The values below a parent, and what is below them."""
    macros = _macros()
    code = language.current()
    found = []
    for value, term in terms.items():
        if term.parent == parent:
            label = term.label(code)
            row = str(macros.value(facet.name, value, label, GAP)).split(GAP)
            branch = str(macros.branch(label, GAP)).split(GAP)
            below = tuple(_write(facet, terms, value)) if not parent else ()
            found.append(_Value(value, row, branch, below))
    return found


def panel(answer: Answer) -> Panel:
    """The filters of a page: closed lists whole, topics in two levels, the switches in one group at the end."""
    written = _written(answer.vocabularies)
    groups: list[Markup] = []
    for facet in FACETS:
        if not facet.switch:
            values = _fill(facet, written.values[facet.name], answer)
            if facet.name in LONG:
                values.sort(key=lambda value: (not value.selected, -(value.number or 0)))
            opened = len(groups) < OPEN_UNASKED
            groups.append(
                _group(
                    facet.name, values, facet.shown, len(answer.criteria.selected.get(facet.name, ())), opened, written
                )
            )
    switches = [value for facet in FACETS if facet.switch for value in _fill(facet, written.values[facet.name], answer)]
    groups.append(_group(SWITCHES, switches, len(switches), sum(value.selected for value in switches), False, written))
    chosen = _badge(sum(map(len, answer.criteria.selected.values())), written)
    return Panel(Markup(chosen), groups, answer.counted)  # noqa: S704  a number


def _group(name: str, values: list[_Filled], shown: int, chosen: int, opened: bool, written: _Prepared) -> Markup:
    front, rest = values[:shown], values[shown:]
    if rest:
        front += [value for value in rest if value.selected]
        rest = [value for value in rest if not value.selected]
    pieces = written.groups[name]
    state = " open" if opened or chosen else ""
    html = f"{pieces[0]}{state}{pieces[1]}{_badge(chosen, written)}{pieces[2]}{_joined(front)}{pieces[3]}"
    return Markup(f"{html}{_more(name, rest, written)}{pieces[4]}")  # noqa: S704  the template escaped labels


def _more(name: str, rest: list[_Filled], written: _Prepared) -> str:
    if not rest:
        return ""
    key = (name, len(rest))
    if key not in written.more:
        written.more[key] = str(_macros().more(_labels()[name], len(rest), GAP)).split(GAP)
    before, after = written.more[key]
    return f"{before}{_joined(rest)}{after}"


def _badge(chosen: int, written: _Prepared) -> str:
    return str(chosen).join(written.chosen) if chosen else ""


def _fill(facet: Facet, values: Iterable[_Value], answer: Answer) -> list[_Filled]:
    counts = answer.found.counts.get(facet.field, {})
    chosen = answer.criteria.selected.get(facet.name, ())
    found = []
    for value, row, branch, below in values:
        count, selected = counts.get(value, 0) if answer.counted else None, value in chosen
        state = " checked" if selected else " disabled" if count == 0 else ""
        html = f"{row[0]}{state}{row[1]}{'' if count is None else count}{row[2]}"
        if below:
            rows = _fill(facet, below, answer)
            opened = any(child.selected for child in rows)
            selected = selected or opened
            html = f"{branch[0]}{html}{branch[1]}{' open' if opened else ''}{branch[2]}{_joined(rows)}{branch[3]}"
        found.append(_Filled(html, count, selected))
    return found


def _joined(values: Iterable[_Filled]) -> str:
    return "".join([f"<li>{value.html}</li>\n" for value in values])


def as_json(answer: Answer) -> dict[str, list[Shown]]:
    """The facets of `/angebote.json`: flat lists of value, label, count, selected, in the editors' order. A count is None
    where nothing was counted."""
    code, found = language.current(), {}
    for facet in FACETS:
        counts, chosen = answer.found.counts.get(facet.field, {}), answer.criteria.selected.get(facet.name, ())
        found[facet.name] = [
            {
                "value": value,
                "label": term.label(code),
                "count": counts.get(value, 0) if answer.counted else None,
                "selected": value in chosen,
            }
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
