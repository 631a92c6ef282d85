"""The built wheel works without the checkout: in a fresh environment, from an empty folder, as a town would run it.

No registry is asked. The fresh environment sees the locked packages of this one through a .pth file; the wheel itself is
installed into it, and the checkout is on nobody's path (a .pth file inside that folder, as an editable install leaves
one, is not read: only the folders of the environment itself are searched for those).
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import sysconfig
import time
import urllib.request
import venv
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.servers.process import free_port
from tests.servers.runs import ROOT

START_SECONDS = 60
LONGEST_ANSWER = 15
pytestmark = pytest.mark.xdist_group("wheel")  # one worker: what the module prepares is prepared once


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built without isolation: the build backend is among the locked packages."""
    if not (ROOT / "assets/dist/manifest.json").exists():
        pytest.fail("assets/dist is missing: run `make setup` first", pytrace=False)
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", folder, ROOT],
        check=True,
        capture_output=True,
        text=True,
        env=os.environ | {"PIP_NO_INDEX": "1"},
    )
    return next(folder.glob("*.whl"))


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The program `angebote` of a fresh environment outside the checkout."""
    folder = tmp_path_factory.mktemp("fresh") / "environment"
    venv.create(folder, with_pip=False)
    paths = sysconfig.get_paths(vars={"base": str(folder), "platbase": str(folder)})
    Path(paths["purelib"], "locked.pth").write_text(sysconfig.get_paths()["purelib"] + "\n", encoding="utf-8")
    python = folder / "bin" / "python"
    # pip lives in this environment; told of another one, it installs there.
    subprocess.run(
        [sys.executable, "-m", "pip", "--python", python, "install", "-q", "--no-index", "--no-deps", "--ignore-installed", wheel],
        check=True,
        capture_output=True,
        cwd=folder,
    )  # fmt: skip
    return folder / "bin" / "angebote"


def names(wheel: Path) -> list[str]:
    with zipfile.ZipFile(wheel) as archive:
        return archive.namelist()


@pytest.mark.parametrize(
    "part",
    [
        "service/wsgi.py",
        "indexer/document.py",
        "bench/cli.py",
        "service/store/migrations/env.py",
        "service/store/migrations/versions/0001_first_tables.py",
        "service/_data/mappings/stopwords-de.txt",
        "service/_data/templates/base.html",
        "service/_data/seed/vocab/towns.csv",
        "service/_data/seed/demo/sprache.toml",
        "service/_data/static/manifest.json",
    ],
)
def test_the_wheel_holds(part: str, wheel: Path) -> None:
    assert part in names(wheel)


def test_the_wheel_holds_every_tracked_file_of_its_packages(wheel: Path) -> None:
    tracked = subprocess.run(
        ["git", "ls-files", "service", "indexer", "bench"], cwd=ROOT, check=True, capture_output=True, text=True
    ).stdout.split()

    assert {name for name in tracked if (ROOT / name).exists()} <= set(names(wheel))


def test_every_catalogue_is_compiled_in_the_wheel(wheel: Path) -> None:
    held = set(names(wheel))

    for source in ROOT.glob("service/translations/*/LC_MESSAGES/*.po"):
        assert str(source.relative_to(ROOT).with_suffix(".mo")) in held


def test_the_wheel_holds_nothing_else(wheel: Path) -> None:
    tops = {name.split("/")[0] for name in names(wheel)}

    assert {top for top in tops if not top.endswith(".dist-info")} == {"service", "indexer", "bench"}


def test_the_wheel_names_licence_and_dependencies(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        name = next(name for name in archive.namelist() if name.endswith(".dist-info/METADATA"))
        metadata = archive.read(name).decode()

    assert "License-Expression: EUPL-1.2" in metadata
    assert "Requires-Dist: flask" in metadata.lower().replace("requires-dist", "Requires-Dist")


@contextmanager
def running(program: Path, folder: Path, port: int) -> Iterator[subprocess.Popen[bytes]]:
    """`angebote run` in a process group of its own; whatever is left of it is ended by force."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("ANGEBOTE_", "PYTHON"))}
    with (folder / "log").open("wb") as log:
        child = subprocess.Popen(
            [program, "run", "--demo", "--port", str(port)],
            cwd=folder,
            env=environment,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        yield child
    finally:
        for left in family(child.pid):
            os.kill(left, signal.SIGKILL)
        child.wait()


def family(pid: int) -> list[int]:
    """A process and all its descendants that run now, from /proc."""
    children: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                fields = (entry / "stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue
            if fields[0] != "Z":
                children.setdefault(int(fields[1]), []).append(int(entry.name))
    found = [pid] if Path(f"/proc/{pid}").exists() else []
    for known in found:
        found += children.get(known, [])
    return found


def answer(url: str) -> tuple[int, bytes]:
    """Status and body; 0 where nobody answers."""
    try:
        with urllib.request.urlopen(url, timeout=LONGEST_ANSWER) as response:  # noqa: S310  always http on loopback
            return response.status, response.read()
    except urllib.error.HTTPError as error:
        return error.code, b""
    except OSError:
        return 0, b""


@pytest.mark.skipif(sys.platform != "linux", reason="Prozesse werden aus /proc gelesen")
def test_the_installed_wheel_runs_and_ends_on_ctrl_c(installed: Path, tmp_path: Path) -> None:
    port = free_port()
    with running(installed, tmp_path, port) as child:
        until = time.monotonic() + START_SECONDS
        while answer(f"http://127.0.0.1:{port}/readyz")[0] != 200:
            assert child.poll() is None, (tmp_path / "log").read_text()
            assert time.monotonic() < until, (tmp_path / "log").read_text()
            time.sleep(0.1)

        status, body = answer(f"http://127.0.0.1:{port}/angebote.json?q=sprachkurs")
        assert status == 200
        assert json.loads(body)["total"] > 0
        assert answer(f"http://127.0.0.1:{port}/")[0] == 200
        processes = family(child.pid)
        assert len(processes) > 2
        assert (tmp_path / "data/angebote.sqlite").exists()

        child.send_signal(signal.SIGINT)
        assert child.wait(30) == 0
        assert [pid for pid in processes if Path(f"/proc/{pid}").exists()] == []
    assert "Traceback" not in (tmp_path / "log").read_text()
