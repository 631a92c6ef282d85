"""Pages of an Integreat portal (its JSON of all pages in one language): each page with text becomes an offer.

The pages come from another county. What its folders mean here stands in `integreat.csv` of the county's folder: kind,
topics and towns for a folder's name. Where nothing is said of a folder, its parent counts; what found no place is reported.
"""

import csv
import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import quote

from service.errors import BadSetting
from service.exchange import reading
from service.exchange.entries import Entry, Place
from service.exchange.report import Unreadable

SOURCE = "integreat"
PORTAL = "https://integreat.app"
TABLE = "integreat.csv"
GIVEN = ("source", "title", "summary", "body", "kind", "topics", "towns", "website")
MASKS = {
    "030 1234567": "(Telefonnummer auf der Seite der Quelle)",
    "kontakt@example.org": "(Mailadresse auf der Seite der Quelle)",
}
"""What stands in published data in place of telephone numbers and mail addresses. Nobody shall call it."""
LINK = re.compile(r"<a\b[^>]*href=\"(?P<to>[^\"]*)\"[^>]*>(?P<text>.*?)</a>", re.DOTALL | re.IGNORECASE)
HEADINGS = (
    ("h3", re.compile(r"<(/?)h[12]\b[^>]*>", re.IGNORECASE)),
    ("h4", re.compile(r"<(/?)h[56]\b[^>]*>", re.IGNORECASE)),
)
ENTITY = re.compile(r"&#(?:x[0-9a-f]+|[0-9]+);", re.IGNORECASE)
"""Letters and their accents come as numbers; together they must become one letter."""
MARKUP = frozenset("<>&\"'\0")
SHORT = 200
LISTED = 30


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a folder of the portal means here."""

    kind: str
    topics: tuple[str, ...]
    towns: tuple[str, ...]


def entries(path: Path, place: Place) -> Iterator[Entry]:
    """The pages of a file, and notes on what has no text and what could not be placed. Raises `Unreadable`."""
    pages = _pages(path)
    table = _table(place)
    empty, unplaced, townless, masked = [], [], [], 0
    for number, page in enumerate(pages, 1):
        entry = _entry(number, page, table)
        yield entry
        if entry.problems or not isinstance(page, dict):
            continue
        if entry.data is None:
            empty.append(str(page["title"]))
            continue
        masked += any(mask in _html(page) for mask in MASKS)
        if not entry.data["topics"]:
            unplaced.append(str(page["path"]))
        if not entry.data["towns"]:
            townless.append(str(page["title"]))
    yield from _notes("Seiten ohne Text (nicht übernommen)", empty)
    yield from _notes(f"Ohne Thema, weil {TABLE} die Ordner nicht nennt", unplaced)
    yield from _notes("Ohne Stadt, weil die Seite zu keiner Stadt dieses Kreises gehört", townless)
    if masked:
        yield Entry(
            0, note=f"Seiten mit unkenntlich gemachten Nummern oder Mailadressen (durch Hinweis ersetzt): {masked}"
        )


def _notes(what: str, values: Sequence[str]) -> Iterator[Entry]:
    if values:
        more = f" … und {len(values) - LISTED} weitere" if len(values) > LISTED else ""
        yield Entry(0, note=f"{what}: {len(values)} – {', '.join(values[:LISTED])}{more}")


def _pages(path: Path) -> list[Any]:
    encoding = reading.encoding(path, only_utf8=True)
    try:
        pages = json.loads(path.read_text(encoding=encoding))
    except (ValueError, RecursionError) as error:
        where = f" (Zeile {error.lineno}, Zeichen {error.colno})" if isinstance(error, json.JSONDecodeError) else ""
        raise Unreadable(f"{path.name} ist kein gültiges JSON{where}. Bitte die Seiten noch einmal abrufen.") from None
    if not isinstance(pages, list):
        raise Unreadable(f"{path.name} ist keine Liste von Integreat-Seiten.")
    return pages


def _entry(number: int, page: Any, table: dict[str, Meaning]) -> Entry:
    needed = {"id": int | str, "path": str, "title": str, "content": str}
    if not isinstance(page, dict):
        return Entry(number, problems=[("", "Der Eintrag ist keine Seite. Bitte ein Objekt mit Feldern angeben.")])
    wrong = [name for name, kind in needed.items() if not isinstance(page.get(name), kind)]
    if wrong:
        return Entry(number, problems=[(name, "Dieses Feld fehlt oder ist kein Text.") for name in wrong])
    text = plain_text(_html(page))
    if not re.search(r"\w", text):
        return Entry(number)
    meaning = _meaning(page["path"], table)
    data = {
        "source": {"name": SOURCE, "id": str(page["id"])},
        "title": unescape(page["title"]),
        "summary": _short(text),
        "body": body(_html(page)),
        "kind": meaning.kind,
        "topics": list(meaning.topics),
        "towns": list(meaning.towns),
        "website": PORTAL + quote(page["path"], safe="/%"),
    }
    return Entry(number, data, GIVEN)


def _html(page: dict[str, Any]) -> str:
    return str(page["content"])


def body(html: str) -> str:
    """The page's HTML with our headings, and without links and numbers that lead nowhere."""
    html = ENTITY.sub(lambda found: found[0] if unescape(found[0]) in MARKUP else unescape(found[0]), html)
    for heading, pattern in HEADINGS:
        html = pattern.sub(rf"<\g<1>{heading}>", html)
    html = LINK.sub(_link, html)
    for mask, hint in MASKS.items():
        html = html.replace(mask, hint)
    return re.sub(r"<p>(?:\s|&nbsp;|&#160;|\xa0|<br\s*/?>)*</p>", "", html)


def _link(found: re.Match[str]) -> str:
    """A link to a mask, or one that the portal has broken ("https://integreat.app/tel:"), is only its text."""
    to = found["to"].strip()
    if any(mask in unescape(to) for mask in MASKS) or re.match(r"https?://[^/]+/(?:tel|mailto):", to):
        return found["text"]
    return found[0]


def plain_text(html: str) -> str:
    """The words of a page."""
    spaced = re.sub(r"<(?:/?(?:p|h[1-6]|li|ul|ol|div|tr|td)\b[^>]*|br\s*/?|hr\s*/?)>", " ", html, flags=re.IGNORECASE)
    return " ".join(unescape(re.sub(r"<[^>]*>", "", spaced)).replace("\u200b", "").split())


def _short(text: str) -> str:
    """Whole words, at most `SHORT` characters; masks would waste its room."""
    for mask in MASKS:
        text = " ".join(text.replace(mask, "").split())
    if len(text) <= SHORT:
        return text
    return text[: SHORT - 2].rsplit(" ", 1)[0].rstrip(" ,;:–-") + " …"


def _meaning(path: str, table: dict[str, Meaning]) -> Meaning:
    """Of the deepest folder that the table knows; each of kind, topics and towns for itself."""
    found = Meaning("", (), ())
    for folder in path.strip("/").split("/"):
        if known := table.get(_folder(folder)):
            found = Meaning(known.kind or found.kind, known.topics or found.topics, known.towns or found.towns)
    return found


def _folder(name: str) -> str:
    """A folder without the number that the portal adds to repeated names: "asyl-2" → "asyl"."""
    return re.sub(r"(?:-[0-9]+)+$", "", name.casefold())


def _table(place: Place) -> dict[str, Meaning]:
    """The county's table; and its towns by their names. Raises `BadSetting` naming line and value."""
    terms = place.vocabularies["towns"].values()
    table = {re.sub(r"\s+", "-", town.label().casefold()): Meaning("", (), (town.slug,)) for town in terms}
    path = place.folder / TABLE
    if not path.is_file():
        return table
    with path.open(encoding="utf-8", newline="") as file:
        for number, row in enumerate(csv.DictReader(file), 2):
            values = {name: [part for part in (row.get(name) or "").split("|") if part] for name in ("topics", "towns")}
            kind = row.get("kind") or ""
            for name, slugs in (*values.items(), ("kinds", [kind] if kind else [])):
                for slug in slugs:
                    if slug not in place.vocabularies[name]:
                        raise BadSetting(f"{TABLE}, Zeile {number}: „{slug}“ gibt es nicht in {name}.csv.")
            table[_folder(row["folder"])] = Meaning(kind, tuple(values["topics"]), tuple(values["towns"]))
    return table
