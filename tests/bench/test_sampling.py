from __future__ import annotations

import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta

from bench.sampling import KINDS, Sample, Watch, descendants, usage

BEGUN = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
PARENT = """
import subprocess, sys
child = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
print(child.pid, flush=True)
input()
child.communicate(b"\\n")
"""


def test_a_process_is_looked_at_with_all_that_it_started() -> None:
    parent = subprocess.Popen([sys.executable, "-c", PARENT], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert parent.stdout
    child = int(parent.stdout.readline())
    watch = Watch()
    watch.look(parent.pid)
    assert descendants(parent.pid) == [child]
    parent.communicate(b"\n")
    watch.look(parent.pid)
    (sample,) = watch.samples
    assert sample.processes == 2
    for kind in KINDS:
        assert 0 < sample.main[kind] < sample.tree[kind]
    assert watch.most(lambda one: one.tree["Rss"]) == sample.tree["Rss"]


def test_nothing_is_known_of_a_process_that_has_ended() -> None:
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    assert (usage(ended.pid), descendants(ended.pid)) == ({}, [])
    assert usage(os.getpid())["Rss"] > 0


def test_growth_is_the_last_third_by_the_first() -> None:
    watch = Watch([sample(second, 100 if second < 10 else 150) for second in range(-5, 35)])
    assert watch.growth(BEGUN, 30) == 1.5
    assert watch.growth(BEGUN, 10) == 1
    assert watch.growth(BEGUN + timedelta(hours=1), 30) == 1


def sample(second: int, megabytes: float) -> Sample:
    used = dict.fromkeys(KINDS, megabytes)
    return Sample(BEGUN + timedelta(seconds=second), used, used, 1)
