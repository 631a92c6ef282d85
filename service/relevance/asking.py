"""Asks an index questions as pages ask it, and scores what it answers."""

from dataclasses import dataclass
from functools import cached_property
from uuid import UUID

from service.relevance.figures import DEPTH, Score, judge
from service.relevance.questions import Question
from service.search.criteria import QUERY_USED
from service.search.engine import Found, SearchEngine, SearchRequest
from service.search.plan import BOOSTS, Boosts, Plan
from service.search.service import SearchService
from service.search.understanding import understand
from service.search.wordbook import Wordbook
from service.store import indexes, terms
from service.store.database import Database
from service.store.indexes import Served


@dataclass(frozen=True, slots=True)
class Outcome:
    """What an index answered, and how good that is."""

    question: Question
    plan: Plan
    found: Found
    score: Score

    @property
    def slice(self) -> str:
        """The slice of the question."""
        return self.question.slice

    @property
    def ranked(self) -> tuple[UUID, ...]:
        """The offers of the first hits."""
        return tuple(UUID(hit.offer_id) for hit in self.found.hits)


class Reader:
    """One index with the words that were frozen with it. `index`: a physical index, whether it is served or not. Without
    one, the served index."""

    def __init__(self, database: Database, engine: SearchEngine, index: str = "", boosts: Boosts = BOOSTS) -> None:
        self.engine = engine
        self.boosts = boosts
        self._service = SearchService(database, engine)
        self._database = database
        self._index = index

    @cached_property
    def book(self) -> Wordbook:
        """The words of the index, as they are at the first question."""
        if not self._index:
            return self._service.book(self._service.served())
        with self._database.reading() as session:
            applied = indexes.applied_rev(session, self._index)
            state = Served(self._index, applied, terms.version(session), 0)
        return self._service.book(state)

    def ask(self, question: Question) -> Outcome:
        """The answer to a question. Raises `SearchUnavailable`, `StoreUnavailable`."""
        plan = understand(question.query[:QUERY_USED], self.book, self.boosts)
        order = "bestaetigt" if plan.everything else "relevanz"
        found = self.engine.search(SearchRequest(plan, order=order, size=DEPTH, index=self._index))
        ranked = [UUID(hit.offer_id) for hit in found.hits]
        return Outcome(question, plan, found, judge(question.grades, ranked, found.total, known=question.known))
