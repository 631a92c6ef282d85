"""What commands that write files share: targets that appear when they are complete, clear errors, progress."""

import errno
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn

PATIENCE = 1.0
"""Seconds until a progress bar appears."""
REASONS = {
    errno.ENOSPC: "Der Datenträger ist voll.",
    errno.EDQUOT: "Der Platz, der diesem Benutzer zusteht, ist verbraucht.",
    errno.EFBIG: "Die Datei würde größer als erlaubt.",
    errno.EACCES: "Dazu fehlen die Rechte.",
    errno.EPERM: "Dazu fehlen die Rechte.",
    errno.EROFS: "Hier darf nicht geschrieben werden.",
    errno.EIO: "Der Datenträger lässt sich nicht lesen oder schreiben.",
}
Told = Callable[[str, int, int | None], None]


@contextmanager
def file_errors(name: Path | None = None) -> Iterator[None]:
    """Full disks and missing rights as one line and exit code 1; errors of the product are told by `service.cli.main`."""
    try:
        yield
    except BrokenPipeError:
        raise  # somebody read no further (head): click ends without a word
    except OSError as error:
        reason = REASONS.get(error.errno or 0, error.strerror or str(error))
        raise click.ClickException(f"{name or error.filename or 'Datei'}: {reason}") from None


@contextmanager
def target(output: Path | None, hint: str) -> Iterator[IO[bytes]]:
    """Standard output, or a file that appears under its name only when it is complete and on the disk; mode 0600.

    `hint` is the parameter that a wrong name is reported for.
    """
    if output is None:
        yield sys.stdout.buffer
        return
    if not output.parent.is_dir():
        raise click.BadParameter(f"Den Ordner {output.parent} gibt es nicht.", param_hint=hint)
    if output.is_symlink() or (output.exists() and not output.is_file()):
        raise click.BadParameter(f"{output} ist keine gewöhnliche Datei.", param_hint=hint)
    with tempfile.NamedTemporaryFile(dir=output.parent, prefix=f".{output.name}-", delete=False) as file:
        part = Path(file.name)
        try:
            yield file.file
            file.flush()
            os.fsync(file.fileno())
            part.chmod(0o600)
            part.replace(output)
            _keep_name(output.parent)
        finally:
            part.unlink(missing_ok=True)


def _keep_name(folder: Path) -> None:
    """Has the folder's entry written to the disk, too."""
    opened = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)


@contextmanager
def progress() -> Iterator[Told]:
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
