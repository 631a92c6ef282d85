"""The lock files: complete, hashed, one version a package, and no address of a registry in them."""

from __future__ import annotations

import json
import re
import tomllib

import pytest

from tests.servers.runs import ROOT

LOCKS = ("runtime", "dev", "assets")
PIN = re.compile(r"^(?P<name>[\w.-]+)(\[[\w,-]+\])?==(?P<version>\S+)(?P<marker> ;[^\\]*)?", re.MULTILINE)


def text(name: str) -> str:
    return (ROOT / "requirements" / name).read_text(encoding="utf-8")


def normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def pins(lock: str) -> set[tuple[str, str]]:
    return {(normal(match["name"]), match["version"]) for match in PIN.finditer(text(f"{lock}.txt"))}


def wanted(lock: str) -> set[str]:
    lines = (line.split("#")[0].strip() for line in text(f"{lock}.in").splitlines())
    return {normal(re.split(r"[\[<>=!~; ]", line)[0]) for line in lines if line and not line.startswith("-")}


@pytest.mark.parametrize("lock", LOCKS)
def test_everything_that_is_wanted_is_locked(lock: str) -> None:
    assert wanted(lock) <= {name for name, _ in pins(lock)}


@pytest.mark.parametrize("lock", LOCKS)
def test_every_package_has_a_hash(lock: str) -> None:
    for entry in re.split(r"\n(?=\S)", text(f"{lock}.txt")):
        if "==" in entry.splitlines()[0]:
            assert "--hash=sha256:" in entry, entry.splitlines()[0]


@pytest.mark.parametrize("lock", LOCKS)
def test_no_lock_names_a_host(lock: str) -> None:
    assert "://" not in text(f"{lock}.txt")


def test_tests_run_with_the_versions_that_are_installed_for_people() -> None:
    assert pins("runtime") <= pins("dev")


def test_the_lock_of_the_styles_names_no_host_either() -> None:
    lock = json.loads((ROOT / "assets/package-lock.json").read_text(encoding="utf-8"))

    for name, entry in lock["packages"].items():
        assert "resolved" not in entry, name
        assert not name or "integrity" in entry, name


def test_the_build_backend_is_among_the_locked_packages() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))

    assert set(project["build-system"]["requires"]) <= {name for name, _ in pins("runtime")}
