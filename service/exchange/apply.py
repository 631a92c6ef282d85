"""Import: everything is worked out first, then written in one transaction, or nothing is.

The store is free for others until the writing begins. If somebody saved one of these offers meanwhile, or made one that
the file would make, the comparison starts anew.
"""

from dataclasses import dataclass
from datetime import date
from pathlib import Path

from sqlalchemy.orm import Session

from service.errors import EditConflict
from service.exchange import integreat, jsonl, reading, sheets, tabular
from service.exchange.entries import Place, Progress, Reader, silent
from service.exchange.plan import Known, Plan, against_store, validate
from service.exchange.report import Report, Unreadable
from service.store import changes, matching, offers, terms
from service.store.database import Database

READERS: dict[str, Reader] = {
    "csv": tabular.entries, "xlsx": sheets.entries, "jsonl": jsonl.entries, "integreat": integreat.entries,
}  # fmt: skip
ATTEMPTS = 5


@dataclass(frozen=True)
class Import:
    """How a file is imported."""

    database: Database
    county: Path
    """Folder of the county, for the mappings of foreign formats."""
    today: date
    actor: str
    format: str | None = None
    overwrite: bool = False
    dry_run: bool = False
    progress: Progress = silent

    def run(self, path: Path) -> Report:
        """Imports a file. What is wrong with it stands in the report; raises `EditConflict` where others never stop saving."""
        report = Report(dry_run=self.dry_run)
        with self.database.reading() as session:
            place = Place(terms.load(session), self.county)
        try:
            report.format = reading.detect(path, self.format)
            report.unit = "Seite" if report.format == "integreat" else "Zeile"
            found = validate(READERS[report.format](path, place), place, report, self.progress)
        except Unreadable as error:
            report.complain(0, "", error.message)
            return report
        for _ in range(ATTEMPTS):
            plan = against_store(
                self.database, found, place, report, self.progress, today=self.today, overwrite=self.overwrite
            )
            if report.problems or self.dry_run or not plan.edits.count:
                return report
            if self._write(plan):
                return report
        raise EditConflict("Während des Imports wurde immer wieder gespeichert. Bitte noch einmal importieren.")

    def _write(self, plan: Plan) -> bool:
        """True where the plan was written; False where the store is another one than it was made for."""
        with self.database.writing() as session:
            changes.lock(session)
            if _is_stale(session, plan):
                return False
            done = 0
            for batch in plan.edits.batches():
                offers.save(session, batch, actor=self.actor, imported=True)
                done += len(batch)
                self.progress("Schreiben", done, plan.edits.count)
        return True


def _is_stale(session: Session, plan: Plan) -> bool:
    touched = matching.changed_after(session, plan.rev)
    if touched & plan.keys:
        return True
    names = {name for offer in matching.of_keys(session, touched) for name in _names(offer)}
    return bool(names & plan.fresh)


def _names(offer: matching.Identity) -> list[tuple[str, ...]]:
    return [*Known([offer]).keys, ("title", offer.provider, offer.title)]
