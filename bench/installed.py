"""Whose search is evaluated: the installation that the settings name, or the demo offers in a store that goes afterwards."""

import secrets
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from indexer.rebuild import rebuild
from indexer.switching import Indexing
from indexer.writers import open_writer
from service import config
from service.cli.run import prepare
from service.config import PREFIX, EngineName, Settings
from service.context import Context
from service.errors import BadSetting
from service.exchange.demo import load_demo
from service.search.database.client import DatabaseEngine
from service.search.engine import SearchEngine
from service.search.engines import open_engine
from service.search.opensearch.client import connect
from service.search.service import DATABASE
from service.store import indexes, migrate
from service.store.database import Database

ENGINES = ("embedded", "opensearch", DATABASE)
GIVEN = ("COUNTY", "SEARCH_URL", "SEARCH_CA", "STANDBY")
"""Settings that the demo takes over."""


@dataclass(frozen=True, slots=True)
class Installed:
    """A store with an index on each engine that has any. `offers`: whose they are, "demo" or "bestand"."""

    settings: Settings
    database: Database
    engines: Sequence[str]
    offers: str

    def open(self, engine: str, seconds: float) -> SearchEngine:
        """One of the engines; the caller closes it."""
        if engine == DATABASE:
            return DatabaseEngine(self.database)
        return open_engine(self.settings, cast("EngineName", engine), seconds=seconds)


@contextmanager
def here(wanted: Sequence[str]) -> Iterator[Installed | None]:
    """What the settings name; None where no index is served yet. Raises `BadSetting` for an engine that is not there."""
    settings = config.load()
    with closing(Database(settings.database_url)) as database:
        served = _served(settings, database)
        if not served:
            yield None
            return
        engines = _of(wanted, served)
        yield Installed(settings, database, engines, "bestand")


def _served(settings: Settings, database: Database) -> list[EngineName]:
    """The engines with an index. A store that nobody has begun is left as it is."""
    if (
        settings.database_url.startswith("sqlite:")
        and not Path(settings.database_url.removeprefix("sqlite:///")).exists()
    ):
        return []
    if not migrate.is_current(database):
        return []
    with database.reading() as session:
        return [engine for engine in settings.engines if indexes.served(session, engine).index]


@contextmanager
def demo(folder: Path, environment: Mapping[str, str], wanted: Sequence[str]) -> Iterator[Installed]:
    """The demo offers of the county, stored in a folder and indexed on each engine. Raises `BadSetting`."""
    given = {PREFIX + name: environment[PREFIX + name] for name in GIVEN if environment.get(PREFIX + name)}
    own = {PREFIX + "DATA_DIR": str(folder), PREFIX + "INDEX_PREFIX": f"evaluate{secrets.token_hex(4)}"}
    state = Context(config.load(given | own))
    engines = _of(wanted, state.settings.engines)
    with closing(state.database) as database, ExitStack() as stack:
        prepare(state)
        load_demo(database, state.settings.county)
        for engine in [engine for engine in state.settings.engines if engine in engines]:
            writer = stack.enter_context(closing(open_writer(state.settings, engine)))
            if engine == "opensearch":
                stack.callback(_forget, state.settings, writer.names)
            rebuild(Indexing(database, writer, state.settings), "evaluate")
        yield Installed(state.settings, database, engines, "demo")


def _of(wanted: Sequence[str], there: Sequence[EngineName]) -> list[str]:
    """The engines that were named, else all with an index. The data base can always be asked."""
    if unknown := sorted(set(wanted) - set(ENGINES)):
        raise BadSetting(f"--engines {unknown[0]}: Möglich sind {', '.join(ENGINES)}.")
    if missing := sorted(set(wanted) - {*there, DATABASE}):
        raise BadSetting(
            f"--engines {missing[0]}: Hier gibt es keinen solchen Index ({PREFIX}SEARCH_URL, {PREFIX}STANDBY)."
        )
    return [engine for engine in (*there, DATABASE) if engine in (wanted or there)]


def _forget(settings: Settings, names: Callable[[], list[str]]) -> None:
    """Removes the demo's indexes from the server."""
    with closing(connect(settings, seconds=30)) as client:
        for name in names():
            client.indices.delete(index=name, params={"ignore_unavailable": "true"})
