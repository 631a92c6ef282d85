"""What an application works with: settings, store, search. Kept in `app.extensions["angebote"]`."""

from dataclasses import dataclass
from functools import cached_property

from flask import current_app

from service.config import Settings
from service.county import County, read_county
from service.search.service import SearchService
from service.store.database import Database


@dataclass
class Context:
    """Opened lazily: a command that needs no engine opens none, and nothing is opened before gunicorn forks."""

    settings: Settings

    @cached_property
    def database(self) -> Database:
        """The store."""
        return Database(self.settings.database_url)

    @cached_property
    def county(self) -> County:
        """Name and contact of the county."""
        return read_county(self.settings.county)

    @cached_property
    def search(self) -> SearchService:
        """The search over store and engine."""
        from service.search.engines import open_engine  # noqa: PLC0415  loads the engine's library only where it is used

        return SearchService(self.database, open_engine(self.settings))


def context() -> Context:
    """The context of the running application."""
    found: Context = current_app.extensions["angebote"]
    return found
