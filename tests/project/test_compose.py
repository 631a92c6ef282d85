"""docker-compose.yml holds what the code knows: settings, commands, files. No container is started here."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from service import config
from tests.servers import opensearch
from tests.servers.runs import ROOT

COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
OWN = [name for name, service in SERVICES.items() if "build" in service]
ENDLESS = [name for name, service in SERVICES.items() if "restart" in service]
VARIABLE = re.compile(r"\$\{(?P<name>\w+)(?P<rest>[^}]*)\}")


def settings_of(service: str) -> dict[str, str]:
    """The service's settings as the code sees them, every variable filled in."""
    environment: dict[str, str] = SERVICES[service].get("environment", {})
    found = {name: filled(str(value)) for name, value in environment.items()}
    return {name: value for name, value in found.items() if name.startswith(config.PREFIX)}


def filled(value: str) -> str:
    """A value with its default, or with something that has the form of what people put there."""
    samples = {"BASE_URL": "https://angebote.example.org"}
    return VARIABLE.sub(
        lambda m: m["rest"].removeprefix(":-") if m["rest"].startswith(":-") else samples.get(m["name"], "a1" * 32),
        value,
    )


def texts(value: object) -> Iterator[str]:
    """Every text in a part of the file."""
    if isinstance(value, dict):
        for part in value.values():
            yield from texts(part)
    elif isinstance(value, list):
        for part in value:
            yield from texts(part)
    elif isinstance(value, str):
        yield value


def variables() -> dict[str, str]:
    """Name → what follows it ("?set it in .env", "-8000")."""
    found = (match for text in texts(COMPOSE) for match in VARIABLE.finditer(text.replace("$$", "")))
    return {match["name"]: match["rest"] for match in found}


def example() -> dict[str, str]:
    """deploy/.env.example: name → value; a default that is commented out counts too."""
    lines = (ROOT / "deploy/.env.example").read_text(encoding="utf-8").splitlines()
    return dict(re.findall(r"^#?([A-Z_]+)=(.*)$", "\n".join(lines), re.MULTILINE))


@pytest.mark.parametrize("service", OWN)
def test_every_setting_is_known_to_the_code(service: str) -> None:
    assert set(settings_of(service)) <= set(config.KNOWN)


@pytest.mark.parametrize("service", ["web", "indexer", "jobs", "migrate"])
def test_the_code_accepts_the_settings(service: str, tmp_path: Path) -> None:
    authority = tmp_path / "ca.pem"
    authority.touch()

    settings = config.load(
        settings_of(service) | {"ANGEBOTE_DATA_DIR": str(tmp_path), "ANGEBOTE_SEARCH_CA": str(authority)}
    )

    assert settings.database_url.startswith("postgresql+psycopg://")
    assert settings.https
    assert settings.secret_key
    assert settings.engine == ("embedded" if service == "migrate" else "opensearch")


@pytest.mark.parametrize("service", [name for name in OWN if SERVICES[name]["command"][0] == "angebote"])
def test_every_command_exists(service: str) -> None:
    command = SERVICES[service]["command"][1:]

    answer = subprocess.run(
        [sys.executable, "-m", "service.cli", *command, "--help"], cwd=ROOT, capture_output=True, text=True, check=False
    )

    assert answer.returncode == 0, answer.stderr
    assert answer.stdout.startswith(f"Usage: angebote {shlex.join(command)} ")


def test_the_web_service_accepts_its_options() -> None:
    command = [part.replace("/etc/angebote", "deploy") for part in SERVICES["web"]["command"]]
    known = {"ANGEBOTE_SECRET_KEY": "a1" * 32, "ANGEBOTE_WEB_WORKERS": "3", "ANGEBOTE_DATA_DIR": "/tmp"}  # noqa: S108

    answer = subprocess.run(
        [sys.executable, "-m", *command, "--print-config"],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], **known},
        capture_output=True,
        text=True,
        check=False,
    )

    assert answer.returncode == 0, answer.stderr
    assert re.search(r"^workers +\S* *= 3$|^workers += 3$", answer.stdout, re.MULTILINE), answer.stdout


def test_every_file_that_is_mounted_or_run_exists() -> None:
    mounted = [volume.split(":")[0] for service in SERVICES.values() for volume in service.get("volumes", ())]
    files = [name for name in mounted if name.startswith("./")]
    files += [
        part.replace("/etc/angebote", "deploy") for name in OWN for part in SERVICES[name]["command"] if part[0] == "/"
    ]

    assert len(files) > 7
    for name in files:
        assert (ROOT / name).is_file(), name
    assert {name for name in mounted if not name.startswith("./")} == set(COMPOSE["volumes"])


def test_every_variable_is_in_the_example_and_the_other_way_round() -> None:
    assert set(variables()) == set(example())


def test_the_web_service_reads_the_standby_index_that_the_indexer_writes() -> None:
    folders = {
        name: dict(volume.split(":")[1::-1] for volume in SERVICES[name]["volumes"]) for name in ("web", "indexer")
    }

    for name, mounted in folders.items():
        assert settings_of(name)["ANGEBOTE_STANDBY"] == "on"
        assert mounted[settings_of(name)["ANGEBOTE_DATA_DIR"]] == folders["indexer"]["/data"]


def test_the_periodic_work_orders_checks_of_the_indexes_that_the_indexer_keeps(tmp_path: Path) -> None:
    authority = tmp_path / "ca.pem"
    authority.touch()
    here = {"ANGEBOTE_DATA_DIR": str(tmp_path), "ANGEBOTE_SEARCH_CA": str(authority)}

    kept = {name: config.load(settings_of(name) | here).engines for name in ("web", "indexer", "jobs")}

    assert kept == dict.fromkeys(kept, ("opensearch", "embedded"))
    assert "PASSWORD" not in SERVICES["jobs"]["environment"]["ANGEBOTE_SEARCH_URL"]


def test_nothing_has_a_default_password() -> None:
    secret = {name for name in variables() if "PASSWORD" in name or "KEY" in name}

    assert len(secret) == 7
    assert {variables()[name] for name in secret} == {":?set it in .env"}
    assert {example()[name] for name in secret} == {""}


def test_the_example_says_the_defaults_that_the_file_has() -> None:
    defaults = {name: rest.removeprefix(":-") for name, rest in variables().items() if rest.startswith(":-")}

    assert defaults == {name: example()[name] for name in defaults}


def test_every_image_is_pinned_to_a_version() -> None:
    images = [service["image"] for service in SERVICES.values()]
    images += re.findall(r"^FROM (\S+)", (ROOT / "Dockerfile").read_text(encoding="utf-8"), re.MULTILINE)

    for image in images:
        assert re.search(r":v?\d+\.\d+(\.\d+)?(-[\w.-]+)?$", image), image


def test_opensearch_is_the_version_that_the_tests_run_against() -> None:
    assert SERVICES["opensearch"]["image"] == opensearch.IMAGE


@pytest.mark.parametrize("service", SERVICES)
def test_every_container_has_a_limit(service: str) -> None:
    limits = SERVICES[service]["deploy"]["resources"]["limits"]

    assert limits["memory"]
    assert limits["pids"]


@pytest.mark.parametrize("service", ENDLESS)
def test_every_lasting_container_says_whether_it_is_well(service: str) -> None:
    in_image = service in OWN and "HEALTHCHECK" in (ROOT / "Dockerfile").read_text(encoding="utf-8")

    assert in_image or "test" in SERVICES[service]["healthcheck"]


def test_only_the_web_service_is_reached_from_outside_and_only_from_this_machine() -> None:
    published = {name: service["ports"] for name, service in SERVICES.items() if "ports" in service}

    assert list(published) == ["web"]
    assert all(port.startswith("127.0.0.1:") for port in published["web"])
    assert COMPOSE["networks"]["inside"] == {"internal": True}


@pytest.mark.parametrize("service", OWN)
def test_own_containers_have_no_rights_that_they_do_not_need(service: str) -> None:
    assert SERVICES[service]["read_only"] is True
    assert SERVICES[service]["cap_drop"] == ["ALL"]
    assert ("user" in SERVICES[service]) == (service in {"certificates", "opensearch-users"})


def test_waiting_has_an_end() -> None:
    for name, service in SERVICES.items():
        for other, rule in service.get("depends_on", {}).items():
            assert other in SERVICES, name
            lasting = other in ENDLESS
            assert rule["condition"] == ("service_healthy" if lasting else "service_completed_successfully"), name


def test_the_users_of_opensearch_have_roles_and_may_touch_offers_only() -> None:
    folder = ROOT / "deploy/opensearch"
    roles = yaml.safe_load((folder / "roles.yml").read_text(encoding="utf-8"))
    mapping = yaml.safe_load((folder / "roles_mapping.yml").read_text(encoding="utf-8"))
    people = {name: [name] for name in ("angebote_web", "angebote_indexer")}

    assert {role: entry["users"] for role, entry in mapping.items() if role != "_meta"} == people
    for user in people:
        assert f"https://{user}:" in str(SERVICES)
        patterns = [pattern for entry in roles[user]["index_permissions"] for pattern in entry["index_patterns"]]
        assert patterns == ["offers", "offers-v*"]
    writing = [action for entry in roles["angebote_web"]["index_permissions"] for action in entry["allowed_actions"]]
    assert not {"crud", "write", "manage", "create_index", "delete"} & set(writing)
