"""The tables. Offers are the truth; every index can be rebuilt from them.

Integer keys join tables; people and interfaces see `uuid` (JSON, imports) and `public_id` (addresses). Values of closed
vocabularies are slugs. What a record looks like outside stands in `service.schemas.offer`.
"""

import uuid as uuid_module
from datetime import UTC, date, datetime
from typing import Any, ClassVar

from sqlalchemy import (
    JSON,
    BigInteger,
    DateTime,
    Dialect,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Text,
    TypeDecorator,
    Uuid,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

BigKey = BigInteger().with_variant(Integer, "sqlite")  # SQLite numbers rows by itself only for INTEGER keys


class Utc(TypeDecorator[datetime]):
    """A moment in UTC. SQLite forgets time zones, so it is told again when a row is read."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """The moment in UTC: SQLite would keep the local time and forget of which zone."""
        if value is not None and value.tzinfo is None:
            raise ValueError("a moment needs its time zone")
        return None if value is None else value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Aware moment in UTC, whatever the data base gave."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Base(DeclarativeBase):
    """Declarative base: types by annotation, constraint names fixed so that migrations can speak of them."""

    type_annotation_map: ClassVar[dict[Any, Any]] = {
        dict[str, Any]: JSON,
        list[str]: JSON,
        datetime: Utc,
    }
    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(column_0_label)s",
            "uq": "uq_%(table_name)s_%(column_0_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


class Setting(Base):
    """What the store says of itself: `store_id` (redrawn by a restore), version numbers that processes watch."""

    __tablename__ = "settings"
    name: Mapped[str] = mapped_column(String(60), primary_key=True)
    value: Mapped[str] = mapped_column(Text)


class Counter(Base):
    """The one row that numbers revisions. Drawn last in each edit: its lock makes rev order commit order."""

    __tablename__ = "counter"
    id: Mapped[int] = mapped_column(primary_key=True)
    rev: Mapped[int] = mapped_column(BigInteger)


class Change(Base):
    """The outbox: which offer changed at which revision. The indexer reads it and looks up the present state."""

    __tablename__ = "changes"
    rev: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    offer_id: Mapped[int] = mapped_column(ForeignKey("offers.id"), index=True)
    at: Mapped[datetime]


class AuditEntry(Base):
    """Who did what, field by field. Never changed, never deleted."""

    __tablename__ = "audit"
    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    at: Mapped[datetime]
    actor: Mapped[str] = mapped_column(String(120))
    action: Mapped[str] = mapped_column(String(40))
    object: Mapped[str] = mapped_column(String(80), index=True)
    rev: Mapped[int | None] = mapped_column(BigInteger)
    details: Mapped[dict[str, Any]]


class Term(Base):
    """A vocabulary's term; see `service.vocabulary.Term`."""

    __tablename__ = "terms"
    vocabulary: Mapped[str] = mapped_column(String(40), primary_key=True)
    slug: Mapped[str] = mapped_column(String(80), primary_key=True)
    parent: Mapped[str] = mapped_column(String(80))
    position: Mapped[int]
    labels: Mapped[dict[str, Any]]
    words: Mapped[dict[str, Any]]
    extra: Mapped[dict[str, Any]]


class Provider(Base):
    """An organisation that makes offers."""

    __tablename__ = "providers"
    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    uuid: Mapped[uuid_module.UUID] = mapped_column(Uuid, unique=True)
    public_id: Mapped[str] = mapped_column(String(8), unique=True)
    slug: Mapped[str] = mapped_column(String(120))
    name: Mapped[str] = mapped_column(String(200), unique=True)
    legal_form: Mapped[str] = mapped_column(String(80))
    parent: Mapped[str] = mapped_column(String(200))
    website: Mapped[str] = mapped_column(String(500))
    phone: Mapped[str] = mapped_column(String(60))
    mail: Mapped[str] = mapped_column(String(200))
    description: Mapped[str] = mapped_column(Text)


class Contact(Base):
    """A contact person or desk that many offers share."""

    __tablename__ = "contacts"
    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    uuid: Mapped[uuid_module.UUID] = mapped_column(Uuid, unique=True)
    role: Mapped[str] = mapped_column(String(120))
    name: Mapped[str] = mapped_column(String(120))
    phone: Mapped[str] = mapped_column(String(60))
    mail: Mapped[str] = mapped_column(String(200))
    hours: Mapped[str] = mapped_column(String(300))
    phone_visibility: Mapped[str] = mapped_column(String(12))
    mail_visibility: Mapped[str] = mapped_column(String(12))
    consent_on: Mapped[date | None]
    delete_by: Mapped[date | None]
    __table_args__ = (Index("ix_contacts_name_role", "name", "role"),)


class Offer(Base):
    """An integration offer. `rev` is the revision of its last change; `edited_here`: changed since its last import."""

    __tablename__ = "offers"
    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    uuid: Mapped[uuid_module.UUID] = mapped_column(Uuid, unique=True)
    public_id: Mapped[str] = mapped_column(String(8), unique=True)
    slug: Mapped[str] = mapped_column(String(160))
    rev: Mapped[int] = mapped_column(BigInteger, index=True)
    edited_here: Mapped[bool]
    source_name: Mapped[str] = mapped_column(String(80))
    source_id: Mapped[str] = mapped_column(String(160))
    status: Mapped[str] = mapped_column(String(10), index=True)
    status_since: Mapped[date]
    visible_from: Mapped[date | None] = mapped_column(index=True)
    visible_until: Mapped[date | None] = mapped_column(index=True)
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]
    deleted_at: Mapped[datetime | None]
    provider_id: Mapped[int | None] = mapped_column(ForeignKey("providers.id"), index=True)
    title: Mapped[str] = mapped_column(String(150))
    other_names: Mapped[list[str]]
    summary: Mapped[str] = mapped_column(String(200))
    body: Mapped[str] = mapped_column(Text)
    easy: Mapped[str] = mapped_column(Text)
    search_words: Mapped[list[str]]
    kind: Mapped[str] = mapped_column(String(80))
    age_from: Mapped[int | None]
    age_to: Mapped[int | None]
    women_only: Mapped[bool]
    cost: Mapped[str] = mapped_column(String(80))
    cost_note: Mapped[str] = mapped_column(String(300))
    childcare: Mapped[bool]
    childcare_note: Mapped[str] = mapped_column(String(300))
    accessibility_note: Mapped[str] = mapped_column(String(500))
    website: Mapped[str] = mapped_column(String(500))
    registration: Mapped[str] = mapped_column(Text)
    documents: Mapped[str] = mapped_column(Text)
    confirmed_on: Mapped[date | None]
    confirmed_by: Mapped[str] = mapped_column(String(120))
    review_due: Mapped[date | None]
    responsible_town: Mapped[str] = mapped_column(String(80))
    notice: Mapped[str] = mapped_column(String(500))
    notice_until: Mapped[date | None]
    notes: Mapped[str] = mapped_column(Text)
    __table_args__ = (Index("ix_offers_source", "source_name", "source_id"), Index("ix_offers_title", "title"))


class OfferTerm(Base):
    """A term of a vocabulary that an offer carries (towns, topics, audiences, languages, levels, modes)."""

    __tablename__ = "offer_terms"
    offer_id: Mapped[int] = mapped_column(ForeignKey("offers.id"), primary_key=True)
    vocabulary: Mapped[str] = mapped_column(String(40), primary_key=True)
    slug: Mapped[str] = mapped_column(String(80), primary_key=True)
    position: Mapped[int]
    note: Mapped[str] = mapped_column(String(200))
    __table_args__ = (Index("ix_offer_terms_slug", "vocabulary", "slug"),)


class Place(Base):
    """Where an offer takes place. `visibility` hides the street (district) or the whole place (hidden)."""

    __tablename__ = "places"
    offer_id: Mapped[int] = mapped_column(ForeignKey("offers.id"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(200))
    street: Mapped[str] = mapped_column(String(200))
    postcode: Mapped[str] = mapped_column(String(10))
    city: Mapped[str] = mapped_column(String(120))
    district: Mapped[str] = mapped_column(String(120))
    lat: Mapped[float | None]
    lon: Mapped[float | None]
    outside_county: Mapped[bool]
    visibility: Mapped[str] = mapped_column(String(8))
    access: Mapped[list[str]]
    transport: Mapped[str] = mapped_column(String(300))


class WeeklyTime(Base):
    """A repeating time: RRULE of RFC 5545 with local start and end ("HH:MM", Europe/Berlin) and excepted dates."""

    __tablename__ = "weekly_times"
    offer_id: Mapped[int] = mapped_column(ForeignKey("offers.id"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    rrule: Mapped[str] = mapped_column(String(200))
    start: Mapped[str] = mapped_column(String(5))
    end: Mapped[str] = mapped_column(String(5))
    exceptions: Mapped[list[str]]
    note: Mapped[str] = mapped_column(String(300))


class CourseRun(Base):
    """One run of a course: it ends, the offer stays. `places_free` is as of a date."""

    __tablename__ = "course_runs"
    offer_id: Mapped[int] = mapped_column(ForeignKey("offers.id"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    level: Mapped[str] = mapped_column(String(80))
    starts_on: Mapped[date]
    ends_on: Mapped[date | None]
    places_free: Mapped[int | None]
    places_free_as_of: Mapped[date | None]
    waiting_list: Mapped[bool]
    note: Mapped[str] = mapped_column(String(300))


class Translation(Base):
    """A text field of an offer in another language."""

    __tablename__ = "translations"
    offer_id: Mapped[int] = mapped_column(ForeignKey("offers.id"), primary_key=True)
    language: Mapped[str] = mapped_column(String(12), primary_key=True)
    field: Mapped[str] = mapped_column(String(40), primary_key=True)
    text: Mapped[str] = mapped_column(Text)
    origin: Mapped[str] = mapped_column(String(8))
    status: Mapped[str] = mapped_column(String(8))


class OfferContact(Base):
    """Which contacts an offer names, in order."""

    __tablename__ = "offer_contacts"
    offer_id: Mapped[int] = mapped_column(ForeignKey("offers.id"), primary_key=True)
    contact_id: Mapped[int] = mapped_column(ForeignKey("contacts.id"), primary_key=True, index=True)
    position: Mapped[int]


class IndexState(Base):
    """A physical index: its checkpoint and its place in the life of the alias.

    `state`: building, current, previous, failed. `parts` and `words` are the compound list and the lexicon that were
    frozen when it was built (`service.search.lexicon`). `applied_rev`: everything up to this revision is in it.
    """

    __tablename__ = "indexes"
    name: Mapped[str] = mapped_column(String(120), primary_key=True)
    engine: Mapped[str] = mapped_column(String(12))
    state: Mapped[str] = mapped_column(String(10))
    store_id: Mapped[str] = mapped_column(String(36))
    applied_rev: Mapped[int] = mapped_column(BigInteger)
    built_from_rev: Mapped[int] = mapped_column(BigInteger)
    created_at: Mapped[datetime]
    switched_at: Mapped[datetime | None]
    report: Mapped[dict[str, Any]]
    parts: Mapped[bytes] = mapped_column(LargeBinary)
    words: Mapped[bytes] = mapped_column(LargeBinary)


class IndexWord(Base):
    """Words that single edits brought into an index after it was built; readers add them to the frozen lexicon."""

    __tablename__ = "index_words"
    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    index_name: Mapped[str] = mapped_column(String(120), index=True)
    words: Mapped[list[str]]


class IndexFailure(Base):
    """A document that an index refused after its retries."""

    __tablename__ = "index_failures"
    index_name: Mapped[str] = mapped_column(String(120), primary_key=True)
    offer_id: Mapped[int] = mapped_column(ForeignKey("offers.id"), primary_key=True)
    rev: Mapped[int] = mapped_column(BigInteger)
    error: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime]


class Lease(Base):
    """The right to write: one owner at a time. `token` rises with each owner, so a late writer can be told."""

    __tablename__ = "leases"
    name: Mapped[str] = mapped_column(String(140), primary_key=True)
    owner: Mapped[str] = mapped_column(String(120))
    token: Mapped[int] = mapped_column(BigInteger)
    expires_at: Mapped[datetime]


class Job(Base):
    """Work that somebody ordered in the browser: the indexer takes it and writes its progress here.

    `state`: queued, running, done, failed. `done` of `total` counts offers.
    """

    __tablename__ = "jobs"
    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    kind: Mapped[str] = mapped_column(String(40))
    state: Mapped[str] = mapped_column(String(10), index=True)
    step: Mapped[str] = mapped_column(String(200))
    done: Mapped[int]
    total: Mapped[int]
    ordered_by: Mapped[str] = mapped_column(String(120))
    ordered_at: Mapped[datetime]
    started_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
    report: Mapped[dict[str, Any]]


class Account(Base):
    """Somebody who may log in."""

    __tablename__ = "accounts"
    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    mail: Mapped[str] = mapped_column(String(200), unique=True)
    name: Mapped[str] = mapped_column(String(120))
    role: Mapped[str] = mapped_column(String(20))
    password_hash: Mapped[str] = mapped_column(String(200))
    disabled: Mapped[bool]
    created_at: Mapped[datetime]


class LoginSession(Base):
    """A session of an account. Only the hash of its token is kept; the cookie holds the token."""

    __tablename__ = "sessions"
    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    account_id: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"), index=True)
    created_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    data: Mapped[dict[str, Any]]


class LoginFailure(Base):
    """A failed login, counted per address and per account name (hashed) whatever process answered."""

    __tablename__ = "login_failures"
    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    key: Mapped[str] = mapped_column(String(64), index=True)
    at: Mapped[datetime]
