"""Where races take place, and what is looked at afterwards."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from opensearchpy import OpenSearch
from opensearchpy.exceptions import ConflictError

from indexer import rebuild as rebuilding
from indexer.jobs import Orders
from indexer.switching import Indexing
from indexer.tail import Tail
from indexer.verify import verify
from indexer.writers import open_writer
from service import config
from service.search.criteria import SearchCriteria
from service.search.embedded.client import index_folder
from service.search.engines import open_engine
from service.search.service import SearchService
from service.store import indexes
from service.store.database import Database
from tests.faults.proxy import PASS, REFUSE, Proxy
from tests.indexer.conftest import TODAY, Clock

Happening = Callable[[str], None]
"""Something that happens while an index is built; it is told the step."""


@dataclass
class Place:
    """A store and an engine, which several processes share. `environment` is what each of them is given."""

    environment: Mapping[str, str]
    clock: Clock
    closing: ExitStack

    @property
    def settings(self) -> config.Settings:
        """What a process reads from the environment."""
        return config.load(self.environment)

    def open(self, **environment: str) -> Indexing:
        """Both sides with connections and a writer of their own, as another process opens them."""
        settings = config.load({**self.environment, **environment})
        database, writer = Database(settings.database_url), open_writer(settings)
        self.closing.callback(database.close)
        self.closing.callback(writer.close)
        return Indexing(database, writer, settings, self.clock, lambda: TODAY)

    @contextmanager
    def fragile(self) -> Iterator[tuple[Indexing, Callable[[bool], None]]]:
        """Both sides, and a switch that takes the engine away (True) and brings it back (False)."""
        if self.settings.engine == "opensearch":
            with Proxy(self.settings.search_url) as proxy:

                def cut(gone: bool) -> None:
                    proxy.fault = REFUSE if gone else PASS

                yield self.open(ANGEBOTE_SEARCH_URL=proxy.url), cut
        else:
            folder = index_folder(self.settings.data_dir)

            def move(gone: bool) -> None:
                away = folder.with_name("away")
                source, target = (folder, away) if gone else (away, folder)
                source.rename(target)

            yield self.open(), move

    def forget_deletions(self, name: str) -> None:
        """What time does to OpenSearch: it no longer knows the revision at which a document was deleted. A document that
        is deleted last shows when it is so far."""
        if self.settings.engine != "opensearch":
            return
        probe = {"index": name, "id": str(UUID(int=0))}
        with OpenSearch(self.settings.search_url, timeout=30) as client:
            client.indices.put_settings(index=name, body={"index": {"gc_deletes": "0ms"}})
            client.delete(**probe, params=_version(2) | {"ignore": 404})
            while True:
                client.indices.refresh(index=name)
                with suppress(ConflictError):  # it still knows
                    client.index(**probe, body={}, params=_version(1))
                    break
            client.delete(**probe, params=_version(3))

    def finds(self, work: Indexing, words: str) -> set[str]:
        """Titles of what readers find now."""
        service = SearchService(work.database, open_engine(self.settings))
        try:
            return {hit.data["title"] for hit in service.search(SearchCriteria(q=words)).found.hits}
        finally:
            service.engine.close()


def _version(number: int) -> dict[str, Any]:
    return {"version": number, "version_type": "external_gte"}


def tail_of(work: Indexing) -> Tail:
    """A tail whose jobs nobody does."""
    return Tail(work, Orders(work.database, work.writer.engine, work.clock, command=("false",)))


def catch_up(work: Indexing) -> None:
    """What a tail does until nothing is left to do."""
    tail = tail_of(work)
    while tail.turn():
        pass
    tail.close()


def build(work: Indexing, meanwhile: Happening = lambda _: None) -> str:
    """A rebuild during which something happens, once at the beginning of each step. Returns the new index' name."""
    seen: set[str] = set()

    def progress(_: int, __: int, step: str) -> None:
        if step not in seen:
            seen.add(step)
            meanwhile(step)

    return str(rebuilding.rebuild(work, "test", progress)["name"])


def on(day: Any, work: Indexing) -> Indexing:
    """The same place on another day; `day` is a date or says which day it is."""
    return replace(work, today=day if callable(day) else lambda: day)


def differences(work: Indexing) -> list[str]:
    """What `verify` says of all followed indexes, where it finds anything; what is left to apply counts too."""
    with work.database.reading() as session:
        lags = indexes.lag(session, work.writer.engine, work.clock())
        unserved = not indexes.served(session, work.writer.engine).index
    found = [f"{lag.name}: {lag.revisions} revisions behind" for lag in lags if lag.revisions]
    found += [str(outcome) for outcome in verify(work) if outcome.differences or outcome.refused]
    if unserved or not lags:
        found.append("no index is served")
    if work.writer.current() != next((lag.name for lag in lags if lag.state == "current"), ""):
        found.append(f"the engine serves {work.writer.current()!r}")
    return found
