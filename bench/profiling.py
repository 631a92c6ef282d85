"""Where the time of a results page goes: cProfile over the pages of the list, in this process."""

import cProfile
import io
import pstats
from collections.abc import Sequence
from contextlib import redirect_stderr
from pathlib import Path

from bench.addresses import EVERYTHING
from bench.connection import BenchFailed
from bench.stage import Stage
from service.app import create_app

SHOWN = 60


def write(stage: Stage, searches: Sequence[str], folder: Path) -> list[Path]:
    """`results-<engine>.prof` for tools and `.txt` for reading, each page once after a first time for nothing."""
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for engine in stage.engines:
        profile, log = cProfile.Profile(), io.StringIO()
        with redirect_stderr(log):
            client = create_app(stage.settings(engine)).test_client()
            for number in range(2):
                if number:
                    profile.enable()
                for search in searches:
                    answer = client.get(f"{EVERYTHING}?{search}")
                    if answer.status_code != 200:
                        raise BenchFailed(f"{answer.status_code} on {engine} for {search}: {log.getvalue()[-500:]}")
            profile.disable()
        text = io.StringIO()
        pstats.Stats(profile, stream=text).sort_stats("cumulative").print_stats(SHOWN).sort_stats(
            "tottime"
        ).print_stats(SHOWN)
        profile.dump_stats(folder / f"results-{engine}.prof")
        (folder / f"results-{engine}.txt").write_text(text.getvalue(), encoding="utf-8")
        written.append(folder / f"results-{engine}.txt")
    return written
