"""What the store has acknowledged: each writer notes it in a file of its own, safely on disk, before it goes on."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from types import TracebackType
from typing import Any

DELETED = "deleted"
FIELDS = ("title", "summary", "body", "status", "visible_from", "visible_until", "topics", "audiences", "towns")


@dataclass(frozen=True, slots=True)
class Note:
    """An offer after an acknowledged edit. `state` is a fingerprint of its content or DELETED."""

    offer: str
    rev: int
    state: str
    status: str = ""
    visible_from: str | None = None
    visible_until: str | None = None

    def visible(self, today: date) -> bool:
        """True where everybody can find the offer on that day. Said here once more, apart from the product."""
        day = today.isoformat()
        in_time = (self.visible_from or day) <= day <= (self.visible_until or day)
        return self.state != DELETED and self.status == "public" and in_time


def note(offer: str, rev: int, record: Mapping[str, Any] | None) -> Note:
    """The note of a record as it is stored; None for a deleted offer."""
    if record is None:
        return Note(offer, rev, DELETED)
    text = json.dumps([record[name] for name in FIELDS], ensure_ascii=False, default=str)
    days = (str(record[name]) if record[name] else None for name in ("visible_from", "visible_until"))
    return Note(offer, rev, hashlib.blake2b(text.encode(), digest_size=12).hexdigest(), record["status"], *days)


class Journal:
    """The file of one writer."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("ab")

    def write(self, notes: Iterable[Note]) -> None:
        """On disk when it returns."""
        self._file.write(b"".join(json.dumps(asdict(each)).encode() + b"\n" for each in notes))
        self._file.flush()
        os.fsync(self._file.fileno())

    def __enter__(self) -> Journal:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, raised: BaseException | None, at: TracebackType | None
    ) -> None:
        self._file.close()


def read(folder: Path) -> Iterator[Note]:
    """The notes of all writers."""
    for path in sorted(folder.glob("*.journal")):
        with path.open(encoding="utf-8") as lines:
            yield from (Note(**json.loads(line)) for line in lines)


def last(notes: Iterable[Note]) -> dict[str, Note]:
    """The last acknowledged state of each offer. Edits of one offer follow one another, in the order of revisions."""
    found: dict[str, Note] = {}
    for each in notes:
        if each.offer not in found or found[each.offer].rev <= each.rev:
            found[each.offer] = each
    return found


def moments(notes: Iterable[Note], seen: Mapping[str, str]) -> tuple[int, int] | None:
    """First and last revision at which the store was exactly what was `seen` (offer → state); None where it never was.

    What is missing in `seen` was deleted or not yet there.
    """
    lives: dict[str, list[Note]] = {}
    for each in notes:
        lives.setdefault(each.offer, []).append(each)
    if not seen.keys() <= lives.keys():
        return None
    steps: dict[int, int] = {0: 0}
    end = 1 + max((each.rev for life in lives.values() for each in life), default=0)
    for offer, life in lives.items():
        states = [(0, DELETED), *((each.rev, each.state) for each in sorted(life, key=lambda each: each.rev))]
        for (begin, state), (until, _) in zip(states, [*states[1:], (end, "")], strict=True):
            if state == seen.get(offer, DELETED):
                steps[begin] = steps.get(begin, 0) + 1
                steps[until] = steps.get(until, 0) - 1
    agreeing, found = 0, []
    revs = sorted(steps)
    for rev, until in zip(revs, [*revs[1:], end], strict=True):
        agreeing += steps[rev]
        if agreeing == len(lives):
            found.append((rev, until - 1))
    return (found[0][0], found[-1][1]) if found else None
