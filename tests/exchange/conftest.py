"""A store with the county's vocabularies, and files to import into it.

`desk` is on SQLite; tests that must hold on PostgreSQL too take `any_desk`.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from service.exchange.apply import Import
from service.exchange.export import export
from service.exchange.report import Report
from service.paths import data_folder
from service.store import changes, migrate, offers, records, terms
from service.store.database import Database
from service.vocabulary import Vocabularies, read_folder
from tests.store.conftest import database, empty_store

__all__ = ["database", "empty_store"]
SEED = data_folder("seed")
TODAY = date(2026, 11, 23)


@dataclass
class Desk:
    """Somebody who imports and exports."""

    database: Database
    folder: Path

    def take(self, content: str | bytes, name: str = "angebote.csv", **options: Any) -> Report:
        """Imports a file with this content."""
        path = self.folder / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return self.take_file(path, **options)

    def take_file(self, path: Path, **options: Any) -> Report:
        """Imports a file."""
        return Import(self.database, SEED, TODAY, "import", **options).run(path)

    def give(self, format: str) -> bytes:  # noqa: A002
        """An export."""
        out = io.BytesIO()
        export(self.database, format, out, TODAY)
        return out.getvalue()

    def records(self) -> list[dict[str, Any]]:
        """All offers."""
        with self.database.reading() as session:
            return [offer.record for batch in records.stream(session) for offer in batch]

    def record(self) -> dict[str, Any]:
        """The only offer."""
        (found,) = self.records()
        return found

    def rev(self) -> int:
        """The newest revision."""
        with self.database.reading() as session:
            return changes.latest_rev(session)

    def add(self, *given: dict[str, Any], imported: bool = True) -> None:
        """Saves records that passed validation."""
        with self.database.writing() as session:
            offers.save(session, [offers.Edit(record) for record in given], actor="test", imported=imported)

    def edit(self, **changed: Any) -> None:
        """Changes the only offer, as somebody does in the staff area."""
        with self.database.writing() as session:
            ((stored,),) = records.stream(session)
            offers.save(session, [offers.Edit(stored.record | changed, stored.key)], actor="redaktion")

    def delete(self) -> None:
        """Deletes the only offer."""
        with self.database.writing() as session:
            ((stored,),) = records.stream(session)
            offers.withdraw(session, stored.key, actor="redaktion")


def _desk(store: Database, folder: Path) -> Desk:
    with store.writing() as session:
        terms.replace(session, read_folder(SEED))
    return Desk(store, folder)


@pytest.fixture(scope="session")
def vocabularies() -> Vocabularies:
    return Vocabularies({name: {term.slug: term for term in terms} for name, terms in read_folder(SEED).items()})


@pytest.fixture
def any_desk(database: Database, tmp_path: Path) -> Desk:
    return _desk(database, tmp_path)


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    store = Database(f"sqlite:///{tmp_path / 'desk.sqlite'}")
    migrate.upgrade(store)
    yield _desk(store, tmp_path)
    store.close()


@pytest.fixture
def other_desk(tmp_path: Path) -> Iterator[Desk]:
    store = Database(f"sqlite:///{tmp_path / 'other.sqlite'}")
    migrate.upgrade(store)
    yield _desk(store, tmp_path)
    store.close()
