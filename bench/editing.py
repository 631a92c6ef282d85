"""The longest wait of an editor who saves while an import is being written: `angebote import` in a process of its own."""

import json
import time
from collections.abc import Iterable

from bench.connection import BenchFailed
from bench.corpus import Record
from bench.figures import Figure
from bench.freshness import keys, retitle
from bench.rounds import p50, spread
from bench.stage import Stage
from service.errors import EditConflict, StoreUnavailable
from service.schemas.offer import dump_record

PAUSE = 0.05
"""Seconds between two savings of the one editor."""


def measure(stage: Stage, new_records: Iterable[Record]) -> list[Figure]:
    """Imports records that the store does not have yet. One round: a second import would change nothing."""
    file = stage.folder / "import.jsonl"
    count = 0
    with file.open("w", encoding="utf-8") as lines:
        for record in new_records:
            count += 1
            lines.write(json.dumps(dump_record(record), ensure_ascii=False) + "\n")
    chosen = keys(stage.any.database)
    process = stage.angebote("import", stage.engines[0], "import", str(file), "--format", "jsonl")
    started = time.perf_counter()
    waits: list[float] = []
    refused = 0
    try:
        while process.popen.poll() is None:
            begun = time.perf_counter()
            try:
                retitle(stage.any.database, chosen[len(waits) % len(chosen)], f"Angebot, gespeichert {len(waits)}")
            except (StoreUnavailable, EditConflict):
                refused += 1
            waits.append(time.perf_counter() - begun)
            time.sleep(PAUSE)
    finally:
        process.stop()
    seconds = time.perf_counter() - started
    if process.popen.returncode:
        process.check()
    if not waits:
        raise BenchFailed("the import was over before anybody saved")
    note = f"Import von {count} Angeboten in {seconds:.1f} s, {len(waits)} Mal gespeichert, {refused} Mal vergeblich"
    return [
        Figure("editing_longest", "", "Speichern, längstes Warten", "s", spread([max(waits)]), note),
        Figure("editing_p50", "", "Speichern, p50", "s", spread([p50(waits)])),
        Figure("import_rate", "", "Import", "/s", spread([count / seconds])),
    ]
