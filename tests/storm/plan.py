"""What each writer does, from the seed and its number alone."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from tests.store import factory

WRITERS = 4
POOL = 0
"""Number of the writer that makes the first offers, which all others share."""
PROVIDERS = 20
WORDS = (
    "Alltag", "Anmeldung", "Arbeit", "Ausweis", "Beratung", "Bewerbung", "Bildung", "Brief", "Bus", "Café", "Chor",
    "Deutsch", "Eltern", "Familie", "Fest", "Frauen", "Freizeit", "Garten", "Gespräch", "Gesundheit", "Gruppe", "Hilfe",
    "Jugend", "Kinder", "Kochen", "Kurs", "Lernen", "Lesen", "Markt", "Miete", "Mittwoch", "Musik", "Nachbarn", "Nähen",
    "Prüfung", "Quartier", "Rad", "Schule", "Schreiben", "Spiel", "Sport", "Sprache", "Stadt", "Treffen", "Umzug",
    "Verein", "Werkstatt", "Wohnung", "Zeugnis", "Zukunft",
)  # fmt: skip
STATUSES = {"public": 80, "draft": 8, "paused": 7, "ended": 5}


@dataclass(frozen=True, slots=True)
class Operation:
    """One edit: an offer gets these fields, whether it is new, there, or deleted; None deletes it."""

    offer: UUID
    fields: dict[str, Any] | None


def marker(offer: UUID) -> str:
    """A word that stands in this offer's title and nowhere else, and that is near no other word."""
    dice = random.Random(offer.int)
    return "".join(dice.choice("bdfgklmnprtvz") + dice.choice("aeiou") for _ in range(8))


def pool(seed: int, size: int, today: date) -> list[Operation]:
    """The offers that are there before the storm."""
    dice = random.Random(f"{seed}/{POOL}")
    return [_save(dice, new_offer(dice), f"{POOL}/{number}", today) for number in range(size)]


def operations(seed: int, writer: int, count: int, shared: list[UUID], today: date) -> Iterator[Operation]:
    """The edits of one writer: of offers that all writers share, and of its own."""
    dice = random.Random(f"{seed}/{writer}")
    known = list(shared)
    deleted: list[UUID] = []
    for number in range(count):
        stand = f"{writer}/{number}"
        chance = dice.random()
        if chance < 0.08 or not known:
            known.append(new_offer(dice))
            yield _save(dice, known[-1], stand, today)
        elif chance < 0.22:
            deleted.append(dice.choice(known))
            yield Operation(deleted[-1], None)
        elif chance < 0.34 and deleted:
            yield _save(dice, deleted.pop(dice.randrange(len(deleted))), stand, today)
        else:
            yield _save(dice, dice.choice(known), stand, today)


def new_offer(dice: random.Random) -> UUID:
    """The id of an offer that is not there yet."""
    return UUID(int=dice.getrandbits(128), version=4)


def _save(dice: random.Random, offer: UUID, stand: str, today: date) -> Operation:
    """`stand` makes each state of an offer differ from all others."""
    slugs = {name: list(factory.SLUGS[name]) for name in ("topics", "audiences", "towns")}
    fields: dict[str, Any] = {
        "title": f"{dice.choice(WORDS)} {marker(offer)}",
        "summary": f"Stand {stand}",
        "body": f"<p>{' '.join(dice.choices(WORDS, k=dice.randint(5, 60)))}</p>",
        "status": dice.choices(list(STATUSES), list(STATUSES.values()))[0],
        **_days(dice, today),
        **{name: dice.sample(values, dice.randint(0, 2)) for name, values in slugs.items()},
    }
    if dice.random() < 0.3:
        fields["provider"] = {"name": f"Verein Nummer {dice.randrange(PROVIDERS)}"}
        if dice.random() < 0.03:  # a change of all offers that name it
            fields["provider"]["phone"] = f"0221 4710-{dice.randrange(100, 1000)}"
    return Operation(offer, fields)


def _days(dice: random.Random, today: date) -> dict[str, str | None]:
    """First and last day of an offer: mostly none, else around today, so that some are not visible (yet, any more)."""
    days = [today + timedelta(days=dice.randint(-2, 2)) if dice.random() < 0.15 else None for _ in range(2)]
    begin, end = days if None in days else sorted(filter(None, days))
    return {"visible_from": begin.isoformat() if begin else None, "visible_until": end.isoformat() if end else None}
