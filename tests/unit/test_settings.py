"""Settings: a wrong one stops the start with one German sentence that names it."""

from __future__ import annotations

import ipaddress
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import FrozenInstanceError
from pathlib import Path

import pytest

from service.config import KNOWN, Settings, demo_secret, load, require_secret
from service.errors import BadSetting

Load = Callable[..., Settings]


@pytest.fixture
def load_with(tmp_path: Path) -> Load:
    """Loads settings from an environment of their own: `load_with(WEB_WORKERS="3")`."""
    (tmp_path / "county").mkdir()

    def loaded(**values: str) -> Settings:
        environ = {"DATA_DIR": str(tmp_path / "data"), "COUNTY": str(tmp_path / "county")} | values
        return load({f"ANGEBOTE_{name}": value for name, value in environ.items()})

    return loaded


def test_nothing_needs_to_be_set_but_folders(load_with: Load, tmp_path: Path) -> None:
    settings = load_with()
    assert settings.database_url == f"sqlite:///{tmp_path / 'data' / 'angebote.sqlite'}"
    assert (settings.engine, settings.https, settings.index_prefix) == ("embedded", False, "offers")
    assert (settings.web_workers, settings.trusted_proxies, settings.rate_limits) == (2, 0, True)
    assert (tmp_path / "data").is_dir()
    assert list((tmp_path / "data").iterdir()) == []


def test_settings_do_not_change(load_with: Load) -> None:
    settings = load_with()
    with pytest.raises(FrozenInstanceError):
        settings.web_workers = 3  # type: ignore[misc]


def test_a_value_is_read_from_its_variable(load_with: Load, tmp_path: Path) -> None:
    authority = tmp_path / "ca.pem"
    authority.touch()
    settings = load_with(
        SEARCH_URL="https://search:word@opensearch:9200/", SEARCH_CA=str(authority), BASE_URL="https://angebote.example.org/",
        INDEX_PREFIX="kreis_2", TRUSTED_PROXIES="1", WEB_WORKERS="8", METRICS_ALLOW="10.0.0.0/8, ::1",
        RATE_LIMIT_STORAGE="valkey://cache:6379", RATE_LIMITS="off", SECRET_KEY="s" * 32,
    )  # fmt: skip
    assert (settings.engine, settings.https) == ("opensearch", True)
    assert settings.search_url == "https://search:word@opensearch:9200"
    assert settings.base_url == "https://angebote.example.org"
    assert settings.metrics_allow == (ipaddress.ip_network("10.0.0.0/8"), ipaddress.ip_network("::1/128"))
    assert (settings.search_ca, settings.rate_limits, settings.index_prefix) == (authority, False, "kreis_2")


@pytest.mark.parametrize("given", ["postgresql://u:p@db/x", "postgres://u:p@db/x", "postgresql+psycopg://u:p@db/x"])
def test_a_postgresql_address_gets_the_driver(load_with: Load, given: str) -> None:
    assert load_with(DATABASE_URL=given).database_url == "postgresql+psycopg://u:p@db/x"


def test_a_postgresql_address_may_name_a_socket(load_with: Load) -> None:
    given = "postgresql:///angebote?host=/run/postgresql"
    assert load_with(DATABASE_URL=given).database_url == "postgresql+psycopg:///angebote?host=/run/postgresql"


def test_blanks_around_a_value_do_not_count(load_with: Load) -> None:
    assert load_with(WEB_WORKERS=" 4 ", SEARCH_URL="  ").web_workers == 4


@pytest.mark.parametrize(
    ("name", "value", "remedy"),
    [
        ("DATABASE_URL", "mysql://db/x", "postgresql://"),
        ("DATABASE_URL", "sqlite://", "sqlite:///"),
        ("DATABASE_URL", "sqlite:///:memory:", "sqlite:///"),
        ("DATABASE_URL", "sqlite:///", "sqlite:///"),
        ("DATABASE_URL", "postgresql://u:p@db:port/x", "postgresql://"),
        ("DATABASE_URL", "postgresql://db:99999/x", "postgresql://"),
        ("SEARCH_URL", "opensearch:9200", "http:// oder https://"),
        ("SEARCH_URL", "https://", "http:// oder https://"),
        ("SEARCH_URL", "http://host:port", "http:// oder https://"),
        ("SEARCH_CA", "/nowhere/ca.pem", "/nowhere/ca.pem"),
        ("INDEX_PREFIX", "Offers", "Kleinbuchstaben"),
        ("INDEX_PREFIX", "_offers", "Kleinbuchstaben"),
        ("INDEX_PREFIX", "offers-v1", "Kleinbuchstaben"),
        ("INDEX_PREFIX", "o" * 41, "höchstens 40"),
        ("SECRET_KEY", "short", "mindestens 32"),
        ("BASE_URL", "angebote.example.org", "https:// oder http://"),
        ("TRUSTED_PROXIES", "6", "von 0 bis 5"),
        ("TRUSTED_PROXIES", "-1", "von 0 bis 5"),
        ("WEB_WORKERS", "0", "von 1 bis 64"),
        ("WEB_WORKERS", "viele", "von 1 bis 64"),
        ("WEB_WORKERS", "²", "von 1 bis 64"),
        ("METRICS_ALLOW", "intern", "10.0.0.0/8"),
        ("METRICS_ALLOW", "10.0.0.1/8", "10.0.0.0/8"),
        ("RATE_LIMIT_STORAGE", "redis://cache", "valkey://"),
        ("RATE_LIMITS", "no", "on und off"),
        ("COUNTY", "/nowhere", "/nowhere"),
        ("WEB_WORKER", "3", "WEB_WORKERS"),
    ],
)  # fmt: skip
def test_a_wrong_value_is_said_in_one_sentence_that_names_the_variable(
    load_with: Load, name: str, value: str, remedy: str
) -> None:
    with pytest.raises(BadSetting) as refused:
        load_with(**{name: value})
    message = refused.value.message
    assert message.startswith(f"ANGEBOTE_{name}")
    assert remedy in message
    assert "\n" not in message


@pytest.mark.parametrize("name", ["DATABASE_URL", "SEARCH_URL", "SECRET_KEY", "RATE_LIMIT_STORAGE"])
def test_a_message_never_repeats_a_secret(load_with: Load, name: str) -> None:
    with pytest.raises(BadSetting) as refused:
        load_with(**{name: "x://u:hunter2@h:p"})
    assert "hunter2" not in refused.value.message


def test_a_data_folder_that_cannot_be_written_is_said_so(load_with: Load, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(BadSetting, match=r"ANGEBOTE_DATA_DIR: In den Ordner .* kann nicht geschrieben werden"):
        load_with(DATA_DIR=str(tmp_path / "file" / "data"))


def test_variables_of_the_tests_and_of_others_are_left_alone(load_with: Load) -> None:
    load_with(TEST_SEARCH_URL="http://127.0.0.1:9200")
    with pytest.raises(BadSetting, match="Bekannt sind: ANGEBOTE_BASE_URL"):
        load_with(SEARCHURL="http://127.0.0.1:9200")


def test_every_field_has_its_variable() -> None:
    fields = {name.removeprefix("ANGEBOTE_").lower() for name in KNOWN}
    assert fields == set(Settings.__dataclass_fields__)


def test_only_whoever_serves_pages_needs_a_secret(load_with: Load) -> None:
    with pytest.raises(BadSetting, match="ANGEBOTE_SECRET_KEY fehlt"):
        require_secret(load_with())
    require_secret(load_with(SECRET_KEY="s" * 32))


def test_settings_do_not_print_their_secrets(load_with: Load) -> None:
    shown = repr(
        load_with(SECRET_KEY="s" * 32, DATABASE_URL="postgresql://u:hunter2@db/x", SEARCH_URL="http://u:hunter2@h")
    )
    assert "s" * 32 not in shown
    assert "hunter2" not in shown


def test_the_demos_secret_survives_a_restart(tmp_path: Path) -> None:
    first = demo_secret(tmp_path)
    assert demo_secret(tmp_path) == first
    assert len(first) == 64
    assert (tmp_path / "demo-secret").stat().st_mode & 0o077 == 0


def test_processes_that_start_at_once_share_the_demos_secret(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        assert len(set(pool.map(lambda _: demo_secret(tmp_path), range(8)))) == 1
