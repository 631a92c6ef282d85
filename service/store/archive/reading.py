"""Reading an archive: nothing of it is believed before all of it was checked."""

import errno
import hashlib
import io
import json
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Self, cast

from service.store import migrate
from service.store.archive import BATCH, FORMAT, MANIFEST, BadArchive, Progress, contents, silent, values
from service.store.archive.contents import Layout

LONGEST_LINE = 64_000_000
LONGEST_MANIFEST = 4_000_000
"""Bytes; far above what an archive of the product has, so that a wrong file cannot fill the memory."""
REMEDY = "Bitte eine andere Sicherung nehmen."


class Archive:
    """An open archive. Opening reads the manifest alone; `check` reads everything. Both raise `BadArchive`."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._file = path.open("rb")
        try:
            with self._reading():
                self._zip = zipfile.ZipFile(self._file)
                self._manifest = self._read_manifest()
                self.schema = str(self._manifest["schema"])
                self.moment = datetime.fromisoformat(self._manifest["moment"])
            self.layouts = self._layouts()
        except BaseException:
            self._file.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._zip.close()
        self._file.close()

    @property
    def total(self) -> int:
        """Rows of all tables."""
        return sum(self.count(layout.name) for layout in self.layouts)

    def count(self, table: str) -> int:
        """Rows of a table, as the manifest says."""
        return int(self._manifest["tables"][table]["rows"])

    def check(self, progress: Progress = silent) -> None:
        """Reads all tables: each row, number and checksum. Raises `BadArchive`."""
        done = 0
        for layout in self.layouts:
            for batch in self.rows(layout):
                done += len(batch)
                progress("Prüfen", done, self.total)
        if self.count("counter") != 1:
            raise self._bad(f"In der Tabelle counter stehen {self.count('counter')} Zeilen statt einer")

    def rows(self, layout: Layout) -> Iterator[list[dict[str, Any]]]:
        """The rows of a table in batches. Raises `BadArchive`, at the end for a wrong number or checksum."""
        about = self._manifest["tables"][layout.name]
        digest, number, batch = hashlib.sha256(), 0, list[dict[str, Any]]()
        with (
            self._reading(),
            self._zip.open(layout.member) as member,
            io.BufferedReader(cast(io.RawIOBase, member)) as lines,
        ):
            while line := lines.readline(LONGEST_LINE):
                number += 1
                digest.update(line)
                batch.append(self._row(line, layout, number))
                if len(batch) == BATCH:
                    yield batch
                    batch = []
        if (number, digest.hexdigest()) != (about["rows"], about["sha256"]):
            raise self._bad(f"Die Tabelle {layout.name} ist nicht die, die gesichert wurde")
        if batch:
            yield batch

    def _row(self, line: bytes, layout: Layout, number: int) -> dict[str, Any]:
        try:
            return values.decode(json.loads(line), layout.columns)
        except values.WrongValue as error:
            raise self._bad(f"{layout.name}, Zeile {number}: {error}") from None

    def _read_manifest(self) -> dict[str, Any]:
        with self._zip.open(MANIFEST) as member:
            manifest = json.loads(member.read(LONGEST_MANIFEST))
        if not isinstance(manifest, dict) or not isinstance(manifest.get("format"), int):
            raise self._bad("Es ist kein Archiv dieses Programms", "Archive macht: angebote backup DATEI")
        if manifest["format"] > FORMAT:
            raise self._newer(manifest, f"Format {manifest['format']}, bekannt ist {FORMAT}")
        return manifest

    def _layouts(self) -> tuple[Layout, ...]:
        """The tables of the archive's revision. Raises `BadArchive` where the archive has others."""
        if not migrate.is_known(self.schema):
            raise self._newer(self._manifest, f"Tabellenstand {self.schema}, bekannt bis {migrate.head()}")
        expected = contents.layouts(self.schema)
        with self._reading():
            tables = {name: table["columns"] for name, table in self._manifest["tables"].items()}
            numbers = [(table["rows"], table["sha256"]) for table in self._manifest["tables"].values()]
        if not all(isinstance(rows, int) and isinstance(digest, str) for rows, digest in numbers):
            raise self._bad("Dem Inhaltsverzeichnis fehlen Zahlen")
        if unknown := sorted(tables.keys() - {layout.name for layout in expected}):
            raise self._bad(f"Diese Tabellen gibt es nicht: {', '.join(unknown)}")
        members = self._zip.namelist()
        for layout in expected:
            if layout.name not in tables or layout.member not in members:
                raise self._bad(f"Die Tabelle {layout.name} fehlt")
            if tables[layout.name] != layout.columns:
                raise self._bad(f"Die Tabelle {layout.name} hat andere Spalten als im Tabellenstand {self.schema}")
        if extra := sorted(set(members) - {MANIFEST, *(layout.member for layout in expected)}):
            raise self._bad(f"Diese Dateien gehören nicht hinein: {', '.join(extra)}")
        return expected

    @contextmanager
    def _reading(self) -> Iterator[None]:
        """Whatever a broken zip or text makes a library raise, as one line."""
        try:
            yield
        except zipfile.BadZipFile as error:
            if not self._complete():
                raise self._bad("Es ist kein Archiv, oder sein Ende fehlt") from error
            raise self._bad("Der Inhalt ist beschädigt") from error
        except OSError as error:
            if error.errno == errno.EINVAL:  # sent to a place before the file's beginning
                raise self._bad("Der Inhalt ist beschädigt") from error
            raise
        except (zlib.error, EOFError, ValueError, KeyError, TypeError, AttributeError) as error:
            raise self._bad("Der Inhalt ist beschädigt") from error
        except (RuntimeError, NotImplementedError, RecursionError) as error:  # encrypted, packed by other means
            raise self._bad("Der Inhalt ist beschädigt oder anders gepackt") from error

    def _complete(self) -> bool:
        return zipfile.is_zipfile(self._file)

    def _bad(self, problem: str, remedy: str = REMEDY) -> BadArchive:
        return BadArchive(f"{self.path}: {problem}. {remedy}")

    def _newer(self, manifest: dict[str, Any], what: str) -> BadArchive:
        product = str(manifest.get("product", ""))[:40]
        return self._bad(
            f"Das Archiv ist von einer neueren Version des Programms ({product}: {what})",
            "Bitte das Programm aktualisieren.",
        )
