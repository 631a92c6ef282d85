"""`angebote index …`: keep, build, check and switch the search index. Errors are one German line, see `service.cli`."""

import gc
import json
import logging
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from threading import Event
from typing import Any, cast

import click
from flask.cli import AppGroup
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Column, Table

from indexer import jobs, switching, tail, verify
from indexer.switching import Indexing
from indexer.writers import open_writer
from service.config import EngineName
from service.context import context
from service.errors import BadSetting
from service.store import indexes
from service.store import jobs as store_jobs

index = AppGroup("index", help="Suchindex pflegen, neu aufbauen, prüfen und umschalten.")


ENGINE = click.option(
    "--engine", type=click.Choice(["opensearch", "embedded"]), help="Suchmaschine; sonst die, die antwortet."
)


@contextmanager
def _indexing(engine: str | None = None) -> Iterator[Indexing]:
    """Store and one engine, the one that answers where none is named; closed at the end. Raises `BadSetting`."""
    here = context()
    wanted = cast("EngineName", engine or here.settings.engine)
    if wanted not in here.settings.engines:
        raise BadSetting(f"Für {wanted} wird hier kein Index geführt, nur für: {', '.join(here.settings.engines)}.")
    writer = open_writer(here.settings, wanted)
    try:
        yield Indexing(here.database, writer, here.settings)
    finally:
        writer.close()
        here.database.close()


@contextmanager
def _all() -> Iterator[list[Indexing]]:
    """The same for all engines that are kept: the one that answers, then the standby."""
    with ExitStack() as stack:
        yield [stack.enter_context(_indexing(engine)) for engine in context().settings.engines]


@index.command("tail")
def tail_command() -> None:
    """Hält die Indexe aktuell, auch den Ersatzindex, bis der Prozess beendet wird.

    Baut den ersten Index auf, erledigt Aufträge (Neuaufbau, Prüfung) und baut neu auf, wenn sich Felder oder Wortlisten
    geändert haben. Ein zweiter Prozess wartet, bis der erste endet. Strg-C oder SIGTERM beendet sauber.
    """
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    logging.getLogger("opensearch").setLevel(logging.ERROR)
    stop = Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    with _all() as works:
        tail.follow(works, stop)


@index.command("rebuild")
@ENGINE
@click.option(
    "--anyway", is_flag=True, help="Auch umschalten, wenn der neue Index Prüfanfragen schlechter beantwortet."
)
def rebuild_command(engine: str | None, anyway: bool) -> None:
    """Baut einen neuen Index auf, prüft ihn und schaltet um; die Suche läuft weiter.

    Ende mit 0: der neue Index antwortet. Ende mit 1: es antwortet der alte, der Grund steht in der letzten Zeile.
    """
    _prepare_process()
    with _indexing(engine) as work, _progress() as progress:
        report = jobs.run_rebuild(work, "Kommandozeile", progress, anyway=anyway)
    _print_report(report)


@index.command("job")
@click.argument("number", type=int)
def job_command(number: int) -> None:
    """Erledigt einen bestellten Auftrag; das tut sonst der Prozess, der die Indexe aktuell hält."""
    _prepare_process()
    job = jobs.ordered(context().database, number)
    with _indexing(job.kind.partition(":")[2]) as work, _progress() as progress:
        report = jobs.run_job(work, job, progress)
    if "name" in report:
        _print_report(report)
    for line in report.get("indexes", []):
        click.echo(line)


def _prepare_process() -> None:
    """Prepares the process for one long work. SIGTERM ends it by an exception, so that what was begun is cleared away. What
    was imported stays: looking for garbage in it took a third of the time of a check."""
    gc.collect()
    gc.freeze()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    logging.getLogger("opensearch").setLevel(logging.ERROR)


@index.command("status")
@click.option("--json", "as_json", is_flag=True, help="Ausgabe für Maschinen.")
def status_command(as_json: bool) -> None:
    """Zeigt alle Indexe: Zustand, Rückstand, abgelehnte Angebote, und die letzten Neuaufbauten.

    Ende mit 0: alle Indexe, die antworten sollen, sind aktuell. Ende mit 1: einer fehlt, hat Rückstand oder lehnt ab.
    """
    settings, rows, past = context().settings, [], []
    with context().database.reading() as session:
        for engine in settings.engines:
            lags = {lag.name: lag for lag in indexes.lag(session, engine, datetime.now(UTC))}
            rows += [_status(entry, lags.get(entry.name)) for entry in indexes.listed(session, engine)]
            past += store_jobs.latest(session, store_jobs.rebuild(engine), REPORTS)
    if as_json:
        click.echo(json.dumps({"engine": settings.engine, "indexes": rows}, ensure_ascii=False, indent=2))
    elif rows:
        Console().print(_table(rows))
        for row in rows:
            if "error" in row["report"]:
                click.echo(f"{row['name']}: {row['report']['error']}")
        for done in past:
            click.echo(_past(done))
    else:
        click.echo("Es gibt noch keinen Index. Er entsteht mit: angebote index rebuild")
    served = [row for row in rows if row["state"] == "current"]
    if len(served) < len(settings.engines) or any(row["behind"] or row["failures"] for row in served):
        sys.exit(1)


@index.command("verify")
@click.option("--quick", is_flag=True, help="Nur Nummern und Stände vergleichen, nicht die Inhalte.")
def verify_command(quick: bool) -> None:
    """Vergleicht Datenbank und Indexe Angebot für Angebot; Abweichungen werden neu indexiert.

    Ende mit 0: beide sind gleich. Ende mit 1: es gab Abweichungen, sie sind zur Indexierung vorgemerkt.
    """
    _prepare_process()
    with _all() as works:
        outcomes = [outcome for work in works for outcome in verify.verify(work, contents=not quick)]
    if not outcomes:
        click.secho("Es gibt noch keinen Index.", err=True, fg="red")
        sys.exit(1)
    for outcome in outcomes:
        click.echo(str(outcome))
    if any(outcome.differences for outcome in outcomes):
        sys.exit(1)


@index.command("rollback")
@ENGINE
def rollback_command(engine: str | None) -> None:
    """Kehrt zum vorigen Index zurück. Änderungen gehen nicht verloren: er wurde weiter gepflegt."""
    with _indexing(engine) as work:
        click.echo(f"Es antwortet jetzt wieder {switching.roll_back(work)}.")


@index.command("prune")
def prune_command() -> None:
    """Löscht alle Indexe außer dem aktuellen und dem vorigen."""
    with _all() as works:
        dropped = [name for work in works for name in switching.clear_away(work)]
    click.echo(f"Gelöscht: {', '.join(dropped)}." if dropped else "Es gab nichts zu löschen.")


@contextmanager
def _progress() -> Iterator[Callable[[int, int, str], None]]:
    """A bar on a terminal, nothing elsewhere."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with ExitStack() as stack:
        if not sys.stderr.isatty():
            yield lambda *_: None
            return
        bar = stack.enter_context(Progress(*columns, console=Console(stderr=True)))
        task = bar.add_task("")
        yield lambda done, total, step: bar.update(task, completed=done, total=total or None, description=step)


def _print_report(report: dict[str, Any]) -> None:
    rate = report["offers"] / max(0.01, report["total_seconds"])
    click.echo(
        f"{report['offers']} Angebote in {report['total_seconds']:.1f} s ({rate:.0f} je Sekunde), Index {report['name']}."
    )
    steps = {"learn": "Wörter", "load": "Laden", "follow": "Nachtragen", "check": "Prüfen", "judge": "Prüfanfragen"}
    times = ", ".join(f"{steps[name]} {seconds:.1f} s" for name, seconds in report["seconds"].items() if name in steps)
    click.echo(f"{times}. {report['followed']} Änderungen währenddessen, keine Abweichung, keine Ablehnung.")
    click.echo(f"{report['words']} Wörter, {report['parts']} Wortteile. Bestellt von: {report['by']}.")
    judged = report["gates"]["judged"]
    if judged["queries"]:
        click.echo(
            f"Güte bei {judged['queries']} Prüfanfragen: vorher {judged['before']:.3f}, jetzt {judged['after']:.3f}."
        )
    for note in judged["notes"]:
        click.echo(note)


REPORTS = 3
"""Rebuilds of each engine that the status shows."""
JOB_STATES = {"queued": "bestellt", "running": "läuft", "done": "fertig", "failed": "gescheitert"}


def _past(job: store_jobs.JobState) -> str:
    """A rebuild in one line: when, which engine, who, and how it ended."""
    engine, report = job.kind.partition(":")[2], job.report
    line = f"{job.ordered_at:%Y-%m-%d %H:%M:%S} UTC, {engine}, {job.ordered_by}: {JOB_STATES[job.state]}"
    if job.state == "done":
        line += f", {report['offers']} Angebote in {report['total_seconds']:.1f} s, {report['followed']} Änderungen währenddessen"
    return line + (f" – {report['error']}" if "error" in report else "")


def _status(entry: indexes.Physical, lag: indexes.Lag | None) -> dict[str, Any]:
    return {
        "name": entry.name, "engine": entry.engine, "state": entry.state, "applied_rev": entry.applied_rev,
        "behind": lag.revisions if lag else 0, "behind_seconds": round(lag.seconds, 1) if lag else 0.0,
        "failures": lag.failures if lag else 0, "built": entry.created_at.isoformat(timespec="seconds"),
        "switched": entry.switched_at.isoformat(timespec="seconds") if entry.switched_at else None, "report": entry.report,
    }  # fmt: skip


STATES = {
    "building": "im Aufbau", "current": "aktuell", "previous": "voriger", "failed": "gescheitert", "retired": "abgelöst",
}  # fmt: skip


def _table(rows: list[dict[str, Any]]) -> Table:
    """Narrow enough for 80 columns; why a build failed stands below."""
    table = Table(Column("Index", overflow="fold"), "Zustand", "Angebote", "Rückstand", "Abgelehnt")
    for row in rows:
        late = f"{row['behind']} ({row['behind_seconds']:.0f} s)" if row["behind"] else "–"
        offers = str(row["report"].get("offers", ""))
        name = row["name"] if row["engine"] == context().settings.engine else f"{row['name']}\nErsatzindex"
        table.add_row(name, STATES[row["state"]], offers, late, str(row["failures"] or "–"))
    return table
