"""Accounts of those who may log in, their passwords and failed logins.

Passwords are kept as Argon2id (argon2-cffi's parameters, RFC 9106 low-memory profile); a hash with older parameters is
replaced at the next login. Failed logins are counted by keys that name an account or an address only as keyed hash.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import delete, insert, select, update
from sqlalchemy.orm import Session

from service.errors import InvalidAccount
from service.passwords import normalise
from service.schemas.fields import Mail
from service.store import changes, sessions
from service.store.models import Account as Row
from service.store.models import LoginFailure

WINDOW = timedelta(minutes=15)
"""Failed logins are counted over this time."""
ROLES = ("staff",)
HASHER = PasswordHasher()
MAIL_SHAPE = Mail.SHAPE


@dataclass(frozen=True, slots=True)
class Account:
    """Somebody who may log in. `actor` names the account in the audit log without its mail address."""

    id: int
    mail: str
    name: str
    role: str
    disabled: bool

    @property
    def actor(self) -> str:
        """The account in the audit log."""
        return f"account:{self.id}"


def _account(row: Row) -> Account:
    return Account(row.id, row.mail, row.name, row.role, row.disabled)


def tidy_mail(mail: str) -> str:
    """A mail address as accounts are found by it."""
    return mail.strip().lower()


def add(session: Session, mail: str, name: str, password: str, role: str = "staff", *, actor: str = "cli") -> Account:
    """A new account. Raises `InvalidAccount`; the password's strength is the caller's concern (`service.passwords`)."""
    mail = tidy_mail(mail)
    if not MAIL_SHAPE.fullmatch(mail) or len(mail) > 200:
        raise InvalidAccount("Bitte eine vollständige Mailadresse wie name@beispiel.de angeben.")
    if role not in ROLES:
        raise InvalidAccount(f"Die Rolle „{role}“ gibt es nicht. Erlaubt sind: {', '.join(ROLES)}.")
    if by_mail(session, mail):
        raise InvalidAccount(f"Ein Konto mit der Mailadresse {mail} gibt es schon.")
    values = {"mail": mail, "name": name.strip()[:120] or mail.partition("@")[0], "role": role}
    row = Row(**values, password_hash=_hash(password), disabled=False, created_at=datetime.now(UTC))
    session.add(row)
    session.flush()
    changes.audit(session, actor, "account.add", f"account:{row.id}", role=role)
    return _account(row)


def by_mail(session: Session, mail: str) -> Account | None:
    """The account with this mail address, disabled or not."""
    row = session.scalars(select(Row).where(Row.mail == tidy_mail(mail))).first()
    return _account(row) if row else None


def by_id(session: Session, key: int) -> Account | None:
    """The account with this key, disabled or not."""
    row = session.get(Row, key)
    return _account(row) if row else None


def every(session: Session) -> list[Account]:
    """All accounts by mail address."""
    return [_account(row) for row in session.scalars(select(Row).order_by(Row.mail))]


def disable(session: Session, account: Account, *, actor: str) -> None:
    """Nobody logs in with this account any more; its sessions end."""
    session.execute(update(Row).where(Row.id == account.id).values(disabled=True))
    sessions.end_of_account(session, account.id)
    changes.audit(session, actor, "account.disable", account.actor)


def set_password(session: Session, account: Account, password: str, *, actor: str, keep_session: str = "") -> None:
    """Changes the password; all sessions end but that of the token `keep_session`."""
    session.execute(update(Row).where(Row.id == account.id).values(password_hash=_hash(password)))
    sessions.end_of_account(session, account.id, but=keep_session)
    changes.audit(session, actor, "account.password", account.actor)


def password_hash(session: Session, account: Account | None) -> str:
    """The hash to verify against; for no account (or a disabled one) that of a password nobody knows."""
    nobodys = _nobodys()  # made at the first login of a process, known account or not
    if account is None or account.disabled:
        return nobodys
    return session.scalars(select(Row.password_hash).where(Row.id == account.id)).one()


def verify(stored: str, password: str) -> bool:
    """True where the password belongs to the hash. Takes as long for a wrong one as for a right one; about 50 ms."""
    try:
        return HASHER.verify(stored, normalise(password))
    except (VerificationError, InvalidHashError):
        return False


def refresh_hash(session: Session, account: Account, stored: str, password: str) -> None:
    """Replaces a hash that was made with other parameters than today's."""
    if HASHER.check_needs_rehash(stored):
        same = update(Row).where(Row.id == account.id, Row.password_hash == stored)
        session.execute(same.values(password_hash=_hash(password)))


def _hash(password: str) -> str:
    return HASHER.hash(normalise(password))


@cache
def _nobodys() -> str:
    return HASHER.hash(sessions.new_token())


def failures(session: Session, key: str, now: datetime) -> list[datetime]:
    """When logins failed within the last `WINDOW` for a key, the latest first."""
    query = select(LoginFailure.at).where(LoginFailure.key == key, LoginFailure.at > now - WINDOW)
    return list(session.scalars(query.order_by(LoginFailure.at.desc())))


def note_failures(session: Session, keys: Sequence[str], now: datetime) -> list[int]:
    """Counts a failed login for each key and forgets old ones. Returns the rows' keys for `forgive`."""
    forget_failures(session, now)
    added = insert(LoginFailure).returning(LoginFailure.id)
    return list(session.scalars(added, [{"key": key, "at": now} for key in keys]))


def forget_failures(session: Session, now: datetime) -> int:
    """Removes the failed logins that count no more. Returns how many."""
    return len(
        session.scalars(delete(LoginFailure).where(LoginFailure.at <= now - WINDOW).returning(LoginFailure.id)).all()
    )


def forgive(session: Session, rows: Sequence[int], key: str) -> None:
    """After a login that went well: forgets the attempt itself, and the account's failures before it."""
    session.execute(delete(LoginFailure).where(LoginFailure.id.in_(rows) | (LoginFailure.key == key)))


def any_account(session: Session) -> bool:
    """True where there is an account."""
    return session.scalars(select(Row.id).limit(1)).first() is not None
