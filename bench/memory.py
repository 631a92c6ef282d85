"""Memory of web workers, of the indexer at rest, and of a rebuild with all of its processes (`bench.sampling`)."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from functools import partial

from bench import throughput
from bench.addresses import EVERYTHING
from bench.connection import BenchFailed
from bench.figures import Figure
from bench.rounds import interleaved, spread
from bench.sampling import PAUSE, Watch, children, usage
from bench.stage import SERVICE, STEPS, Built, Stage
from service.search.engine import EngineName

SECONDS = 5.0
"""How long pages are asked for before the workers are looked at."""
Round = tuple[Built, Watch]


def measure(stage: Stage, searches: Sequence[str], rounds: int, until: float, seconds: float = SECONDS) -> list[Figure]:
    """Megabytes (10^6 bytes) of each web worker after work, of the tail, and the most that a rebuild takes."""
    figures = []
    for engine in stage.engines:
        figures += _workers(stage, engine, searches, seconds) + _tail(stage, engine)
    rivals: dict[str, Callable[[], Round]] = {engine: partial(_rebuild, stage, engine) for engine in stage.engines}
    for name, found in interleaved(rivals, rounds, until).items():
        figures += _figures(name, found)
    return figures


def _workers(stage: Stage, engine: EngineName, searches: Sequence[str], seconds: float) -> list[Figure]:
    throughput.load(stage, engine, SERVICE, [f"{EVERYTHING}?{search}" for search in searches], seconds)
    process, _ = stage.web(engine)
    workers = [used for pid in children(process.popen.pid) if (used := usage(pid))]
    if not workers:
        raise BenchFailed(f"no web worker on {engine}")
    own = ", ".join(f"{worker['Anonymous']:.0f}" for worker in workers)
    most = spread([max(worker["Rss"] for worker in workers)])
    note = f"davon gehören den Prozessen allein {own} MB"
    return [
        Figure("worker_rss", engine, "Größter Seitenprozess (RSS)", "MB", most, note),
        Figure("worker_pss", engine, "Seitenprozess (PSS)", "MB", spread(worker["Pss"] for worker in workers)),
    ]


def _tail(stage: Stage, engine: EngineName) -> list[Figure]:
    with stage.tail(engine) as tail:
        indexer = usage(tail.popen.pid)
        tail.check()
    return [
        Figure("indexer_rss", engine, "Indexierung, ruhend (RSS)", "MB", spread([indexer["Rss"]])),
        Figure("indexer_pss", engine, "Indexierung, ruhend (PSS)", "MB", spread([indexer["Pss"]])),
    ]


def _rebuild(stage: Stage, engine: EngineName) -> Round:
    watch = Watch()
    return stage.rebuild(engine, watch=watch.look, pause=PAUSE), watch


def _figures(engine: str, rounds: Sequence[Round]) -> list[Figure]:
    watches = [watch for _, watch in rounds]
    processes = max(watch.most(lambda sample: sample.processes) for watch in watches)
    own = watches[-1].most(lambda sample: sample.tree["Anonymous"])
    note = f"{processes:.0f} Prozesse, alle {PAUSE:g} s gemessen; ohne Seiten von Dateien {own:.0f} MB."
    note += f" Spitze je Schritt: {_by_step(*rounds[-1])}"
    values = {
        "rebuild_rss": spread(watch.most(lambda sample: sample.main["Rss"]) for watch in watches),
        "rebuild_pss": spread(watch.most(lambda sample: sample.main["Pss"]) for watch in watches),
        "rebuild_tree_rss": spread(watch.most(lambda sample: sample.tree["Rss"]) for watch in watches),
        "rebuild_tree_pss": spread(watch.most(lambda sample: sample.tree["Pss"]) for watch in watches),
    }
    labels = {
        "rebuild_rss": "Neuaufbau, Hauptprozess (RSS)", "rebuild_pss": "Neuaufbau, Hauptprozess (PSS)",
        "rebuild_tree_rss": "Neuaufbau, alle Prozesse (RSS)", "rebuild_tree_pss": "Neuaufbau, alle Prozesse (PSS)",
    }  # fmt: skip
    figures = [
        Figure(name, engine, labels[name], "MB", value, note if name == "rebuild_tree_pss" else "")
        for name, value in values.items()
    ]
    growth = spread(watch.growth(*spans(built)["load"]) for built, watch in rounds)
    figures.append(Figure("rebuild_growth", engine, "Laden, letztes : erstes Drittel (PSS)", "×", growth))
    return figures


def spans(built: Built) -> dict[str, tuple[datetime, float]]:
    """Step → when it began and how many seconds it took, counted back from the switch."""
    found = {}
    end = built.switched_at
    for step in ("check", "follow", "load", "learn"):
        seconds = built.seconds[step]
        end -= timedelta(seconds=seconds)
        found[step] = (end, seconds)
    return found


def _by_step(built: Built, watch: Watch) -> str:
    """The most memory in each step of a rebuild, in its order."""
    parts = []
    for step, (begun, seconds) in reversed(spans(built).items()):
        ended = begun + timedelta(seconds=seconds)
        most = max((sample.tree["Pss"] for sample in watch.samples if begun <= sample.at < ended), default=0.0)
        parts.append(f"{STEPS[step]} {most:.0f} MB")
    return ", ".join(parts)
