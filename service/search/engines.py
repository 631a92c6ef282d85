"""Which engine an installation searches with."""

from service.config import Settings
from service.search.engine import SearchEngine


def open_engine(settings: Settings) -> SearchEngine:
    """The engine of these settings. Call it after gunicorn's fork; nothing is read or sent yet."""
    if settings.engine == "opensearch":
        from service.search.opensearch.client import OpenSearchEngine  # noqa: PLC0415  loaded only where it is used

        return OpenSearchEngine(settings)
    from service.search.embedded.client import EmbeddedEngine  # noqa: PLC0415

    return EmbeddedEngine(settings.data_dir)
