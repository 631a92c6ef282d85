"""`angebote evaluate`: how good the search is on the judged queries. Asks what is installed, or the demo in a store of its own.

It lives here and not among the service's commands because the demo must be indexed for it.
"""

import json
import os
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from bench import verdict
from bench.installed import Installed, demo, here
from service.clock import today
from service.errors import BadSetting
from service.relevance import baseline, questions
from service.relevance.asking import Reader
from service.relevance.evaluation import Evaluation
from service.relevance.judged import PURPOSES, TITLES, Judged, read_folder
from service.relevance.questions import Asked
from service.relevance.variants import WITHOUT, variant
from service.search.plan import Boosts

ANSWER_SECONDS = 10.0
SHOWN = 40
"""Answers that the report explains, the worst first."""


@click.command("evaluate")
@click.option(
    "--demo", "as_demo", is_flag=True, help="Die Beispielangebote, in einem Bestand, der danach verschwindet."
)
@click.option("--engines", default="", help="embedded, opensearch, database, mit Komma; sonst die eingestellten.")
@click.option("--slice", "slices", multiple=True, help="Nur dieser Bereich (mehrfach möglich), z. B. alltag.")
@click.option(
    "--purpose", default="all", show_default=True, type=click.Choice((*PURPOSES, "all")), help="Nur dieser Zweck."
)
@click.option("--ablation", is_flag=True, help="Auch die Suche ohne jeden ihrer Teile.")
@click.option(
    "--compare", multiple=True, help="Auch mit anderen Gewichten, z. B. ohne-synonyme oder title=1,parts=0.5."
)
@click.option("--save-baseline", is_flag=True, help="Die Werte als Vergleichsstand aufheben (golden/baseline.json).")
@click.option("--seed", default=0, show_default=True, help="Gleiche Zahl, gleiche Vertrauensbereiche.")
@click.option("--json", "json_file", type=click.Path(dir_okay=False, path_type=Path), help="Alles für Maschinen.")
@click.option("--html", type=click.Path(dir_okay=False, path_type=Path), help="Bericht mit den schlechtesten Anfragen.")
def evaluate(  # noqa: PLR0913, PLR0917  one parameter an option
    as_demo: bool, engines: str, slices: tuple[str, ...], purpose: str, ablation: bool, compare: tuple[str, ...],
    save_baseline: bool, seed: int, json_file: Path | None, html: Path | None,
) -> None:  # fmt: skip
    """Misst, wie gut die Suche die bewerteten Anfragen beantwortet (golden/*.csv im Ordner des Kreises).

    Ende mit 0: so gut wie der Vergleichsstand, oder es gibt keinen. Ende mit 1: im Mittel oder in einem Bereich schlechter.
    """
    if save_baseline and (slices or purpose != "all"):
        raise click.UsageError("--save-baseline hebt alle Werte auf: bitte ohne --slice und --purpose.")
    variants = (WITHOUT if ablation else {}) | {name: variant(name) for name in compare}
    console = Console()
    with _installed(as_demo, engines, console) as installed:
        judged = _chosen(read_folder(installed.settings.county), slices, purpose)
        asked = _asked(installed, judged, titles=purpose == "all" and (not slices or TITLES in slices))
        if not asked.questions:
            raise BadSetting(
                "Es gibt nichts zu fragen: keine sichtbaren Angebote, oder keine bewerteten Anfragen dafür."
            )
        evaluation = Evaluation(asked, installed.offers, seed)
        _ask(installed, evaluation, variants)
        file = baseline.path(installed.settings.county)
        kept = baseline.read(file)
        if save_baseline:
            baseline.write(file, installed.offers, today(), evaluation.outcomes, kept)
            kept = baseline.read(file)
        _write(evaluation, kept, json_file, html)
    worse = verdict.tell(console, evaluation, kept)
    sys.exit(1 if worse else 0)


@contextmanager
def _installed(as_demo: bool, engines: str, console: Console) -> Iterator[Installed]:
    """What is evaluated: what the settings name, or the demo where that is wanted or nothing is indexed yet."""
    wanted = [name.strip() for name in engines.split(",") if name.strip()]
    with ExitStack() as stack:
        found = None if as_demo else stack.enter_context(here(wanted))
        if found is None:
            if not as_demo:
                console.print("Hier ist noch kein Index: gefragt werden die Beispielangebote.", style="dim")
            folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="angebote-evaluate-"))
            found = stack.enter_context(demo(Path(folder), os.environ, wanted))
        yield found


def _chosen(judged: Sequence[Judged], slices: Sequence[str], purpose: str) -> list[Judged]:
    known = {query.slice for query in judged} | {TITLES}
    if unknown := sorted(set(slices) - known):
        raise BadSetting(
            f"--slice {unknown[0]}: Diesen Bereich gibt es nicht. Möglich sind {', '.join(sorted(known))}."
        )
    return [query for query in judged if (not slices or query.slice in slices) and purpose in {"all", query.purpose}]


def _asked(installed: Installed, judged: Sequence[Judged], *, titles: bool) -> Asked:
    day = today()
    with installed.database.reading() as session:
        asked = questions.applying(session, judged, day)
        known = questions.titles(session, day) if titles else []
    names = {offer: question.query for question in known for offer in question.grades}
    return Asked([*asked.questions, *known], asked.left_out, asked.unknown, asked.hidden, {**names, **asked.names})


def _ask(installed: Installed, evaluation: Evaluation, variants: dict[str, Boosts]) -> None:
    """Asks all engines; a bar on a terminal."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    console = Console(stderr=True)
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        for name in installed.engines:
            task = bar.add_task(name, total=len(evaluation.asked.questions) * (1 + len(variants)))
            with closing(installed.open(name, ANSWER_SECONDS)) as opened:
                evaluation.ask(name, Reader(installed.database, opened), variants, lambda task=task: bar.advance(task))  # type: ignore[misc]


def _write(evaluation: Evaluation, kept: baseline.Baseline | None, json_file: Path | None, html: Path | None) -> None:
    try:
        if json_file:
            made = json.dumps(evaluation.as_json(kept), ensure_ascii=False, indent=2)
            json_file.write_text(made + "\n", encoding="utf-8")
        if html:
            html.write_text(verdict.page(evaluation, kept, SHOWN), encoding="utf-8")
    except OSError as error:
        raise click.ClickException(f"{error.filename}: {error.strerror}") from None
