"""`angebote run` and its three children."""

from __future__ import annotations

import os
import signal
import socket
import subprocess

from service.store import jobs
from tests.processes.stage import Stage, tell, until

CHILDREN = {"Indexierung": "service.cli index tail", "Aufgaben": "service.cli jobs run", "Seiten": "gunicorn"}


def stopped(stage: Stage) -> None:
    """Nothing is left of an `angebote run` that ended in good order."""
    assert stage.processes() == [], stage.said()
    assert stage.leases() == {}
    assert "Traceback" not in stage.said()


def test_each_child_that_is_killed_is_replaced_and_search_works_again(stage: Stage) -> None:
    run = stage.run()
    until(stage.ready, "bereit", run)
    first = {name: stage.processes(words)[0] for name, words in CHILDREN.items()}

    for pid in first.values():
        os.kill(pid, signal.SIGKILL)
    until(
        lambda: all(set(stage.processes(words)) - {first[n]} for n, words in CHILDREN.items()),
        "drei neue Prozesse",
        run,
    )
    stage.publish("Zitherkreis")
    took = until(lambda: stage.hits("Zitherkreis") == 1, "Suche nach dem Ersatz", run)

    tell(f"nach {took:.1f} s wird gefunden, was nach dem Ende der Prozesse gespeichert wurde")
    for name in CHILDREN:
        assert f"{name}: unerwartet beendet (SIGKILL). Neustart sofort.\n" in stage.said()
    run.terminate()
    assert run.wait(30) == 0
    stopped(stage)


def building(stage: Stage, run: subprocess.Popen[bytes]) -> tuple[int, str]:
    """Waits for a build, halts its process in the middle, and says which process builds which index."""
    until(lambda: "building" in stage.indexes().values(), "Aufbau", run)
    for pid in stage.processes("service.cli index job"):
        os.kill(pid, signal.SIGSTOP)
    (name,) = [name for name, state in stage.indexes().items() if state == "building"]
    (pid,) = stage.processes("service.cli index job")
    return pid, name


def test_sigterm_in_the_middle_of_the_first_build_leaves_nothing_half_done(unbuilt: Stage) -> None:
    run = unbuilt.run()
    builder, name = building(unbuilt, run)

    run.terminate()
    until(lambda: "Wird beendet" in unbuilt.said(), "Ende angekündigt")
    os.kill(builder, signal.SIGCONT)

    assert run.wait(30) == 0
    stopped(unbuilt)
    assert unbuilt.folders() == set()
    assert unbuilt.indexes().get(name) in {"failed", None}


def test_sigterm_in_the_middle_of_a_rebuild_leaves_the_index_that_was_served(stage: Stage) -> None:
    before = stage.indexes()
    job = stage.order_rebuild()
    run = stage.run()
    builder, name = building(stage, run)

    run.send_signal(signal.SIGINT)
    until(lambda: "Wird beendet" in stage.said(), "Ende angekündigt")
    os.kill(builder, signal.SIGCONT)

    assert run.wait(30) == 0
    stopped(stage)
    assert stage.folders() == set(before)
    assert {index: state for index, state in stage.indexes().items() if index != name} == before
    with stage.database.reading() as session:
        ended = jobs.get(session, job)
    assert ended is not None
    assert ended.state == "failed"


def test_when_the_supervisor_is_killed_nothing_runs_on(stage: Stage) -> None:
    run = stage.run()
    until(stage.ready, "bereit", run)
    stage.order_rebuild()
    until(lambda: "building" in stage.indexes().values(), "Aufbau", run)

    run.kill()
    run.wait()
    took = until(lambda: not stage.processes(), "niemand ist mehr da")

    tell(f"nach {took:.1f} s ist kein Prozess mehr da")
    assert stage.leases() == {}
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind(("127.0.0.1", stage.port))


def test_a_port_that_is_taken_ends_the_start_with_one_line(stage: Stage) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", stage.port))
        other.listen()

        assert stage.run().wait(30) == 1

    assert stage.said() == f"Port {stage.port} auf 127.0.0.1 ist belegt. Bitte mit --port einen anderen wählen.\n"
    assert stage.processes() == []
