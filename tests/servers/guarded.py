"""A child process that ends with its test, however that ends: by itself, by `close`, or because the test was killed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

GUARDIAN = Path(__file__).with_name("guardian.py")


class Guarded:
    """A command in a session of its own, held by a guardian (see there). What it says goes to `log`."""

    def __init__(
        self, command: Sequence[str | Path], log: Path, folder: Path, environment: Mapping[str, str] | None = None
    ) -> None:
        with log.open("ab") as out:
            self._guardian = subprocess.Popen(
                [sys.executable, "-P", GUARDIAN, *command],
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=out, cwd=folder, env=environment, start_new_session=True,
            )  # fmt: skip
        assert self._guardian.stdout
        self.pid = int(self._guardian.stdout.readline() or 0)
        self._guardian.stdout.close()

    @property
    def running(self) -> bool:
        """True while the process lives, paused or not."""
        return self._guardian.poll() is None

    def signal(self, number: signal.Signals) -> None:
        """Sends a signal to the process alone."""
        assert self.running, "the process has ended"
        os.kill(self.pid, number)

    def kill(self) -> None:
        """SIGKILL, and waits for the end."""
        self.signal(signal.SIGKILL)
        self.wait()

    def wait(self) -> int:
        """Waits for the end. The exit code; what a signal ended has one that is not 0."""
        code = self._guardian.wait()
        assert self._guardian.stdin
        self._guardian.stdin.close()
        return code

    def close(self) -> None:
        """Ends the process and its children by force where they still run."""
        assert self._guardian.stdin
        self._guardian.stdin.close()
        self._guardian.wait()
