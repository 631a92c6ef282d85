"""What a store can be asked: judged queries whose offers it has and shows, and titles of its own offers.

Titles need nobody to judge them: an offer must be found by its own name.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import chain, zip_longest
from uuid import UUID

from sqlalchemy.orm import Session

from service.relevance.figures import FINE, RIGHT
from service.relevance.judged import TITLES, Judged, Source
from service.store import indexes, matching

MOST_TITLES = 60
_PAGE = 500
_FIRST = UUID(int=0)


@dataclass(frozen=True, slots=True)
class Question:
    """A query, and the offers that answer it with their grades; without any, nothing may be found."""

    slice: str
    query: str
    grades: dict[UUID, int]
    purpose: str = ""
    note: str = ""

    @property
    def known(self) -> bool:
        """True where the query is the title of its offers."""
        return self.slice == TITLES


@dataclass(frozen=True, slots=True)
class Asked:
    """The questions that apply to a store. `left_out`: judged queries whose right offers it does not show; `unknown`:
    offers that are judged and not in the store at all; `hidden`: those that it has and does not show today; `names`: the
    titles of the judged offers."""

    questions: Sequence[Question]
    left_out: Sequence[Judged] = ()
    unknown: Sequence[Source] = ()
    hidden: Sequence[Source] = ()
    names: Mapping[UUID, str] = field(default_factory=dict)


def applying(session: Session, judged: Sequence[Judged], today: date) -> Asked:
    """The judged queries as questions to this store. Queries that must find nothing apply where any other one does."""
    wanted = dict.fromkeys(source for query in judged for source in (*query.right, *query.fine))
    found = [offer for offer in matching.of_sources(session, wanted) if not offer.deleted]
    known = {Source(offer.source, offer.number): offer.uuid for offer in found}
    shown = {rev.uuid for rev in indexes.offer_revs_of(session, today, list(known.values())) if rev.visible}
    questions: list[Question] = []
    left_out: list[Judged] = []
    for query in judged:
        right, fine = ([known[s] for s in sources if known.get(s) in shown] for sources in (query.right, query.fine))
        if (query.right and not right) or not shown:
            left_out.append(query)
        else:
            grades = dict.fromkeys(fine, FINE) | dict.fromkeys(right, RIGHT)
            questions.append(Question(query.slice, query.query, grades, query.purpose, query.note))
    return Asked(
        questions,
        left_out,
        unknown=[source for source in wanted if source not in known],
        hidden=[source for source in wanted if source in known and known[source] not in shown],
        names={offer.uuid: offer.title for offer in found},
    )


def titles(session: Session, today: date, most: int = MOST_TITLES) -> list[Question]:
    """Titles of visible offers, the same ones each time: those whose ids come first. Offers of one title answer all."""
    sample: dict[str, None] = {}
    after = _FIRST
    while len(sample) < most and (page := indexes.offer_revs(session, today, after, _PAGE)):
        after = page[-1].uuid
        names = {it.key: it.title for it in matching.of_keys(session, [rev.key for rev in page if rev.visible])}
        sample |= dict.fromkeys(names[rev.key] for rev in page if rev.visible)
    chosen = list(sample)[:most]
    same: dict[str, list[UUID]] = {title: [] for title in chosen}
    for offer in matching.of_titles(session, chosen):
        same.setdefault(offer.title, []).append(offer.uuid)
    uuids = list(chain.from_iterable(same.values()))
    shown = {rev.uuid for rev in indexes.offer_revs_of(session, today, uuids) if rev.visible}
    return [
        Question(TITLES, title, dict.fromkeys((uuid for uuid in same[title] if uuid in shown), RIGHT))
        for title in chosen
    ]


def mixed(questions: Iterable[Question], most: int) -> list[Question]:
    """At most so many, taken in turn from all slices, so that whoever stops early has heard some of each."""
    by_slice: dict[str, list[Question]] = {}
    for question in questions:
        by_slice.setdefault(question.slice, []).append(question)
    in_turn = chain.from_iterable(zip_longest(*by_slice.values()))
    return [question for question in in_turn if question][:most]
