"""Writers: the two engines as the indexer sees them.

A writer works on physical indexes by their own names, never on the alias. Deletes and documents carry the offer's
revision, and a write never replaces a newer one, so that repeats and reordering are harmless.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, NamedTuple, Protocol

from service.config import Settings
from service.search.engine import EngineName
from service.search.opensearch.mapping import parse_name

Document = Mapping[str, Any]
"""A search document as `indexer.document.build` makes it; `offer_id` and `rev` name it."""
Deletion = tuple[str, int]
"""UUID and revision of an offer that is not visible any more."""

SMALL_BATCH = 20
"""Up to so many changes are made visible at once; a larger batch becomes visible with the engine's next refresh."""
BULK = 500
"""Documents of one request in a full build; measured: two connections of 500 are quickest on two cores."""


@dataclass(frozen=True, slots=True)
class Failure:
    """A document that the engine will never take as it is."""

    offer_id: str
    rev: int
    error: str


class Indexed(NamedTuple):
    """What an index holds of an offer: its UUID, its revision, and the fingerprint of its document."""

    offer_id: str
    rev: int
    content_hash: str


class Load(Protocol):
    """A full build under way."""

    failures: list[Failure]

    def add(self, prepared: Sequence[Any]) -> None:
        """Takes what `IndexWriter.prepare` made of documents, each offer once. All of it is in the index when the load's
        block ends without an exception."""


class IndexWriter(Protocol):
    """All methods raise `SearchUnavailable` where the engine does not do it; the caller then repeats the whole batch."""

    engine: EngineName

    @property
    def prepare(self) -> Callable[[Document], Any]:
        """Turns a document into what the engine takes. It can go to another process, and its results can come back.
        ValueError, KeyError or TypeError for a document that the engine cannot take."""

    def create(self, name: str, meta: Mapping[str, Any]) -> None:
        """A new, empty index; `meta` is kept in it."""

    def meta(self, name: str) -> dict[str, Any]:
        """What `create` was given."""

    def load(self, name: str) -> AbstractContextManager[Load]:
        """Fills a new index as fast as the machine can; nothing is visible before `refresh`."""

    def write(self, name: str, upserts: Sequence[Document], deletes: Sequence[Deletion] = ()) -> list[Failure]:
        """Writes one batch, each offer once; durable on return. Older revisions than those in the index are left out."""

    def refresh(self, name: str) -> None:
        """Makes everything written so far visible."""

    def release(self, name: str) -> None:
        """Gives up what only one process may hold (the embedded index' writer); the next write takes it again."""

    def switch(self, name: str) -> None:
        """Lets readers use this index from now on, in one step."""

    def current(self) -> str:
        """The index that readers use, "" where there is none."""

    def names(self) -> list[str]:
        """All physical indexes of this installation, oldest first."""

    def drop(self, name: str) -> None:
        """Deletes an index that readers do not use; nothing happens where it is gone already."""

    def entries(self, name: str) -> Iterator[Indexed]:
        """Every document, in order of UUIDs, as of the last refresh."""

    def close(self) -> None:
        """Releases connections, files and locks."""


def belongs(name: str, prefix: str) -> bool:
    """True for a physical index of this installation; the alias is none."""
    parts = parse_name(name)
    return parts is not None and parts.prefix == prefix


def made_at(name: str) -> datetime:
    """When an index was made, by its name; the beginning of time for a name that is none of ours."""
    parts = parse_name(name)
    return parts.built if parts else datetime.min.replace(tzinfo=UTC)


def open_writer(settings: Settings, engine: EngineName | None = None) -> IndexWriter:
    """The writer of an engine, of the one that answers where none is named. Opens no connection yet."""
    if (engine or settings.engine) == "opensearch":
        from indexer.writers.opensearch import OpenSearchWriter, connect  # noqa: PLC0415  loads only what is used

        return OpenSearchWriter(connect(settings), settings.index_prefix)
    from indexer.writers.embedded import EmbeddedWriter  # noqa: PLC0415  loads only what is used

    return EmbeddedWriter(settings.data_dir, settings.index_prefix)
