"""`angebote bench`: measures, prints a table, writes JSON. The exit code says whether everything worked, never how fast."""

import json
import os
import platform
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from typing import Any, cast

import click
from rich.console import Console

from bench import (
    busy,
    editing,
    freshness,
    indexing,
    memory,
    pages,
    profiling,
    readers,
    standby,
    throughput,
    understanding,
)
from bench.addresses import DIFFERENT, searches
from bench.connection import BenchFailed
from bench.corpus import Corpus, default_texts
from bench.figures import Figure, Results, notes, table
from bench.processes import ROOT
from bench.stage import Stage
from service.clock import today
from service.config import PREFIX
from service.errors import BadSetting, ServiceError
from service.search.engine import EngineName
from service.store import offers, terms

ALL = (
    "pages",
    "understanding",
    "throughput",
    "memory",
    "indexing",
    "busy",
    "readers",
    "standby",
    "freshness",
    "editing",
)
"""In the order in which they run: what changes the store comes last."""
WEIGHTS = {
    "pages": 3, "understanding": 3, "throughput": 3, "memory": 4, "indexing": 8, "busy": 5, "readers": 6, "standby": 2, "freshness": 3,
    "editing": 2,
}  # fmt: skip
"""How the time is shared out; what one leaves goes to the next ones."""
ENGINES: tuple[EngineName, ...] = ("embedded", "opensearch")
BATCH = 2_000
SAMPLE = 1_000
IMPORTED = 20_000
HEAP = "1g"


@dataclass(frozen=True, slots=True)
class Plan:
    """What a run measures, and how long it may take."""

    count: int
    rounds: int
    minutes: float
    seed: int
    texts: Path
    only: tuple[str, ...] = ALL
    profile: Path | None = None


@click.command("bench")
@click.option(
    "--offers", "count", default=10_000, show_default=True, type=click.IntRange(50, 1_000_000), help="Angebote."
)
@click.option("--rounds", default=5, show_default=True, type=click.IntRange(1, 99), help="Runden je Vergleich.")
@click.option("--minutes", default=20.0, show_default=True, help="Nach dieser Zeit beginnt keine Runde mehr.")
@click.option("--engines", default="", help="embedded, opensearch oder beide mit Komma; sonst die eingestellte.")
@click.option("--only", "only", multiple=True, type=click.Choice(ALL), help="Nur diese Messung (mehrfach möglich).")
@click.option(
    "--texts", type=click.Path(path_type=Path), default=default_texts, help="JSONL mit heading und text (auch .xz)."
)
@click.option("--seed", default=3, show_default=True, help="Gleiche Zahl, gleiche Angebote und Anfragen.")
@click.option("--json", "json_file", type=click.Path(path_type=Path), help="Ergebnisse für Maschinen in diese Datei.")
@click.option("--profile", type=click.Path(path_type=Path), help="Profil der Ergebnisseite in diesen Ordner schreiben.")
def bench(  # noqa: PLR0913, PLR0917  one parameter an option
    count: int, rounds: int, minutes: float, engines: str, only: tuple[str, ...], texts: Path, seed: int,
    json_file: Path | None, profile: Path | None,
) -> None:  # fmt: skip
    """Misst die Geschwindigkeit gegen die bloßen Suchmaschinen, in einem eigenen Bestand, der danach verschwindet.

    Jeder Vergleich ist der Median verschränkter Runden. Ein verfehltes Ziel ist ein Ergebnis: das Ende ist 0, wenn alles
    funktioniert hat.
    """
    plan = Plan(count, rounds, minutes, seed, texts, only or ALL, profile)
    console = Console()
    with _environment(_chosen(engines)) as (chosen, environment):
        results = run(plan, chosen, environment, lambda text: console.print(text, style="dim", highlight=False))
    console.print(table(results.figures, f"{count} Angebote, Ziele gelten für 100000"))
    for note in notes(results.figures):
        console.print(note, style="dim", highlight=False)
    for name, reason in results.failed.items():
        click.secho(f"{name}: {reason}", err=True, fg="red")
    if json_file:
        json_file.write_text(json.dumps(results.as_json(), ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    if results.failed:
        sys.exit(1)


def run(
    plan: Plan, engines: tuple[EngineName, ...], environment: Mapping[str, str], say: Callable[[str], None]
) -> Results:
    """Prepares a stage and measures on it. A measurement that does not work is noted; the others go on."""
    started = time.monotonic()
    results = Results(_about(plan, engines))
    with Stage(engines, environment) as stage:
        work = _Work(plan, stage)
        say(f"{plan.count} Angebote werden geschrieben und indexiert …")
        work.prepare()
        results.about["prepared_seconds"] = round(time.monotonic() - started, 1)
        until = started + plan.minutes * 60
        names = [name for name in ALL if name in plan.only]
        for number, name in enumerate(names):
            share = WEIGHTS[name] / sum(WEIGHTS[later] for later in names[number:])
            say(f"{name} …")
            with _noted(results, name):
                results.figures += work.measure(name, time.monotonic() + (until - time.monotonic()) * share)
        if plan.profile:
            with _noted(results, "profile"):
                for path in profiling.write(stage, work.searches, plan.profile):
                    say(f"Profil: {path}")
    results.about["seconds"] = round(time.monotonic() - started, 1)
    return results


@contextmanager
def _noted(results: Results, name: str) -> Iterator[None]:
    """What does not work in the block is noted and goes no further."""
    try:
        yield
    except (BenchFailed, ServiceError) as error:
        reason = getattr(error, "reason", "")
        results.failed[name] = f"{error} ({reason})" if reason else str(error)


@dataclass
class _Work:
    """A plan on its stage."""

    plan: Plan
    stage: Stage
    corpus: Corpus = field(init=False)
    searches: list[str] = field(init=False)

    def prepare(self) -> None:
        """Writes the offers and builds the first indexes."""
        database = self.stage.any.database
        with database.reading() as session:
            vocabularies = terms.load(session)
        self.corpus = Corpus(vocabularies, self.plan.texts, self.plan.seed, today())
        for start in range(0, self.plan.count, BATCH):
            records = list(self.corpus.records(min(BATCH, self.plan.count - start), start))
            if not start:
                self.searches = searches(
                    vocabularies, records[:SAMPLE], self.plan.seed, DIFFERENT if self._long else 40
                )
            with database.writing() as session:
                offers.save(session, [offers.Edit(record) for record in records], actor="bench", imported=True)
        for engine in self.stage.engines:
            self.stage.rebuild(engine)
            self.stage.settle(engine)

    def measure(self, name: str, until: float) -> list[Figure]:
        """One measurement by name; `until` is when its last round should be over."""
        stage, rounds, asked = self.stage, self.plan.rounds, self.searches
        measurements: dict[str, Callable[[], list[Figure]]] = {
            "pages": lambda: pages.measure(stage, asked, rounds, until),
            "understanding": lambda: understanding.measure(
                stage, asked, rounds, until, understanding.JUDGED if self._long else understanding.FEW
            ),
            "throughput": lambda: throughput.measure(stage, asked, rounds, until, self._seconds),
            "memory": lambda: memory.measure(stage, asked, rounds, until, self._seconds),
            "indexing": lambda: indexing.measure(stage, rounds, until),
            "busy": lambda: busy.measure(stage, rounds, until),
            "readers": lambda: readers.measure(stage, asked, rounds, until, readers.SECONDS if self._long else 1.0),
            "standby": lambda: standby.measure(stage, asked, rounds, until),
            "freshness": lambda: freshness.measure(stage, rounds, until, 20 if self._long else 5),
            "editing": lambda: editing.measure(stage, self.corpus.records(self._imported, self.plan.count)),
        }
        return measurements[name]()

    @property
    def _imported(self) -> int:
        return IMPORTED if self._long else self.plan.count

    @property
    def _long(self) -> bool:
        """False for a trial with a handful of offers."""
        return self.plan.count >= 5_000

    @property
    def _seconds(self) -> float:
        return throughput.SECONDS if self._long else 0.5


def _about(plan: Plan, engines: tuple[EngineName, ...]) -> dict[str, Any]:
    return {
        "offers": plan.count, "rounds": plan.rounds, "seed": plan.seed, "engines": list(engines),
        "started_at": datetime.now(UTC).isoformat(timespec="seconds"), "python": platform.python_version(),
        "processors": os.cpu_count(), "system": platform.platform(),
    }  # fmt: skip


def _chosen(engines: str) -> tuple[EngineName, ...]:
    """The engines that were named, else the configured one."""
    names = [name.strip() for name in engines.split(",") if name.strip()]
    if not names:
        return ("opensearch",) if os.environ.get(PREFIX + "SEARCH_URL") else ("embedded",)
    if unknown := sorted(set(names) - set(ENGINES)):
        raise BadSetting(f"--engines {unknown[0]}: Möglich sind {' und '.join(ENGINES)}.")
    return tuple(engine for engine in ENGINES if engine in names)


@contextmanager
def _environment(engines: tuple[EngineName, ...]) -> Iterator[tuple[tuple[EngineName, ...], dict[str, str]]]:
    """The environment with an address for OpenSearch: a given one, else a node of the bench's own in a checkout."""
    environment = dict(os.environ)
    with ExitStack() as stack:
        if "opensearch" in engines:
            given = environment.get(PREFIX + "SEARCH_URL") or environment.get(PREFIX + "TEST_SEARCH_URL")
            environment[PREFIX + "SEARCH_URL"] = given or stack.enter_context(_own_node())
        yield engines, environment


@contextmanager
def _own_node() -> Iterator[str]:
    """A node as the tests start it; only a checkout knows how."""
    if not (ROOT / "tests" / "servers").is_dir():
        raise BadSetting(f"{PREFIX}SEARCH_URL fehlt: Bitte die Adresse von OpenSearch setzen.")
    servers = import_module("tests.servers.opensearch")
    unavailable = cast("type[Exception]", import_module("tests.servers.chooser").Unavailable)
    with ExitStack() as stack:
        try:
            url = stack.enter_context(servers.server(heap=HEAP))
        except unavailable as error:
            raise BadSetting(f"OpenSearch: {error}") from None
        yield str(url)
