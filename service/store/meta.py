"""What the store says of itself: its id, and small values that processes watch."""

import uuid

from sqlalchemy import insert, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from service.store.models import Counter, Setting

STORE_ID = "store_id"


def get(session: Session, name: str, default: str = "") -> str:
    """A value by name."""
    return session.scalars(select(Setting.value).where(Setting.name == name)).first() or default


def put(session: Session, name: str, value: str) -> None:
    """Sets a value."""
    new = sqlite.insert if session.get_bind().dialect.name == "sqlite" else postgresql.insert
    row = new(Setting).values(name=name, value=value)
    session.execute(row.on_conflict_do_update(index_elements=["name"], set_={"value": value}))


def prepare(session: Session) -> None:
    """Gives a new store its id and its counter; leaves a prepared one as it is."""
    if not get(session, STORE_ID):
        put(session, STORE_ID, str(uuid.uuid4()))
        session.execute(insert(Counter).values(id=1, rev=0))


def store_id(session: Session) -> str:
    """The store's id; an index built from another store is neither read nor written."""
    return get(session, STORE_ID)
