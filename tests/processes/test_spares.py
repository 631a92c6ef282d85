"""A second process waits, and takes over when the first one dies."""

from __future__ import annotations

import signal
import subprocess

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
    stage.publish("Zitherkreis")
    for name in LEASES:
        took = until(lambda name=name: holders(stage)[name] == spares[name].pid, f"{name} übernommen")  # type: ignore[misc]
        tell(f"{name}: nach {took:.1f} s übernommen")
    until(lambda: stage.lag() == 0, "der Index ist aktuell")

    for child in spares.values():
        child.send_signal(signal.SIGTERM)
    assert [child.wait(15) for child in spares.values()] == [0, 0]
    assert stage.leases() == {}


def holders(stage: Stage) -> dict[str, int | None]:
    held = stage.leases()
    return {name: held.get(name) for name in LEASES}


def pids(children: dict[str, subprocess.Popen[bytes]]) -> dict[str, int]:
    return {name: child.pid for name, child in children.items()}
