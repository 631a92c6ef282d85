"""Who is logged in, and how one gets there: Flask-Login over the stored sessions, CSRF tokens, limited attempts."""

import hashlib
import hmac
import re
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from flask import Flask, g, make_response, redirect, render_template, request, url_for
from flask_babel import gettext
from flask_login import LoginManager, UserMixin, current_user, login_user
from flask_wtf.csrf import CSRFError, CSRFProtect
from werkzeug.wrappers import Response as AnyResponse

from service.context import context
from service.errors import LoginRefused
from service.store import accounts, changes
from service.store.accounts import Account
from service.views import errors, sessions
from service.views.security import PRIVATE

MOST_FOR_ACCOUNT, MOST_FOR_ADDRESS = 5, 20
"""Failed logins within `accounts.WINDOW` after which no more are tried. An address may be a whole town hall."""
OWN_PATH = re.compile(r"/(?:redaktion|konto)(?:/[A-Za-z0-9_-]+)*/?(?:\?[A-Za-z0-9_.~%&=+-]*)?")
csrf = CSRFProtect()


class User(UserMixin):  # type: ignore[misc]
    """An account as Flask-Login sees it."""

    def __init__(self, account: Account) -> None:
        self.account = account
        self.id = account.id


class _Manager(LoginManager):  # type: ignore[misc]
    def _load_user_from_remember_cookie(self, cookie: str) -> None:
        """There is no second way in: sessions end when they end."""


manager = _Manager()
manager.session_protection = None  # addresses of phones change; the token alone is the session


@manager.user_loader  # type: ignore[untyped-decorator]
def _load(user_id: str) -> User | None:
    with context().database.reading() as session:
        account = accounts.by_id(session, int(user_id))
    return User(account) if account and not account.disabled else None


@manager.unauthorized_handler  # type: ignore[untyped-decorator]
def _unauthorized() -> AnyResponse:
    wanted = request.full_path.rstrip("?") if request.method in {"GET", "HEAD"} else ""
    query = f"?{urlencode({'next': wanted})}" if own_path(wanted) else ""
    return redirect(url_for("account.login") + query, 303)


def require_login() -> AnyResponse | None:
    """For `before_request` of a page group behind the login."""
    return None if current_user.is_authenticated else _unauthorized()


def own_path(path: str) -> str:
    """The path if it leads behind this login and nowhere else; "" otherwise."""
    return path if OWN_PATH.fullmatch(path) else ""


def account() -> Account:
    """The account that is logged in."""
    found: Account = current_user.account
    return found


def log_in(mail: str, password: str) -> Account:
    """Logs in and begins a new session. Raises `LoginRefused`: same words and time whether there is such an account or not.

    The attempt is counted before the password is looked at, so that many at once do not slip through.
    """
    database, now = context().database, sessions.now()
    keys = [_key("account", accounts.tidy_mail(mail)), _key("address", request.remote_addr or "")]
    wait = timedelta()
    with database.writing() as session:
        for key, most in zip(keys, (MOST_FOR_ACCOUNT, MOST_FOR_ADDRESS), strict=True):
            failed = accounts.failures(session, key, now)
            if len(failed) >= most:
                wait = max(wait, failed[most - 1] + accounts.WINDOW - now)
        noted = accounts.note_failures(session, keys, now) if not wait else []
        if wait:
            changes.audit(session, "", "login.locked", "account:")
    if wait:
        raise LoginRefused(wait)
    with database.reading() as session:
        known = accounts.by_mail(session, mail)
        stored = accounts.password_hash(session, known)
    right = accounts.verify(stored, password)
    with database.writing() as session:
        if not right or known is None or known.disabled:
            changes.audit(session, "", "login.refused", known.actor if known else "account:")
        else:
            accounts.forgive(session, noted, keys[0])
            accounts.refresh_hash(session, known, stored, password)
            changes.audit(session, known.actor, "login", known.actor)
    if not right or known is None or known.disabled:
        raise LoginRefused(timedelta())
    begin(known)
    return known


def begin(known: Account) -> None:
    """A new session for an account, under a new token."""
    own = sessions.current()
    own.renew()
    login_user(User(known))
    own.pop("_id", None)  # a hash of address and browser that nobody reads


def _key(kind: str, value: str) -> str:
    secret = context().settings.secret_key.encode()
    return hmac.new(secret, f"{kind}:{value}".encode(), hashlib.sha256).hexdigest()


def init_app(app: Flask) -> None:
    """Installs login and CSRF protection."""
    app.config.update(
        WTF_CSRF_TIME_LIMIT=None, WTF_CSRF_SSL_STRICT=False
    )  # as long as the session; browsers may hide Referer
    manager.init_app(app, add_context_processor=False)
    csrf.init_app(app)

    @app.errorhandler(CSRFError)
    def refused(error: CSRFError) -> AnyResponse:
        """Nothing was done. Behind the login what was typed comes along to be sent again."""
        if not request.path.startswith(PRIVATE):
            return errors.answer(400, gettext("Das Formular ist nicht mehr gültig. Bitte laden Sie die Seite neu."))
        typed = [(name, value) for name, value in request.form.items(multi=True) if not _secret(name)]
        page = render_template(
            "account/expired.html", typed=typed, here=request.path, logged_in=current_user.is_authenticated
        )
        return make_response(page, 400)

    @app.context_processor
    def shared() -> dict[str, Any]:
        if not request.path.startswith(PRIVATE):
            return {}
        return {
            "account": getattr(g.get("_login_user"), "account", None)
        }  # asks the store for nothing: errors use it too


def _secret(name: str) -> bool:
    return "password" in name or name == "csrf_token"


def known_words(account: Account) -> list[str]:
    """What others would try first as this account's password."""
    county = context().county
    return [account.mail, account.name, county.name, county.product_name, county.claim]


def is_own_password(account: Account, password: str) -> bool:
    """True where it is the account's password."""
    with context().database.reading() as session:
        stored = accounts.password_hash(session, account)
    return accounts.verify(stored, password)
