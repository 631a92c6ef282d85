"""Which engine an installation searches with."""

from service.config import Settings
from service.search.engine import SearchEngine

SECONDS = 1.0
"""How long a page waits for an engine on another machine."""


def open_engine(settings: Settings, *, seconds: float = SECONDS) -> SearchEngine:
    """The engine of these settings. Call it after gunicorn's fork; nothing is read or sent yet."""
    if settings.engine == "opensearch":
        from service.search.opensearch.client import OpenSearchEngine  # noqa: PLC0415  loaded only where it is used

        return OpenSearchEngine(settings, seconds=seconds)
    from service.search.embedded.client import EmbeddedEngine  # noqa: PLC0415

    return EmbeddedEngine(settings.data_dir)
