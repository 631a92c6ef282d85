"""Holds one child process for a test: `python -P guardian.py COMMAND…`, started by tests.servers.guarded.

It starts the command in a session of its own, prints its process id, and waits: until the command ends, or until its
standard input ends because whoever started it let go of it or died. Then the command is ended by force, paused or not.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from contextlib import suppress
from threading import Thread


def main(command: list[str]) -> int:
    """Exit code of the command."""
    for number in (signal.SIGINT, signal.SIGTERM):  # a signal to the whole group is not the end of the test
        signal.signal(number, signal.SIG_IGN)
    with subprocess.Popen(command, stdin=subprocess.DEVNULL, start_new_session=True) as child:
        print(child.pid, file=sys.stdout, flush=True)  # noqa: T201  what the starter reads
        os.dup2(2, 1)
        Thread(target=_end_with_starter, args=(child.pid,), daemon=True).start()
        return child.wait()


def _end_with_starter(child: int) -> None:
    while os.read(0, 1):
        pass
    with suppress(ProcessLookupError):
        os.killpg(child, signal.SIGKILL)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
