"""`angebote index …`: keep, build, check and switch the search index. Errors are one German line, see `service.cli`."""

import json
import logging
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from threading import Event
from typing import Any

import click
from flask.cli import AppGroup
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Column, Table

from indexer import jobs, rebuild, switching, verify
from indexer.switching import Indexing
from indexer.tail import Tail
from indexer.writers import open_writer
from service.context import context
from service.store import indexes

index = AppGroup("index", help="Suchindex pflegen, neu aufbauen, prüfen und umschalten.")


@contextmanager
def _indexing() -> Iterator[Indexing]:
    """Both sides, as the settings say; closed at the end."""
    here = context()
    writer = open_writer(here.settings)
    try:
        yield Indexing(here.database, writer, here.settings.index_prefix)
    finally:
        writer.close()
        here.database.close()


@index.command("tail")
def tail_command() -> None:
    """Hält die Indexe aktuell, bis der Prozess beendet wird.

    Baut den ersten Index auf, erledigt im Browser bestellte Neuaufbauten und baut neu auf, wenn sich Felder oder
    Wortlisten geändert haben. Ein zweiter Prozess wartet, bis der erste endet. Strg-C oder SIGTERM beendet sauber.
    """
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    logging.getLogger("opensearch").setLevel(logging.ERROR)
    stop = Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    with _indexing() as work:
        Tail(work).run(stop)


@index.command("rebuild")
@click.option("--job", type=int, default=None, help="Nummer eines im Browser bestellten Auftrags.")
def rebuild_command(job: int | None) -> None:
    """Baut einen neuen Index auf, prüft ihn und schaltet um; die Suche läuft weiter.

    Ende mit 0: der neue Index antwortet. Ende mit 1: es antwortet der alte, der Grund steht in der letzten Zeile.
    """
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    logging.getLogger("opensearch").setLevel(logging.ERROR)
    with _indexing() as work, _progress() as progress:
        report = (
            jobs.run_job(work, job, progress) if job is not None else rebuild.rebuild(work, "Kommandozeile", progress)
        )
    _print_report(report)


@index.command("status")
@click.option("--json", "as_json", is_flag=True, help="Ausgabe für Maschinen.")
def status_command(as_json: bool) -> None:
    """Zeigt alle Indexe: Zustand, Rückstand, abgelehnte Angebote.

    Ende mit 0: der Index ist aktuell. Ende mit 1: es gibt keinen, er hat Rückstand, oder er lehnt Angebote ab.
    """
    here = context()
    with here.database.reading() as session:
        listed = indexes.listed(session, here.settings.engine)
        lags = {lag.name: lag for lag in indexes.lag(session, here.settings.engine, datetime.now(UTC))}
    rows = [_status(entry, lags.get(entry.name)) for entry in listed]
    if as_json:
        click.echo(json.dumps({"engine": here.settings.engine, "indexes": rows}, ensure_ascii=False, indent=2))
    elif rows:
        Console().print(_table(rows))
    else:
        click.echo("Es gibt noch keinen Index. Er entsteht mit: angebote index rebuild")
    served = [row for row in rows if row["state"] == "current"]
    if not served or any(row["behind"] or row["failures"] for row in served):
        sys.exit(1)


@index.command("verify")
def verify_command() -> None:
    """Vergleicht Datenbank und Index Angebot für Angebot; Abweichungen werden neu indexiert.

    Ende mit 0: beide sind gleich. Ende mit 1: es gab Abweichungen, sie sind zur Indexierung vorgemerkt.
    """
    with _indexing() as work:
        outcomes = verify.verify(work)
    if not outcomes:
        click.secho("Es gibt noch keinen Index.", err=True, fg="red")
        sys.exit(1)
    for outcome in outcomes:
        click.echo(str(outcome))
    if any(outcome.differences for outcome in outcomes):
        sys.exit(1)


@index.command("rollback")
def rollback_command() -> None:
    """Kehrt zum vorigen Index zurück. Änderungen gehen nicht verloren: er wurde weiter gepflegt."""
    with _indexing() as work:
        click.echo(f"Es antwortet jetzt wieder {switching.roll_back(work)}.")


@index.command("prune")
def prune_command() -> None:
    """Löscht alle Indexe außer dem aktuellen und dem vorigen."""
    with _indexing() as work:
        dropped = switching.clear_away(work)
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
    steps = {"learn": "Wörter", "load": "Laden", "follow": "Nachtragen", "check": "Prüfen"}
    times = ", ".join(f"{steps[name]} {seconds:.1f} s" for name, seconds in report["seconds"].items() if name in steps)
    click.echo(f"{times}. {report['followed']} Änderungen währenddessen, keine Abweichung, keine Ablehnung.")
    click.echo(f"{report['words']} Wörter, {report['parts']} Wortteile. Bestellt von: {report['by']}.")


def _status(entry: indexes.Physical, lag: indexes.Lag | None) -> dict[str, Any]:
    return {
        "name": entry.name, "state": entry.state, "applied_rev": entry.applied_rev,
        "behind": lag.revisions if lag else 0, "behind_seconds": round(lag.seconds, 1) if lag else 0.0,
        "failures": lag.failures if lag else 0, "built": entry.created_at.isoformat(timespec="seconds"),
        "switched": entry.switched_at.isoformat(timespec="seconds") if entry.switched_at else None, "report": entry.report,
    }  # fmt: skip


STATES = {
    "building": "im Aufbau", "current": "aktuell", "previous": "voriger", "failed": "gescheitert", "retired": "abgelöst",
}  # fmt: skip


def _table(rows: list[dict[str, Any]]) -> Table:
    table = Table(
        Column("Index", overflow="fold", min_width=30), "Zustand", "Angebote", "Rückstand", "Abgelehnt", "Hinweis"
    )
    for row in rows:
        late = f"{row['behind']} ({row['behind_seconds']:.0f} s)" if row["behind"] else "–"
        report = row["report"]
        note = report.get("error", "")
        cells = (
            row["name"],
            STATES[row["state"]],
            str(report.get("offers", "")),
            late,
            str(row["failures"] or "–"),
            note,
        )
        table.add_row(*cells)
    return table
