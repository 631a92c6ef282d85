"""What a new index learns from the offers before it is built: compound parts, and the words that stand in them."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from indexer import document
from indexer.writers import Document
from service.german.analysis import TOKEN
from service.german.normalise import fold_gender
from service.german.spelling import Lexicon
from service.paths import data_folder
from service.search import wordbook
from service.search.wordbook import Wordbook
from service.store import indexes, records, terms, visibility
from service.store.database import Database
from service.store.records import StoredOffer

BATCH = 500


@dataclass(slots=True)
class Learnt:
    """`words`: each word as written, with the number of visible offers in which it stands."""

    parts: frozenset[str]
    words: Counter[str]
    offers: int

    def complete(self, documents: Iterable[Document], book: Wordbook) -> None:
        """Adds the compounds that texts leave to the reader; they are searched too, and need the parts to be seen."""
        for source in documents:
            if "-" in source["body"]:
                self.words.update(set(book.splitter.completed(source["body"])))

    def lexicon(self, book: Wordbook) -> Lexicon:
        """The words as tokens, compound parts too; each word is analysed once, however many offers have it."""
        frequencies: Counter[str] = Counter()
        for word, offers in self.words.items():
            for text in (word, *book.splitter.parts(word)):
                for token in book.analysis.exact(text):
                    frequencies[token] += offers
        return Lexicon(frequencies)


def learn(database: Database, today: date, progress: Callable[[int, int], None]) -> Learnt:
    """Reads all visible offers once. `progress` is told how many of how many were read."""
    words: Counter[str] = Counter()
    offers = read = 0
    with database.reading() as session:
        vocabularies = terms.load(session)
        total = indexes.count_offers(session)
    for batch in batches(database):
        for offer in batch:
            if visibility.is_visible(offer, today):
                found = document.texts(offer)
                words.update(set(TOKEN.findall(fold_gender(f"{found.title}\n{found.body}"))))
                offers += 1
        read += len(batch)
        progress(read, max(total, read))
    nouns: Counter[str] = Counter()
    for word, count in words.items():
        if word[0].isupper():
            nouns[word.lower()] += count
    lists = wordbook.read_lists(data_folder("mappings"))
    return Learnt(wordbook.learn_parts(lists, vocabularies, nouns), words, offers)


def batches(database: Database, size: int = BATCH) -> Iterator[list[StoredOffer]]:
    """All offers that are not deleted, each batch in a short transaction of its own."""
    after = 0
    while True:
        with database.reading() as session:
            batch = next(records.stream(session, size, after), None)
        if not batch:
            return
        yield batch
        after = batch[-1].key
