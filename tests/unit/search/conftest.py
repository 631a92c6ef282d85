"""The words of the product without an index: vocabularies and word lists as they are, and a few words as the offers'."""

from __future__ import annotations

import pytest

from service.german.spelling import Lexicon
from service.paths import data_folder
from service.search import wordbook
from service.search.wordbook import Wordbook
from service.vocabulary import Vocabularies, read_folder

WORDS_OF_OFFERS = "kinderbetreuung kurs kurse deutsch sprachkurs frauen beratung hebamme wohnung herten papiere"


@pytest.fixture(scope="session")
def vocabularies() -> Vocabularies:
    lists = read_folder(data_folder("seed"))
    return Vocabularies({name: {term.slug: term for term in terms} for name, terms in lists.items()})


@pytest.fixture(scope="session")
def book(vocabularies: Vocabularies) -> Wordbook:
    lists = wordbook.read_lists(data_folder("mappings"))
    lexicon = Lexicon(dict.fromkeys(WORDS_OF_OFFERS.split(), 5))
    return wordbook.make(lists, vocabularies, lists.parts, lexicon)
