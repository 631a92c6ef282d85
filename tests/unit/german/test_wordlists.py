"""The files in ``mappings/``: readable, without contradictions, and the mapping names what the search asks for."""

import json
from typing import Any

import pytest

from service.german.wordlist import parse_words
from tests.unit.german.conftest import MAPPINGS, words

LISTS = ("stopwords-de.txt", "compound-parts-de.txt", "never-split-de.txt", "never-part-de.txt")


@pytest.fixture(scope="module")
def mapping() -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads((MAPPINGS / "offers-v2.json").read_text(encoding="utf-8"))
    return loaded


@pytest.mark.parametrize(
    "name", [*LISTS, *(f"synonyms-de/{path.name}" for path in sorted((MAPPINGS / "synonyms-de").iterdir()))]
)
def test_lists_begin_by_saying_what_they_are(name: str) -> None:
    assert (MAPPINGS / name).read_text(encoding="utf-8").startswith("# ")


@pytest.mark.parametrize("name", LISTS)
def test_lists_hold_each_word_once_in_order(name: str) -> None:
    lines = [line for line in (MAPPINGS / name).read_text(encoding="utf-8").splitlines() if not line.startswith("#")]
    assert tuple(lines) == words(name)
    assert lines == sorted(lines)


def test_parts_are_words_of_three_letters_or_more() -> None:
    assert all(len(word) >= 3 and word.isalpha() for word in words("compound-parts-de.txt"))


def test_no_list_contradicts_another() -> None:
    parts = set(words("compound-parts-de.txt"))
    assert not parts & set(words("never-part-de.txt"))
    assert not parts & set(words("never-split-de.txt"))
    assert not parts & set(words("stopwords-de.txt"))


def test_comments_and_empty_lines_are_no_words() -> None:
    assert parse_words("# head\n\nKurs  # inside\nkurs\n Beratung \n") == ("kurs", "beratung")


def test_the_mapping_takes_its_stop_words_from_the_list(mapping: dict[str, Any]) -> None:
    reference = mapping["settings"]["analysis"]["filter"]["de_stop"]["stopwords"]
    assert reference == "@stopwords-de.txt"
    assert (MAPPINGS / reference.removeprefix("@")).is_file()


def test_the_mapping_is_strict_and_names_its_version(mapping: dict[str, Any]) -> None:
    assert mapping["mappings"]["_meta"]["version"] == 2
    assert mapping["mappings"]["dynamic"] == "strict"


def test_every_analyzer_of_the_mapping_is_defined(mapping: dict[str, Any]) -> None:
    defined = set(mapping["settings"]["analysis"]["analyzer"])
    text = json.dumps(mapping["mappings"])
    assert all(f'"{name}"' in text for name in defined)
    fields = mapping["mappings"]["properties"]
    assert {field["analyzer"] for field in fields.values() if field["type"] == "text"} <= defined
