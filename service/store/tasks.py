"""Periodic tasks as the store remembers them: when each was done, how it went, when it is next due.

One value in `settings` for each task, so that a restart neither forgets nor repeats anything.
"""

import json
from dataclasses import asdict, dataclass, replace
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from service.store import meta
from service.store.models import Setting

PREFIX = "task:"


@dataclass(frozen=True, slots=True)
class TaskState:
    """A task as it is now. `outcome` is that of the last attempt, in German; `failures` counts those in a row."""

    name: str
    next_at: datetime
    tried_at: datetime | None = None
    done_at: datetime | None = None
    outcome: str = ""
    failures: int = 0

    def done(self, outcome: str, now: datetime, next_at: datetime) -> "TaskState":
        """After an attempt that went well."""
        return replace(self, outcome=outcome, tried_at=now, done_at=now, next_at=next_at, failures=0)

    def failed(self, reason: str, now: datetime, next_at: datetime) -> "TaskState":
        """After one that did not."""
        return replace(self, outcome=reason, tried_at=now, next_at=next_at, failures=self.failures + 1)


def every(session: Session) -> dict[str, TaskState]:
    """All tasks that were ever planned, by name."""
    rows = session.execute(select(Setting.name, Setting.value).where(Setting.name.startswith(PREFIX, autoescape=True)))
    return {state.name: state for row in rows if (state := _read(row.name.removeprefix(PREFIX), row.value))}


def put(session: Session, state: TaskState) -> None:
    """Remembers a task's state."""
    values = {name: value for name, value in asdict(state).items() if name != "name"}
    meta.put(session, PREFIX + state.name, json.dumps(values, ensure_ascii=False, default=datetime.isoformat))


def _read(name: str, text: str) -> TaskState | None:
    """None for what another version wrote: the task is planned anew."""
    try:
        values = json.loads(text)
        return TaskState(
            name=name,
            next_at=datetime.fromisoformat(values["next_at"]),
            tried_at=_moment(values["tried_at"]),
            done_at=_moment(values["done_at"]),
            outcome=str(values["outcome"]),
            failures=int(values["failures"]),
        )
    except (ValueError, KeyError, TypeError):
        return None


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
