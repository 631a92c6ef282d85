"""Reading providers."""

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from service.store.identity import is_public_id
from service.store.models import Offer, Provider


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
