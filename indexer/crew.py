"""Who does the work of a full build: this process for few offers, a process for each core for many.

A rebuild is bound by the processors, which it shares with the engine (figures: `docs/speed.md`). The helpers talk over pipes
and end with them, so that none is left when the build is killed; a full pipe makes them wait, so that memory stays flat.
"""

import gc
import multiprocessing
import os
import signal
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from typing import Any, Protocol

from indexer.shares import Built, Learnt, Share
from indexer.writers import Document
from service.errors import StoreUnavailable
from service.store.database import Database

ALONE_BELOW = 4_000
"""Offers below which starting processes costs more than it brings."""
NICENESS = 10
"""Helpers take what the pages and the engine leave of the processors."""
HELPERS = 2
"""At most so many processes: more read faster than an engine writes."""


@dataclass(frozen=True, slots=True)
class Range:
    """Which offers are to be read: their keys, and their number for showing progress."""

    first: int
    last: int
    count: int


class Crew(Protocol):
    """First `learn` to its end, then `build` to its end."""

    learnt: Learnt
    frequencies: Counter[str]

    def learn(self) -> Iterator[int]:
        """Reads all offers; says how many were read since the last time. `learnt` is complete then."""

    def build(self, parts: frozenset[str]) -> Iterator[Built]:
        """Documents of all visible offers. `frequencies` of the tokens of all texts are complete then."""


@contextmanager
def gathered(database: Database, today: date, offers: Range, prepare: Callable[[Document], Any]) -> Iterator[Crew]:
    """A crew for these offers; it has gone home at the end of the block."""
    count = 1 if offers.count < ALONE_BELOW else min(HELPERS, os.cpu_count() or 1)
    if count == 1:
        share = Share(database, today, (offers.first, offers.last), prepare)
        try:
            yield Alone(share)
        finally:
            share.close()
        return
    size = (offers.last - offers.first) // count + 1
    ranges = [(first, min(first + size - 1, offers.last)) for first in range(offers.first, offers.last + 1, size)]
    helpers = Helpers(database.url, today, ranges, prepare)
    try:
        yield helpers
    finally:
        helpers.stop()


class Alone:
    """This process does it."""

    def __init__(self, share: Share) -> None:
        self.learnt = Learnt()
        self.frequencies = share.frequencies
        self._share = share

    def learn(self) -> Iterator[int]:
        """See `Crew.learn`."""
        yield from self._share.learn()
        self.learnt = self._share.learnt()

    def build(self, parts: frozenset[str]) -> Iterator[Built]:
        """See `Crew.build`."""
        return self._share.build(parts)


class Helpers:
    """Other processes do it."""

    def __init__(
        self, url: str, today: date, ranges: list[tuple[int, int]], prepare: Callable[[Document], Any]
    ) -> None:
        self.learnt = Learnt()
        self.frequencies: Counter[str] = Counter()
        self._processes: list[BaseProcess] = []
        self._pipes: list[Connection] = []
        context = multiprocessing.get_context("forkserver")  # modules are read once, and their memory is shared
        context.set_forkserver_preload(["__main__", __name__])
        for keys in ranges:
            ours, theirs = context.Pipe()
            process = context.Process(target=_help, args=(theirs, url, today, keys, prepare), daemon=True)
            process.start()
            theirs.close()
            self._processes.append(process)
            self._pipes.append(ours)

    def learn(self) -> Iterator[int]:
        """See `Crew.learn`."""
        for message in self._messages():
            if isinstance(message, Learnt):
                self.learnt.add(message)
            else:
                yield message

    def build(self, parts: frozenset[str]) -> Iterator[Built]:
        """See `Crew.build`."""
        for pipe in self._pipes:
            pipe.send(parts)
        for message in self._messages():
            if isinstance(message, Counter):
                self.frequencies.update(message)
            else:
                yield message

    def stop(self) -> None:
        """Ends all helpers, whatever they do."""
        for pipe in self._pipes:
            pipe.close()
        for process in self._processes:
            process.terminate()
            process.join()

    def _messages(self) -> Iterator[Any]:
        """What the helpers say, until each has said that it has finished. Raises `StoreUnavailable`."""
        open_pipes = list(self._pipes)
        while open_pipes:
            ready = wait(open_pipes)
            for pipe in [pipe for pipe in open_pipes if pipe in ready]:
                try:
                    message = pipe.recv()
                except EOFError:
                    raise RuntimeError("a helper of the rebuild died") from None
                if isinstance(message, _Failed):
                    raise StoreUnavailable(message.reason)
                if message is None:
                    open_pipes.remove(pipe)
                else:
                    yield message


@dataclass(frozen=True, slots=True)
class _Failed:
    reason: str


def _help(pipe: Connection, url: str, today: date, keys: tuple[int, int], prepare: Callable[[Document], Any]) -> None:
    """The work of a helper."""
    os.nice(NICENESS)
    gc.disable()  # offers hold no cycles, and looking for some in everything that is read took a quarter of the time
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the whole group; the build ends its helpers itself
    database = Database(url)
    try:
        share = Share(database, today, keys, prepare)
        for count in share.learn():
            pipe.send(count)
        pipe.send(share.learnt())
        pipe.send(None)
        for built in share.build(pipe.recv()):
            pipe.send(built)
        pipe.send(share.frequencies)
        pipe.send(None)
    except StoreUnavailable as error:
        pipe.send(_Failed(error.reason))
    except (EOFError, BrokenPipeError):
        return  # the build is over
