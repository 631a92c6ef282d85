"""When the storm is over: is everything that was acknowledged in the store, and in every index what the store shows?"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import select

from indexer.writers import open_writer
from service.config import Settings
from service.search.criteria import SearchCriteria
from service.search.engines import open_engine
from service.search.service import SearchService
from service.store import indexes, records
from service.store.database import Database
from service.store.models import Offer
from tests.storm.journal import DELETED, Note, note
from tests.storm.plan import marker

SAMPLE = 200
SHOWN = 5
Outcome = tuple[str, list[str]]
"""What was looked at, and what is wrong."""


@dataclass(frozen=True)
class Scene:
    """The place after the storm. `acknowledged`: the last state of each offer that a writer was told is saved."""

    settings: Settings
    database: Database
    acknowledged: dict[str, Note]
    today: date
    seed: int

    def visible(self) -> set[str]:
        """Offers that everybody must find now."""
        return {offer for offer, last in self.acknowledged.items() if last.visible(self.today)}


def offers_of(database: Database) -> dict[str, Note]:
    """All offers of a store."""
    found: dict[str, Note] = {}
    with database.reading() as session:
        keys = list(session.scalars(select(Offer.id)))
        for start in range(0, len(keys), 500):
            for offer in records.load(session, keys[start : start + 500]).values():
                found[str(offer.uuid)] = note(str(offer.uuid), offer.rev, None if offer.deleted else offer.record)
    return found


def store(scene: Scene) -> Outcome:
    """No acknowledged edit is missing, and nothing is there that nobody wrote."""
    found = offers_of(scene.database)
    wrong = []
    for offer in sorted(found.keys() | scene.acknowledged.keys()):
        want, have = scene.acknowledged.get(offer), found.get(offer)
        if want is None or have is None or want.state != have.state or want.rev > have.rev:
            wrong.append(f"store: {offer} should be {want}, is {have}")
    deleted = sum(last.state == DELETED for last in scene.acknowledged.values())
    return f"{len(found)} offers in the store, {deleted} of them deleted", _some(wrong)


def followed(scene: Scene) -> Outcome:
    """Every followed index of every engine holds exactly the visible offers, at the store's revisions."""
    stored = offers_of(scene.database)
    wanted = {offer: stored[offer].rev for offer in scene.visible() if offer in stored}
    wrong: list[str] = []
    names: list[str] = []
    for engine in scene.settings.engines:
        writer = open_writer(scene.settings, engine)
        with scene.database.reading() as session:
            listed = [each for each in indexes.listed(session, engine) if each.state in indexes.FOLLOWED]
        for index in listed:
            names.append(f"{engine} {index.state}")
            writer.refresh(index.name)
            found = {entry.offer_id: entry.rev for entry in writer.entries(index.name)}
            different = sorted(offer for offer in wanted.keys() | found.keys() if wanted.get(offer) != found.get(offer))
            wrong += _some([
                f"{index.name} ({engine}, {index.state}): {offer} should be at {wanted.get(offer)}, is at {found.get(offer)}"
                for offer in different
            ])  # fmt: skip
            with scene.database.reading() as session:
                if refused := indexes.failures(session, index.name):
                    wrong.append(f"{index.name} refuses {len(refused)} offers: {next(iter(refused.values()))}")
        writer.close()
    return f"{len(wanted)} visible offers in each index: {', '.join(names)}", wrong


def searches(scene: Scene) -> Outcome:
    """Searching for an offer's own word finds exactly that offer, or nothing where it is not visible."""
    visible = scene.visible()
    sample = random.Random(scene.seed).sample(sorted(scene.acknowledged), min(SAMPLE, len(scene.acknowledged)))
    wrong = []
    for name in scene.settings.engines:
        service = SearchService(scene.database, open_engine(scene.settings, name, seconds=30))
        for offer in sample:
            word = marker(UUID(offer))
            found = {hit.offer_id for hit in service.search(SearchCriteria(q=word), counted=False).found.hits}
            if found != ({offer} & visible):
                wrong.append(f"{name}: {word} should find {offer if offer in visible else 'nothing'}, finds {found}")
        service.engine.close()
    shown = sum(offer in visible for offer in sample)
    return f"{len(sample)} offers searched on each engine, {shown} of them visible", _some(wrong)


CHECKS: tuple[Callable[[Scene], Outcome], ...] = (store, followed, searches)


def _some(wrong: list[str]) -> list[str]:
    more = len(wrong) - SHOWN
    return [*wrong[:SHOWN], f"… and {more} more"] if more > 0 else wrong
