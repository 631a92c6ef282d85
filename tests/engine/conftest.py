"""The demo offers in a store, and an index of them on each engine. Indexes are built once a run and only read."""

from __future__ import annotations

import secrets
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from opensearchpy import OpenSearch

from indexer import document
from indexer.document import Document
from indexer.writers import IndexWriter, open_writer
from service.config import Settings, load
from service.exchange.demo import load_demo
from service.german.analysis import TOKEN
from service.german.compounds import may_be_part
from service.german.normalise import without_marks
from service.german.spelling import Lexicon
from service.paths import data_folder
from service.search import wordbook
from service.search.engine import Found, SearchEngine, SearchRequest
from service.search.engines import open_engine
from service.search.opensearch import mapping
from service.search.understanding import understand
from service.search.wordbook import Wordbook
from service.store import migrate, records, terms
from service.store.database import Database
from service.vocabulary import read_folder

TODAY = date(2026, 11, 23)
ENGINES = ("embedded", "opensearch")


@dataclass(frozen=True)
class Demo:
    """The words and the documents of the demo offers."""

    book: Wordbook
    documents: Sequence[Document]


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Demo:
    """Demo offers, stored, read back and turned into documents as a full build does it."""
    seed = data_folder("seed")
    database = Database(f"sqlite:///{tmp_path_factory.mktemp('demo') / 'store.sqlite'}")
    migrate.upgrade(database)
    with database.writing() as session:
        terms.replace(session, read_folder(seed))
    load_demo(database, seed)
    with database.reading() as session:
        vocabularies = terms.load(session)
        offers = [offer for batch in records.stream(session) for offer in batch]
    database.close()
    lists = wordbook.read_lists(data_folder("mappings"))
    texts = [f"{found.title}\n{found.body}" for found in map(document.texts, offers)]
    nouns = Counter(
        word.lower() for text in texts for word in set(TOKEN.findall(without_marks(text))) if may_be_part(word)
    )
    parts = wordbook.learn_parts(lists, vocabularies, nouns)
    book = wordbook.make(lists, vocabularies, parts, Lexicon())
    for text in texts:
        book.lexicon.add({*lists.analysis.exact(text), *lists.analysis.exact(book.splitter.expand(text))})
    return Demo(book, [document.build(offer, book, TODAY) for offer in offers])


def settings_of(kind: str, folder: Path, url: Callable[[], str]) -> Settings:
    """Settings with a prefix that nobody else uses."""
    environment = {"ANGEBOTE_DATA_DIR": str(folder), "ANGEBOTE_INDEX_PREFIX": f"t{secrets.token_hex(6)}"}
    if kind == "opensearch":
        environment["ANGEBOTE_SEARCH_URL"] = url()
    return load(environment)


def new_index(writer: IndexWriter, settings: Settings, documents: Sequence[Document]) -> str:
    """A filled index that readers use."""
    version = mapping.read(data_folder("mappings")).version
    name = mapping.index_name(settings.index_prefix, version, datetime.now(UTC))
    writer.create(name, {})
    assert writer.write(name, documents) == []
    writer.refresh(name)
    writer.switch(name)
    writer.release(name)
    return name


@pytest.fixture(scope="session")
def opened(
    demo: Demo, request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Callable[[str], SearchEngine]]:
    """Opens an engine over the demo offers; each is built when it is first asked for."""
    engines: dict[str, SearchEngine] = {}
    made: list[tuple[str, str]] = []

    def opened_engine(kind: str) -> SearchEngine:
        if kind not in engines:
            settings = settings_of(
                kind, tmp_path_factory.mktemp(kind), lambda: str(request.getfixturevalue("opensearch_url"))
            )
            writer = open_writer(settings)
            new_index(writer, settings, demo.documents)
            writer.close()
            if settings.search_url:
                made.append((settings.search_url, settings.index_prefix))
            engines[kind] = open_engine(settings, seconds=60)  # no test is decided by time
        return engines[kind]

    yield opened_engine
    for engine in engines.values():
        engine.close()
    for url, prefix in made:
        with OpenSearch(url, timeout=30) as client:
            client.indices.delete(index=f"{prefix}-v*")


@pytest.fixture(params=ENGINES)
def engine(request: pytest.FixtureRequest, opened: Callable[[str], SearchEngine]) -> SearchEngine:
    """Each engine in turn, over the same demo offers."""
    return opened(request.param)


@pytest.fixture
def ask(engine: SearchEngine, demo: Demo) -> Callable[[str], Found]:
    """Searches words, as the service does."""
    return lambda words: engine.search(SearchRequest(understand(words, demo.book)))
