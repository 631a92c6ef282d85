"""Answers searches from the store itself: SQL narrows and ranks, records are loaded for the page alone.

Pure filter searches find exactly what an index finds; words are looked for as they stand, without near spellings. Nothing
is counted. It is the last level of the ladder (`service.search.ladder`).
"""

from collections.abc import Callable, Sequence
from datetime import date
from threading import Lock
from typing import Any

from sqlalchemy import ColumnElement, Date, Float, func, literal, select
from sqlalchemy.orm import Session

from service.clock import today
from service.german.normalise import clean, plain_text
from service.german.spelling import Lexicon
from service.paths import data_folder
from service.search import wordbook
from service.search.database.conditions import Conditions, every
from service.search.database.words import Words
from service.search.display import hit, next_start, sort_key
from service.search.engine import Found, Hit, Proposal, SearchRequest
from service.search.wordbook import Wordbook
from service.store import records, terms
from service.store.database import Database
from service.store.models import CourseRun, Offer
from service.store.records import StoredOffer
from service.store.visibility import visible_on

PATIENCE = 10.0
"""Seconds a statement may take; a page that waits longer is better told to come again."""
Ranked = list[tuple[int, float]]
"""Keys and scores of a page's offers."""


class DatabaseEngine:
    """The search that needs no index. Threads may share it."""

    name = "database"

    def __init__(self, database: Database, clock: Callable[[], date] = today) -> None:
        self._database, self._today = database, clock
        self._lock = Lock()
        self._known: Wordbook | None = None

    def served(self, index: str = "") -> str:
        """No index; raises `StoreUnavailable` where the store does not answer."""
        with self._database.reading() as session:
            session.execute(select(literal(1)))
        return ""

    def close(self) -> None:
        """The store's connections belong to others."""

    def search(self, request: SearchRequest) -> Found:
        """See `SearchEngine.search`; counts nothing."""
        day = self._today()
        with self._database.hurried(PATIENCE) as session:
            asking = _Asking(session, self._book(session), self._database.sqlite, day)
            total, ranked = asking.page(request)
            if not request.shown:
                return Found(total, asking.bare(ranked), counts={}, without={}, index="")
            offers = records.load(session, [key for key, _ in ranked])
        hits = [_hit(offers[key], score, day) for key, score in ranked]
        return Found(total=total, hits=hits, counts={}, without={}, index="")

    def suggest(self, words: Sequence[str], limit: int, index: str = "") -> list[Proposal]:
        """See `SearchEngine.suggest`; a long word may also stand inside of another one."""
        with self._database.hurried(PATIENCE) as session:
            asking = _Asking(session, self._book(session), self._database.sqlite, self._today())
            return asking.suggest(words, limit)

    def _book(self, session: Session) -> Wordbook:
        """The words of the vocabularies as they are now."""
        with self._lock:
            if self._known is None or self._known.vocabularies.version != terms.version(session):
                lists = wordbook.read_lists(data_folder("mappings"))
                self._known = wordbook.make(lists, terms.load(session), lists.parts, Lexicon())
            return self._known


def _hit(offer: StoredOffer, score: float, day: date) -> Hit:
    return Hit(str(offer.uuid), score, hit(offer, plain_text(offer.record["body"]), next_start(offer.record, day)))


class _Asking:
    """One request's statements."""

    def __init__(self, session: Session, book: Wordbook, sqlite: bool, day: date) -> None:
        self._session, self._sqlite, self._day = session, sqlite, day
        self._conditions = Conditions(book.vocabularies, sqlite)
        self._words = Words(book, self._conditions, sqlite)

    def page(self, request: SearchRequest) -> tuple[int, Ranked]:
        """Total, and the offers of the page in the order of `ORDERS`, equal ones by id."""
        if request.order == "titel":
            return self._by_title(request)
        key = self._key(request.order)
        found = self._found(request, key)
        order = found.c.key.asc() if request.order == "beginn" else found.c.key.desc()
        query = (
            select(found.c.id, found.c.score, func.count().over())
            .where(found.c.score > 0)
            .order_by(*([found.c.score.desc()] if request.order == "relevanz" else [order.nulls_last()]), found.c.uuid)
            .limit(request.size)
            .offset(request.offset)
        )
        rows = self._session.execute(query).all()
        if not rows and request.offset:
            return self._session.execute(select(func.count()).where(found.c.score > 0)).scalar_one(), []
        scored = request.order == "relevanz"
        return rows[0][2] if rows else 0, [(row[0], row[1] if scored else 0.0) for row in rows]

    def bare(self, ranked: Ranked) -> list[Hit]:
        """The same offers, nothing but their ids."""
        keys = [key for key, _ in ranked]
        uuids: dict[int, str] = {}
        for start in range(0, len(keys), 1000):
            query = select(Offer.id, Offer.uuid).where(Offer.id.in_(keys[start : start + 1000]))
            uuids |= {key: str(uuid) for key, uuid in self._session.execute(query)}
        return [Hit(uuids[key], score, {}) for key, score in ranked]

    def _by_title(self, request: SearchRequest) -> tuple[int, Ranked]:
        """Titles are sorted as the index sorts them, which no collation does."""
        found = self._found(request, Offer.title.expression)
        query = select(found.c.id, found.c.key).where(found.c.score > 0).order_by(found.c.uuid)
        rows = self._session.execute(query).all()
        ordered = sorted(rows, key=lambda row: sort_key(clean(row[1])))
        return len(rows), [(row[0], 0.0) for row in ordered[request.offset : request.offset + request.size]]

    def _found(self, request: SearchRequest, key: ColumnElement[Any]) -> Any:
        """All visible offers within the filters with id, score and key; the score is computed once for each."""
        plan = request.plan
        wanted = [visible_on(self._day)]
        wanted += [self._conditions.of(field, values) for field, values in request.selected.items() if values]
        if request.postcodes is not None:
            wanted.append(self._conditions.of("postcodes", request.postcodes))
        score: ColumnElement[float] = literal(1.0, Float)
        if not plan.everything:
            score = self._words.score(plan)
        elif plan.towns:
            wanted.append(self._conditions.of("towns", plan.towns))
        query = select(Offer.id, Offer.uuid, score.label("score"), key.label("key")).where(every(wanted))
        return query.cte("found").prefix_with("MATERIALIZED")

    def _key(self, order: str) -> ColumnElement[Any]:
        """What the other orders sort by."""
        if order == "bestaetigt":
            return Offer.confirmed_on.expression
        if order == "neu":
            moment = Offer.changed_at if self._sqlite else func.timezone("UTC", Offer.changed_at)
            return func.date(moment, type_=Date)
        if order == "beginn":
            runs = select(func.min(CourseRun.starts_on))
            return runs.where(CourseRun.offer_id == Offer.id, CourseRun.starts_on >= self._day).scalar_subquery()
        return literal(0)

    def suggest(self, words: Sequence[str], limit: int) -> list[Proposal]:
        """Offers with the words in their titles, those first where they begin a word."""
        fits, first = self._words.titled(words)
        query = select(Offer.title, Offer.public_id, Offer.slug).where(visible_on(self._day), fits)
        rows = self._session.execute(query.order_by(first, Offer.uuid).limit(limit)).all()
        return [Proposal(row.title, row.public_id, row.slug) for row in rows]
