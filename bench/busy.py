"""Whether a rebuild survives an OpenSearch that is too busy, and how much longer it takes then.

Every third bulk request is answered 429 by a relay on loopback (`bench.relay`); it is compared with a rebuild through the
same relay without refusals. Ids and revisions of the finished index are compared with the store by the bench itself.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from uuid import UUID

from bench.connection import BenchFailed
from bench.figures import Figure
from bench.relay import Relay
from bench.rounds import interleaved, ratios, spread
from bench.stage import Stage
from indexer.writers import open_writer
from service.clock import today
from service.store import indexes

REFUSE_EVERY = 3
PAGE = 5_000


@dataclass(frozen=True, slots=True)
class Outcome:
    """A rebuild through the relay. `wrong`: documents that are missing, too many, or of another revision."""

    seconds: float
    bulk: int
    refused: int
    wrong: int


def measure(stage: Stage, rounds: int, until: float) -> list[Figure]:
    """Seconds of a rebuild with and without refusals; nothing where OpenSearch is not measured."""
    if "opensearch" not in stage.engines:
        return []
    settings = stage.settings("opensearch")
    with Relay(settings.search_url, settings.search_ca) as relay:
        rivals: dict[str, Callable[[], Outcome]] = {
            name: partial(_rebuild, stage, relay, every) for name, every in (("calm", 0), ("busy", REFUSE_EVERY))
        }
        found = interleaved(rivals, rounds, until)
    calm, busy = ([outcome.seconds for outcome in found[name]] for name in ("calm", "busy"))
    last = found["busy"][-1]
    if not all(outcome.refused for outcome in found["busy"]):
        raise BenchFailed("no bulk request was refused")
    note = f"{last.refused} von {last.bulk} Sammelanfragen mit 429 beantwortet"
    wrong = spread(outcome.wrong for outcome in found["busy"])
    return [
        Figure("busy_calm", "opensearch", "Neuaufbau, keine Ablehnung", "s", spread(calm)),
        Figure("busy", "opensearch", "Neuaufbau, 429 auf jede dritte", "s", spread(busy), note),
        Figure("busy_ratio", "opensearch", "Mit 429 : ohne", "×", ratios(busy, calm)),
        Figure("busy_wrong", "opensearch", "Mit 429: fehlende Angebote", "", wrong),
    ]


def _rebuild(stage: Stage, relay: Relay, every: int) -> Outcome:
    relay.refuse_every, relay.bulk, relay.refused = every, 0, 0
    built = stage.rebuild("opensearch", changed={"SEARCH_URL": relay.url, "SEARCH_CA": ""})
    return Outcome(built.total - built.gate, relay.bulk, relay.refused, wrong(stage, built.name))


def wrong(stage: Stage, name: str) -> int:
    """Offers that differ between the store and an index of OpenSearch."""
    writer = open_writer(stage.settings("opensearch"))
    try:
        held = {(UUID(entry.offer_id), entry.rev) for entry in writer.entries(name)}
    finally:
        writer.close()
    wanted: set[tuple[UUID, int]] = set()
    after, day = UUID(int=0), today()
    with stage.any.database.reading() as session:
        while page := indexes.offer_revs(session, day, after, PAGE):
            wanted |= {(offer.uuid, offer.rev) for offer in page if offer.visible}
            after = page[-1].uuid
    return len({offer for offer, _ in held ^ wanted})
