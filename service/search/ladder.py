"""The search never goes away: several levels, and the first one that can answers.

OpenSearch, then the embedded index beside it, then the store itself; on one machine the embedded index, then the store.
Each level searches its own physical index with the words of that index. What fails is left alone for a while (`breaker`)
and tried again by itself. Only without the store and without any index there is no answer.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TypeVar
from uuid import UUID

from service.errors import SearchUnavailable, StoreUnavailable
from service.search.breaker import Breaker
from service.search.criteria import PAGE_SIZE, SearchCriteria
from service.search.engine import Proposal, SearchEngine
from service.search.service import Answer, SearchService
from service.store.indexes import Served
from service.vocabulary import Vocabularies

T = TypeVar("T")
Failed = Callable[[str, str], None]
"""Told of each failed attempt: level and reason."""
NO_INDEX, LEFT_ALONE = "no index", "left alone after failures"
"""Why a level is not even tried."""


@dataclass(frozen=True, slots=True)
class Level:
    """A level and its breaker. Its name ("opensearch", "embedded", "standby", "database") is what answers say."""

    service: SearchService
    breaker: Breaker

    @property
    def name(self) -> str:
        """The level's name."""
        return self.service.level


@dataclass(frozen=True, slots=True)
class Standing:
    """The level that would answer now, and its state."""

    level: str
    served: Served
    service: SearchService


@dataclass(slots=True)
class Readiness:
    """The level that answers, its index, and why those before it do not."""

    level: str = ""
    index: str = ""
    failures: dict[str, str] = field(default_factory=dict)


class Ladder:
    """The levels in order, with the methods of `SearchService`. Threads may share it."""

    def __init__(self, levels: Sequence[Level], failed: Failed = lambda level, reason: None) -> None:
        self.levels = tuple(levels)
        self._failed = failed

    @property
    def engine(self) -> SearchEngine:
        """The first level's engine."""
        return self.levels[0].service.engine

    def search(self, criteria: SearchCriteria, *, counted: bool = True, size: int = PAGE_SIZE) -> Answer:
        """See `SearchService.search`; `Answer.engine` names the level."""
        return self._ask(lambda service: service.search(criteria, counted=counted, size=size))

    def everything(self, criteria: SearchCriteria) -> list[UUID]:
        """See `SearchService.everything`."""
        return self._ask(lambda service: service.everything(criteria))

    def suggest(self, text: str, limit: int) -> list[Proposal]:
        """See `SearchService.suggest`."""
        return self._ask(lambda service: service.suggest(text, limit))

    def standing(self) -> Standing:
        """The level that would be asked now. Raises `StoreUnavailable`."""
        gone: StoreUnavailable | None = None
        for level in self.levels:
            try:
                if level.service.built() and level.breaker.would_allow():
                    return Standing(level.name, level.service.served(), level.service)
            except StoreUnavailable as error:
                gone = error
        raise gone or SearchUnavailable("no level can answer")

    def served(self) -> Served:
        """The state of the level that would be asked now. Raises `StoreUnavailable`."""
        return self.standing().served

    def vocabularies(self) -> Vocabularies:
        """The vocabularies now."""
        return self.standing().service.vocabularies()

    def ready(self) -> Readiness:
        """Asks the levels in order whether they can answer. Raises `StoreUnavailable` where nothing can."""
        found = Readiness()

        def served(service: SearchService) -> tuple[str, str]:
            return service.level, service.ready()

        found.level, found.index = self._ask(served, found.failures.setdefault)
        return found

    def close(self) -> None:
        """Closes the engines."""
        for level in self.levels:
            level.service.engine.close()

    def _ask(
        self, question: Callable[[SearchService], T], skipped: Callable[[str, str], object] = lambda level, reason: None
    ) -> T:
        """The answer of the first level that gives one; `skipped` is told why those before it do not."""
        gone: StoreUnavailable | None = None
        for level in self.levels:
            try:
                if not level.service.built():
                    skipped(level.name, NO_INDEX)
                elif not level.breaker.allows():
                    skipped(level.name, LEFT_ALONE)
                else:
                    return self._try(level, question)
            except StoreUnavailable as error:
                gone = error
                skipped(level.name, "the store does not answer")
            except SearchUnavailable as error:
                skipped(level.name, error.reason)
        raise gone or SearchUnavailable("no level can answer")

    def _try(self, level: Level, question: Callable[[SearchService], T]) -> T:
        try:
            answer = question(level.service)
        except SearchUnavailable as error:
            self._failed(level.name, error.reason)
            if error.of_query:
                level.breaker.succeeded()
            else:
                level.breaker.failed()
            raise
        except BaseException:
            level.breaker.left()
            raise
        level.breaker.succeeded()
        return answer
