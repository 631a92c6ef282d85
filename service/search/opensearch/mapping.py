"""Physical indexes: their names, and the settings and mappings of `mappings/offers-v<version>.json`.

Embedded indexes carry the same names as folders. A change of the file needs a new version; a test holds that.
"""

import hashlib
import json
import re
from collections.abc import Mapping as MappingOf
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

from service.german.wordlist import parse_words

_FILE = re.compile(r"offers-v([1-9][0-9]*)\.json")
_NAME = re.compile(r"(?P<prefix>[a-z0-9_]+)-v(?P<version>[1-9][0-9]*)-(?P<built>[0-9]{8}t[0-9]{9})")


@dataclass(frozen=True, slots=True)
class IndexName:
    """What the name of a physical index says: `<prefix>-v<version>-<utc>`."""

    prefix: str
    version: int
    built: datetime

    def __str__(self) -> str:
        return f"{self.prefix}-v{self.version}-{self.built:%Y%m%dt%H%M%S}{self.built.microsecond // 1000:03}"


def index_name(prefix: str, version: int, now: datetime) -> str:
    """A new index' name; `now` carries a time zone."""
    return str(IndexName(prefix, version, now.astimezone(UTC)))


def parse_name(name: str) -> IndexName | None:
    """The parts of an index' name; None for a name that is none of ours."""
    found = _NAME.fullmatch(name)
    if not found:
        return None
    try:
        built = datetime.strptime(found["built"] + "000", "%Y%m%dt%H%M%S%f").replace(tzinfo=UTC)
    except ValueError:
        return None
    return IndexName(found["prefix"], int(found["version"]), built)


@dataclass(frozen=True, slots=True)
class IndexMapping:
    """Settings and mappings of a version. `words` is the hash of the word lists that documents depend on; an index
    whose `_meta` holds another one should be rebuilt."""

    version: int
    words: str
    _text: str

    def body(self, meta: MappingOf[str, Any] | None = None) -> dict[str, Any]:
        """The request that creates an index; `meta` joins `_meta` (store id, code version, first revision)."""
        body: dict[str, Any] = json.loads(self._text)
        body["mappings"]["_meta"] = {"version": self.version, "words": self.words, **(meta or {})}
        return body

    @property
    def digest(self) -> str:
        """Hash of everything that a version promises to keep."""
        return hashlib.sha256(self._text.encode()).hexdigest()[:16]


@cache
def read(folder: Path) -> IndexMapping:
    """The newest version in the folder `mappings`, with the stop words put in."""
    versions = {int(found[1]): path for path in folder.iterdir() if (found := _FILE.fullmatch(path.name))}
    version = max(versions)
    body = json.loads(versions[version].read_text(encoding="utf-8"))
    stop = body["settings"]["analysis"]["filter"]["de_stop"]
    stop["stopwords"] = list(parse_words((folder / stop["stopwords"].removeprefix("@")).read_text(encoding="utf-8")))
    return IndexMapping(version, _hash_of_words(folder), json.dumps(body, ensure_ascii=False, sort_keys=True))


def _hash_of_words(folder: Path) -> str:
    total = hashlib.sha256()
    for path in sorted(folder.glob("*.txt")):  # rules in the folder beside them act at once, without a new index
        words = parse_words(path.read_text(encoding="utf-8"))
        total.update("\n".join([path.name, *words, ""]).encode())
    return total.hexdigest()[:16]
