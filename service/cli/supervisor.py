"""Child processes that are kept running: started in order, replaced when they die, stopped in reverse order.

Each is the head of a session of its own, so that Ctrl-C reaches the supervisor alone, and on a leash (`service.leash`),
so that none outlives it.
"""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from types import FrameType

import click

from service.leash import leashed

LOOK_SECONDS = 0.1
STOP_SECONDS = 15.0
"""How long children may take to end; what is left then is ended by force."""
WELL_SECONDS = 60.0
"""A child that ran for so long has overcome what killed those before it."""
PAUSES = (0, 1, 2, 4, 8, 16, 30)
"""Seconds before a child is started again, by the number of deaths in a row; the last one for all further ones."""


@dataclass(slots=True)
class _Child:
    """A child, also while it waits to be started again."""

    name: str
    command: Sequence[str]
    process: subprocess.Popen[bytes]
    started: float
    deaths: int = 0
    died: float | None = None

    @property
    def pause(self) -> int:
        return PAUSES[min(self.deaths, len(PAUSES)) - 1]


class Supervisor:
    """See module. `on_death` is told the number of each process that died by itself."""

    def __init__(self, environment: dict[str, str], on_death: Callable[[int], None] = lambda _: None) -> None:
        self._environment = environment
        self._on_death = on_death
        self._children: list[_Child] = []
        self._asked = False
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            if signal.getsignal(number) != signal.SIG_IGN:  # as nohup wants it
                signal.signal(number, self._ask)

    def _ask(self, *_: int | FrameType | None) -> None:
        self._asked = True

    def start(self, name: str, command: Sequence[str]) -> None:
        """Starts a child that is kept running from now on."""
        self._children.append(_Child(name, command, self._spawn(command), time.monotonic()))

    def wait(self, ready: Callable[[], bool], text: str, *, seconds: float | None = None, needed: str = "") -> bool:
        """Waits until something is ready or the time is over, and says which. The children are kept running meanwhile;
        the command ends when it is asked to, or with code 1 when the child dies without which waiting makes no sense."""
        click.echo(text)
        until = None if seconds is None else time.monotonic() + seconds
        while not (done := ready()) and (until is None or time.monotonic() < until):
            self._look(needed)
            time.sleep(LOOK_SECONDS)
        return done

    def watch(self) -> None:
        """Keeps the children running until the command is asked to stop; does not return."""
        while True:
            self._look()
            time.sleep(LOOK_SECONDS)

    def stop(self) -> None:
        """Asks all children to stop, the last one first, and ends what does not."""
        for child in reversed(self._children):
            if child.process.poll() is None:
                child.process.terminate()
        limit = time.monotonic() + STOP_SECONDS
        for child in reversed(self._children):
            try:
                child.process.wait(max(0.1, limit - time.monotonic()))
            except subprocess.TimeoutExpired:
                click.secho(f"{child.name}: endet nicht von selbst und wird abgebrochen.", err=True, fg="yellow")
                child.process.kill()
                child.process.wait()
            _signal_group(child.process.pid, signal.SIGKILL)

    def _spawn(self, command: Sequence[str]) -> subprocess.Popen[bytes]:
        return subprocess.Popen(leashed(command), env=self._environment, start_new_session=True)  # noqa: S603

    def _look(self, needed: str = "") -> None:
        if self._asked:
            click.echo("Wird beendet …")
            sys.exit(0)
        for child in self._children:
            if child.died is not None:
                self._replace(child)
            elif (code := child.process.poll()) is not None:
                self._died(child, code, last=child.name == needed)

    def _died(self, child: _Child, code: int, *, last: bool) -> None:
        child.died = time.monotonic()
        child.deaths = 1 if child.died - child.started >= WELL_SECONDS else child.deaths + 1
        again = "" if last else f" Neustart in {child.pause} s." if child.pause else " Neustart sofort."
        cause = signal.Signals(-code).name if code < 0 else f"Code {code}"
        click.secho(f"{child.name}: unerwartet beendet ({cause}).{again}", err=True, fg="red")
        _signal_group(child.process.pid, signal.SIGTERM)
        self._on_death(child.process.pid)
        if last:
            sys.exit(1)

    def _replace(self, child: _Child) -> None:
        """Starts a child anew when its pause is over and nothing of the old one is left, which might hold its port."""
        waited = time.monotonic() - (child.died or 0.0)
        ended = not _signal_group(child.process.pid, signal.SIGKILL if waited > STOP_SECONDS else 0)
        if waited >= child.pause and (ended or waited > STOP_SECONDS + 1):
            child.process, child.started, child.died = self._spawn(child.command), time.monotonic(), None


def _signal_group(group: int, number: int) -> bool:
    """Sends a signal to what is left of a child's session; False where nothing is. 0 only asks."""
    try:
        os.killpg(group, number)
    except (ProcessLookupError, PermissionError):  # macOS refuses where only ended ones are left
        return False
    return True
