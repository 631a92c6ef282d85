"""`angebote backup` and `angebote restore`: the whole store in one file, whatever kind of data base it is."""

import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click
from flask.cli import with_appcontext

from service.cli.output import file_errors, progress, target
from service.context import context
from service.store import migrate
from service.store.archive.reading import Archive
from service.store.archive.restoring import holdings, in_use, named, restore
from service.store.archive.writing import note, write

MOMENT = "%d.%m.%Y, %H:%M:%S UTC"
STDOUT = Path("-")
UNITS = ("Byte", "KB", "MB", "GB")


@click.command("backup")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--overwrite", is_flag=True, help="Eine Datei dieses Namens ersetzen.")
@with_appcontext
def backup_command(file: Path, overwrite: bool) -> None:
    """Sichert alle Daten in die Datei FILE, während der Dienst läuft.

    Das Archiv zeigt einen Augenblick und lässt sich in SQLite wie in PostgreSQL wiederherstellen. Es enthält Kontakte und
    die Passwort-Hashes der Konten: nur der Besitzer darf die Datei lesen. FILE „-“ ist die Standardausgabe.
    """
    output = None if file == STDOUT else file
    if output is None and sys.stdout.isatty():
        raise click.UsageError("Ein Archiv lässt sich nicht am Bildschirm zeigen. Bitte eine Datei angeben.")
    if output and output.is_file() and not overwrite:
        raise click.ClickException(
            f"{output} gibt es schon. Ersetzen mit --overwrite, oder einen anderen Namen wählen."
        )
    database = context().database
    with _ended_by_exceptions(), file_errors(output), progress() as told, target(output, "FILE") as written:
        done = write(database, written, told)
    note(database, done, file.name)
    size = f", {_size(output.stat().st_size)}" if output else ""
    click.echo(f"{file}: {done.rows['offers']} Angebote{size}, Stand {done.moment:{MOMENT}}.", err=output is None)


@click.command("restore")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--overwrite", is_flag=True, help="Ersetzen, was die Datenbank schon enthält.")
@with_appcontext
def restore_command(file: Path, overwrite: bool) -> None:
    """Stellt alle Daten aus dem Archiv FILE wieder her: alles oder nichts.

    Zuerst wird das ganze Archiv geprüft. Eine Datenbank, die schon Angebote oder Konten enthält, wird nur mit --overwrite
    ersetzt. Laufende Seiten und die Indexierung merken es von selbst; der Index wird neu aufgebaut.
    """
    here = context()
    with _ended_by_exceptions(), file_errors(file), progress() as told, Archive(file) as archive:
        archive.check(told)
        if not overwrite and migrate.is_current(here.database):
            with here.database.reading() as session:
                if found := holdings(session):
                    raise in_use(found)
        done = restore(here.database, archive, here.settings.data_dir, overwrite=overwrite, progress=told)
    click.echo(f"{done.offers} Angebote aus {file} wiederhergestellt, Stand {archive.moment:{MOMENT}}.")
    if done.replaced:
        click.echo(f"Ersetzt wurden: {named(done.replaced)}.")
    click.echo("Alle Anmeldungen sind beendet. Der Index wird neu aufgebaut, sobald die Indexierung läuft.")


@contextmanager
def _ended_by_exceptions() -> Iterator[None]:
    """SIGTERM and a closed terminal end the command as Ctrl-C does: nothing half done is left behind."""
    numbers = (signal.SIGTERM, signal.SIGHUP)
    before = [signal.signal(number, lambda got, _: sys.exit(128 + got)) for number in numbers]
    try:
        yield
    finally:
        for number, handler in zip(numbers, before, strict=True):
            signal.signal(number, handler)


def _size(number: int) -> str:
    """Bytes for people."""
    power = min((len(str(number)) - 1) // 3, len(UNITS) - 1)
    return f"{number / 1000**power:.{min(power, 1)}f} {UNITS[power]}".replace(".", ",")
