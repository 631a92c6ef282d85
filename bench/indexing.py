"""How fast an index is rebuilt, against the engine's own speed with the same documents prepared beforehand.

A rebuild reads the store, learns words, builds documents, loads, checks, asks the old and the new index the judged queries
(the seconds of that are shown on their own) and switches. The bare rate is what the engine
takes alone: OpenSearch by two connections of 500 documents each, tantivy by one writer with two threads and one commit.
"""

import json
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

from bench.connection import BenchFailed, Connection
from bench.figures import Figure
from bench.rounds import interleaved, ratios, spread
from bench.stage import STEPS, Built, Stage
from indexer import document
from indexer.writers import BULK
from indexer.writers.bulk import CONNECTIONS
from indexer.writers.embedded import LOAD_HEAP
from service.clock import today
from service.paths import data_folder
from service.search import wordbook
from service.search.embedded import schema
from service.search.engine import EngineName
from service.search.opensearch import mapping
from service.store import records

Document = document.Document


def measure(stage: Stage, rounds: int, until: float) -> list[Figure]:
    """Offers a second of a rebuild and of the bare engine, on each engine, and their quotient."""
    builds: dict[EngineName, list[Built]] = {engine: [] for engine in stage.engines}
    rivals: dict[str, Callable[[], float]] = {}
    counts: dict[EngineName, int] = {}
    for engine in stage.engines:
        chunks, counts[engine] = _prepare(stage, engine)
        alone = _bulk_opensearch if engine == "opensearch" else _bulk_embedded
        rivals[f"rebuild {engine}"] = partial(_rebuild, stage, engine, builds[engine])
        rivals[f"bare {engine}"] = partial(alone, stage, chunks)
    found = interleaved(rivals, rounds, until)
    figures = []
    for engine in stage.engines:
        bare = [counts[engine] / seconds for seconds in found[f"bare {engine}"]]
        figures += _figures(engine, counts[engine], builds[engine], bare)
    return figures


def _rebuild(stage: Stage, engine: EngineName, builds: list[Built]) -> float:
    builds.append(stage.rebuild(engine))
    return builds[-1].total


def _figures(engine: EngineName, count: int, builds: Sequence[Built], bare: Sequence[float]) -> list[Figure]:
    """The questions that the gate asks are as many for any number of offers: a rate says more without them."""
    whole = [count / built.total for built in builds]
    building = [count / (built.total - built.gate) for built in builds]
    steps = builds[-1].seconds
    note = ", ".join(f"{label} {steps[name]:.1f} s" for name, label in STEPS.items() if name in steps)
    note += f" (davon Güteprüfung {builds[-1].gate:.1f} s)"
    return [
        Figure("indexing", engine, "Neuaufbau ohne Güteprüfung", "/s", spread(building), note),
        Figure("indexing_whole", engine, "Neuaufbau im Ganzen", "/s", spread(whole)),
        Figure("indexing_gate", engine, "Güteprüfung", "s", spread(built.gate for built in builds)),
        Figure("indexing_bare", engine, "Fertige Dokumente allein", "/s", spread(bare)),
        Figure("indexing_ratio", engine, "Neuaufbau : fertige Dokumente", "×", ratios(building, bare)),
        Figure("indexing_whole_ratio", engine, "Im Ganzen : fertige Dokumente", "×", ratios(whole, bare)),
    ]


def _prepare(stage: Stage, engine: EngineName) -> tuple[list[Path], int]:
    """The documents as the rebuild makes them, 500 in a file, ready to be sent."""
    here = stage.contexts[engine]
    search = stage.search(engine)
    book = search.book(search.served())
    day, count = today(), 0
    files: list[Path] = []
    with here.database.reading() as session:
        for offers in records.stream(session, BULK):
            documents = [document.build(offer, book, day) for offer in offers]
            path = stage.folder / f"{engine}-{len(files)}.ndjson"
            path.write_bytes(b"".join(_lines(entry) for entry in documents))
            files.append(path)
            count += len(documents)
    return files, count


def _lines(entry: Document) -> bytes:
    head = json.dumps({"index": {"_id": entry["offer_id"]}})
    return f"{head}\n{json.dumps(entry, ensure_ascii=False)}\n".encode()


def _bulk_opensearch(stage: Stage, chunks: list[Path]) -> float:
    """Seconds until all documents are searchable in an index of the same mapping."""
    settings = stage.settings("opensearch")
    connections = [stage.opensearch() for _ in range(CONNECTIONS)]
    name = f"{settings.index_prefix}-bare"
    definition = mapping.read(data_folder("mappings")).body()
    definition["settings"]["index"] = definition["settings"].get("index", {}) | {"refresh_interval": "-1"}
    connections[0].put(f"/{name}", json.dumps(definition).encode())
    try:
        started = time.perf_counter()
        with ThreadPoolExecutor(CONNECTIONS) as threads:
            parts = [chunks[number::CONNECTIONS] for number in range(CONNECTIONS)]
            list(threads.map(partial(_send, name), connections, parts))
        connections[0].post(f"/{name}/_refresh", b"")
        return time.perf_counter() - started
    finally:
        connections[0].delete(f"/{name}")
        for connection in connections:
            connection.close()


def _send(name: str, connection: Connection, chunks: list[Path]) -> None:
    for chunk in chunks:
        answer = connection.post(f"/{name}/_bulk?filter_path=errors", chunk.read_bytes(), "application/x-ndjson")
        if json.loads(answer)["errors"]:
            raise BenchFailed("OpenSearch refused documents of the bare load")


def _bulk_embedded(stage: Stage, chunks: list[Path]) -> float:
    """Seconds until prepared tantivy documents are committed; as many threads as OpenSearch gets connections."""
    analysis = wordbook.read_lists(data_folder("mappings")).analysis
    documents = [schema.document(entry, analysis) for entry in _read(chunks)]
    folder = stage.folder / "bare"
    folder.mkdir()
    try:
        writer = schema.open_index(folder).writer(heap_size=LOAD_HEAP, num_threads=CONNECTIONS)
        started = time.perf_counter()
        for entry in documents:
            writer.add_document(entry)
        writer.commit()
        seconds = time.perf_counter() - started
        writer.wait_merging_threads()
    finally:
        _remove(folder)
    return seconds


def _read(chunks: list[Path]) -> Iterator[Document]:
    for chunk in chunks:
        for line in chunk.read_bytes().splitlines()[1::2]:
            entry: Document = json.loads(line)
            yield entry


def _remove(folder: Path) -> None:
    for path in folder.iterdir():
        path.unlink()
    folder.rmdir()
