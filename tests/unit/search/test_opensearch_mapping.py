"""Names of physical indexes, and the promise that a version of the mapping never changes."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest

from service.paths import data_folder
from service.search.opensearch.mapping import IndexName, index_name, parse_name, read

DIGESTS = {2: "f91fdf6e3c474feb"}
"""Digest of each version with its stop words. Another one means: documents or queries would not fit indexes that are in
use. Copy the file under the next number, change it there, and add its digest here."""
NOW = datetime(2026, 11, 23, 6, 30, 12, 345678, tzinfo=timezone(timedelta(hours=1)))


def test_a_version_of_the_mapping_never_changes() -> None:
    mapping = read(data_folder("mappings"))
    assert {mapping.version: mapping.digest} == {mapping.version: DIGESTS.get(mapping.version)}


def test_names_are_built_and_read_back() -> None:
    name = index_name("offers", 1, NOW)
    assert name == "offers-v1-20261123t053012345"
    assert parse_name(name) == IndexName("offers", 1, datetime(2026, 11, 23, 5, 30, 12, 345000, tzinfo=UTC))
    assert str(parse_name(name)) == name


@pytest.mark.parametrize(
    "name", ["offers", "offers-v1", "offers-v0-20261123t053012345", "offers-v1-20261323t053012345", ""]
)
def test_other_names_are_none_of_ours(name: str) -> None:
    assert parse_name(name) is None


def test_stop_words_are_put_in_and_the_body_is_nobodys_to_change() -> None:
    mapping = read(data_folder("mappings"))
    body = mapping.body({"store_id": "s"})
    assert "und" in body["settings"]["analysis"]["filter"]["de_stop"]["stopwords"]
    assert body["mappings"]["_meta"] == {"version": 2, "words": mapping.words, "store_id": "s"}
    body["mappings"].clear()
    assert mapping.body()["mappings"]["properties"]


def test_the_hash_changes_with_lists_that_documents_depend_on(tmp_path: Path) -> None:
    before = read(data_folder("mappings")).words
    for changed, same in (("synonyms-de/0-general.txt", True), ("compound-parts-de.txt", False)):
        folder = tmp_path / Path(changed).name
        shutil.copytree(data_folder("mappings"), folder)
        with (folder / changed).open("a", encoding="utf-8") as file:
            file.write("\nzauberlehrling, hexenmeister\n")
        assert (read(folder).words == before) is same
