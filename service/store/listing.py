"""Offers as staff see them: all of them, drafts and ended ones too, straight from the store."""

import uuid as uuid_module
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session

from service.store.models import Contact, IndexFailure, Offer, OfferContact, Provider

PAGE = 50
WITHDRAWN = "withdrawn"
"""Not a status: an offer that was deleted, whatever its status was."""


@dataclass(frozen=True, slots=True)
class Listed:
    """A line of the list."""

    public_id: str
    title: str
    provider: str
    status: str
    withdrawn: bool
    changed_at: datetime
    confirmed_on: date | None


@dataclass(frozen=True, slots=True)
class Failed:
    """An offer that an index refused."""

    index: str
    public_id: str
    title: str
    error: str


COLUMNS = (
    Offer.public_id, Offer.title, func.coalesce(Provider.name, ""), Offer.status, Offer.deleted_at.is_not(None),
    Offer.changed_at, Offer.confirmed_on,
)  # fmt: skip


def page(session: Session, words: str = "", status: str = "", number: int = 1) -> tuple[list[Listed], int]:
    """A page of the offers whose title or provider holds all the words, the latest change first; and how many there are."""
    conditions = [_holds(word) for word in words.split()[:8]]
    conditions.append(Offer.deleted_at.is_not(None) if status == WITHDRAWN else Offer.deleted_at.is_(None))
    if status and status != WITHDRAWN:
        conditions.append(Offer.status == status)
    joined = select(*COLUMNS).outerjoin(Provider, Provider.id == Offer.provider_id).where(*conditions)
    counted = select(func.count()).select_from(Offer).outerjoin(Provider, Provider.id == Offer.provider_id)
    total = session.scalars(counted.where(*conditions)).one()
    rows = joined.order_by(Offer.changed_at.desc(), Offer.id).limit(PAGE).offset((number - 1) * PAGE)
    return [Listed(*row) for row in session.execute(rows)], total


def _holds(word: str) -> ColumnElement[bool]:
    """SQLite folds the case of ASCII letters only, so that "Ö" is asked for as well as "ö"."""
    spellings = {word, word.lower(), word.upper(), word.capitalize()}
    columns = (Offer.title, Provider.name)
    return or_(*(column.icontains(spelling, autoescape=True) for column in columns for spelling in sorted(spellings)))


def counts(session: Session) -> dict[str, int]:
    """How many offers there are by status; withdrawn ones by themselves."""
    query = select(Offer.status, Offer.deleted_at.is_not(None), func.count()).group_by(
        Offer.status, Offer.deleted_at.is_not(None)
    )
    found: dict[str, int] = {}
    for status, withdrawn, number in session.execute(query):
        name = WITHDRAWN if withdrawn else status
        found[name] = found.get(name, 0) + number
    return found


def other_uses(session: Session, contacts: Sequence[uuid_module.UUID], offer: int) -> dict[uuid_module.UUID, int]:
    """For each contact how many other offers name it."""
    query = (
        select(Contact.uuid, func.count())
        .join(OfferContact, OfferContact.contact_id == Contact.id)
        .join(Offer, Offer.id == OfferContact.offer_id)
        .where(Contact.uuid.in_(contacts), Offer.id != offer, Offer.deleted_at.is_(None))
        .group_by(Contact.uuid)
    )
    return {row[0]: row[1] for row in session.execute(query)}


def refused(session: Session, limit: int = 100) -> list[Failed]:
    """Offers that an index refused, the latest first."""
    query = (
        select(IndexFailure.index_name, Offer.public_id, Offer.title, IndexFailure.error)
        .join(Offer, Offer.id == IndexFailure.offer_id)
        .order_by(IndexFailure.at.desc())
        .limit(limit)
    )
    return [Failed(*row) for row in session.execute(query)]
