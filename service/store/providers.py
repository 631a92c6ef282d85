"""Reading providers."""

from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from service.store.identity import is_public_id
from service.store.models import Offer, Provider
from service.store.visibility import visible_on


class Named(NamedTuple):
    """What a link to a provider needs."""

    name: str
    public_id: str
    slug: str


def by_public_id(session: Session, public_id: str) -> dict[str, Any] | None:
    """A provider's columns, or nothing."""
    if not is_public_id(public_id):
        return None
    table: Any = Provider.__table__
    row = session.execute(select(table).where(table.c.public_id == public_id)).first()
    return dict(row._mapping) if row else None


def offer_keys(session: Session, provider: int, limit: int) -> list[int]:
    """Keys of its offers in the order of their titles, those that nobody sees too."""
    query = select(Offer.id).where(Offer.provider_id == provider, Offer.deleted_at.is_(None))
    return list(session.scalars(query.order_by(Offer.title).limit(limit)))


def names(session: Session) -> list[str]:
    """All names, for forms."""
    return list(session.scalars(select(Provider.name).order_by(Provider.name)))


def shown(session: Session, today: date) -> list[Named]:
    """Those with an offer that is found on that day, by name."""
    query = select(Provider.name, Provider.public_id, Provider.slug).join(Offer, Offer.provider_id == Provider.id)
    rows = session.execute(query.where(visible_on(today)).distinct().order_by(Provider.name))
    return [Named(row.name, row.public_id, row.slug) for row in rows]
