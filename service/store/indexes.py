"""Physical indexes as the store knows them: which one is served, how far it is, which words it was built with."""

import zlib
from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from service.store import meta, terms
from service.store.models import IndexState, IndexWord


@dataclass(frozen=True, slots=True)
class Served:
    """What every search looks at first, in one cheap statement: anything cached is valid as long as this is equal.

    `index` is "" where no index has been built yet. `words` is the number of the last words added to its lexicon.
    """

    index: str
    applied_rev: int
    vocabulary: int
    words: int


def served(session: Session, engine: str) -> Served:
    """The index that searches use on this engine."""
    current = select(IndexState.name, IndexState.applied_rev).where(
        IndexState.engine == engine, IndexState.state == "current"
    )
    row = session.execute(current.order_by(IndexState.switched_at.desc())).first()
    if row is None:
        return Served("", 0, terms.version(session), 0)
    words = session.scalars(select(func.max(IndexWord.id)).where(IndexWord.index_name == row.name)).one()
    return Served(row.name, row.applied_rev, terms.version(session), words or 0)


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


def belongs_here(session: Session, state: IndexState) -> bool:
    """False for an index that was built from another store: it is neither read nor written."""
    return state.store_id == meta.store_id(session)
