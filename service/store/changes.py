"""Revisions: how an edit reaches the index.

Edits of offers follow one another: `lock` comes first in each. Offers share providers and contacts, so two edits at once
could each wait for a row of the other, or both save over what neither has seen.

Each edit draws its revisions last, just before commit, from the one counter row; the row's lock makes revision order
commit order, so a reader that has seen revision n has seen everything before it. `changes` holds (rev, offer, moment); the
indexer reads on from its checkpoint and looks up the offers' present state. What all indexes hold is cleared away.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import bindparam, delete, func, insert, select, update
from sqlalchemy.orm import Session

from service.store.models import AuditEntry, Change, Counter, IndexState, Offer

EDITING = 5_240_017_302
"""Number of PostgreSQL's advisory lock for edits; another than that of migrations."""


def lock(session: Session) -> None:
    """Waits until no other transaction edits offers; holds until commit. SQLite's BEGIN IMMEDIATE has done that."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(select(func.pg_advisory_xact_lock(EDITING)))


def record_changes(session: Session, offer_ids: Sequence[int]) -> int:
    """Draws a revision for each offer, in order, and appends it to `changes`. Returns the last revision (the counter).
    Call it last in the transaction: the counter's lock is held until commit.
    """
    if not offer_ids:
        return latest_rev(session)
    lock(session)
    last = session.scalars(update(Counter).values(rev=Counter.rev + len(offer_ids)).returning(Counter.rev)).one()
    first = last - len(offer_ids) + 1
    numbered = [{"key": key, "new_rev": first + number} for number, key in enumerate(offer_ids)]
    table: Any = Offer.__table__
    statement = update(table).where(table.c.id == bindparam("key")).values(rev=bindparam("new_rev"))
    session.connection().execute(statement, numbered)
    outbox: Any = Change.__table__
    now = datetime.now(UTC)
    session.connection().execute(
        insert(outbox), [{"rev": row["new_rev"], "offer_id": row["key"], "at": now} for row in numbered]
    )
    return last


def latest_rev(session: Session) -> int:
    """The newest committed revision."""
    return session.scalars(select(Counter.rev)).one()


def changes_after(session: Session, rev: int, limit: int) -> list[tuple[int, int]]:
    """(rev, offer id) after a checkpoint, oldest first."""
    rows = session.execute(
        select(Change.rev, Change.offer_id).where(Change.rev > rev).order_by(Change.rev).limit(limit)
    )
    return [(row.rev, row.offer_id) for row in rows]


def prune(session: Session) -> int:
    """Removes the changes that every index holds, those under construction too. Returns how many; none without an index."""
    kept = IndexState.state.in_(("building", "current", "previous"))
    applied = session.scalars(select(func.min(IndexState.applied_rev)).where(kept)).one()
    if applied is None:
        return 0
    gone = session.connection().execute(delete(Change).where(Change.rev <= applied))
    return gone.rowcount


def audit(session: Session, actor: str, action: str, thing: str, rev: int | None = None, **details: Any) -> None:
    """Appends to the audit log. `thing` is like "offer:<public id>"."""
    session.execute(
        insert(AuditEntry).values(
            at=datetime.now(UTC), actor=actor, action=action, object=thing, rev=rev, details=details
        )
    )


def audit_many(
    session: Session,
    actor: str,
    action: str,
    entries: Sequence[tuple[str, dict[str, Any]]],
    revs: Mapping[str, int] | None = None,
) -> None:
    """`audit` for many things at once; `revs` are the revisions of the things that have one."""
    now = datetime.now(UTC)
    table: Any = AuditEntry.__table__
    rows = [
        {
            "at": now,
            "actor": actor,
            "action": action,
            "object": thing,
            "rev": (revs or {}).get(thing),
            "details": details,
        }
        for thing, details in entries
    ]
    if rows:
        session.connection().execute(insert(table), rows)
