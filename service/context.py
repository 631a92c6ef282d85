"""What an application works with: settings, store, search. Kept in `app.extensions["angebote"]`."""

from dataclasses import dataclass
from functools import cached_property

from flask import current_app, has_request_context, request

from service.config import Settings
from service.county import County, read_county
from service.search.service import SearchService
from service.store.database import Database
from service.store.indexes import Served


class RequestSearch(SearchService):
    """The search of web pages: a request asks the store once which index is served, however often it needs to know."""

    def served(self) -> Served:
        """The state of the served index at the request's first question. Raises `StoreUnavailable`."""
        if not has_request_context():
            return super().served()
        known: Served | None = request.environ.get("angebote.served")
        if known is None:
            known = request.environ["angebote.served"] = super().served()
        return known


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

        return RequestSearch(self.database, open_engine(self.settings))


def context() -> Context:
    """The context of the running application."""
    found: Context = current_app.extensions["angebote"]
    return found
