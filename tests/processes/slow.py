"""An application whose only answer waits until a test lets it go, and that says when it was told to stop."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from types import FrameType
from typing import Any

FOLDER = Path(os.environ.get("SLOW_FOLDER", "."))


def app(_: dict[str, Any], answer: Callable[..., Any]) -> Iterable[bytes]:
    (FOLDER / "asked").touch()
    while not (FOLDER / "go").exists():
        time.sleep(0.01)
    answer("200 OK", [("Content-Type", "text/plain")])
    return [b"done"]


def notice_stop() -> None:
    """gunicorn imports the application after its worker has installed what it does when it is told to stop."""
    stop = signal.getsignal(signal.SIGTERM)

    def told(number: int, frame: FrameType | None) -> None:
        if callable(stop):
            stop(number, frame)
        (FOLDER / "told").touch()

    signal.signal(signal.SIGTERM, told)


if "SLOW_FOLDER" in os.environ:
    notice_stop()
