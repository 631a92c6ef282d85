"""What an engine is asked and what it answers. OpenSearch and the embedded engine keep the same contract
(`tests/engine/`): same hits, same counts, same order of ties; only scores differ a little.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from service.config import EngineName as EngineName  # noqa: PLC0414  others import it from here
from service.search.plan import Plan

MOST_VALUES = 200
"""Values counted per field; more than any vocabulary has."""


@dataclass(frozen=True, slots=True)
class SearchRequest:
    """A search as an engine sees it. `selected` is keyed by index field; `postcodes` None means everywhere."""

    plan: Plan
    selected: Mapping[str, Sequence[str]] = field(default_factory=dict)
    postcodes: Sequence[str] | None = None
    order: str = "relevanz"
    offset: int = 0
    size: int = 20
    counted: Sequence[str] = ()
    """Index fields whose values are counted."""
    index: str = ""
    """The physical index whose words the plan was made with, so that both fit also while readers are switched to another
    one; "" reads the one that is served."""
    shown: bool = True
    """False where ids are enough: hits may come without display data."""


@dataclass(frozen=True, slots=True)
class Hit:
    """A hit: the offer's UUID, its score (0.0 where the order is not by relevance), and the display data stored with it."""

    offer_id: str
    score: float
    data: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Found:
    """An answer. `counts[field][value]`: hits with that value, ignoring only that field's own selection (values without
    hits are left out). `without[field]`: hits if that field's selection were cleared. `index`: physical index that answered.
    """

    total: int
    hits: Sequence[Hit]
    counts: Mapping[str, Mapping[str, int]]
    without: Mapping[str, int]
    index: str


@dataclass(frozen=True, slots=True)
class Proposal:
    """A suggestion taken from an offer: its title, public id and slug."""

    title: str
    public_id: str
    slug: str


class SearchEngine(Protocol):
    """An engine that answers searches. All methods raise `SearchUnavailable` when it cannot."""

    @property
    def name(self) -> str:
        """An `EngineName`, or "database"."""

    def search(self, request: SearchRequest) -> Found:
        """Hits, total and counts of one request, from one state of the index."""

    def suggest(self, words: Sequence[str], limit: int, index: str = "") -> list[Proposal]:
        """Offers in whose title or its compound parts every word begins a word; `words` are exact tokens."""

    def served(self, index: str = "") -> str:
        """Name of the physical index that answers now, for status and readiness: `index`, where it can be searched."""

    def close(self) -> None:
        """Releases connections and files."""
