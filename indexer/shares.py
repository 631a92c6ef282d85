"""A full build's share of the offers: read once, learnt from, kept in a file, and then turned into documents.

Compound parts are known only when all offers were read, and reading them again would cost as much as everything else.
"""

import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from itertools import chain
from typing import Any

import orjson

from indexer import document
from indexer.document import Draft
from indexer.writers import Document, Failure
from service.german.analysis import TOKEN
from service.german.compounds import may_be_part
from service.german.normalise import without_marks
from service.german.remembered import Remembered
from service.german.spelling import Lexicon
from service.paths import data_folder
from service.search import wordbook
from service.search.wordbook import Wordbook
from service.store import records, terms, visibility
from service.store.database import Database
from service.store.records import StoredOffer
from service.vocabulary import Vocabularies

BATCH = 500
TOKENS_REMEMBERED = 1 << 14
"""Words with their commas whose tokens are remembered while the offers are read."""
SPLIT_WORDS_REMEMBERED = 1 << 18
"""Words whose compound parts are remembered while documents are made: those of 50,000 offers (120,000), as each is asked
for again when words are counted."""
REFUSED = (ValueError, KeyError, TypeError)


@dataclass(slots=True)
class Learnt:
    """What compound parts are learnt from: nouns in lower case with the number of visible offers in which they stand."""

    nouns: Counter[str] = field(default_factory=Counter)
    offers: int = 0

    def add(self, more: "Learnt") -> None:
        """What another share has learnt."""
        self.nouns.update(more.nouns)
        self.offers += more.offers


@dataclass(slots=True)
class Built:
    """A batch of documents as the engine takes them, and the ones that could not be made."""

    prepared: list[Any] = field(default_factory=list)
    failures: list[Failure] = field(default_factory=list)


class Share:
    """The offers with keys from `first` to `last`."""

    def __init__(
        self, database: Database, today: date, keys: tuple[int, int], prepare: Callable[[Document], Any]
    ) -> None:
        self.frequencies: Counter[str] = Counter()
        """After `build`: the tokens of the lexicon with the number of offers."""
        self.failures: list[Failure] = []
        self._words: Counter[str] = Counter()
        self._offers = 0
        self._database = database
        self._today = today
        self._keys = keys
        self._prepare = prepare
        self._tokens = Remembered(TOKEN.findall, TOKENS_REMEMBERED)
        self._spool = tempfile.TemporaryFile(prefix="angebote-")  # noqa: SIM115  closed by `close`
        with database.reading() as session:
            self._vocabularies = terms.load(session)

    def learn(self) -> Iterator[int]:
        """Reads the offers; says after each batch how many it held."""
        for batch in batches(self._database, *self._keys):
            drafts = [self._draft(offer) for offer in batch if visibility.is_visible(offer, self._today)]
            self._spool.write(b"[%b]\n" % b",".join(filter(None, drafts)))
            yield len(batch)

    def learnt(self) -> Learnt:
        """What was learnt when all was read."""
        learnt = Learnt(offers=self._offers)
        for word, offers in self._words.items():
            if may_be_part(word):
                learnt.nouns[word.lower()] += offers
        return learnt

    def build(self, parts: frozenset[str]) -> Iterator[Built]:
        """Documents of all visible offers, batch by batch; then `frequencies` are complete."""
        book = new_wordbook(self._vocabularies, parts)
        self._spool.seek(0)
        yield Built(failures=self.failures)
        for line in self._spool:
            built = Built()
            for begun, named in orjson.loads(line):
                self._finish(Draft(begun, [(vocabulary, slug) for vocabulary, slug in named]), book, built)
            yield built
        self._count(book)

    def _count(self, book: Wordbook) -> None:
        """Words as tokens, compound parts too; each word is analysed once, however many offers have it."""
        parts: Counter[str] = Counter()
        while self._words:
            word, offers = self._words.popitem()
            self.frequencies[book.analysis.token(word)] += offers
            for part in book.splitter.parts(word):
                parts[part] += offers
        for part, offers in parts.items():
            self.frequencies[book.analysis.token(part)] += offers
        self.frequencies.pop("", None)  # stop words

    def close(self) -> None:
        """Removes the file."""
        self._spool.close()

    def _draft(self, offer: StoredOffer) -> bytes:
        """The draft as JSON, learnt from; empty for an offer of which none can be made."""
        try:
            made = document.draft(offer, self._vocabularies, self._today)
            spooled = orjson.dumps((made.document, made.terms))
        except Exception as error:  # whatever it is, the other offers go on and the checks of the build name this one
            self.failures.append(Failure(str(offer.uuid), offer.rev, f"{type(error).__name__}: {error}"))
            return b""
        text = f"{made.document['title']}\n{made.document['body']}"
        self._words.update(set(chain.from_iterable(map(self._tokens.__getitem__, set(without_marks(text).split())))))
        self._offers += 1
        return spooled

    def _finish(self, made: Draft, book: Wordbook, built: Built) -> None:
        try:
            source = document.complete(made, book)
            built.prepared.append(self._prepare(source))
        except REFUSED as error:
            failure = Failure(made.document["offer_id"], made.document["rev"], f"{type(error).__name__}: {error}")
            built.failures.append(failure)
            return
        # compounds that texts leave to the reader ("Familien- und Frauenberatung") are searched, but stand in no text
        completed = source["body"][len(made.document["body"]) :].split()
        self._words.update(chain.from_iterable(map(self._tokens.__getitem__, completed)))


def new_wordbook(vocabularies: Vocabularies, parts: frozenset[str]) -> Wordbook:
    """The wordbook of an index that is being built; its lexicon is filled last."""
    lists = wordbook.read_lists(data_folder("mappings"))
    return wordbook.make(lists, vocabularies, parts, Lexicon(), SPLIT_WORDS_REMEMBERED)


def batches(database: Database, first: int, last: int) -> Iterator[list[StoredOffer]]:
    """Offers that are not deleted, each batch in a short transaction of its own."""
    after = first - 1
    while after < last:
        with database.reading() as session:
            batch = next(records.stream(session, BATCH, after), None)
        if not batch:
            return
        after = batch[-1].key
        yield [offer for offer in batch if offer.key <= last]
