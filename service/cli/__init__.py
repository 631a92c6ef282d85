"""`angebote`, the one command line. Commands of other packages join through the `flask.commands` entry point."""

import signal
import sys
from types import FrameType
from typing import Any

import click
from flask import Flask
from flask.cli import FlaskGroup
from sqlalchemy.exc import OperationalError, ProgrammingError

from service import config
from service.errors import ServiceError


def _create_app() -> Flask:
    from service.app import create_app  # noqa: PLC0415  a command that only prints its help loads no pages

    return create_app(config.load())


NOT_OURS = {"limiter"}
"""Commands that libraries add by themselves and that nobody here needs."""


class Commands(FlaskGroup):
    """Lists its commands without loading the application, so that --help works whatever the settings are."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Names of all commands."""
        self._load_plugin_commands()
        return [name for name in click.Group.list_commands(self, ctx) if name not in NOT_OURS]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """A command by name."""
        self._load_plugin_commands()
        return None if cmd_name in NOT_OURS else click.Group.get_command(self, ctx, cmd_name)


cli = Commands(
    name="angebote",
    create_app=_create_app,
    add_default_commands=False,
    add_version_option=False,
    load_dotenv=False,
    help="Suche nach den Integrationsangeboten eines Kreises: starten, füllen, indexieren, prüfen.",
)

cli.params.clear()  # --app, --env-file and --debug choose an application: here there is one


def _register() -> None:
    from service.cli.backup import backup_command, restore_command  # noqa: PLC0415  they need `cli`'s module
    from service.cli.exchange import export_command, import_command  # noqa: PLC0415
    from service.cli.jobs import jobs  # noqa: PLC0415
    from service.cli.run import migrate_command, run_command  # noqa: PLC0415
    from service.cli.user import user  # noqa: PLC0415

    for command in (
        run_command,
        migrate_command,
        import_command,
        export_command,
        backup_command,
        restore_command,
        user,
        jobs,
    ):
        cli.add_command(command)


def _end(number: int, _: FrameType | None) -> None:
    sys.exit(128 + number)


def main(args: list[str] | None = None) -> Any:
    """Runs the command line. An expected error is one line and exit code 1, never a traceback.

    SIGTERM ends a command as Ctrl-C does, with its temporary files cleared away; some commands have a way of their own.
    """
    _register()
    signal.signal(signal.SIGTERM, _end)
    try:
        return cli.main(args=args, prog_name="angebote")
    except (OperationalError, ProgrammingError) as error:
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
