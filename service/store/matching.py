"""What tells offers apart, for imports that find them again and exports that must be found again."""

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


def _query() -> Select[Any]:
    columns: list[Any] = [
        Offer.id, Offer.uuid, Offer.public_id, Offer.source_name, Offer.source_id, Offer.title, Provider.name,
        Offer.deleted_at,
    ]  # fmt: skip
    return select(*columns).outerjoin(Provider, Provider.id == Offer.provider_id)


def _identity(row: Row[Any]) -> Identity:
    key, uuid, public_id, source, number, title, provider, deleted_at = cast("tuple[Any, ...]", row)
    return Identity(key, uuid, public_id, source, number, title, provider or "", deleted_at is not None)
