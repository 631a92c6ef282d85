"""`angebote jobs …`: work that falls due each minute or each night."""

import logging
import signal
import sys
from datetime import datetime, timedelta
from threading import Event

import click
from flask.cli import AppGroup
from rich.console import Console
from rich.table import Column, Table

from service import periodic
from service.clock import COUNTY_TIME
from service.context import context
from service.periodic import TASKS, Here, Periodic
from service.store import jobs as ordered
from service.store import tasks
from service.store.jobs import JobState
from service.store.tasks import TaskState

jobs = AppGroup("jobs", help="Regelmäßige Aufgaben: ausführen, ansehen, einzeln anstoßen.")
SHOWN = 10
LATE = timedelta(minutes=10)
"""A task that is overdue by so much is not done by anybody."""


@jobs.command("run")
def run() -> None:
    """Erledigt regelmäßige Aufgaben, bis der Prozess beendet wird.

    Ein zweiter Prozess wartet, bis der erste endet. Strg-C oder SIGTERM beendet sauber.
    """
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    stop = Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    here = _here()
    try:
        Periodic(here).run(stop)
    finally:
        here.database.close()


@jobs.command("do")
@click.argument("name", type=click.Choice([task.name for task in TASKS]))
def do(name: str) -> None:
    """Erledigt eine Aufgabe jetzt.

    Ende mit 0: erledigt. Ende mit 1: gescheitert, der Grund steht in der letzten Zeile.
    """
    here = _here()
    task = next(task for task in TASKS if task.name == name)
    with here.database.reading() as session:
        before = tasks.every(session).get(name)
    state = periodic.do(here, task, before)
    failed = state.failures > 0
    click.secho(f"{name}: {state.outcome}.", err=failed, fg="red" if failed else None)
    if failed:
        sys.exit(1)


@jobs.command("list")
def list_() -> None:
    """Zeigt die Aufgaben und die neuesten Aufträge an die Indexierung.

    Ende mit 0: alle Aufgaben laufen. Ende mit 1: eine ist zuletzt gescheitert, überfällig oder noch nie geplant worden.
    """
    here = _here()
    with here.database.reading() as session:
        known, newest = tasks.every(session), ordered.newest(session, SHOWN)
    moment = here.clock()
    table = Table(
        *(Column(name, no_wrap=name != "Ergebnis") for name in ("Aufgabe", "Zuletzt", "Nächstes Mal", "Ergebnis"))
    )
    for task in TASKS:
        table.add_row(task.name, *_cells(known.get(task.name), moment))
    Console().print(table)
    if newest:
        table = Table("Auftrag", Column("Bestellt", no_wrap=True), "Von", "Zustand", "Ergebnis")
        for job in newest:
            cells = _kind(job.kind), _moment(job.ordered_at), job.ordered_by, STATES[job.state], _outcome(job)
            table.add_row(*cells)
        Console().print(table)
    if not all((state := known.get(task.name)) and _is_well(state, moment) for task in TASKS):
        sys.exit(1)


def _here() -> Here:
    found = context()
    return Here(found.database, found.settings)


def _is_well(state: TaskState, moment: datetime) -> bool:
    return not state.failures and moment - state.next_at < LATE


def _cells(state: TaskState | None, moment: datetime) -> tuple[str, str, str]:
    if state is None:
        return "–", "–", "noch nie geplant; das tut angebote jobs run"
    notes = [state.outcome or "noch nie fällig"]
    notes += [f"{state.failures}. Fehlversuch"] if state.failures else []
    notes += ["überfällig"] if moment - state.next_at >= LATE else []
    return _moment(state.tried_at), _moment(state.next_at), ", ".join(notes)


def _moment(moment: datetime | None) -> str:
    """Local time of the county."""
    return f"{moment.astimezone(COUNTY_TIME):%d.%m.%Y %H:%M}" if moment else "–"


def _kind(kind: str) -> str:
    what, _, engine = kind.partition(":")
    return f"{KINDS.get(what, what)} {engine}".strip()


KINDS = {"rebuild": "Neuaufbau", "verify": "Prüfung"}
STATES = {
    ordered.QUEUED: "wartet", ordered.RUNNING: "läuft", ordered.DONE: "fertig", ordered.FAILED: "gescheitert",
}  # fmt: skip


def _outcome(job: JobState) -> str:
    if job.state == ordered.RUNNING:
        return f"{job.step} {job.done} von {job.total}" if job.total else job.step
    if "error" in job.report:
        return str(job.report["error"])
    if "indexes" in job.report:
        return "; ".join(job.report["indexes"])
    return f"{job.total} Angebote" if job.state == ordered.DONE else ""
