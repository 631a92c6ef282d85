"""Which format a file has, by name and by what is in it, and whether it can be read at all.

Everything that makes a file unusable as a whole is said here, before anything of it is taken apart: too big, of another
kind, broken encoding, null bytes, a zip that unpacks to more than anybody's table.
"""

import codecs
import re
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path

from service.exchange.report import Unreadable

FORMATS = ("csv", "xlsx", "jsonl", "integreat")
ENDINGS = {".csv": "csv", ".txt": "csv", ".xlsx": "xlsx", ".jsonl": "jsonl", ".ndjson": "jsonl", ".json": "integreat"}
MOST_BYTES = {"csv": 400_000_000, "xlsx": 100_000_000, "jsonl": 1_000_000_000, "integreat": 100_000_000}
MOST_UNZIPPED = 1_000_000_000
MOST_MEMBERS = 1_000
CHUNK = 1 << 20
STARTS = (
    (b"%PDF", "ein PDF. Bitte die Tabelle selbst als CSV oder XLSX speichern"),
    (b"\xd0\xcf\x11\xe0", "eine alte Excel-Datei (.xls). Bitte in Excel als .xlsx speichern"),
    (b"\xff\xd8\xff", "ein Bild"),
    (b"\x89PNG", "ein Bild"),
    (b"GIF8", "ein Bild"),
    (b"\x1f\x8b", "gepackt (gzip). Bitte zuerst entpacken"),
    (b"7z\xbc\xaf", "gepackt (7z). Bitte zuerst entpacken"),
    (b"Rar!", "gepackt (rar). Bitte zuerst entpacken"),
    (b"\xfd7zXZ", "gepackt (xz). Bitte zuerst entpacken"),
    (b"BZh", "gepackt (bzip2). Bitte zuerst entpacken"),
    (b"{\\rtf", "ein Textdokument (RTF). Bitte die Tabelle als CSV oder XLSX speichern"),
    (b"SQLite format", "eine Datenbank"),
    (b"\x7fELF", "ein Programm"),
    (b"MZ", "ein Programm"),
)
_UTF8_IN_CP1252 = re.compile(rb"\xc3[\x80-\xbf]|\xe2\x80[\x90-\xbf]")
"""German letters and quotation marks of UTF-8; as cp1252 they would be "Ã¼" and "â€ž", which nobody writes."""
NAMES = {"csv": "CSV", "xlsx": "Excel (.xlsx)", "jsonl": "JSONL", "integreat": "Integreat-JSON"}


def detect(path: Path, wanted: str | None = None) -> str:
    """The format of a file: one of `FORMATS`. Raises `Unreadable` where it is none, or not the one that was said."""
    try:
        size = path.stat().st_size
        if not path.is_file():
            raise Unreadable(f"{path.name} ist keine Datei.")
        with path.open("rb") as file:
            start = file.read(4096)
    except OSError as error:
        raise Unreadable(f"{path.name} lässt sich nicht lesen ({error.strerror}).") from None
    if not start.strip(b"\xef\xbb\xbf \t\r\n"):
        raise Unreadable(f"{path.name} ist leer.")
    found = _by_content(path, start)
    said = wanted or ENDINGS.get(path.suffix.lower(), found)
    if said != found:
        whence = "Als Format war angegeben" if wanted else "Dem Namen nach ist es"
        raise Unreadable(f"{path.name}: {whence} {NAMES[said]}, dem Inhalt nach ist es {NAMES[found]}. Bitte prüfen.")
    if size > MOST_BYTES[found]:
        most = f"{MOST_BYTES[found] // 1_000_000} MB"
        raise Unreadable(f"{path.name} ist zu groß (höchstens {most}). Bitte in mehrere Dateien teilen.")
    return found


def _by_content(path: Path, start: bytes) -> str:
    if start.startswith(b"PK"):
        check_zip(path)
        return "xlsx"
    for mark, name in STARTS:
        if start.startswith(mark):
            raise Unreadable(f"{path.name} ist {name}.")
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        raise Unreadable(f"{path.name} ist in UTF-16 gespeichert. Bitte als „CSV UTF-8“ speichern.")
    text = start.removeprefix(codecs.BOM_UTF8).lstrip()
    if text[:1] == b"<":
        raise Unreadable(f"{path.name} ist HTML oder XML. Bitte die Tabelle als CSV oder XLSX speichern.")
    return {b"{": "jsonl", b"[": "integreat"}.get(text[:1], "csv")


def check_zip(path: Path) -> None:
    """Refuses what is no Excel table, and what unpacks to too much. Python reads no more of a member than it announces."""
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
            names = {member.filename for member in members}
            if "xl/workbook.xml" not in names:
                raise Unreadable(f"{path.name} ist ein Archiv, aber keine Excel-Tabelle. Bitte als .xlsx speichern.")
            if len(members) > MOST_MEMBERS or sum(member.file_size for member in members) > MOST_UNZIPPED:
                raise Unreadable(f"{path.name} ist entpackt zu groß. Bitte in mehrere Dateien teilen.")
            if any(member.flag_bits & 1 for member in members):
                raise Unreadable(f"{path.name} ist mit einem Kennwort geschützt. Bitte ohne Kennwort speichern.")
            for member in members:
                if member.filename.endswith((".xml", ".rels")):
                    with archive.open(member) as file:
                        _no_entities(path, file.read(4096))
    except (zipfile.BadZipFile, OSError, RuntimeError, NotImplementedError, EOFError, zlib.error) as error:
        raise Unreadable(f"{path.name} ist als Excel-Datei beschädigt ({type(error).__name__}).") from None


def _no_entities(path: Path, start: bytes) -> None:
    """Excel writes no document type; one that declares entities unpacks to gigabytes."""
    if b"<!DOCTYPE" in start or b"<!ENTITY" in start or b"\x00" in start:
        raise Unreadable(f"{path.name} enthält eine Dokumenttyp-Angabe und ist keine gewöhnliche Excel-Datei.")


def encoding(path: Path, only_utf8: bool = False) -> str:
    """ "utf-8-sig" or "cp1252". Raises `Unreadable` naming the line of a null byte or of a broken character."""
    broken = _broken_line(path)
    if not broken:
        return "utf-8-sig"
    if only_utf8:
        raise Unreadable(
            f"{path.name}, Zeile {broken}: Ein Zeichen ist beschädigt. Bitte die Datei als UTF-8 speichern."
        )
    lines = 1
    for chunk in _chunks(path):
        if _UTF8_IN_CP1252.search(chunk):
            raise Unreadable(
                f"{path.name}, Zeile {broken}: Ein Zeichen ist beschädigt, oder die Datei mischt UTF-8 mit einem anderen "
                "Zeichensatz. Bitte als „CSV UTF-8“ speichern."
            )
        try:
            chunk.decode("cp1252")
        except UnicodeDecodeError as error:
            line = lines + chunk.count(b"\n", 0, error.start)
            raise Unreadable(
                f"{path.name}, Zeile {line}: Der Zeichensatz ist weder UTF-8 noch cp1252. Bitte als „CSV UTF-8“ speichern."
            ) from None
        lines += chunk.count(b"\n")
    return "cp1252"


def _broken_line(path: Path) -> int:
    """The first line that is not UTF-8; 0 where all are."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    lines, broken = 1, 0
    for chunk in _chunks(path):
        if b"\x00" in chunk:
            line = lines + chunk.count(b"\n", 0, chunk.index(b"\x00"))
            raise Unreadable(f"{path.name}, Zeile {line}: Die Datei enthält Nullbytes und ist kein Text.")
        try:
            if not broken:
                decoder.decode(chunk)
        except UnicodeDecodeError as error:
            broken = lines + chunk.count(b"\n", 0, error.start)
        lines += chunk.count(b"\n")
    return broken or (lines if decoder.getstate()[0] else 0)


def _chunks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            yield chunk
