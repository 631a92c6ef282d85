"""`angebote run`: everything that one machine needs, in the foreground; `angebote migrate`: the store only."""

import ipaddress
import os
import secrets
import socket
import sys
import tempfile
import urllib.request
from contextlib import ExitStack, suppress
from datetime import UTC, datetime

import click
from flask.cli import with_appcontext

from service import config
from service.cli.supervisor import Supervisor
from service.config import Settings
from service.context import Context, context
from service.errors import BadSetting, StoreUnavailable
from service.exchange.demo import load_demo
from service.store import accounts, indexes, jobs, leases, migrate, terms
from service.store.lease import owned_by
from service.vocabulary import read_folder

ANGEBOTE = [sys.executable, "-P", "-m", "service.cli"]
FIRST_BUILD_SECONDS = 30.0
"""How long the pages wait for the first index; after that visitors find offers without one."""
DEMO_MAIL = "redaktion@example.org"


@click.command("migrate")
@with_appcontext
def migrate_command() -> None:
    """Bringt die Datenbank auf den neuesten Stand und lädt die Vokabulare."""
    prepare(context())
    click.echo("Die Datenbank ist auf dem neuesten Stand.")


@click.command("run")
@click.option("--host", default="127.0.0.1", show_default=True, help="Adresse, auf der der Dienst antwortet.")
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535), help="Port.")
@click.option(
    "--demo/--no-demo",
    default=True,
    help="Beispielangebote in einen leeren Bestand laden (nur auf dem eigenen Rechner).",
)
@with_appcontext
def run_command(host: str, port: int, demo: bool) -> None:
    """Startet alles auf einem Rechner: Datenbank, Angebote, Index, Seiten. Strg-C beendet alles."""
    state = context()
    settings = state.settings
    _check(settings, host, port, demo)
    secret = settings.secret_key or config.demo_secret(settings.data_dir)
    prepare(state)
    if demo:
        _fill(state)
    environment = {**os.environ, "ANGEBOTE_SECRET_KEY": secret}
    with ExitStack() as stack:
        environment["PROMETHEUS_MULTIPROC_DIR"] = stack.enter_context(tempfile.TemporaryDirectory(prefix="angebote-"))
        children = Supervisor(environment, on_death=lambda pid: _free_leases(state, pid))
        stack.callback(children.stop)
        started = datetime.now(UTC)
        children.start("Indexierung", [*ANGEBOTE, "index", "tail"])
        children.start("Aufgaben", [*ANGEBOTE, "jobs", "run"])
        children.wait(
            lambda: _served(state) or _refused(state, started),
            "Der Index wird aufgebaut …",
            seconds=FIRST_BUILD_SECONDS,
        )
        if not _served(state):
            click.secho("Noch gibt es keinen Index: bis er aufgebaut ist, sucht die Datenbank.", fg="yellow")
        state.database.close()
        address = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
        children.start("Seiten", gunicorn(address, settings.web_workers))
        children.wait(lambda: _answers(address), "Die Seiten werden gestartet …", needed="Seiten")
        click.secho(f"Bereit: http://{address}/   (Strg-C beendet)", bold=True)
        children.watch()


def prepare(state: Context) -> None:
    """Migrates the store and loads the county's vocabularies. Raises `StoreUnavailable`, `BadSetting`."""
    migrate.upgrade(state.database)
    lists = read_folder(state.settings.county)
    with state.database.writing() as session:
        terms.replace(session, lists)


def _check(settings: Settings, host: str, port: int, demo: bool) -> None:
    if not demo:
        config.require_secret(settings)
    try:
        loopback = ipaddress.ip_address("127.0.0.1" if host == "localhost" else host).is_loopback
    except ValueError:
        raise BadSetting(f"--host {host}: Bitte eine IP-Adresse angeben, z. B. 127.0.0.1 oder 0.0.0.0.") from None
    if not loopback and demo:
        raise BadSetting(
            "Mit Beispielangeboten antwortet der Dienst nur auf dem eigenen Rechner. Für andere: --no-demo."
        )
    if not loopback and not settings.rate_limits:
        raise BadSetting("ANGEBOTE_RATE_LIMITS=off ist nur auf dem eigenen Rechner erlaubt.")
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            reason = "ist belegt" if error.errno in {48, 98} else f"geht nicht ({error.strerror})"
            raise BadSetting(f"Port {port} auf {host} {reason}. Bitte mit --port einen anderen wählen.") from None


def _fill(state: Context) -> None:
    """Demo offers and a first account, into an empty store only."""
    if loaded := load_demo(state.database, state.settings.county):
        click.echo(f"{loaded} Beispielangebote geladen.")
    with state.database.writing() as session:
        if not accounts.any_account(session):
            password = "-".join(secrets.token_hex(3) for _ in range(4))
            accounts.add(session, DEMO_MAIL, "Redaktion (Demo)", password, "staff")
            click.echo(f"Zugang zur Redaktion: {DEMO_MAIL}, Passwort {password} (wird nur einmal gezeigt)")


def _served(state: Context) -> bool:
    with state.database.reading() as session:
        return bool(indexes.served(session, state.settings.engine).index)


def _refused(state: Context, since: datetime) -> bool:
    """True where the first build has failed, as it does while OpenSearch is away."""
    kind = jobs.rebuild(state.settings.engine)
    with state.database.reading() as session:
        return any(job.state == jobs.FAILED and job.ordered_at >= since for job in jobs.latest(session, kind, 5))


def _free_leases(state: Context, pid: int) -> None:
    """What a dead child held is free at once: the one that takes its place need not wait until its leases expire."""
    with suppress(StoreUnavailable), state.database.writing() as session:
        leases.release_all(session, owned_by(pid), datetime.now(UTC))
    state.database.close()


def gunicorn(address: str, workers: int, app: str = "service.wsgi:app") -> list[str]:
    """The command that serves an application as `angebote run` does; the bench serves its own in the same way."""
    options = ["--bind", address, "--workers", str(workers), "--worker-class", "gthread", "--threads", "4"]
    options += ["--graceful-timeout", "10", "--log-level", "warning", "--no-control-socket"]
    return [sys.executable, "-P", "-m", "gunicorn", *options, app]


def _answers(address: str) -> bool:
    try:
        with urllib.request.urlopen(f"http://{address}/healthz", timeout=1) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False
