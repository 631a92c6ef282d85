"""Sessions of those who log in, kept in the store: a cookie that is replayed after logout opens nothing.

The cookie holds a token of 256 random bits; the store keeps only its SHA-256, so that a stolen copy of the store opens no
session. A token that the store does not know is never adopted.
"""

import hashlib
import secrets
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, insert, or_, select, update
from sqlalchemy.orm import Session

from service.store.models import LoginSession

IDLE = timedelta(hours=2)
"""A session ends when nothing was asked with it for this long."""
ABSOLUTE = timedelta(hours=12)
"""A session ends this long after the login, however busy it was."""
SEEN_EVERY = timedelta(minutes=1)
"""`seen_at` is written at most this often."""


def new_token() -> str:
    """A token for a cookie: 256 random bits."""
    return secrets.token_urlsafe(32)


def hashed(token: str) -> str:
    """What the store keeps of a token."""
    return hashlib.sha256(token.encode()).hexdigest()


def find(session: Session, token: str, now: datetime) -> LoginSession | None:
    """The session of a token, unless it has ended."""
    row = session.get(LoginSession, hashed(token))
    return row if row and row.seen_at > now - IDLE and row.created_at > now - ABSOLUTE else None


def add(session: Session, token: str, account_id: int | None, data: dict[str, Any], now: datetime) -> None:
    """Begins a session; forgets those that have ended."""
    forget_ended(session, now)
    row = {"token_hash": hashed(token), "account_id": account_id, "created_at": now, "seen_at": now, "data": data}
    session.execute(insert(LoginSession), [row])


def forget_ended(session: Session, now: datetime) -> int:
    """Removes the sessions that have ended. Returns how many."""
    ended = or_(LoginSession.seen_at <= now - IDLE, LoginSession.created_at <= now - ABSOLUTE)
    return len(session.scalars(delete(LoginSession).where(ended).returning(LoginSession.token_hash)).all())


def keep(session: Session, token: str, data: dict[str, Any], now: datetime) -> None:
    """Writes a session's data. One that was ended meanwhile stays ended."""
    session.execute(update(LoginSession).where(LoginSession.token_hash == hashed(token)).values(data=data, seen_at=now))


def end(session: Session, token: str) -> None:
    """Ends a session."""
    session.execute(delete(LoginSession).where(LoginSession.token_hash == hashed(token)))


def end_of_account(session: Session, account_id: int, *, but: str = "", only: str = "") -> int:
    """Ends an account's sessions: all, all but that of the token `but`, or the one whose hash is `only`. Returns how many."""
    ended = delete(LoginSession).where(LoginSession.account_id == account_id)
    if but:
        ended = ended.where(LoginSession.token_hash != hashed(but))
    if only:
        ended = ended.where(LoginSession.token_hash == only)
    return len(session.scalars(ended.returning(LoginSession.token_hash)).all())


def of_account(session: Session, account_id: int, now: datetime) -> list[LoginSession]:
    """An account's sessions that have not ended, the latest first."""
    query = select(LoginSession).where(
        LoginSession.account_id == account_id,
        LoginSession.seen_at > now - IDLE,
        LoginSession.created_at > now - ABSOLUTE,
    )
    return list(session.scalars(query.order_by(LoginSession.seen_at.desc())))
