"""`angebote import` and `angebote export`."""

import sys
from pathlib import Path

import click
from flask.cli import with_appcontext

from service import clock
from service.cli.output import file_errors, progress, target
from service.cli.run import prepare
from service.context import Context, context
from service.exchange import export, reading
from service.exchange.apply import Import
from service.store import migrate

ACTOR = "import"


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
    with file_errors(), progress() as told:
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
    with file_errors(), progress() as told, target(output, "--output") as file:
        count = export.export(found.database, name, file, clock.today(), told)
    click.echo(f"{count} Angebote ausgegeben.", err=True)


def _open() -> Context:
    """The context with a store that is up to date; its first command makes it."""
    found = context()
    if not migrate.is_current(found.database):
        prepare(found)
    return found
