"""Which engine an installation searches with."""

from service.config import Settings
from service.search.engine import EngineName, SearchEngine

SECONDS = 1.0
"""How long a page waits for an engine on another machine."""


def open_engine(
    settings: Settings, engine: EngineName | None = None, *, seconds: float = SECONDS, index: str = ""
) -> SearchEngine:
    """An engine of these settings, the primary one unless another is named. `index`: one physical index to read, whether
    it is served or not. Call it after gunicorn's fork; nothing is read or sent yet."""
    if (engine or settings.engine) == "opensearch":
        from service.search.opensearch.client import OpenSearchEngine  # noqa: PLC0415  loaded only where it is used

        return OpenSearchEngine(settings, seconds=seconds, index=index)
    from service.search.embedded.client import EmbeddedEngine  # noqa: PLC0415

    return EmbeddedEngine(settings.data_dir, index)
