"""Physical indexes as the store knows them: which one is served, how far it is, which words it was built with."""

import zlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, bindparam, delete, func, insert, or_, select, update
from sqlalchemy.orm import Session

from service.store import changes, meta, terms, visibility
from service.store.models import Change, Counter, IndexFailure, IndexState, IndexWord, Offer, Setting


@dataclass(frozen=True, slots=True)
class Served:
    """What every search looks at first, in one cheap statement: anything cached is valid as long as this is equal.

    `index` is "" where no index has been built yet. `words` is the number of the last words added to its lexicon.
    """

    index: str
    applied_rev: int
    vocabulary: int
    words: int


def _served_query() -> Select[*tuple[Any, ...]]:
    index, word, setting = IndexState.__table__, IndexWord.__table__, Setting.__table__
    words = select(func.max(word.c.id)).where(word.c.index_name == index.c.name).scalar_subquery()
    vocabulary = select(setting.c.value).where(setting.c.name == terms.VERSION).scalar_subquery()
    here = select(setting.c.value).where(setting.c.name == meta.STORE_ID).scalar_subquery()
    return (
        select(index.c.name, index.c.applied_rev, vocabulary, words)
        .where(index.c.engine == bindparam("engine"), index.c.state == "current", index.c.store_id == here)
        .order_by(index.c.switched_at.desc())
        .limit(1)
    )


_SERVED = _served_query()  # every search begins with it: put together once, and without the object mapper


def served(session: Session, engine: str) -> Served:
    """The index that searches use on this engine."""
    row = session.connection().execute(_SERVED, {"engine": engine}).first()
    if row is None:
        return Served("", 0, terms.version(session), 0)
    name, applied_rev, vocabulary, words = row
    return Served(name, applied_rev, int(vocabulary or 0), words or 0)


def frozen_words(session: Session, index: str) -> tuple[frozenset[str], bytes]:
    """Compound parts and serialised lexicon of an index, as they were when it was built."""
    row = session.execute(select(IndexState.parts, IndexState.words).where(IndexState.name == index)).one()
    return unpack_parts(row.parts), row.words


def added_words(session: Session, index: str, after: int) -> list[tuple[int, list[str]]]:
    """Words of edits since then: (number, words), oldest first."""
    query = select(IndexWord.id, IndexWord.words).where(IndexWord.index_name == index, IndexWord.id > after)
    return [(row.id, row.words) for row in session.execute(query.order_by(IndexWord.id))]


def pack_parts(parts: Collection[str]) -> bytes:
    """Compound parts as kept beside an index."""
    return zlib.compress("\n".join(sorted(parts)).encode())


def unpack_parts(packed: bytes) -> frozenset[str]:
    """The other way."""
    return frozenset(zlib.decompress(packed).decode().split("\n")) if packed else frozenset()


def _of_this_store() -> ColumnElement[bool]:
    """An index that was built from another store (before a restore, a move) is neither read nor written."""
    here = select(Setting.value).where(Setting.name == meta.STORE_ID).scalar_subquery()
    return IndexState.store_id == here


@dataclass(frozen=True, slots=True)
class Physical:
    """A physical index without its words; see `IndexState`."""

    name: str
    engine: str
    state: str
    store_id: str
    applied_rev: int
    built_from_rev: int
    created_at: datetime
    switched_at: datetime | None
    report: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Lag:
    """How far an index is behind the store. `seconds`: age of the oldest change that is not in it, 0.0 without one."""

    name: str
    state: str
    revisions: int
    seconds: float
    failures: int


COLUMNS = [getattr(IndexState, name) for name in Physical.__dataclass_fields__]
FOLLOWED = ("current", "previous")
"""States of the indexes that edits are written to; the previous one, so that going back to it loses nothing."""
_QUIET = {"synchronize_session": False}


def listed(session: Session, engine: str) -> list[Physical]:
    """All indexes of an engine that the store knows, newest first."""
    query = select(*COLUMNS).where(IndexState.engine == engine).order_by(IndexState.created_at.desc(), IndexState.name)
    return [Physical(*row) for row in session.execute(query)]


def current(session: Session, engine: str) -> Physical | None:
    """The index that is served."""
    return next((index for index in listed(session, engine) if index.state == "current"), None)


def behind(session: Session, engine: str) -> list[str]:
    """Names of the followed indexes that lack changes, the served one first. One cheap statement, for polling."""
    latest = select(Counter.rev).scalar_subquery()
    query = select(IndexState.name).where(
        IndexState.engine == engine, IndexState.state.in_(FOLLOWED), IndexState.applied_rev < latest, _of_this_store()
    )
    return list(session.scalars(query.order_by(IndexState.state)))


def applied_rev(session: Session, name: str) -> int:
    """The checkpoint of an index. Raises `NoResultFound` for one that was cleared away."""
    return session.scalars(select(IndexState.applied_rev).where(IndexState.name == name)).one()


def begin(session: Session, name: str, engine: str, now: datetime) -> int:
    """Notes a new index that is being built. Returns the revision from which on it must be kept current."""
    rev = changes.latest_rev(session)
    row: dict[str, Any] = {
        "name": name, "engine": engine, "state": "building", "store_id": meta.store_id(session), "applied_rev": rev,
        "built_from_rev": rev, "parts": b"", "words": b"", "report": {}, "created_at": now,
    }  # fmt: skip
    session.execute(insert(IndexState).values(row))
    return rev


def keep_words(session: Session, name: str, parts: Collection[str], words: bytes) -> None:
    """Stores compound parts and lexicon of a loaded index."""
    kept = update(IndexState).where(IndexState.name == name).values(parts=pack_parts(parts), words=words)
    session.execute(kept, execution_options=_QUIET)


def add_words(session: Session, name: str, words: Collection[str]) -> None:
    """Words that edits brought; readers add them to the lexicon."""
    if words:
        session.execute(insert(IndexWord).values(index_name=name, words=sorted(words)))


def advance(session: Session, name: str, rev: int) -> None:
    """Everything up to this revision is in the index; the checkpoint never goes back."""
    moved = update(IndexState).where(IndexState.name == name, IndexState.applied_rev < rev).values(applied_rev=rev)
    session.execute(moved, execution_options=_QUIET)


def make_current(session: Session, name: str, now: datetime, report: Mapping[str, Any] | None = None) -> None:
    """This index is served from now on; the one before is the previous one, older ones and those of another store are
    retired."""
    engine = session.scalars(select(IndexState.engine).where(IndexState.name == name)).one()
    others = update(IndexState).where(IndexState.engine == engine, IndexState.name != name)
    old = or_(IndexState.state == "previous", and_(IndexState.state == "current", ~_of_this_store()))
    session.execute(others.where(old).values(state="retired"), execution_options=_QUIET)
    session.execute(others.where(IndexState.state == "current").values(state="previous"), execution_options=_QUIET)
    values: dict[str, Any] = {"state": "current", "switched_at": now}
    values |= {} if report is None else {"report": dict(report)}
    session.execute(update(IndexState).where(IndexState.name == name).values(values), execution_options=_QUIET)


def mark_failed(session: Session, name: str, report: Mapping[str, Any]) -> None:
    """A build that did not come to its end; its report stays until the next one succeeds."""
    failed = {"state": "failed", "report": dict(report), "parts": b"", "words": b""}
    session.execute(update(IndexState).where(IndexState.name == name).values(failed), execution_options=_QUIET)


def forget(session: Session, name: str) -> None:
    """Removes an index that is gone, and all that was kept beside it."""
    session.execute(delete(IndexWord).where(IndexWord.index_name == name), execution_options=_QUIET)
    session.execute(delete(IndexFailure).where(IndexFailure.index_name == name), execution_options=_QUIET)
    session.execute(delete(IndexState).where(IndexState.name == name), execution_options=_QUIET)


def note_failures(
    session: Session, name: str, failed: Mapping[int, tuple[int, str]], written: Collection[int], now: datetime
) -> None:
    """Documents that the index refused (offer → revision and reason), and offers whose documents it has taken."""
    gone = [*failed, *written]
    for start in range(0, len(gone), 1000):
        known = delete(IndexFailure).where(IndexFailure.index_name == name)
        session.execute(known.where(IndexFailure.offer_id.in_(gone[start : start + 1000])), execution_options=_QUIET)
    rows = [
        {"index_name": name, "offer_id": key, "rev": rev, "error": error[:2000], "at": now}
        for key, (rev, error) in failed.items()
    ]
    if rows:
        session.execute(insert(IndexFailure), rows)


def failures(session: Session, name: str) -> dict[int, str]:
    """Offers that an index refused, and why."""
    query = select(IndexFailure.offer_id, IndexFailure.error).where(IndexFailure.index_name == name)
    return {row.offer_id: row.error for row in session.execute(query.order_by(IndexFailure.offer_id))}


def lag(session: Session, engine: str, now: datetime) -> list[Lag]:
    """How far the followed indexes are behind, the served one first; for metrics and health."""
    latest = changes.latest_rev(session)
    found = []
    for index in listed(session, engine):
        if index.state in FOLLOWED:
            count = select(func.count()).select_from(IndexFailure).where(IndexFailure.index_name == index.name)
            seconds = _age(session, index, now) if index.applied_rev < latest else 0.0
            behind_by = latest - index.applied_rev
            found.append(Lag(index.name, index.state, behind_by, seconds, session.scalars(count).one()))
    return sorted(found, key=lambda lag: lag.state)


def _age(session: Session, index: Physical, now: datetime) -> float:
    oldest = select(Change.at).where(Change.rev > index.applied_rev).order_by(Change.rev).limit(1)
    return max(0.0, (now - (session.scalars(oldest).first() or now)).total_seconds())


@dataclass(frozen=True, slots=True)
class OfferRev:
    """What an index must know of an offer: its revision, and whether it is in the index at all."""

    key: int
    uuid: UUID
    rev: int
    visible: bool


def key_range(session: Session) -> tuple[int, int, int]:
    """First and last key of the offers that are not deleted, and their number."""
    query = select(func.min(Offer.id), func.max(Offer.id), func.count()).where(Offer.deleted_at.is_(None))
    first, last, count = session.execute(query).one()
    return first or 0, last or 0, count


def visible_offers(session: Session, today: date) -> int:
    """Number of offers that belong into an index."""
    return session.scalars(select(func.count()).select_from(Offer).where(visibility.visible_on(today))).one()


def offer_revs(session: Session, today: date, after: UUID, limit: int) -> list[OfferRev]:
    """Offers in order of UUIDs, those that nobody sees too; page by page, from behind `after`."""
    query = _revs(today).where(Offer.uuid > after).order_by(Offer.uuid).limit(limit)
    return [OfferRev(*row) for row in session.execute(query)]


def offer_revs_of(session: Session, today: date, uuids: Sequence[UUID]) -> list[OfferRev]:
    """The same for certain offers."""
    found = []
    for start in range(0, len(uuids), 1000):
        found += [
            OfferRev(*row) for row in session.execute(_revs(today).where(Offer.uuid.in_(uuids[start : start + 1000])))
        ]
    return found


def _revs(today: date) -> Select[*tuple[Any, ...]]:
    return select(Offer.id, Offer.uuid, Offer.rev, visibility.visible_on(today))
