"""Writing an archive: all tables as they are at one moment, while others go on writing."""

import hashlib
import json
import zipfile
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from typing import IO, Any

from sqlalchemy.orm import Session

from service.errors import ServiceError
from service.store import changes, migrate
from service.store.archive import FORMAT, MANIFEST, Progress, contents, silent, values
from service.store.archive.contents import Layout
from service.store.database import Database


@dataclass(frozen=True, slots=True)
class Written:
    """What was written: the moment that all of it shows, the revision of the tables, rows by table."""

    moment: datetime
    schema: str
    rows: dict[str, int]


def write(database: Database, file: IO[bytes], progress: Progress = silent) -> Written:
    """Writes an archive; `file` need not be seekable. Raises `NewerStore` and, for a store without tables, `ServiceError`."""
    with database.snapshot() as session:
        moment = datetime.now(UTC)
        schema = migrate.revision(session)  # the first statement: from here on everything is of one moment
        if not schema:
            raise ServiceError("Die Datenbank ist leer, es gibt nichts zu sichern. Tabellen anlegen: angebote migrate")
        if not migrate.is_known(schema):
            raise migrate.NewerStore(schema)
        layouts = contents.layouts(schema)
        told = _Told(progress, sum(contents.count(session, layout) for layout in layouts))
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as packed:
            tables = {layout.name: _table(session, packed, layout, moment, told) for layout in layouts}
            manifest = {
                "format": FORMAT, "product": version("angebote"), "schema": schema, "moment": moment.isoformat(),
                "tables": tables,
            }  # fmt: skip
            with packed.open(_entry(MANIFEST, moment), "w") as member:
                member.write(json.dumps(manifest, indent=1).encode())
    return Written(moment, schema, {name: table["rows"] for name, table in tables.items()})


def note(database: Database, written: Written, name: str) -> None:
    """The backup in the audit log of the store that it was made of, which therefore does not hold it."""
    with database.writing() as session:
        offers = written.rows["offers"]
        changes.audit(
            session, "cli", "store.backup", "store:", file=name, moment=written.moment.isoformat(), offers=offers
        )


@dataclass
class _Told:
    """Rows done so far."""

    progress: Progress
    total: int
    done: int = 0

    def add(self, rows: int) -> None:
        self.done += rows
        self.progress("Sichern", self.done, self.total)


def _table(session: Session, packed: zipfile.ZipFile, layout: Layout, moment: datetime, told: _Told) -> dict[str, Any]:
    """Writes a table. Returns what the manifest says of it."""
    digest, rows = hashlib.sha256(), 0
    with packed.open(_entry(layout.member, moment), "w", force_zip64=True) as member:
        for batch in contents.rows(session, layout):
            lines = "".join(_line(values.encode(row, layout.columns)) for row in batch).encode()
            digest.update(lines)
            member.write(lines)
            rows += len(batch)
            told.add(len(batch))
    return {"columns": layout.columns, "rows": rows, "sha256": digest.hexdigest()}


def _line(row: dict[str, Any]) -> str:
    return json.dumps(row, ensure_ascii=False, separators=(",", ":")) + "\n"


def _entry(name: str, moment: datetime) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name, moment.timetuple()[:6])
    entry.compress_type = zipfile.ZIP_DEFLATED
    entry.external_attr = 0o600 << 16
    return entry
