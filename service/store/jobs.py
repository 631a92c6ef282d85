"""Work on indexes that people or the hour order, and that the indexer does: queued → running → done or failed.

The one who does it writes its progress into the row; the page that ordered it reads it there.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, insert, select, update
from sqlalchemy.orm import Session

from service.store.models import Job

QUEUED, RUNNING, DONE, FAILED = "queued", "running", "done", "failed"


def rebuild(engine: str) -> str:
    """The kind of a job that builds an engine's index anew."""
    return f"rebuild:{engine}"


def verification(engine: str) -> str:
    """The kind of a job that compares an engine's indexes with the store."""
    return f"verify:{engine}"


@dataclass(frozen=True, slots=True)
class JobState:
    """A job as it is now. `done` of `total` counts offers; `report["error"]` says why it failed."""

    id: int
    kind: str
    state: str
    step: str
    done: int
    total: int
    ordered_by: str
    ordered_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    report: dict[str, Any]


COLUMNS = [getattr(Job, name) for name in JobState.__dataclass_fields__]


def order(session: Session, kind: str, ordered_by: str, now: datetime) -> int:
    """Orders a job and returns its number; that of the waiting one where the same was ordered already."""
    waiting = session.scalars(select(Job.id).where(Job.kind == kind, Job.state == QUEUED)).first()
    if waiting is not None:
        return waiting
    new = insert(Job).values(
        kind=kind, state=QUEUED, step="", done=0, total=0, ordered_by=ordered_by, ordered_at=now, report={}
    )
    return session.scalars(new.returning(Job.id)).one()


def begin(session: Session, kind: str, by: str, now: datetime) -> int:
    """Notes a job that nobody ordered and that is under way already. Returns its number."""
    new = insert(Job).values(
        kind=kind, state=RUNNING, step="", done=0, total=0, ordered_by=by, ordered_at=now, started_at=now, report={}
    )
    return session.scalars(new.returning(Job.id)).one()


def take(session: Session, kind: str, now: datetime) -> int | None:
    """The oldest waiting job, which is running from now on; None where none waits or one of its kind is running."""
    if session.scalars(select(Job.id).where(Job.kind == kind, Job.state == RUNNING)).first() is not None:
        return None
    oldest = select(Job.id).where(Job.kind == kind, Job.state == QUEUED).order_by(Job.id).limit(1)
    taken = (
        update(Job)
        .where(Job.id == oldest.scalar_subquery(), Job.state == QUEUED)
        .values(state=RUNNING, started_at=now)
        .returning(Job.id)
    )
    return session.scalars(taken, execution_options={"synchronize_session": False}).first()


def progress(session: Session, job: int, done: int, total: int, step: str) -> None:
    """How far a running job is."""
    running = update(Job).where(Job.id == job, Job.state == RUNNING)
    session.execute(running.values(done=done, total=total, step=step), execution_options={"synchronize_session": False})


def finish(session: Session, job: int, report: dict[str, Any], now: datetime) -> None:
    """The job is done; the one who did it knows better than one who took it for abandoned."""
    _end(session, job, DONE, report, now, (QUEUED, RUNNING, FAILED))


def fail(session: Session, job: int, error: str, now: datetime, report: dict[str, Any] | None = None) -> None:
    """The job did not succeed; nothing happens to one that has ended already."""
    _end(session, job, FAILED, (report or {}) | {"error": error}, now, (QUEUED, RUNNING))


def _end(
    session: Session, job: int, state: str, report: dict[str, Any], now: datetime, before: tuple[str, ...]
) -> None:
    ended = update(Job).where(Job.id == job, Job.state.in_(before))
    session.execute(
        ended.values(state=state, report=report, finished_at=now), execution_options={"synchronize_session": False}
    )


def running(session: Session, kind: str) -> list[int]:
    """Numbers of the running jobs of a kind."""
    return list(session.scalars(select(Job.id).where(Job.kind == kind, Job.state == RUNNING)))


def get(session: Session, job: int) -> JobState | None:
    """One job."""
    row = session.execute(select(*COLUMNS).where(Job.id == job)).first()
    return JobState(*row) if row else None


def latest(session: Session, kind: str, limit: int = 10) -> list[JobState]:
    """The newest jobs of a kind, newest first."""
    rows = session.execute(select(*COLUMNS).where(Job.kind == kind).order_by(Job.id.desc()).limit(limit))
    return [JobState(*row) for row in rows]


def newest(session: Session, limit: int = 10) -> list[JobState]:
    """The newest jobs of all kinds, newest first."""
    return [JobState(*row) for row in session.execute(select(*COLUMNS).order_by(Job.id.desc()).limit(limit))]


def forget_ended(session: Session, before: datetime) -> int:
    """Removes the jobs that ended before a moment. Returns how many."""
    return len(session.scalars(delete(Job).where(Job.finished_at < before).returning(Job.id)).all())


def waiting(session: Session, kind: str) -> bool:
    """True where a job of this kind waits to be taken."""
    return session.scalars(select(Job.id).where(Job.kind == kind, Job.state == QUEUED)).first() is not None
