# ruff: noqa: T201
"""Chromium of the system, driven by Playwright: ``with chromium() as browser``.

``python -m tests.servers.browser install`` installs Debian's package where it is missing (root and apt needed).
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, Error, sync_playwright

from tests.servers.chooser import Unavailable

KIND = "chromium"
NAME = "Chromium"
PROGRAMS = ("chromium", "chromium-browser", "google-chrome")
FLAGS = (
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)
INSTALL_SECONDS = 600


@contextmanager
def chromium() -> Iterator[Browser]:
    """A running browser without a window, installed where it is missing. Raises Unavailable with the reason."""
    program = installed() or install()
    flags = [*FLAGS, "--no-sandbox"] if os.geteuid() == 0 else list(FLAGS)
    with sync_playwright() as playwright:
        try:
            browser = playwright.chromium.launch(executable_path=program, args=flags)
        except Error as error:
            raise Unavailable(f"{NAME} startet nicht: {error.message.splitlines()[0]}") from error
        try:
            yield browser
        finally:
            browser.close()


def installed() -> str:
    """Path of the browser on PATH, empty where there is none."""
    return next((path for name in PROGRAMS if (path := shutil.which(name))), "")


def install() -> str:
    """Installs Debian's package and returns the program's path. Raises Unavailable where that cannot be done."""
    if os.geteuid() != 0 or shutil.which("apt-get") is None:
        raise Unavailable(f"{NAME} fehlt auf dem Suchpfad; unter Debian hilft: sudo apt-get install chromium")
    wait = ("-o", "DPkg::Lock::Timeout=300")
    environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    for command in (["update", "-qq"], ["install", "-qq", "-y", "--no-install-recommends", "chromium"]):
        try:
            subprocess.run(
                ["apt-get", *wait, *command],
                env=environment,
                check=True,
                capture_output=True,
                text=True,
                timeout=INSTALL_SECONDS,
            )
        except subprocess.CalledProcessError as error:
            raise Unavailable(
                f"{NAME} nicht installierbar (apt-get {command[0]}): {error.stderr.strip()[-300:]}"
            ) from error
        except subprocess.TimeoutExpired as error:
            raise Unavailable(f"{NAME}: apt-get {command[0]} endet nicht in {INSTALL_SECONDS} s") from error
    return installed()


def main(arguments: list[str]) -> int:
    """The command ``install``; the exit code is 0 where a browser is there afterwards."""
    if arguments != ["install"]:
        print("Aufruf: python -m tests.servers.browser install", file=sys.stderr)
        return 2
    try:
        print(installed() or install())
    except Unavailable as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
