"""Which engines an installation searches with, and in which order."""

from service.config import Settings
from service.search.breaker import Breaker
from service.search.engine import EngineName, SearchEngine
from service.search.ladder import Ladder, Level
from service.search.service import SearchService
from service.search.watching import Watch
from service.store.database import Database

SECONDS = 1.0
"""How long a page waits for an engine on another machine."""


def open_engine(settings: Settings, engine: EngineName | None = None, *, seconds: float = SECONDS) -> SearchEngine:
    """An engine of these settings, by default the first. Call it after gunicorn's fork; nothing is read or sent yet."""
    if (engine or settings.engine) == "opensearch":
        from service.search.opensearch.client import OpenSearchEngine  # noqa: PLC0415  loaded only where it is used

        return OpenSearchEngine(settings, seconds=seconds)
    from service.search.embedded.client import EmbeddedEngine  # noqa: PLC0415

    return EmbeddedEngine(settings.data_dir)


def open_search(database: Database, settings: Settings, kind: type[SearchService] = SearchService) -> Ladder:
    """The search of an installation: its engines in order, at last the data base. Call it after gunicorn's fork."""
    from service.search.database.client import DatabaseEngine  # noqa: PLC0415

    watch = Watch()
    store = Breaker(changed=watch.changes("store"))

    def level(name: str, engine: SearchEngine) -> Level:
        service = kind(database, engine, level=name, store=store)
        return Level(service, Breaker(changed=watch.changes(name)))

    levels = [
        level(engine if number == 0 else "standby", open_engine(settings, engine))
        for number, engine in enumerate(settings.engines)
    ]
    return Ladder([*levels, level("database", DatabaseEngine(database))], watch.failed)
