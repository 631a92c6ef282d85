"""Offers for measuring: real German text, facets as skewed as a county's are. The same seed makes the same offers.

Facet values are drawn by rank (Zipf): the commonest topic of a county has a hundred times the offers of the rarest, and
counting is only as dear as it really is where the index holds such a mixture.
"""

import json
import lzma
import random
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from html import escape
from itertools import accumulate, islice
from pathlib import Path
from typing import Any

from service.errors import BadSetting
from service.schemas.offer import validate_record
from service.vocabulary import Vocabularies

SHARED = Path("shared") / "data" / "scale" / "bundesrecht_abschnitte.jsonl.xz"
"""Beside the checkout: sections of German federal law, more than 100,000 texts of some 600 characters."""
NAMESPACE = uuid.UUID("1c3f3f0a-6b5e-5d55-8f5a-0c2f6f1f2a77")
STEEPNESS = 1.1
"""Exponent of the ranks."""
CONFIRMED_DAYS = 700
TITLE, SUMMARY = 150, 200
"""Characters that the record allows."""
OFFERS_OF_A_PROVIDER = 40
WEEK = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
Record = dict[str, Any]


def default_texts() -> Path:
    """Where the texts are for a checkout."""
    return Path(__file__).resolve().parents[2] / SHARED


def read_texts(path: Path) -> Iterator[tuple[str, str]]:
    """Heading and text of each line of a JSONL file, packed by xz or plain. Raises `BadSetting`."""
    opened = lzma.open if path.suffix == ".xz" else open
    try:
        with opened(path, "rt", encoding="utf-8") as lines:
            for line in lines:
                entry = json.loads(line)
                yield str(entry["heading"]), str(entry["text"])
    except FileNotFoundError:
        raise BadSetting(f"Die Texte fehlen: {path}. Bitte mit --texts eine JSONL-Datei nennen.") from None
    except (ValueError, KeyError, TypeError, OSError, lzma.LZMAError) as error:
        raise BadSetting(f"{path}: Jede Zeile muss ein Objekt mit heading und text sein ({error}).") from None


class Ranked:
    """Values drawn by rank: the first of a shuffled list most often."""

    def __init__(self, values: Sequence[str], order: random.Random) -> None:
        self._values = list(values)
        order.shuffle(self._values)
        self._weights = list(accumulate(1 / (rank + 1) ** STEEPNESS for rank in range(len(self._values))))

    def some(self, draw: random.Random, counts: Sequence[int]) -> list[str]:
        """Different values; how many is drawn from `counts`."""
        drawn = draw.choices(self._values, cum_weights=self._weights, k=draw.choice(counts))
        return list(dict.fromkeys(drawn))

    def one(self, draw: random.Random) -> str:
        """One value."""
        return draw.choices(self._values, cum_weights=self._weights)[0]


@dataclass
class Corpus:
    """Makes records that have passed validation already (a test holds that): validating costs more than making them."""

    vocabularies: Vocabularies
    texts: Path
    seed: int
    today: date
    _ranked: dict[str, Ranked] = field(init=False)
    _blank: Record = field(init=False)
    _postcodes: dict[str, list[str]] = field(init=False)

    def __post_init__(self) -> None:
        order = random.Random(self.seed)  # noqa: S311  repeatable on purpose
        topics = [slug for slug, term in self.vocabularies["topics"].items() if term.parent]
        names = ("towns", "audiences", "languages", "kinds", "levels", "costs", "modes")
        self._ranked = {name: Ranked(list(self.vocabularies[name]), order) for name in names}
        self._ranked["topics"] = Ranked(topics, order)
        self._blank = validate_record(self.vocabularies, {"title": "-", "summary": "-"})
        self._postcodes = {}
        for code, town in self.vocabularies.town_of_postcode.items():
            self._postcodes.setdefault(town, []).append(code)

    def records(self, count: int, start: int = 0) -> Iterator[Record]:
        """Records number `start` and following. Texts come again where there are fewer."""
        for number, (heading, text) in enumerate(islice(_endless(self.texts), start, start + count), start):
            yield self._record(number, heading, text)

    def _record(self, number: int, heading: str, text: str) -> Record:
        draw = random.Random(self.seed * 1_000_003 + number)  # noqa: S311  each offer is the same whatever was made before
        town = self._ranked["towns"].one(draw)
        languages = ["de", *self._ranked["languages"].some(draw, (0, 1, 1, 2, 4))]
        plain = " ".join(text.split())
        return {
            **self._blank,
            "id": uuid.uuid5(NAMESPACE, f"{self.seed}:{number}"),
            "source": {"name": "bench", "id": str(number)},
            "title": _cut(" ".join(heading.split()) or "Angebot", TITLE),
            "summary": _cut(plain, SUMMARY),
            "body": f"<p>{escape(plain, quote=False)}</p>",
            "kind": self._ranked["kinds"].one(draw),
            "topics": self._ranked["topics"].some(draw, (1, 1, 2, 3)),
            "audiences": self._ranked["audiences"].some(draw, (0, 1, 1, 2, 3)),
            "languages": [{"code": code, "note": ""} for code in dict.fromkeys(languages)],
            "levels": self._ranked["levels"].some(draw, (0, 0, 1, 2)),
            "cost": self._ranked["costs"].one(draw),
            "modes": self._ranked["modes"].some(draw, (1, 1, 2)),
            "women_only": draw.random() < 0.06,
            "childcare": draw.random() < 0.1,
            "towns": list(dict.fromkeys([town, *self._ranked["towns"].some(draw, (0, 0, 0, 1, 2))])),
            "places": [self._place(town, draw)],
            "times": [_time(draw)] if draw.random() < 0.6 else [],
            "provider": self._provider(number, draw),
            "contacts": [],
            "confirmed_on": self.today - timedelta(days=int(CONFIRMED_DAYS * draw.random() ** 2)),
            "confirmed_by": "Redaktion",
            "responsible_town": town,
        }  # fmt: skip

    def _place(self, town: str, draw: random.Random) -> Record:
        postcode = draw.choice(self._postcodes[town])
        return {
            "name": f"Haus {draw.randint(1, 30)}", "street": f"Hauptstraße {draw.randint(1, 200)}",
            "postcode": postcode, "city": self.vocabularies.label("towns", town), "district": "", "lat": None,
            "lon": None, "outside_county": False, "visibility": "full",
            "access": ["stufenlos"] if draw.random() < 0.4 else [], "transport": "",
        }  # fmt: skip

    def _provider(self, number: int, draw: random.Random) -> Record:
        # the same name for ever the same values: a provider that changes touches all of its offers
        name = int(draw.paretovariate(0.8)) % (1 + number // OFFERS_OF_A_PROVIDER)
        return {
            "id": uuid.uuid5(NAMESPACE, f"provider:{self.seed}:{name}"), "name": f"Beratungsbüro {name}",
            "legal_form": "", "parent": "", "website": f"https://buero-{name}.example.org",
            "phone": f"0221 4710-{name % 1000:03}", "mail": f"buero-{name}@example.org", "description": "",
        }  # fmt: skip


def _endless(path: Path) -> Iterator[tuple[str, str]]:
    """The texts again and again; read anew each time, so that memory stays flat."""
    while True:
        last = None
        for last in read_texts(path):
            yield last
        if last is None:
            raise BadSetting(f"{path}: Die Datei enthält keine Texte.")


def _time(draw: random.Random) -> Record:
    day, hour = draw.choices(WEEK, weights=(9, 10, 9, 10, 6, 2, 1))[0], draw.randint(8, 18)
    rule = f"FREQ=WEEKLY;BYDAY={day}"
    return {"rrule": rule, "start": f"{hour:02}:00", "end": f"{hour + 2:02}:00", "exceptions": [], "note": ""}


def _cut(text: str, longest: int) -> str:
    return text if len(text) <= longest else text[: longest - 1].rsplit(" ", 1)[0].rstrip(" ,;:-") + "…"
