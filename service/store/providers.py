"""Reading providers."""

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from service.store.models import Provider


def by_public_id(session: Session, public_id: str) -> dict[str, Any] | None:
    """A provider's columns, or nothing."""
    table: Any = Provider.__table__
    row = session.execute(select(table).where(table.c.public_id == public_id)).first()
    return dict(row._mapping) if row else None


def names(session: Session) -> list[str]:
    """All names, for forms."""
    return list(session.scalars(select(Provider.name).order_by(Provider.name)))
