"""What an application works with: settings, store, search. Kept in `app.extensions["angebote"]`."""

from dataclasses import dataclass
from functools import cached_property

from flask import current_app, has_request_context, request

from service.config import Settings
from service.county import County, read_county
from service.search.criteria import PAGE_SIZE, SearchCriteria
from service.search.ladder import Ladder
from service.search.service import Answer, SearchService
from service.store.database import Database
from service.store.indexes import Served

ANSWERS = "angebote.answers"
"""Where a request keeps the answers that it was given."""


class RequestSearch(SearchService):
    """A level's search on web pages: a request asks the store once which index is served, however often it needs to
    know, and remembers which answers it was given."""

    def served(self) -> Served:
        """The state of the served index at the request's first question. Raises `StoreUnavailable`."""
        if not has_request_context():
            return super().served()
        key = f"angebote.served.{self.engine.name}"
        known: Served | None = request.environ.get(key)
        if known is None:
            known = request.environ[key] = super().served()
        return known

    def search(
        self, criteria: SearchCriteria, *, counted: bool = True, size: int = PAGE_SIZE, shown: bool = True
    ) -> Answer:
        """See `SearchService.search`."""
        answer = super().search(criteria, counted=counted, size=size, shown=shown)
        if has_request_context():
            request.environ.setdefault(ANSWERS, []).append(answer)
        return answer


@dataclass
class Context:
    """Opened lazily: a command that needs no engine opens none, and nothing is opened before gunicorn forks."""

    settings: Settings
    patience: float | None = None
    """Seconds that a statement may take; None: as long as it takes."""

    @cached_property
    def database(self) -> Database:
        """The store."""
        return Database(self.settings.database_url, self.patience)

    @cached_property
    def county(self) -> County:
        """Name and contact of the county."""
        return read_county(self.settings.county)

    @cached_property
    def search(self) -> Ladder:
        """The search over the engines and the store."""
        from service.search.engines import open_search  # noqa: PLC0415  loads the engine's library only where it is used

        return open_search(self.database, self.settings, RequestSearch)


def context() -> Context:
    """The context of the running application."""
    found: Context = current_app.extensions["angebote"]
    return found
