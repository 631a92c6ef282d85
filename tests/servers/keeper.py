"""Holds one server for a run: ``python -m tests.servers.keeper KIND FOLDER OPTIONS``, started by tests.servers.runs.

It starts the server, writes address and version (or the reason why there is none) into the folder of the run, and ends
the server as soon as the owner of the run lets go of its lock. Ctrl-C on the terminal does not reach it.
"""

from __future__ import annotations

import fcntl
import json
import os
import signal
import sys
import threading
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from types import FrameType

from tests.servers import opensearch, postgres
from tests.servers.chooser import Unavailable
from tests.servers.process import locked
from tests.servers.runs import Server, ServerRun

KINDS: dict[str, Callable[..., AbstractContextManager[Server]]] = {
    opensearch.KIND: opensearch.started,
    postgres.KIND: postgres.started,
}
NAMES = {opensearch.KIND: opensearch.NAME, postgres.KIND: postgres.NAME}


def _end_with_owner(folder: Path) -> None:
    """Waits until the owner's lock is free, then ends this process in the same way as a TERM signal would."""
    with (folder / "owner").open() as handle:
        fcntl.flock(handle, fcntl.LOCK_SH)
        os.kill(os.getpid(), signal.SIGTERM)


def _end(_signal: int, _frame: FrameType | None) -> None:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)  # nothing interrupts the clean end
    sys.exit(0)


def main(kind: str, folder: Path, options: dict[str, str]) -> None:
    """Starts the server and holds it until the owner of the run has ended."""
    run = ServerRun.joined(folder)
    signal.signal(signal.SIGTERM, _end)
    with locked(folder / f"{kind}.keeper"):
        threading.Thread(target=_end_with_owner, args=(folder,), daemon=True).start()
        try:
            with KINDS[kind](folder / kind, **options) as server:
                run.note(kind, server)
                while True:
                    signal.pause()
        except Unavailable as error:
            run.note(kind, Server(NAMES[kind], reason=f"{NAMES[kind]}: {error}"))
        finally:
            run.sweep()


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), json.loads(sys.argv[3]))
