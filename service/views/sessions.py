"""Server-side sessions for the pages behind the login; public pages have none and set no cookie.

Rows and limits: `service.store.sessions`. The cookie is a session cookie, HttpOnly, SameSite=Lax, for the whole path; with
https it is Secure and carries the prefix `__Host-`, which no other host or path of the domain can set.
"""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from flask import Flask, Request, Response, current_app, session
from flask.sessions import SessionInterface, SessionMixin
from werkzeug.datastructures import CallbackDict

from service.context import context
from service.errors import StoreUnavailable
from service.store import sessions
from service.views import errors
from service.views.security import PRIVATE


class StoredSession(CallbackDict[str, Any], SessionMixin):
    """A session's data. `token` is "" until it is saved for the first time; `ended_token` is that of a row to end."""

    def __init__(self, data: dict[str, Any] | None = None, token: str = "", seen_at: datetime | None = None) -> None:
        def changed(_: Any) -> None:
            self.modified = True

        super().__init__(data or {}, changed)
        self.token = token
        self.seen_at = seen_at
        self.new = not token
        self.modified = False
        self.ended_token = ""
        self.failure: StoreUnavailable | None = None

    def renew(self) -> None:
        """Begins anew with an empty session under a new token: at login and logout. The old token opens nothing."""
        self.clear()
        self.ended_token = self.ended_token or self.token
        self.token = ""


class StoreSessions(SessionInterface):
    """Opens and saves sessions for the paths behind the login. `clock` gives the moment; tests set it."""

    session_class = StoredSession

    def __init__(self, *, https: bool) -> None:
        self.https = https
        self.cookie = "__Host-sitzung" if https else "sitzung"
        self.clock: Callable[[], datetime] = lambda: datetime.now(UTC)

    def open_session(self, app: Flask, request: Request) -> StoredSession | None:
        """The session of the request's cookie, else an empty one; None (Flask's null session) on public pages."""
        if not request.path.startswith(PRIVATE):
            return None
        token = request.cookies.get(self.cookie, "")
        if not token or len(token) > 100:
            return StoredSession()
        try:
            with context().database.reading() as store:
                row = sessions.find(store, token, self.clock())
        except StoreUnavailable as error:
            unopened = StoredSession()
            unopened.failure = error
            return unopened
        return StoredSession(dict(row.data), token, row.seen_at) if row else StoredSession()

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        """Writes only what is new. An answer whose session could not be kept becomes a 503: its forms would not work."""
        if not isinstance(session, StoredSession) or session.failure:
            return
        try:
            self._save(session, response)
        except StoreUnavailable as error:
            session.failure = error
            if session.token and not session.modified and not session.ended_token:
                return  # only the moment it was last used is lost: no reason to lose the page, and what was typed on it
            instead = errors.answer(error.status, errors.said(error))
            response.status_code = instead.status_code
            response.headers.update(instead.headers)
            response.headers.pop("Location", None)
            response.set_data(instead.get_data())

    def _save(self, session: StoredSession, response: Response) -> None:
        """Data that changed, a new token, the moment once a minute."""
        now = self.clock()
        if session.ended_token:
            with context().database.writing() as store:
                sessions.end(store, session.ended_token)
        if session.token:
            if session.modified or session.seen_at is None or now - session.seen_at >= sessions.SEEN_EVERY:
                with context().database.writing() as store:
                    sessions.keep(store, session.token, dict(session), now)
        elif session:
            session.token = sessions.new_token()
            account = session.get("_user_id")
            with context().database.writing() as store:
                sessions.add(store, session.token, int(account) if account else None, dict(session), now)
            self._set(response, session.token)
        elif session.ended_token:
            self._set(response, "")

    def _set(self, response: Response, token: str) -> None:
        flags: dict[str, Any] = {"secure": self.https, "httponly": True, "samesite": "Lax", "path": "/"}
        if token:
            response.set_cookie(self.cookie, token, **flags)
        else:
            response.delete_cookie(self.cookie, **flags)


def current() -> StoredSession:
    """The session of this request; only behind the login."""
    found = session._get_current_object()  # type: ignore[attr-defined]
    if not isinstance(found, StoredSession):
        raise TypeError("public pages have no session")
    return found


def now() -> datetime:
    """The moment by the clock of the sessions."""
    found = current_app.session_interface
    return found.clock() if isinstance(found, StoreSessions) else datetime.now(UTC)


def init_app(app: Flask) -> None:
    """Installs the sessions; a store that does not answer is a 503, not a failure inside Flask."""
    app.session_interface = StoreSessions(https=app.extensions["angebote"].settings.https)

    @app.before_request
    def session_is_open() -> None:
        failure = getattr(session, "failure", None)
        if failure is not None:
            raise failure
