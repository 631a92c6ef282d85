# ruff: noqa: T201
"""Takes the pictures of docs/images from a demo of its own: ``python -m tests.browser.screenshots``."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, Page

from tests.servers.browser import chromium
from tests.servers.process import free_port, running, tail
from tests.servers.runs import ROOT

FOLDER = ROOT / "docs/images"
START_SECONDS = 60
DESKTOP, PHONE = (1280, 900), (390, 844)
SEARCH = "/angebote?q=sprachkurs+frauen+marl"


@dataclass(frozen=True, slots=True)
class Picture:
    """What is taken: an address, or the first link of a selector on it, in a window of some size (CSS pixels)."""

    name: str
    address: str
    size: tuple[int, int] = DESKTOP
    link: str = ""


PICTURES = (
    Picture("start", "/"),
    Picture("results", SEARCH),
    Picture("offer", SEARCH, link="main h2 a, main h3 a, main article a"),
    Picture("phone", "/angebote?q=alman+dili+kursu", PHONE),
)


@contextmanager
def demo() -> Iterator[str]:
    """Address of a demo in an empty folder. Raises RuntimeError with the end of its log where it does not start."""
    with tempfile.TemporaryDirectory(prefix="angebote-pictures-") as name:
        log, port = Path(name, "log"), free_port()
        settings = {key: value for key, value in os.environ.items() if not key.startswith("ANGEBOTE_")}
        environment = [f"{key}={value}" for key, value in settings.items()]
        command = [sys.executable, "-m", "service.cli", "run", "--demo", "--port", str(port)]
        start = ["env", "--ignore-environment", *environment, f"PYTHONPATH={ROOT}", *command]
        with running(start, log, stop=signal.SIGINT) as child:
            url = f"http://127.0.0.1:{port}"
            wait(url, child, log)
            yield url


def wait(url: str, child: subprocess.Popen[bytes], log: Path) -> None:
    """Returns when the demo is ready."""
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until and child.poll() is None:
        try:
            with urllib.request.urlopen(f"{url}/readyz", timeout=2) as answer:  # noqa: S310  always http on loopback
                if json.load(answer)["index"]:
                    return
        except OSError:
            pass
        time.sleep(0.1)
    raise RuntimeError(f"the demo does not start: {tail(log)}")


def take(browser: Browser, url: str, picture: Picture, folder: Path) -> Path:
    """One picture. The window's height counts, not the page's: what somebody sees first."""
    width, height = picture.size
    context = browser.new_context(
        viewport={"width": width, "height": height},
        is_mobile=width < 500,
        locale="de-DE",
        color_scheme="light",
        reduced_motion="reduce",
    )
    page: Page = context.new_page()
    answer = page.goto(url + picture.address)
    if not answer or not answer.ok:
        raise RuntimeError(f"{picture.address} answers {answer and answer.status}")
    if picture.link:
        page.locator(picture.link).first.click()
    page.wait_for_load_state("networkidle")
    path = folder / f"{picture.name}.png"
    page.screenshot(path=path)
    context.close()
    return path


def main() -> int:
    """Writes all pictures and prints their names."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    with demo() as url, chromium() as browser:
        for picture in PICTURES:
            path = take(browser, url, picture, FOLDER)
            print(f"{path.relative_to(ROOT)}  {path.stat().st_size // 1000} kB")
    return 0


if __name__ == "__main__":
    sys.exit(main())
