"""Memory of web workers and of the indexer. Resident memory counts shared pages in each process that has them, and the
pages of the embedded index' files that happen to be mapped; the proportional share (PSS) divides them."""

from collections.abc import Sequence
from pathlib import Path

from bench import throughput
from bench.addresses import EVERYTHING
from bench.connection import BenchFailed
from bench.figures import Figure
from bench.rounds import spread
from bench.stage import SERVICE, Stage

SECONDS = 5.0
"""How long pages are asked for before the workers are looked at."""


def measure(stage: Stage, searches: Sequence[str], seconds: float = SECONDS) -> list[Figure]:
    """Megabytes (10^6 bytes) of each web worker after work, of the tail, and the most that a rebuild took."""
    figures = []
    for engine in stage.engines:
        throughput.load(stage, engine, SERVICE, [f"{EVERYTHING}?{search}" for search in searches], seconds)
        process, _ = stage.web(engine)
        workers = [usage(pid) for pid in children(process.popen.pid)]
        if not workers:
            raise BenchFailed(f"no web worker on {engine}")
        own = ", ".join(f"{worker['Anonymous']:.0f}" for worker in workers)
        most = spread([max(worker["Rss"] for worker in workers)])
        figures += [
            Figure(
                "worker_rss",
                engine,
                "Größter Seitenprozess (RSS)",
                "MB",
                most,
                f"davon gehören den Prozessen allein {own} MB",
            ),
            Figure("worker_pss", engine, "Seitenprozess (PSS)", "MB", spread(worker["Pss"] for worker in workers)),
        ]
        with stage.tail(engine) as tail:
            indexer = usage(tail.popen.pid)
        figures += [
            Figure("indexer_rss", engine, "Indexierung, ruhend (RSS)", "MB", spread([indexer["Rss"]])),
            Figure("indexer_pss", engine, "Indexierung, ruhend (PSS)", "MB", spread([indexer["Pss"]])),
            Figure("rebuild_peak", engine, "Neuaufbau, Spitze (RSS)", "MB", spread(stage.peaks[engine])),
        ]
    return figures


def children(pid: int) -> list[int]:
    """The child processes."""
    found = Path(f"/proc/{pid}/task/{pid}/children")
    return [int(child) for child in found.read_text(encoding="ascii").split()]


def usage(pid: int) -> dict[str, float]:
    """Megabytes by kind: Rss, Pss, Anonymous (neither file nor shared)."""
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii").splitlines()[1:]
    kilobytes = {name: int(rest.split()[0]) for name, _, rest in (line.partition(":") for line in lines)}
    return {name: kilobytes[name] * 1024 / 1e6 for name in ("Rss", "Pss", "Anonymous")}
