"""`angebote`, the one command line. A command's module is read when the command is called; those of other packages join
through the entry point `angebote.commands`.
"""

import signal
import sys
from importlib import import_module
from importlib.metadata import entry_points
from types import FrameType
from typing import Any

import click
from flask import Flask
from flask.cli import FlaskGroup

from service import config
from service.errors import ServiceError

OTHERS = "angebote.commands"
OURS = {
    "backup": "service.cli.backup:backup_command",
    "export": "service.cli.exchange:export_command",
    "import": "service.cli.exchange:import_command",
    "jobs": "service.cli.jobs:jobs",
    "migrate": "service.cli.run:migrate_command",
    "restore": "service.cli.backup:restore_command",
    "run": "service.cli.run:run_command",
    "user": "service.cli.user:user",
}


def _create_app() -> Flask:
    """What commands work with; they have no pages."""
    from service.context import Context  # noqa: PLC0415  --help works at once, and whatever the settings are

    app = Flask("service", static_folder=None)
    app.extensions["angebote"] = Context(config.load())
    return app


class Commands(FlaskGroup):
    """Knows the names of its commands, and reads a command when it is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Names of all commands."""
        return sorted([*OURS, *entry_points(group=OTHERS).names])

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """A command by name."""
        found: click.Command
        if cmd_name in OURS:
            module, _, name = OURS[cmd_name].partition(":")
            found = getattr(import_module(module), name)
            return found
        for entry in entry_points(group=OTHERS, name=cmd_name):
            found = entry.load()
            return found
        return None


cli = Commands(
    name="angebote",
    create_app=_create_app,
    add_default_commands=False,
    add_version_option=False,
    load_dotenv=False,
    help="Suche nach den Integrationsangeboten eines Kreises: starten, füllen, indexieren, prüfen.",
)

cli.params.clear()  # --app, --env-file and --debug choose an application: here there is one


def _end(number: int, _: FrameType | None) -> None:
    sys.exit(128 + number)


def _of_another_schema() -> tuple[type[Any], ...]:
    """Errors of a data base without our tables; their library is read only where something went wrong."""
    from sqlalchemy.exc import OperationalError, ProgrammingError  # noqa: PLC0415

    return OperationalError, ProgrammingError


def main(args: list[str] | None = None) -> Any:
    """Runs the command line. An expected error is one line and exit code 1, never a traceback.

    SIGTERM ends a command as Ctrl-C does, with its temporary files cleared away; some commands have a way of their own.
    """
    signal.signal(signal.SIGTERM, _end)
    try:
        return cli.main(args=args, prog_name="angebote")
    except _of_another_schema() as error:
        reason = str(error.orig).splitlines()[0]
        click.secho(
            f"Die Datenbank ist leer oder von einer anderen Version. Bitte zuerst: angebote migrate ({reason})",
            err=True,
            fg="red",
        )
        sys.exit(1)
    except ServiceError as error:
        reason = getattr(error, "reason", "")
        click.secho(error.message + (f" ({reason})" if reason else ""), err=True, fg="red")
        sys.exit(1)
