"""A child process that is asked to stop when its parent is gone, however that went: no orphan keeps a port or a lease.

This file runs as a program in front of the command (`leashed`) and imports next to nothing: Linux is told to send the
signal, elsewhere a small process looks once a second. Then it becomes the command.
"""

import os
import signal
import sys
import time
from collections.abc import Sequence

PR_SET_PDEATHSIG = 1
LOOK_SECONDS = 1.0


def leashed(command: Sequence[str]) -> list[str]:
    """The command, to be started by the main thread of this process: it gets SIGTERM when this process is gone."""
    return [sys.executable, "-I", "-S", __file__, str(os.getpid()), *command]


def become(parent: int, command: Sequence[str]) -> None:
    """Turns this process into the command, on the leash of `parent`; does not return."""
    if not _told_by_linux():
        _told_by_a_watcher(parent, os.getpid())
    if os.getppid() == parent:  # not gone before anybody could tell
        os.execvp(command[0], list(command))  # noqa: S606  the command line of our own parent


def _told_by_linux() -> bool:
    if sys.platform != "linux":
        return False
    import ctypes  # noqa: PLC0415  only here

    number, argument = ctypes.c_int(PR_SET_PDEATHSIG), ctypes.c_ulong(signal.SIGTERM)
    return bool(ctypes.CDLL(None).prctl(number, argument, *[ctypes.c_ulong(0)] * 3) == 0)


def _told_by_a_watcher(parent: int, child: int) -> None:
    if os.fork():
        return
    while os.getppid() == child:
        try:
            os.kill(parent, 0)
        except ProcessLookupError:
            os.kill(child, signal.SIGTERM)
            break
        time.sleep(LOOK_SECONDS)
    os._exit(0)


if __name__ == "__main__":
    become(int(sys.argv[1]), sys.argv[2:])
