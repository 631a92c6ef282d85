"""Building an index anew while readers use the old one and edits go on.

Note the revision, load everything, apply what changed meanwhile, check, switch. The store decides which index is served:
its row changes first, then the engine's alias follows (`serve`), and a tail that finds them different repairs it.
"""

import logging
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import date
from importlib.metadata import version
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from indexer import gates
from indexer.compare import differences
from indexer.crew import Crew, Range, gathered
from indexer.following import Follower
from indexer.switching import Indexing, RebuildFailed, alone, prune, serve
from indexer.writers import Failure
from service.errors import SearchUnavailable, ServiceError, StoreUnavailable
from service.german.spelling import packed
from service.paths import data_folder
from service.search import wordbook
from service.search.opensearch import mapping
from service.store import indexes, meta, terms, visibility
from service.store.lease import Lease

SHOWN = 20
"""Refused documents and differences that a report names one by one."""

Progress = Callable[[int, int, str], None]
"""Offers done, offers in all, and the step in German."""
log = logging.getLogger(__name__)


def rebuild(work: Indexing, by: str, progress: Progress = lambda *_: None, *, anyway: bool = False) -> dict[str, Any]:
    """Builds and serves a new index. Returns its report. `anyway`: also where it answers judged queries worse than the
    one that is served.

    Raises `RebuildRunning`, `RebuildFailed`, `SearchUnavailable`, `StoreUnavailable`; the old index is served then.
    """
    with alone(work) as lease:
        prune(work, lease)
        return _Build(work, lease, by, progress, anyway).run()


@dataclass
class _Build:
    """One rebuild, step by step."""

    work: Indexing
    lease: Lease
    by: str
    progress: Progress
    anyway: bool = False
    report: dict[str, Any] = field(default_factory=dict)
    name: str = ""
    _visible: int = 0
    _seconds: dict[str, float] = field(default_factory=dict)
    _started: float = field(default_factory=time.monotonic)

    def run(self) -> dict[str, Any]:
        """All steps; on any failure the new index is dropped."""
        started = self.work.clock()
        self.report |= {"by": self.by, "started_at": started.isoformat(timespec="seconds"), "seconds": self._seconds}
        with self.work.database.writing() as session:
            visibility.record_due(session, self.work.today())
        self.name = mapping.index_name(self.work.prefix, mapping.read(data_folder("mappings")).version, started)
        try:
            return self._build()
        except BaseException as error:
            self._drop(error)
            raise

    def _build(self) -> dict[str, Any]:
        work = self.work
        offers = self._create()
        with gathered(work.database, work.today(), offers, work.writer.prepare) as crew:
            with self._step("learn"):
                parts = self._learn(crew, offers.count)
            with self._step("load"):
                self._load(crew, parts)
        follower = Follower(work.database, work.writer, self.name, self.lease, work.clock, work.today)
        with self._step("follow"):
            self.report["followed"] = self._follow(follower)
        with self._step("check"):
            self._check()
        with self._step("judge"):
            self._judge()
        with self._step("switch"):
            self.report["followed"] += self._follow(follower)
            work.writer.release(self.name)
            self._switch()
        prune(work, self.lease)
        log.info("%s is served now: %s", self.name, self.report)
        return self.report

    def _create(self) -> Range:
        """Notes the revision from which on edits are applied afterwards; all that is read later is at least as new."""
        definition = mapping.read(data_folder("mappings"))
        with self.work.database.writing() as session:
            rev = indexes.begin(session, self.name, self.work.writer.engine, self.work.clock())
            about = {"store_id": meta.store_id(session), "built_from_rev": rev}
            offers = Range(*indexes.key_range(session))
        about |= {"version": definition.version, "words": definition.words, "code": version("angebote")}
        self.work.writer.create(self.name, about)
        self.report |= {"name": self.name, "engine": self.work.writer.engine, "built_from_rev": rev, "offers": 0}
        return offers

    def _learn(self, crew: Crew, total: int) -> frozenset[str]:
        """The compound parts of the new index."""
        read = 0
        for count in crew.learn():
            read += count
            self._tick(read, max(total, read), "Wörter sammeln")
        with self.work.database.reading() as session:
            vocabularies = terms.load(session)
        self._visible = crew.learnt.offers
        parts = wordbook.learn_parts(wordbook.read_lists(data_folder("mappings")), vocabularies, crew.learnt.nouns)
        crew.learnt.nouns.clear()
        return parts

    def _load(self, crew: Crew, parts: frozenset[str]) -> None:
        """Everything that was visible when it was read; changes since the noted revision come again afterwards."""
        failures: list[Failure] = []
        with self.work.writer.load(self.name) as load:
            for built in crew.build(parts):
                load.add(built.prepared)
                failures += built.failures
                self.report["offers"] += len(built.prepared)
                self._tick(self.report["offers"], self._visible, "Angebote laden")
        failures += load.failures
        self.report |= {"words": len(crew.frequencies), "parts": len(parts)}
        with self.work.database.writing() as session:
            self.lease.guard(session)
            indexes.keep_words(session, self.name, parts, packed(crew.frequencies))
            indexes.note_failures(session, self.name, _by_key(session, failures), (), self.work.clock())

    def _follow(self, follower: Follower) -> int:
        total = self.report["offers"]
        applied = follower.catch_up(lambda count: self._tick(count, count, "Änderungen nachtragen"))
        self.work.writer.refresh(self.name)
        self._tick(total, total, "Änderungen nachtragen")
        return applied

    def _check(self) -> None:
        """The gates. Raises `RebuildFailed`."""
        self._tick(0, self.report["offers"], "Prüfen")
        today = self.work.today()
        with self.work.database.writing() as session:
            visibility.record_due(session, today)  # a day that began meanwhile: its offers come with the last changes
        with self.work.database.reading() as session:
            applied = indexes.applied_rev(session, self.name)
            refused = indexes.failures(session, self.name)
        found = []
        for number, entry in enumerate(differences(self.work.database, self.work.writer, self.name, applied, today)):
            if entry.key not in refused:
                found.append(f"{entry.kind} {entry.uuid}")
            if number >= SHOWN:
                break
        self.lease.keep()
        self.report |= {"applied_rev": applied, "gates": {"refused": len(refused), "differences": len(found)}}
        if refused:
            first = next(iter(refused.values()))
            self.report["refused"] = {str(key): error for key, error in list(refused.items())[:SHOWN]}
            raise RebuildFailed(
                f"Der neue Index nimmt {len(refused)} Angebote nicht an. Das erste: {first}", self.report
            )
        if found:
            self.report["differences"] = found
            raise RebuildFailed(f"Der neue Index weicht von der Datenbank ab: {', '.join(found[:3])}", self.report)

    def _judge(self) -> None:
        """The gate of relevance: the new index answers as well as the one that is served. Raises `RebuildFailed`."""
        work, engine = self.work, self.work.writer.engine
        with work.database.reading() as session:
            served = indexes.served(session, engine).index
        judged = gates.judge(work.settings, work.database, served, self.name, engine, work.today(), self.lease.keep)
        self.report["gates"]["judged"] = judged
        worse = gates.refusal(judged)
        if worse and not self.anyway:
            raise RebuildFailed(f"{worse} Trotzdem umschalten: angebote index rebuild --anyway", self.report)

    def _switch(self) -> None:
        with self.work.database.writing() as session:
            self.lease.guard(session)
            before = indexes.current(session, self.work.writer.engine)
            self.report |= {
                "previous": before.name if before else "",
                "total_seconds": round(time.monotonic() - self._started, 2),
            }
            indexes.make_current(session, self.name, self.work.clock(), self.report)
        self.name = ""  # from here on it is served and must not be dropped
        self._tick(self.report["offers"], self.report["offers"], "Umschalten")
        serve(self.work)

    def _drop(self, error: BaseException) -> None:
        """A build that failed leaves nothing but its report."""
        if not self.name:
            return
        reason = error.message if isinstance(error, ServiceError) else f"{type(error).__name__}: {error}"
        self.report["error"] = f"{reason} ({error.reason})" if isinstance(error, SearchUnavailable) else reason
        with suppress(SearchUnavailable):
            self.work.writer.release(self.name)
            self.work.writer.drop(self.name)
        with suppress(StoreUnavailable), self.work.database.writing() as session:
            indexes.mark_failed(session, self.name, self.report)

    def _tick(self, done: int, total: int, step: str) -> None:
        self.lease.keep()
        self.progress(done, total, step)

    @contextmanager
    def _step(self, name: str) -> Iterator[None]:
        started = time.monotonic()
        yield
        self._seconds[name] = round(time.monotonic() - started, 2)


def _by_key(session: Session, failures: Sequence[Failure]) -> dict[int, tuple[int, str]]:
    wanted = {UUID(failure.offer_id): (failure.rev, failure.error) for failure in failures}
    known = indexes.offer_revs_of(session, date.min, list(wanted))
    return {offer.key: wanted[offer.uuid] for offer in known}
