"""One search from address to answer: understands the query with the words of the served index, asks the engine.

A process keeps a `SearchService` for each level of the ladder (`ladder`). It looks at the store's `Served` row for each
search, so a switched index, a new vocabulary or new words act at once.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from threading import Lock
from uuid import UUID

from service.clock import today
from service.errors import SearchUnavailable, StoreUnavailable
from service.german.analysis import Analysis
from service.german.normalise import cut_query
from service.german.spelling import Lexicon
from service.paths import data_folder
from service.search import wordbook
from service.search.breaker import Breaker
from service.search.criteria import MAX_PAGE, PAGE_SIZE, SearchCriteria
from service.search.engine import Found, Proposal, SearchEngine, SearchRequest
from service.search.facets import FACETS
from service.search.marks import Marker
from service.search.plan import Plan
from service.search.understanding import understand
from service.search.why import Reasons
from service.search.wordbook import Wordbook
from service.store import changes, indexes, terms
from service.store.database import Database
from service.store.indexes import Served
from service.vocabulary import Vocabularies

SHORTEST_BEGINNING, MOST_TYPED = 2, 5
"""Letters of a word that suggestions are found by, and words of a text that is being typed."""
DATABASE = "database"
"""Name of the engine that needs no index."""
_WITH_STOP_WORDS = Analysis(())


@dataclass(frozen=True, slots=True)
class Answer:
    """What was found, and how the query was understood. `served` names the state of everything that went into it,
    `engine` the level of the ladder. `detached`: the store does not answer, the index may be behind."""

    criteria: SearchCriteria
    plan: Plan
    found: Found
    marker: Marker
    reasons: Reasons
    book: Wordbook
    served: Served
    engine: str
    detached: bool = False

    @property
    def vocabularies(self) -> Vocabularies:
        """The vocabularies whose labels the answer is shown with."""
        return self.book.vocabularies

    @property
    def counted(self) -> bool:
        """False where nothing counts the values of the filters: the data base only finds."""
        return self.engine != DATABASE

    @property
    def pages(self) -> int:
        """Number of pages, at least one."""
        return max(1, -(-self.found.total // PAGE_SIZE))


class SearchService:
    """Searches and suggestions over one store and one engine. Threads may share it.

    With a breaker for the `store` an index goes on answering while the store does not: with the state and the words that
    were known last.
    """

    def __init__(
        self, database: Database, engine: SearchEngine, *, level: str = "", store: Breaker | None = None
    ) -> None:
        self._database = database
        self._store = store
        self.engine = engine
        self.level = level or engine.name
        self.detached = False
        self._lock = Lock()
        self._last: Served | None = None
        self._book: tuple[Served, Wordbook] | None = None

    def served(self) -> Served:
        """The state of the served index now; the last known one while the store is away. Raises `StoreUnavailable`."""
        if self._store is None:
            return self._read_served()
        try:
            if not self._store.allows():
                raise StoreUnavailable("left alone after failures")
            try:
                self._last = self._read_served()
            except StoreUnavailable:
                self._store.failed()
                raise
            except BaseException:
                self._store.left()
                raise
            self._store.succeeded()
            self.detached = False
            return self._last
        except StoreUnavailable:
            self.detached = True
            if self._last is None or self.engine.name == DATABASE:
                raise
            return self._last

    def _read_served(self) -> Served:
        with self._database.reading() as session:
            if self.engine.name == DATABASE:
                return Served("", changes.latest_rev(session), terms.version(session), 0)
            return indexes.served(session, self.engine.name)

    def built(self) -> bool:
        """True where there is something to search in."""
        return self.engine.name == DATABASE or bool(self.served().index)

    def vocabularies(self) -> Vocabularies:
        """The vocabularies now."""
        return self.book(self.served()).vocabularies

    def book(self, served: Served) -> Wordbook:
        """The wordbook that goes with a state; reads from the store only what changed."""
        with self._lock:
            if self._book is None or not _same_words(self._book[0], served):
                self._book = (served, self._read_book(served))
            return self._book[1]

    def _read_book(self, served: Served) -> Wordbook:
        known = self._book
        lists = wordbook.read_lists(data_folder("mappings"))
        with self._database.reading() as session:
            if known and (known[0].index, known[0].vocabulary) == (served.index, served.vocabulary):
                book, after = known[1], known[0].words
            else:
                vocabularies = terms.load(session)
                parts, words = indexes.frozen_words(session, served.index) if served.index else (lists.parts, b"")
                lexicon = Lexicon.from_bytes(words) if words else Lexicon()
                book, after = wordbook.make(lists, vocabularies, parts, lexicon), 0
            for _, added in indexes.added_words(session, served.index, after):
                book.lexicon.add(added)
        return book

    def search(
        self, criteria: SearchCriteria, *, counted: bool = True, size: int = PAGE_SIZE, shown: bool = True
    ) -> Answer:
        """Hits and counts for an address; not `shown`: ids alone. Raises `SearchUnavailable`, `StoreUnavailable`."""
        served = self._served_index()
        book = self.book(served)
        plan = understand(criteria.q, book, today=today())
        postcodes: Sequence[str] | None = None
        if criteria.postcode:
            postcodes = book.vocabularies.postcodes_within(criteria.postcode, criteria.radius)
        request = SearchRequest(
            plan=plan,
            selected={
                facet.field: criteria.selected[facet.name] for facet in FACETS if facet.name in criteria.selected
            },
            postcodes=postcodes,
            order="bestaetigt" if plan.everything and criteria.order == "relevanz" else criteria.order,
            offset=criteria.offset,
            size=size,
            counted=[facet.field for facet in FACETS] if counted else (),
            index=served.index,
            shown=shown,
        )
        found = self.engine.search(request)
        return Answer(
            criteria, plan, found, Marker(plan, book), Reasons(plan, book), book, served, self.level,
            self.detached,
        )  # fmt: skip

    def everything(self, criteria: SearchCriteria) -> list[UUID]:
        """Ids of all offers of a search, in its order; at most the engines' window of 10,000."""
        answer = self.search(criteria.at_page(1), counted=False, size=MAX_PAGE * PAGE_SIZE, shown=False)
        return [UUID(hit.offer_id) for hit in answer.found.hits]

    def suggest(self, text: str, limit: int) -> list[Proposal]:
        """Offers whose title holds words that begin like the typed ones."""
        served = self._served_index()
        words = typed_words(text, self.book(served).analysis)
        return self.engine.suggest(words, limit, served.index) if words else []

    def ready(self) -> str:
        """Name of the physical index, where it can be searched; "" in the store. Raises what `search` raises."""
        return self.engine.served(self._served_index().index)

    def _served_index(self) -> Served:
        served = self.served()
        if not served.index and self.engine.name != DATABASE:
            raise SearchUnavailable("no index has been built yet")
        return served


def typed_words(text: str, analysis: Analysis) -> list[str]:
    """The words of a text that is still being typed. The last one counts although it is a stop word so far: "ein" may
    become Einbürgerung."""
    used = cut_query(text).text
    words = analysis.exact(used)
    last = "" if text[-1:].isspace() else used.rpartition(" ")[2]
    if last and not analysis.exact(last):
        words += _WITH_STOP_WORDS.exact(last)
    return [word for word in words if len(word) >= SHORTEST_BEGINNING][-MOST_TYPED:]


def _same_words(a: Served, b: Served) -> bool:
    return (a.index, a.vocabulary, a.words) == (b.index, b.vocabulary, b.words)
