"""Logging in and out, and one's own account: sessions and password."""

import re
from datetime import datetime

from flask import Blueprint, abort, flash, make_response, redirect, render_template, request, url_for
from flask_babel import format_datetime, gettext, ngettext
from flask_login import current_user
from werkzeug.wrappers import Response as AnyResponse

from service import passwords
from service.context import context
from service.errors import LoginRefused
from service.schemas.fields import CONTROL
from service.store import accounts, changes
from service.store import sessions as stored
from service.views import limits, sessions, staff_login

blueprint = Blueprint("account", __name__, url_prefix="/konto")


@blueprint.app_template_filter("zeitpunkt")
def moment(value: datetime | None) -> str:
    """A moment in the county's time: "23.11.2026, 14:05"."""
    return format_datetime(value, "dd.MM.yyyy, HH:mm") if value else ""


@blueprint.before_request
def _members_only() -> AnyResponse | None:
    return None if request.endpoint == "account.login" else staff_login.require_login()


@blueprint.route("/anmelden", methods=["GET", "POST"])
@limits.limiter.limit(limits.LOGIN)
def login() -> AnyResponse:
    """The login form; afterwards to `next`, or to the staff area."""
    target = staff_login.own_path(request.args.get("next", "")) or url_for("staff.overview")
    if request.method == "GET":
        if current_user.is_authenticated:
            return redirect(target, 303)
        return make_response(render_template("account/login.html", mail="", refusal=None))
    mail, password = request.form.get("mail", ""), request.form.get("password", "")
    try:
        staff_login.log_in(CONTROL.sub("", mail[:300]), password[: passwords.LONGEST + 1])
    except LoginRefused as refusal:
        minutes = -(-int(refusal.wait.total_seconds()) // 60)
        status = 429 if minutes else 422
        page = render_template("account/login.html", mail=mail, refusal=refusal, minutes=minutes)
        response = make_response(page, status)
        if minutes:
            response.headers["Retry-After"] = str(int(refusal.wait.total_seconds()) + 1)
        return response
    return redirect(target, 303)


@blueprint.post("/abmelden")
def logout() -> AnyResponse:
    """Ends this session: its cookie opens nothing any more."""
    own = sessions.current()
    with context().database.writing() as session:
        stored.end(session, own.token)
        changes.audit(session, staff_login.account().actor, "logout", staff_login.account().actor)
    own.renew()
    return redirect(url_for("account.login"), 303)


@blueprint.get("/")
def own() -> str:
    """One's own account."""
    return _page({})


def _page(problems: dict[str, str]) -> str:
    with context().database.reading() as session:
        rows = stored.of_account(session, staff_login.account().id, sessions.now())
    here = stored.hashed(sessions.current().token)
    listed = [
        {"key": r.token_hash, "from": r.created_at, "seen": r.seen_at, "here": r.token_hash == here} for r in rows
    ]
    errors = [{"id": name, "text": text} for name, text in problems.items()]
    return render_template(
        "account/own.html", sessions=listed, problems=problems, errors=errors, shortest=passwords.SHORTEST
    )


@blueprint.post("/sitzungen")
def end_sessions() -> AnyResponse:
    """Ends one session, or all others."""
    account, own, one = staff_login.account(), sessions.current(), request.form.get("sitzung", "")
    if one and not re.fullmatch("[0-9a-f]{64}", one):
        abort(400)
    with context().database.writing() as session:
        ended = stored.end_of_account(session, account.id, but=own.token, only=one)
        if ended:
            changes.audit(session, account.actor, "sessions.end", account.actor, sessions=ended)
    flash(ngettext("Eine Sitzung wurde beendet.", "%(num)d Sitzungen wurden beendet.", ended))
    return redirect(url_for("account.own"), 303)


@blueprint.post("/passwort")
@limits.limiter.limit(limits.LOGIN)
def change_password() -> AnyResponse:
    """Changes the password; all other sessions end, this one goes on under a new token."""
    account = staff_login.account()
    old, new = request.form.get("password_old", ""), request.form.get("password_new", "")
    problems: dict[str, str] = {}
    if problem := passwords.problem(new, staff_login.known_words(account)):
        problems["password_new"] = gettext(problem, **passwords.LIMITS)
    elif old == new:
        problems["password_new"] = gettext("Das neue Passwort ist das alte. Bitte ein anderes wählen.")
    elif not staff_login.is_own_password(account, old):
        problems["password_old"] = gettext("Das bisherige Passwort stimmt nicht.")
    if problems:
        return make_response(_page(problems), 422)
    with context().database.writing() as session:
        accounts.set_password(session, account, new, actor=account.actor)
    staff_login.begin(account)
    flash(gettext("Das Passwort ist geändert. Alle anderen Sitzungen wurden beendet."))
    return redirect(url_for("account.own"), 303)
