"""One file that holds a whole store, of whatever kind: SQLite's restores into PostgreSQL and the other way round.

A zip with `manifest.json` (version of the format and of the product, revision of the tables, the moment, and for each table
its columns with their kinds, its number of rows and their SHA-256) and `<table>.jsonl`, one JSON object a row in the order
of the primary key. `contents` says what is in it and what is left out and why, `writing` makes it from one snapshot while
others write, `reading` checks it, `restoring` puts it into a store. All of them stream: memory does not grow with the store.
"""

from collections.abc import Callable

from service.errors import ServiceError

FORMAT = 1
"""Raised when an older version of the product could not read the file any more."""
MANIFEST = "manifest.json"
BATCH = 500
"""Rows at a time."""

Progress = Callable[[str, int, int | None], None]
"""Step in German, rows done, rows in all."""


class BadArchive(ServiceError):
    """A file that is no archive, is damaged, or comes from a later version; nothing was written."""


def silent(_step: str, _done: int, _total: int | None) -> None:
    """No progress."""
