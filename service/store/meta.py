"""What the store says of itself: its id, and small values that processes watch."""

import uuid

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from service.store.models import Counter, Setting

STORE_ID = "store_id"


def get(session: Session, name: str, default: str = "") -> str:
    """A value by name."""
    return session.scalars(select(Setting.value).where(Setting.name == name)).first() or default


def put(session: Session, name: str, value: str) -> None:
    """Sets a value."""
    if not session.connection().execute(update(Setting).where(Setting.name == name).values(value=value)).rowcount:
        session.execute(insert(Setting).values(name=name, value=value))


def prepare(session: Session) -> None:
    """Gives a new store its id and its counter; leaves a prepared one as it is."""
    if not get(session, STORE_ID):
        put(session, STORE_ID, str(uuid.uuid4()))
        session.execute(insert(Counter).values(id=1, rev=0))


def store_id(session: Session) -> str:
    """The store's id; an index built from another store is neither read nor written."""
    return get(session, STORE_ID)
