"""Vocabularies in the store: loaded from the county's files, read by every process, versioned."""

from collections.abc import Mapping, Sequence

from sqlalchemy import ColumnElement, delete, insert, or_, select, true
from sqlalchemy.orm import Session

from service.store import changes, meta, records
from service.store.models import CourseRun, Offer, OfferTerm, Place, Term
from service.vocabulary import NAMES, Vocabularies
from service.vocabulary import Term as VocabularyTerm

VERSION = "vocabulary_version"
COLUMNS = {"kinds": [Offer.kind], "costs": [Offer.cost], "towns": [Offer.responsible_town]}
"""Vocabularies whose term is a column of the offer."""
PARTS = {"postcodes": (Place.offer_id, Place.postcode), "levels": (CourseRun.offer_id, CourseRun.level)}
"""Vocabularies whose term is a column of an offer's part."""
DERIVED = {"features", "weekdays"}
"""Vocabularies whose terms follow from other fields: each change of them concerns every offer."""


def version(session: Session) -> int:
    """Rises with every change of a vocabulary."""
    return int(meta.get(session, VERSION, "0"))


def load(session: Session) -> Vocabularies:
    """All vocabularies as they are now."""
    lists: dict[str, dict[str, VocabularyTerm]] = {name: {} for name in NAMES}
    for row in session.scalars(select(Term).order_by(Term.vocabulary, Term.position)):
        words = {language: tuple(entries) for language, entries in row.words.items()}
        lists[row.vocabulary][row.slug] = VocabularyTerm(row.slug, row.labels, words, row.parent, row.extra)
    return Vocabularies(lists, version(session))


def replace(session: Session, lists: Mapping[str, Sequence[VocabularyTerm]]) -> int:
    """Makes the store's vocabularies equal to the given ones; offers with a changed term become changes.

    Returns the number of terms that changed. Nothing is written when nothing differs.
    """
    changes.lock(session)
    known = load(session)
    rows = []
    touched: dict[str, set[str]] = {}
    for name, terms in lists.items():
        old = known[name]
        new = {term.slug: term for term in terms}
        different = {slug for slug in old.keys() | new.keys() if old.get(slug) != new.get(slug)}
        if different or list(old) != list(new):
            touched[name] = different
            session.execute(delete(Term).where(Term.vocabulary == name))
            rows += [_row(name, number, term) for number, term in enumerate(terms)]
    if not rows and not touched:
        return 0
    if rows:
        session.execute(insert(Term), rows)
    meta.put(session, VERSION, str(known.version + 1))
    changes.record_changes(session, _offers_with(session, touched))
    return sum(len(slugs) for slugs in touched.values())


def _row(name: str, position: int, term: VocabularyTerm) -> dict[str, object]:
    return {
        "vocabulary": name, "slug": term.slug, "parent": term.parent, "position": position,
        "labels": dict(term.labels), "words": {k: list(v) for k, v in term.words.items()}, "extra": dict(term.extra),
    }  # fmt: skip


def _offers_with(session: Session, touched: Mapping[str, set[str]]) -> list[int]:
    """Keys of the offers that carry one of the terms, or a child of one (documents hold a term's parents too)."""
    wanted = {(name, slug) for name, slugs in touched.items() for slug in slugs}
    wanted |= {(t.vocabulary, t.slug) for t in session.scalars(select(Term)) if (t.vocabulary, t.parent) in wanted}
    conditions: list[ColumnElement[bool]] = []
    for name in sorted({name for name, _ in wanted}):
        conditions += _carry(session, name, [slug for vocabulary, slug in wanted if vocabulary == name])
    if not conditions:
        return []
    return list(
        session.scalars(select(Offer.id).where(or_(*conditions), Offer.deleted_at.is_(None)).order_by(Offer.id))
    )


def _carry(session: Session, name: str, slugs: Sequence[str]) -> list[ColumnElement[bool]]:
    """Conditions, one of which holds for an offer that carries one of the terms."""
    if name in DERIVED:
        return [true()]
    if name == "access":
        listed = session.execute(select(Place.offer_id, Place.access))
        return [Offer.id.in_(sorted({key for key, access in listed if set(access) & set(slugs)}))]
    conditions: list[ColumnElement[bool]] = [column.in_(slugs) for column in COLUMNS.get(name, ())]
    if name in PARTS:
        key, part = PARTS[name]
        conditions.append(Offer.id.in_(select(key).where(part.in_(slugs))))
    if name in records.TERMS or name == "languages":
        terms = select(OfferTerm.offer_id).where(OfferTerm.vocabulary == name, OfferTerm.slug.in_(slugs))
        conditions.append(Offer.id.in_(terms))
    return conditions
