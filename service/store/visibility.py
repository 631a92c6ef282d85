"""Who sees an offer when. Unpublishing, expiry and deletion are one thing to the index: not visible."""

from datetime import date

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import Session

from service.store import changes, meta
from service.store.models import CourseRun, Offer
from service.store.records import StoredOffer

CHECKED_ON = "visibility_checked_on"


def is_visible(offer: StoredOffer, today: date) -> bool:
    """True where the offer belongs into the index on that day: public, not deleted, within its dates."""
    record = offer.record
    return (
        not offer.deleted
        and record["status"] == "public"
        and (record["visible_from"] is None or record["visible_from"] <= today)
        and (record["visible_until"] is None or today <= record["visible_until"])
    )


def visible_on(today: date) -> ColumnElement[bool]:
    """In SQL what `is_visible` says of a loaded offer."""
    return and_(
        Offer.deleted_at.is_(None),
        Offer.status == "public",
        or_(Offer.visible_from.is_(None), Offer.visible_from <= today),
        or_(Offer.visible_until.is_(None), Offer.visible_until >= today),
    )


def has_page(offer: StoredOffer, today: date) -> bool:
    """True where the offer's address still shows it: public, paused or ended ones, also after their last day."""
    started = offer.record["visible_from"] is None or offer.record["visible_from"] <= today
    return not offer.deleted and started and offer.record["status"] in {"public", "paused", "ended"}


def record_due(session: Session, today: date) -> int:
    """Writes changes for offers whose documents depend on the days that have passed since the last call: their first or
    last day, or the first day of a course run (the next one is shown). Returns how many.

    A store that was never checked is checked as of today: its first index is built with today's date anyway.
    """
    changes.lock(session)
    before = meta.get(session, CHECKED_ON)
    if before == today.isoformat():
        return 0
    meta.put(session, CHECKED_ON, today.isoformat())
    if not before:
        return 0
    since = date.fromisoformat(before)
    first, last = min(since, today), max(since, today)
    starts = and_(Offer.visible_from > first, Offer.visible_from <= last)
    ends = and_(Offer.visible_until >= first, Offer.visible_until < last)
    begun = select(CourseRun.offer_id).where(CourseRun.starts_on >= first, CourseRun.starts_on < last)
    concerned = or_(starts, ends, Offer.id.in_(begun))
    due = list(session.scalars(select(Offer.id).where(concerned, Offer.deleted_at.is_(None)).order_by(Offer.id)))
    changes.record_changes(session, due)
    return len(due)
