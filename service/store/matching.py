"""What tells offers apart, for imports that find them again, exports that must be found again, and judged queries."""

import uuid as uuid_module
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any, cast

from sqlalchemy import Row, Select, select
from sqlalchemy.orm import Session

from service.store.models import Offer, Provider


@dataclass(frozen=True, slots=True)
class Identity:
    """The names under which an offer is known. `provider` is "" where it has none."""

    key: int
    uuid: uuid_module.UUID
    public_id: str
    source: str
    number: str
    title: str
    provider: str
    deleted: bool


def identities(session: Session) -> Iterator[Identity]:
    """All offers, deleted ones too, by key; streamed."""
    for row in session.execute(_query().order_by(Offer.id).execution_options(yield_per=5000)):
        yield _identity(row)


def of_keys(session: Session, keys: Collection[int]) -> Iterator[Identity]:
    """The offers with these keys."""
    listed = sorted(keys)
    for start in range(0, len(listed), 1000):
        for row in session.execute(_query().where(Offer.id.in_(listed[start : start + 1000]))):
            yield _identity(row)


def changed_after(session: Session, rev: int) -> set[int]:
    """Keys of the offers that were changed or deleted after a revision."""
    return set(session.scalars(select(Offer.id).where(Offer.rev > rev)))


def of_sources(session: Session, sources: Collection[tuple[str, str]]) -> Iterator[Identity]:
    """The offers that came from these places: name of the source, number there."""
    by_name: dict[str, set[str]] = {}
    for name, number in sources:
        by_name.setdefault(name, set()).add(number)
    for name, numbers in sorted(by_name.items()):
        listed = sorted(numbers)
        for start in range(0, len(listed), 1000):
            of_source = _query().where(Offer.source_name == name, Offer.source_id.in_(listed[start : start + 1000]))
            yield from map(_identity, session.execute(of_source.order_by(Offer.id)))


def of_titles(session: Session, titles: Collection[str]) -> Iterator[Identity]:
    """The offers with exactly these titles."""
    listed = sorted(titles)
    for start in range(0, len(listed), 1000):
        titled = _query().where(Offer.title.in_(listed[start : start + 1000]))
        yield from map(_identity, session.execute(titled.order_by(Offer.id)))


def _query() -> Select[Any]:
    columns: list[Any] = [
        Offer.id, Offer.uuid, Offer.public_id, Offer.source_name, Offer.source_id, Offer.title, Provider.name,
        Offer.deleted_at,
    ]  # fmt: skip
    return select(*columns).outerjoin(Provider, Provider.id == Offer.provider_id)


def _identity(row: Row[Any]) -> Identity:
    key, uuid, public_id, source, number, title, provider, deleted_at = cast("tuple[Any, ...]", row)
    return Identity(key, uuid, public_id, source, number, title, provider or "", deleted_at is not None)
