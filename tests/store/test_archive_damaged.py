"""An archive that is not what it should be is refused with one line, and the store stays what it was."""

from __future__ import annotations

import hashlib
import json
import random
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from service.store.archive import MANIFEST, BadArchive
from service.store.archive.reading import Archive
from service.store.database import Database
from tests.store import archives

Manifest = dict[str, Any]
Files = dict[str, bytes]


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An archive that nobody changes."""
    folder = tmp_path_factory.mktemp("archive")
    database = archives.made(f"sqlite:///{folder / 'store.sqlite'}")
    archives.fill(database)
    path = archives.archive(database, folder / "good.zip")
    database.close()
    return path


@pytest.fixture
def copy(good: Path, tmp_path: Path) -> Path:
    """One of a test's own."""
    path = tmp_path / "copy.zip"
    path.write_bytes(good.read_bytes())
    return path


@pytest.fixture
def used(tmp_path: Path) -> Iterator[Database]:
    made = archives.made(f"sqlite:///{tmp_path / 'used.sqlite'}")
    archives.fill(made, 1)
    yield made
    made.close()


def checked(path: Path) -> list[list[dict[str, Any]]]:
    """All rows, after the check. Raises `BadArchive`."""
    with Archive(path) as opened:
        opened.check()
        return [row for layout in opened.layouts for row in opened.rows(layout)]


def newer_format(manifest: Manifest, _: Files) -> None:
    manifest["format"] = 2


def newer_tables(manifest: Manifest, _: Files) -> None:
    manifest |= {"schema": "9999", "product": "7.1"}


def foreign(manifest: Manifest, _: Files) -> None:
    del manifest["format"]


def unknown_table(manifest: Manifest, files: Files) -> None:
    manifest["tables"]["recipes"] = manifest["tables"]["places"]
    files["recipes.jsonl"] = files["places.jsonl"]


def unnamed_file(_: Manifest, files: Files) -> None:
    files["../evil"] = b""


def missing_table(manifest: Manifest, _: Files) -> None:
    del manifest["tables"]["places"]


def missing_file(_: Manifest, files: Files) -> None:
    del files["places.jsonl"]


def other_columns(manifest: Manifest, _: Files) -> None:
    del manifest["tables"]["places"]["columns"]["lat"]


def fewer_rows(manifest: Manifest, _: Files) -> None:
    manifest["tables"]["offers"]["rows"] -= 1


def other_content(_: Manifest, files: Files) -> None:
    files["offers.jsonl"] = files["offers.jsonl"].replace(b"Kurs 1", b"Kurs 7")


def no_json(_: Manifest, files: Files) -> None:
    files["offers.jsonl"] = files["offers.jsonl"][:-20]


def no_counter(manifest: Manifest, files: Files) -> None:
    manifest["tables"]["counter"] |= {"rows": 0, "sha256": hashlib.sha256(b"").hexdigest()}
    files["counter.jsonl"] = b""


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (newer_format, r"neueren Version.*Format 2, bekannt ist 1.*Programm aktualisieren"),
        (newer_tables, r"neueren Version.*7\.1: Tabellenstand 9999.*Programm aktualisieren"),
        (foreign, r"kein Archiv dieses Programms.*angebote backup"),
        (unknown_table, r"gibt es nicht: recipes"),
        (unnamed_file, r"gehören nicht hinein: \.\./evil"),
        (missing_table, r"Tabelle places fehlt.*andere Sicherung"),
        (missing_file, r"Tabelle places fehlt.*andere Sicherung"),
        (other_columns, r"Tabelle places hat andere Spalten"),
        (fewer_rows, r"Tabelle offers ist nicht die, die gesichert wurde"),
        (other_content, r"Tabelle offers ist nicht die, die gesichert wurde"),
        (no_json, r"beschädigt"),
        (no_counter, r"counter stehen 0 Zeilen"),
    ],
)
def test_what_does_not_fit_is_named(copy: Path, change: Callable[[Manifest, Files], None], said: str) -> None:
    with pytest.raises(BadArchive, match=said) as refused:
        checked(archives.tampered(copy, change))
    assert "\n" not in refused.value.message


@pytest.mark.parametrize(
    ("column", "value"),
    [("rev", "1"), ("rev", True), ("edited_here", 1), ("uuid", "x"), ("created_at", "2026-03-02T09:00:00"),
     ("status_since", "heute"), ("title", 5), ("created_at", 12)],
)  # fmt: skip
def test_a_value_of_another_kind_is_named_with_its_line(copy: Path, column: str, value: object) -> None:
    with pytest.raises(BadArchive, match=f"offers, Zeile 2: {column}"):
        checked(archives.edited(copy, "offers", lambda rows: rows[1].update({column: value})))


def test_another_file_is_no_archive(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("titel;kurztext\n", encoding="utf-8")
    with pytest.raises(BadArchive, match="kein Archiv"):
        checked(tmp_path / "a.csv")
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as packed:
        packed.writestr("letter.txt", "Hello")
    with pytest.raises(BadArchive, match=r"a\.zip"):
        checked(tmp_path / "a.zip")
    with zipfile.ZipFile(tmp_path / "b.zip", "w") as packed:
        packed.writestr(MANIFEST, json.dumps([1]))
    with pytest.raises(BadArchive, match="kein Archiv dieses Programms"):
        checked(tmp_path / "b.zip")


def test_a_file_that_was_cut_off_anywhere_is_refused(copy: Path) -> None:
    whole = copy.read_bytes()
    draw = random.Random(4)
    for length in [0, 1, len(whole) - 1, *(draw.randrange(len(whole)) for _ in range(12))]:
        copy.write_bytes(whole[:length])
        with pytest.raises(BadArchive, match="kein Archiv, oder sein Ende fehlt"):
            checked(copy)


def test_a_byte_that_turned_anywhere_is_noticed_or_changes_nothing(copy: Path) -> None:
    whole, rows = copy.read_bytes(), checked(copy)
    draw = random.Random(7)
    refused = 0
    for position in [*(draw.randrange(len(whole)) for _ in range(60)), *range(len(whole) - 30, len(whole))]:
        turned = bytearray(whole)
        turned[position] ^= 1 << draw.randrange(8)
        copy.write_bytes(turned)
        try:
            found = checked(copy)
        except BadArchive:
            refused += 1
        else:
            assert found == rows
    assert refused > 30


def test_rows_that_the_tables_do_not_take_leave_everything_as_it_was(copy: Path, used: Database) -> None:
    before = archives.tables(used), archives.tables(used, "sessions", "changes", "index_failures")

    def same_id_twice(rows: list[dict[str, Any]]) -> None:
        rows[1]["uuid"] = rows[0]["uuid"]

    with pytest.raises(BadArchive, match=r"Tabelle offers passt nicht: .*uuid"):
        archives.bring_back(used, archives.edited(copy, "offers", same_id_twice), overwrite=True)
    assert (archives.tables(used), archives.tables(used, "sessions", "changes", "index_failures")) == before


def test_references_that_lead_nowhere_leave_everything_as_it_was(copy: Path, database: Database) -> None:
    archives.fill(database, 1)
    before = archives.tables(database)
    with pytest.raises(BadArchive, match="passt nicht"):
        archives.bring_back(database, archives.edited(copy, "offers", lambda rows: rows.clear()), overwrite=True)
    assert archives.tables(database) == before
