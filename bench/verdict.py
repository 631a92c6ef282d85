"""What an evaluation says: tables on the terminal, and a page with the worst answers explained."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import jinja2
from markupsafe import Markup
from rich.console import Console
from rich.table import Column, Table

from service.relevance.baseline import Baseline
from service.relevance.comparing import Shift, losers, number, told
from service.relevance.evaluation import Effect, Evaluation, Parity

TOGETHER = "insgesamt"
NAMED = 5
SMALLEST = 0.0005
"""Differences that are shown."""
Rows = list[list[str]]


def tell(console: Console, evaluation: Evaluation, kept: Baseline | None) -> bool:
    """Prints all tables. Returns True where an engine is worse than its kept scores."""
    worse = []
    for title, rows in tables(evaluation, kept):
        table = Table(
            *(
                Column(name, justify="right" if place else "left", no_wrap=not place)
                for place, name in enumerate(rows[0])
            )
        )
        table.title, table.title_justify = title, "left"
        for row in rows[1:]:
            table.add_row(*row)
        console.print(table)
    for note in notes(evaluation, kept):
        console.print(note, style="dim", highlight=False)
    for engine in evaluation.outcomes:
        if fallen := told(evaluation.against(engine, kept)):
            pairs = kept.pairs(engine, evaluation.outcomes[engine]) if kept else []
            lost = ", ".join(f"„{pair.query}“" for pair in losers(pairs, NAMED))
            worse.append(f"{engine}: schlechter als der Vergleichsstand: {fallen}. Am meisten verlieren {lost}.")
    for line in worse:
        console.print(line, style="red", highlight=False, soft_wrap=True)
    return bool(worse)


def tables(evaluation: Evaluation, kept: Baseline | None, *, wide: bool = False) -> list[tuple[str, Rows]]:
    """All tables: heading, and rows with the names of the columns first. `wide`: variants in every slice."""
    first, *others = evaluation.outcomes
    found = [(engine, _figures(evaluation, engine, evaluation.against(engine, kept))) for engine in evaluation.outcomes]
    found += [(f"{first} und {other}", _parity(evaluation.parity(first, other))) for other in others]
    for engine, variants in evaluation.variants.items():
        if variants:
            effects = evaluation.effects(engine)
            found.append((f"{engine}: Varianten", _effects(effects)))
            if wide:
                found.append((f"{engine}: Varianten je Bereich, Änderung in Hundertsteln", _by_slice(effects)))
    return found


def notes(evaluation: Evaluation, kept: Baseline | None) -> list[str]:
    """What explains the tables, and what was left out."""
    asked = evaluation.asked
    found = [
        "Güte: nDCG@10; wo nichts gefunden werden darf und bei Titeln: richtig oder nicht. In Klammern der 95-%-Bereich.",
        "R@3: Anteil der richtigen Angebote unter den ersten drei. MRR: Kehrwert des Platzes des ersten richtigen.",
        "leer: Anteil ohne irgendeinen Treffer. Stand: Änderung der Güte gegen den Vergleichsstand.",
    ]
    if asked.left_out:
        found.append(f"Nicht gestellt, weil Angebote fehlen oder nicht sichtbar sind: {len(asked.left_out)}.")
    for sources, text in ((asked.unknown, "gibt es hier nicht"), (asked.hidden, "ist heute nicht sichtbar")):
        if sources:
            named = ", ".join(map(str, sources[:NAMED])) + (" …" if len(sources) > NAMED else "")
            found.append(f"Bewertet, aber {text}: {len(sources)} ({named}).")
    if kept and kept.offers == evaluation.offers:
        found.append(f"Verglichen mit dem Stand vom {kept.made_on}.")
    elif kept:
        found.append(f"Kein Vergleich: der aufgehobene Stand gilt für andere Angebote ({kept.offers}).")
    return found


def _figures(evaluation: Evaluation, engine: str, moved: list[Shift]) -> Rows:
    shifts = {shift.slice: shift for shift in moved}
    rows = [["Bereich", "Anfragen", "Güte", "R@3", "MRR", "leer", "Stand"]]
    for name, figures in evaluation.figures(engine).items():
        shift = shifts.get(name)
        change = f"{signed(shift.after - shift.before)}{' !' if shift.too_much else ''}" if shift else "–"
        enclosed = f"{number(figures.score, 3)} ({number(figures.low)}–{number(figures.high)})"
        shares = [
            number(figures.recall, 3),
            number(figures.rank, 3),
            "–" if figures.zero is None else f"{figures.zero:.0%}",
        ]
        rows.append([name or TOGETHER, str(figures.queries), enclosed, *shares, change])
    return rows


def _parity(parity: Mapping[str, Parity]) -> Rows:
    rows = [["Bereich", "Anfragen", "gemeinsam unter 10", "Unterschied der Güte"]]
    for name, found in parity.items():
        rows.append([name or TOGETHER, str(found.queries), number(found.overlap, 3), signed(found.difference)])
    return rows


def _effects(effects: Mapping[str, Mapping[str, Effect]]) -> Rows:
    rows = [["Variante", "Güte", "Änderung", "95 %", "am stärksten in"]]
    for variant, found in effects.items():
        whole = found[""]
        moved = sorted((effect.difference, name) for name, effect in found.items() if name)
        strongest = [moved[0], moved[-1]] if abs(moved[-1][0]) < abs(moved[0][0]) else [moved[-1], moved[0]]
        told = [f"{name} {signed(value)}" for value, name in dict.fromkeys(strongest) if abs(value) >= SMALLEST]
        enclosed = f"{signed(whole.low)} bis {signed(whole.high)}"
        rows.append([variant, number(whole.score, 3), signed(whole.difference), enclosed, ", ".join(told)])
    return rows


def _by_slice(effects: Mapping[str, Mapping[str, Effect]]) -> Rows:
    rows = [["Bereich", *effects]]
    for name in next(iter(effects.values())):
        cells = [f"{100 * found[name].difference:+.1f}".replace(".", ",") for found in effects.values()]
        rows.append([name or TOGETHER, *cells])
    return rows


def signed(value: float) -> str:
    """A difference: "+0,012", and no sign where there is none."""
    return number(0.0, 3) if abs(value) < SMALLEST else f"{'+' if value > 0 else '−'}{number(abs(value), 3)}"


def page(evaluation: Evaluation, kept: Baseline | None, most: int) -> str:
    """The report as one HTML file that needs nothing else."""
    environment = jinja2.Environment(
        autoescape=True, loader=jinja2.FileSystemLoader(Path(__file__).parent), trim_blocks=True
    )
    environment.filters |= {"number": number, "safe_marks": Markup}
    worst: dict[str, list[dict[str, Any]]] = {
        engine: evaluation.explained(engine, evaluation.worst(engine, most)) for engine in evaluation.outcomes
    }
    return environment.get_template("verdict.html").render(
        tables=tables(evaluation, kept, wide=True), notes=notes(evaluation, kept), worst=worst
    )
