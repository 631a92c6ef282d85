"""Pages without a server: `client` asks an application over demo offers and a real index.

`demo_folder` is filled once a run and must not be changed; `app` and `client` work on a copy of the test's own and may
write; `read_client` works on the filled folder itself, for the many tests that only read. `staff` is logged in.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from argon2 import PasswordHasher
from flask import Flask
from flask.testing import FlaskClient

from service.app import create_app
from service.config import Settings
from service.context import Context
from service.store import accounts
from tests.web import installation


@pytest.fixture(scope="session", autouse=True)
def quick_hashes() -> Iterator[None]:
    """Password hashes that cost a millisecond: logging in is not what most tests are about."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(accounts, "HASHER", PasswordHasher(time_cost=1, memory_cost=64, parallelism=1))
        yield


@pytest.fixture(scope="session")
def demo_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Data folder with demo offers, account and index. Read only: copy it to write."""
    folder = tmp_path_factory.mktemp("demo")
    installation.build(folder)
    return folder


@pytest.fixture
def settings(demo_folder: Path, tmp_path: Path) -> Settings:
    """Settings of the test's own installation."""
    return installation.settings(installation.copy(demo_folder, tmp_path / "data"))


@pytest.fixture
def app(settings: Settings) -> Iterator[Flask]:
    """The application over the test's own installation."""
    made = create_app(settings)
    yield made
    close(made)


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A visitor."""
    return app.test_client()


@pytest.fixture
def staff(client: FlaskClient) -> FlaskClient:
    """Somebody who is logged in as `installation.MAIL`."""
    return installation.log_in(client)


@pytest.fixture(scope="session")
def read_app(demo_folder: Path) -> Iterator[Flask]:
    """The application over the filled folder; for tests that write nothing."""
    made = create_app(installation.settings(demo_folder))
    yield made
    close(made)


@pytest.fixture
def read_client(read_app: Flask) -> FlaskClient:
    """A visitor who changes nothing."""
    return read_app.test_client()


def state(app: Flask) -> Context:
    """Store and search of an application."""
    found: Context = app.extensions["angebote"]
    return found


def close(app: Flask) -> None:
    """Closes the application's connections."""
    state(app).database.close()
