"""The word lists of the product, and the towns of the county: names that must survive every analysis."""

from pathlib import Path

import pytest

from service.german.analysis import Analysis
from service.german.compounds import Splitter
from service.german.wordlist import parse_words

MAPPINGS = Path(__file__).parents[3] / "mappings"

TOWNS = (
    "Castrop-Rauxel",
    "Datteln",
    "Dorsten",
    "Gladbeck",
    "Haltern am See",
    "Herten",
    "Marl",
    "Oer-Erkenschwick",
    "Recklinghausen",
    "Waltrop",
)


def words(name: str) -> tuple[str, ...]:
    return parse_words((MAPPINGS / name).read_text(encoding="utf-8"))


@pytest.fixture(scope="session")
def analysis() -> Analysis:
    return Analysis(words("stopwords-de.txt"))


@pytest.fixture(scope="session")
def splitter() -> Splitter:
    return Splitter(words("compound-parts-de.txt"), words("never-split-de.txt"))
