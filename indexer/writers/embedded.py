"""Writes the embedded index: one tantivy writer a folder, opened with the first write and closed by `release`.

tantivy knows no versions, so the revision that an offer has in the index is looked up before it is replaced.
"""

import json
import os
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import tantivy

from indexer.writers import Deletion, Document, Failure, Indexed, belongs, made_at
from service.errors import SearchUnavailable
from service.german.analysis import Analysis
from service.paths import data_folder
from service.search.embedded.client import CURRENT, index_folder, translated
from service.search.embedded.schema import document, open_index
from service.search.engine import EngineName
from service.search.wordbook import read_lists

META = "angebote.json"
"""File beside tantivy's own; its meta.json is not ours."""
HEAP, LOAD_HEAP = 20_000_000, 100_000_000
"""Bytes that tantivy collects before it writes a segment, for single edits and for a full build."""
PAGE = 2_000
"""Documents of one page when ids and revisions are read."""


@dataclass(slots=True)
class _Opened:
    index: tantivy.Index
    writer: tantivy.IndexWriter


class EmbeddedWriter:
    """See `IndexWriter`. One thread at a time."""

    engine: EngineName = "embedded"

    def __init__(self, data_dir: Path, prefix: str, analysis: Analysis | None = None) -> None:
        self._folder = index_folder(data_dir)
        self._prefix = prefix
        self._analysis = analysis or read_lists(data_folder("mappings")).analysis
        self._writers: dict[str, _Opened] = {}

    @property
    def prepare(self) -> Callable[[Document], tantivy.Document]:
        """See `IndexWriter.prepare`: a document of tantivy's with the tokens of the analysis."""
        return partial(document, analysis=self._analysis)

    def create(self, name: str, meta: Mapping[str, Any]) -> None:
        """See `IndexWriter.create`."""
        folder = self._path(name)
        with translated(name):
            folder.mkdir(parents=True)
            open_index(folder)
            (folder / META).write_text(json.dumps(dict(meta), ensure_ascii=False), encoding="utf-8")

    def meta(self, name: str) -> dict[str, Any]:
        """See `IndexWriter.meta`."""
        with translated(name):
            found: dict[str, Any] = json.loads((self._path(name) / META).read_text(encoding="utf-8"))
        return found

    @contextmanager
    def load(self, name: str) -> Iterator["_FolderLoad"]:
        """See `IndexWriter.load`; one commit at the end."""
        self.release(name)
        opened = self._open(name, LOAD_HEAP)
        try:
            under_way = _FolderLoad(opened.writer, name)
            yield under_way
            with translated(name):
                opened.writer.commit()
        finally:
            self.release(name)

    def write(self, name: str, upserts: Sequence[Document], deletes: Sequence[Deletion] = ()) -> list[Failure]:
        """See `IndexWriter.write`."""
        opened = self._open(name, HEAP)
        wanted = [*((doc["offer_id"], doc["rev"]) for doc in upserts), *deletes]
        failures: list[Failure] = []
        try:
            with translated(name):
                known = _known_revs(opened.index, [offer_id for offer_id, _ in wanted])
                for offer_id, rev in deletes:
                    if offer_id in known and known[offer_id] <= rev:
                        opened.writer.delete_documents_by_term("offer_id", offer_id)
                for source in upserts:
                    if known.get(source["offer_id"], 0) <= source["rev"]:
                        failures += self._replace(opened.writer, source, known=source["offer_id"] in known)
                opened.writer.commit()
        except SearchUnavailable:
            self.release(name)  # a writer that failed once is not trusted again
            raise
        return failures

    def _replace(self, writer: tantivy.IndexWriter, source: Document, *, known: bool) -> list[Failure]:
        """The new document takes the old one's place; one that cannot be made leaves the old one where it is."""
        try:
            made = document(source, self._analysis)
        except (ValueError, KeyError, TypeError) as error:
            return [Failure(source["offer_id"], source["rev"], f"{type(error).__name__}: {error}")]
        if known:
            writer.delete_documents_by_term("offer_id", source["offer_id"])
        writer.add_document(made)
        return []

    def refresh(self, name: str) -> None:
        """Nothing to do: readers reload before each search."""

    def release(self, name: str) -> None:
        """See `IndexWriter.release`; what was not committed is lost."""
        opened = self._writers.pop(name, None)
        if opened:
            with suppress(ValueError, RuntimeError, OSError):
                opened.writer.rollback()
                opened.writer.wait_merging_threads()

    def switch(self, name: str) -> None:
        """See `IndexWriter.switch`: a new link is renamed over the old one."""
        if not (self._path(name) / META).is_file():
            raise SearchUnavailable(f"embedded index {name}: not there")
        link = self._folder / f".{CURRENT}-{os.getpid()}"
        with translated(name):
            link.unlink(missing_ok=True)
            link.symlink_to(name)
            link.replace(self._folder / CURRENT)

    def current(self) -> str:
        """See `IndexWriter.current`."""
        try:
            return os.readlink(self._folder / CURRENT)
        except OSError:
            return ""

    def names(self) -> list[str]:
        """See `IndexWriter.names`."""
        if not self._folder.is_dir():
            return []
        with translated(self._prefix):
            found = [path.name for path in self._folder.iterdir() if belongs(path.name, self._prefix)]
        return sorted(found, key=made_at)

    def drop(self, name: str) -> None:
        """See `IndexWriter.drop`. ValueError for the index that readers use."""
        if name == self.current():
            raise ValueError(f"{name} is in use")
        self.release(name)
        folder = self._path(name)
        if folder.exists():
            with translated(name):
                shutil.rmtree(folder)

    def entries(self, name: str) -> Iterator[Indexed]:
        """See `IndexWriter.entries`: slices of the id space, so that memory stays flat; ids are spread evenly."""
        folder = self._existing(name)
        with translated(name):
            index = open_index(folder)
            index.reload()
            searcher = index.searcher()
        slices = searcher.num_docs // PAGE + 1
        width = (1 << 64) // slices + 1
        for low in range(0, 1 << 64, width):
            with translated(name):
                found = _slice(index, searcher, low, min(low + width, 1 << 64) - 1)
            yield from found

    def close(self) -> None:
        """See `IndexWriter.close`."""
        for name in list(self._writers):
            self.release(name)

    def _path(self, name: str) -> Path:
        if not belongs(name, self._prefix):
            raise ValueError(f"{name} is no physical index of {self._prefix}")
        return self._folder / name

    def _existing(self, name: str) -> Path:
        folder = self._path(name)
        if not (folder / META).is_file():
            raise SearchUnavailable(f"embedded index {name}: not there")
        return folder

    def _open(self, name: str, heap: int) -> _Opened:
        if name not in self._writers:
            folder = self._existing(name)
            with translated(name):
                index = open_index(folder)
                self._writers[name] = _Opened(index, index.writer(heap_size=heap, num_threads=1))
        return self._writers[name]


class _FolderLoad:
    """See `Load`."""

    def __init__(self, writer: tantivy.IndexWriter, name: str) -> None:
        self.failures: list[Failure] = []
        self._writer = writer
        self._name = name

    def add(self, prepared: Sequence[tantivy.Document]) -> None:
        """See `Load.add`."""
        with translated(self._name):
            for made in prepared:
                self._writer.add_document(made)


def _known_revs(index: tantivy.Index, ids: Sequence[str]) -> dict[str, int]:
    """The revisions that these offers have in the index now."""
    index.reload()
    searcher = index.searcher()
    if not ids or not searcher.num_docs:
        return {}
    query = tantivy.Query.term_set_query(index.schema, "offer_id", list(ids))
    return {entry.offer_id: entry.rev for entry in _read(searcher, query, len(ids) + 1)}


def _slice(index: tantivy.Index, searcher: tantivy.Searcher, low: int, high: int) -> list[Indexed]:
    query = tantivy.Query.range_query(index.schema, "tie", tantivy.FieldType.Unsigned, low, high)
    return sorted(_read(searcher, query, max(1, searcher.num_docs)))


def _read(searcher: tantivy.Searcher, query: tantivy.Query, limit: int) -> Iterator[Indexed]:
    """What a query finds."""
    addresses = [address for _, address in searcher.search(query, limit=limit, count=False).hits]
    for address in addresses:
        stored = searcher.doc(address)
        yield Indexed(stored["offer_id"][0], stored["rev"][0], bytes(stored["content_hash"][0]).decode())
