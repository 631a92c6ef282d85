"""`angebote import` and `angebote export`."""

import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import click
from flask.cli import with_appcontext
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn

from service import clock
from service.cli.run import prepare
from service.context import Context, context
from service.exchange import export, reading
from service.exchange.apply import Import
from service.exchange.entries import Progress as Told
from service.store import migrate

ACTOR = "import"
PATIENCE = 1.0
"""Seconds until a progress bar appears."""


@click.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--format", "format_", type=click.Choice(reading.FORMATS), help="Format; ohne Angabe nach Namen und Inhalt."
)
@click.option("--dry-run", is_flag=True, help="Nur prüfen und berichten, nichts schreiben.")
@click.option("--overwrite", is_flag=True, help="Auch ersetzen, was hier bearbeitet oder gelöscht wurde.")
@with_appcontext
def import_command(file: Path, format_: str | None, dry_run: bool, overwrite: bool) -> None:
    """Importiert Angebote aus FILE: alles oder nichts.

    Zuerst wird alles geprüft; jeder Fehler wird mit Zeile und Feld gemeldet. Eine Datei zweimal zu importieren ändert
    nichts. Ende mit 0: importiert (oder geprüft), 1: abgelehnt, 2: falsch aufgerufen.
    """
    found = _open()
    with _reading_errors(), _progress() as told:
        work = Import(
            found.database, found.settings.county, clock.today(), ACTOR,
            format=format_, overwrite=overwrite, dry_run=dry_run, progress=told,
        )  # fmt: skip
        report = work.run(file)
    for line in report.lines():
        click.echo(line, err=not report.ok)
    if not report.ok:
        sys.exit(1)


@click.command("export")
@click.option(
    "--format", "format_", type=click.Choice(export.FORMATS), help="Format; ohne Angabe nach --output, sonst csv."
)
@click.option(
    "--output", type=click.Path(dir_okay=False, path_type=Path), help="Datei; ohne Angabe die Standardausgabe."
)
@with_appcontext
def export_command(format_: str | None, output: Path | None) -> None:
    """Gibt alle Angebote aus, auch Entwürfe und beendete.

    CSV und XLSX enthalten, was öffentlich sein darf, JSONL alles (auch interne Notizen und Kontakte).
    """
    ending = output.suffix.lower().removeprefix(".") if output else ""
    name = format_ or (ending if ending in export.FORMATS else "csv")
    if name == "xlsx" and output is None and sys.stdout.isatty():
        raise click.UsageError("XLSX lässt sich nicht am Bildschirm zeigen. Bitte mit --output eine Datei angeben.")
    found = _open()
    with _reading_errors(), _progress() as told, _target(output) as file:
        count = export.export(found.database, name, file, clock.today(), told)
    click.echo(f"{count} Angebote ausgegeben.", err=True)


def _open() -> Context:
    """The context with a store that is up to date; its first command makes it."""
    found = context()
    if not migrate.is_current(found.database):
        prepare(found)
    return found


@contextmanager
def _reading_errors() -> Iterator[None]:
    """Full disks and missing folders as one line and exit code 1; errors of the product are told by `service.cli.main`."""
    try:
        yield
    except BrokenPipeError:
        raise  # somebody read no further (head): click ends without a word
    except OSError as error:
        raise click.ClickException(f"{error.filename or 'Datei'}: {error.strerror or error}") from None


@contextmanager
def _target(output: Path | None) -> Iterator[IO[bytes]]:
    """Standard output, or a file that appears under its name only when it is complete."""
    if output is None:
        yield sys.stdout.buffer
        return
    if not output.parent.is_dir():
        raise click.BadParameter(f"Den Ordner {output.parent} gibt es nicht.", param_hint="--output")
    if output.is_symlink() or (output.exists() and not output.is_file()):
        raise click.BadParameter(f"{output} ist keine gewöhnliche Datei.", param_hint="--output")
    with tempfile.NamedTemporaryFile(dir=output.parent, prefix=f".{output.name}-", delete=False) as file:
        part = Path(file.name)
        try:
            yield file.file
            file.close()
            part.chmod(0o600)
            part.replace(output)
        finally:
            part.unlink(missing_ok=True)


@contextmanager
def _progress() -> Iterator[Told]:
    """A bar on a terminal for what takes longer than a moment."""
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    console = Console(stderr=True)
    bar = Progress(*columns, console=console, transient=True, disable=not console.is_terminal)
    began = time.monotonic()
    steps: dict[str, TaskID] = {}

    def told(step: str, done: int, total: int | None) -> None:
        if time.monotonic() - began < PATIENCE:
            return
        bar.start()
        if step not in steps:
            steps[step] = bar.add_task(step, total=total)
        bar.update(steps[step], completed=done, total=total)

    try:
        yield told
    finally:
        bar.stop()
