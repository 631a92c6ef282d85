"""An application whose only answer waits until a test lets it go."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

FOLDER = Path(os.environ.get("SLOW_FOLDER", "."))


def app(_: dict[str, Any], answer: Callable[..., Any]) -> Iterable[bytes]:
    (FOLDER / "asked").touch()
    while not (FOLDER / "go").exists():
        time.sleep(0.01)
    answer("200 OK", [("Content-Type", "text/plain")])
    return [b"done"]
