"""A second process waits, and takes over when the first one dies."""

from __future__ import annotations

import signal
import subprocess
import time

from tests.processes.stage import Stage, tell, until

LEASES = {"tail:embedded": ("index", "tail"), "jobs": ("jobs", "run")}


def test_spares_take_over_when_the_processes_before_them_are_killed(stage: Stage) -> None:
    first = {name: stage.angebote(*command) for name, command in LEASES.items()}
    until(lambda: holders(stage) == pids(first), "die ersten arbeiten", *first.values())
    spares = {name: stage.angebote(*command) for name, command in LEASES.items()}
    until(lambda: stage.said().count("waiting to take over") == len(spares), "die zweiten warten", *spares.values())
    assert holders(stage) == pids(first)

    for child in first.values():
        child.kill()
        child.wait()
    killed = time.monotonic()
    stage.publish("Zitherkreis")
    waiting = dict(pids(spares))
    while waiting:
        until(lambda: any(holders(stage)[name] == pid for name, pid in waiting.items()), f"übernommen: {waiting}")
        for name in [name for name, pid in waiting.items() if holders(stage)[name] == pid]:
            tell(f"{name}: nach {time.monotonic() - killed:.1f} s übernommen")
            del waiting[name]
    until(lambda: stage.lag() == 0, "der Index ist aktuell", *spares.values())

    for child in spares.values():
        child.send_signal(signal.SIGTERM)
    assert [child.wait(15) for child in spares.values()] == [0, 0]
    assert stage.leases() == {}


def holders(stage: Stage) -> dict[str, int | None]:
    held = stage.leases()
    return {name: held.get(name) for name in LEASES}


def pids(children: dict[str, subprocess.Popen[bytes]]) -> dict[str, int]:
    return {name: child.pid for name, child in children.items()}
