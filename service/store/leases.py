"""Leases: the right to do something that only one process may do at a time, for as long as it keeps renewing it.

Whoever takes a lease gets a token that is higher than all before. A lease that has expired may be taken; until somebody
does, its holder still has it: what counts is the token alone, so a clock that jumps takes nobody's work away. `guard` in the
transaction that records the work makes a writer that slept through its time fail instead of writing after its successor.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Select, delete, not_, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from service.store.models import Lease

LONGEST = timedelta(minutes=5)
"""No lease is taken for longer. One that seems to last longer was taken before the clock was set back, and is free."""


@dataclass(frozen=True, slots=True)
class Holder:
    """Who holds a lease, and until when."""

    owner: str
    expires_at: datetime


class LeaseLost(Exception):
    """Somebody else has the lease now, or may have taken it meanwhile; nothing may be written."""


def take(session: Session, name: str, owner: str, now: datetime, seconds: float) -> int | None:
    """The token of a free or expired lease, which now belongs to `owner`; None while somebody else holds it."""
    new = sqlite.insert if session.get_bind().dialect.name == "sqlite" else postgresql.insert
    free = new(Lease).values(name=name, owner="", token=0, expires_at=now)
    session.execute(free.on_conflict_do_nothing(index_elements=["name"]))
    taken = (
        update(Lease)
        .where(Lease.name == name, _free(now))
        .values(owner=owner, token=Lease.token + 1, expires_at=now + timedelta(seconds=seconds))
        .returning(Lease.token)
    )
    return session.scalars(taken, execution_options={"synchronize_session": False}).first()


def renew(session: Session, name: str, token: int, now: datetime, seconds: float) -> None:
    """Prolongs a lease that nobody else has taken. Raises `LeaseLost`."""
    prolonged = (
        update(Lease)
        .where(Lease.name == name, Lease.token == token)
        .values(expires_at=now + timedelta(seconds=seconds))
        .returning(Lease.token)
    )
    if session.scalars(prolonged, execution_options={"synchronize_session": False}).first() is None:
        raise LeaseLost(name)


def guard(session: Session, name: str, token: int) -> None:
    """Raises `LeaseLost` unless the lease is held with this token; nobody can take it before the transaction ends."""
    if session.scalars(_held(name, token).with_for_update()).first() is None:
        raise LeaseLost(name)


def held(session: Session, name: str, token: int) -> bool:
    """True where the lease is held with this token now; somebody may take it the next moment (see `guard`)."""
    return session.scalars(_held(name, token)).first() is not None


def _held(name: str, token: int) -> Select[int]:
    return select(Lease.token).where(Lease.name == name, Lease.token == token)


def _free(now: datetime) -> ColumnElement[bool]:
    return or_(Lease.expires_at <= now, Lease.expires_at > now + LONGEST)


def release(session: Session, name: str, token: int, now: datetime) -> None:
    """Gives a lease back, so that the next one need not wait for its end; nothing happens where it was lost."""
    session.execute(
        update(Lease).where(Lease.name == name, Lease.token == token).values(owner="", expires_at=now),
        execution_options={"synchronize_session": False},
    )


def release_all(session: Session, owner: str, now: datetime) -> None:
    """The same for everything that an owner held, on behalf of one that is dead."""
    session.execute(
        update(Lease).where(Lease.owner == owner).values(owner="", expires_at=now),
        execution_options={"synchronize_session": False},
    )


def holder(session: Session, name: str, now: datetime) -> Holder | None:
    """Who holds the lease now."""
    row = session.execute(select(Lease.owner, Lease.expires_at).where(Lease.name == name, not_(_free(now)))).first()
    return Holder(row.owner, row.expires_at) if row else None


def forget(session: Session, name: str) -> None:
    """Removes a lease whose object is gone."""
    session.execute(delete(Lease).where(Lease.name == name))
