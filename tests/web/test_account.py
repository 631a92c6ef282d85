"""Logging in and out: what a cookie opens, for how long, and what strangers learn."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from service import passwords
from service.app import create_app
from service.config import Settings
from service.store import accounts, sessions
from service.store.models import AuditEntry, LoginFailure, LoginSession
from service.views.sessions import StoreSessions
from tests.web import installation
from tests.web.conftest import close, state
from tests.web.installation import MAIL, PASSWORD, csrf_token, log_in

OTHER = "sechs andere gute Silben"


class Clock:
    """A clock that tests set."""

    def __init__(self) -> None:
        self.moment = datetime(2026, 5, 4, 9, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.moment

    def forward(self, **by: float) -> None:
        """Lets time pass."""
        self.moment += timedelta(**by)


@pytest.fixture
def clock(app: Flask) -> Clock:
    made = Clock()
    assert isinstance(app.session_interface, StoreSessions)
    app.session_interface.clock = made
    return made


def cookie(client: FlaskClient) -> str:
    found = client.get_cookie("sitzung")
    return found.value if found else ""


def is_in(client: FlaskClient) -> bool:
    return client.get("/redaktion/").status_code == 200


def attempt(client: FlaskClient, mail: str = MAIL, password: str = OTHER) -> tuple[int, str]:
    token = csrf_token(client.get("/konto/anmelden").text)
    answer = client.post("/konto/anmelden", data={"csrf_token": token, "mail": mail, "password": password})
    return answer.status_code, answer.text


def test_public_pages_have_no_session(staff: FlaskClient, client: FlaskClient) -> None:
    for path in ("/", "/angebote", "/angebote.json", "/gibt-es-nicht", "/healthz"):
        answer = client.get(path)
        assert "Set-Cookie" not in answer.headers
        assert "Cookie" not in answer.headers.get("Vary", "")


def test_cookie_is_out_of_reach_of_scripts_and_other_sites(client: FlaskClient) -> None:
    flags = client.get("/konto/anmelden").headers["Set-Cookie"].split("; ")[1:]
    assert set(flags) == {"HttpOnly", "Path=/", "SameSite=Lax"}


def test_cookie_is_host_bound_with_https(settings: Settings) -> None:
    made = create_app(installation.settings(settings.data_dir, BASE_URL="https://angebote.example.org"))
    answer = made.test_client().get("/konto/anmelden", base_url="https://angebote.example.org")
    close(made)
    name, *flags = answer.headers["Set-Cookie"].split("; ")
    assert name.startswith("__Host-sitzung=")
    assert set(flags) == {"HttpOnly", "Path=/", "SameSite=Lax", "Secure"}


def test_store_keeps_only_the_hash_of_the_token(app: Flask, staff: FlaskClient) -> None:
    with state(app).database.reading() as session:
        kept = session.scalars(select(LoginSession.token_hash).where(LoginSession.account_id.is_not(None))).all()
    assert kept == [sessions.hashed(cookie(staff))]
    assert len(cookie(staff)) >= 43  # 256 bits in base64


def test_replayed_cookie_opens_nothing_after_logout(app: Flask, staff: FlaskClient) -> None:
    stolen = cookie(staff)
    assert staff.post("/konto/abmelden", data={"csrf_token": csrf_token(staff.get("/konto/").text)}).status_code == 303
    assert cookie(staff) == ""
    thief = app.test_client()
    thief.set_cookie("sitzung", stolen)
    assert not is_in(thief)


def test_token_changes_at_login(app: Flask, client: FlaskClient) -> None:
    client.get("/konto/anmelden")
    before = cookie(client)
    log_in(client)
    assert cookie(client) not in {"", before}
    planted = app.test_client()
    planted.set_cookie("sitzung", before)
    assert not is_in(planted)


def test_unknown_token_is_never_adopted(client: FlaskClient) -> None:
    client.set_cookie("sitzung", "A" * 43)
    client.get("/konto/anmelden")
    assert cookie(client) != "A" * 43


def test_session_ends_after_two_idle_hours(clock: Clock, staff: FlaskClient) -> None:
    clock.forward(hours=1, minutes=59)
    assert is_in(staff)
    clock.forward(hours=1, minutes=59)
    assert is_in(staff)
    clock.forward(hours=2)
    assert not is_in(staff)


def test_session_ends_after_twelve_hours_however_busy(clock: Clock, staff: FlaskClient) -> None:
    for _ in range(11):
        clock.forward(hours=1)
        assert is_in(staff)
    clock.forward(hours=1)
    assert not is_in(staff)


def test_seen_is_written_once_a_minute(app: Flask, clock: Clock, staff: FlaskClient) -> None:
    def seen() -> datetime:
        with state(app).database.reading() as session:
            return session.scalars(select(LoginSession.seen_at).where(LoginSession.account_id.is_not(None))).one()

    is_in(staff)  # gives the session its stamp for forms
    first = seen()
    clock.forward(seconds=59)
    is_in(staff)
    assert seen() == first
    clock.forward(seconds=1)
    is_in(staff)
    assert seen() == first + timedelta(minutes=1)


def test_disabling_an_account_ends_its_sessions(app: Flask, staff: FlaskClient) -> None:
    with state(app).database.writing() as session:
        account = accounts.by_mail(session, MAIL)
        assert account
        accounts.disable(session, account, actor="cli")
    assert not is_in(staff)
    assert attempt(app.test_client(), MAIL, PASSWORD)[0] == 422


@pytest.fixture
def second(app: Flask) -> FlaskClient:
    """The same person at another computer."""
    return log_in(app.test_client())


def change_password(client: FlaskClient, old: str, new: str) -> tuple[int, str]:
    token = csrf_token(client.get("/konto/").text)
    data = {"csrf_token": token, "password_old": old, "password_new": new}
    answer = client.post("/konto/passwort", data=data)
    return answer.status_code, answer.text


def test_new_password_ends_all_other_sessions(app: Flask, staff: FlaskClient, second: FlaskClient) -> None:
    before = cookie(staff)
    assert change_password(staff, PASSWORD, OTHER)[0] == 303
    assert is_in(staff)
    assert cookie(staff) != before
    assert not is_in(second)
    assert attempt(app.test_client(), MAIL, PASSWORD)[0] == 422
    log_in(app.test_client(), MAIL, OTHER)


def test_password_changes_only_with_the_old_one(staff: FlaskClient) -> None:
    status, page = change_password(staff, "geraten und geraten", OTHER)
    assert status == 422
    assert "Das bisherige Passwort stimmt nicht." in page


def test_other_sessions_are_listed_and_ended(staff: FlaskClient, second: FlaskClient) -> None:
    page = staff.get("/konto/").text
    assert "(diese Sitzung)" in page
    assert "Alle anderen Sitzungen beenden" in page
    assert staff.post("/konto/sitzungen", data={"csrf_token": csrf_token(page)}).status_code == 303
    assert is_in(staff)
    assert not is_in(second)


def test_same_answer_for_known_and_unknown_accounts(app: Flask) -> None:
    pages = [attempt(app.test_client(), mail)[1].replace(mail, "") for mail in (MAIL, "niemand@example.org")]
    shown = [page[: page.index('name="csrf_token"')] + page[page.index("</form>") :] for page in pages]
    assert shown[0] == shown[1]
    assert "Mailadresse oder Passwort stimmen nicht." in shown[0]


@pytest.mark.parametrize("mail", [MAIL, "niemand@example.org"])
def test_locked_after_five_failures_and_open_again_after_fifteen_minutes(
    client: FlaskClient, clock: Clock, mail: str
) -> None:
    assert [attempt(client, mail)[0] for _ in range(5)] == [422] * 5
    clock.forward(minutes=3)
    status, page = attempt(client, mail, PASSWORD)
    assert status == 429
    assert "Bitte warten Sie 12 Minuten" in page
    clock.forward(minutes=12)
    assert attempt(client, mail, PASSWORD)[0] == (303 if mail == MAIL else 422)


def test_right_password_forgets_failures(app: Flask, client: FlaskClient) -> None:
    for _ in range(4):
        attempt(client)
    log_in(client)
    with state(app).database.reading() as session:
        assert session.scalars(select(func.count()).select_from(LoginFailure)).one() == 4  # those of the address stay


def test_an_address_is_locked_however_many_accounts_it_tries(client: FlaskClient, clock: Clock) -> None:
    statuses = [attempt(client, f"konto{number}@example.org")[0] for number in range(21)]
    assert statuses == [422] * 20 + [429]


def test_failures_name_nobody(app: Flask, client: FlaskClient) -> None:
    attempt(client)
    with state(app).database.reading() as session:
        keys = session.scalars(select(LoginFailure.key)).all()
        entries = session.scalars(select(AuditEntry).where(AuditEntry.action.startswith("login"))).all()
    assert all(len(key) == 64 for key in keys)
    assert [(entry.action, entry.object) for entry in entries] == [("login.refused", "account:1")]


def test_login_refusal_and_logout_are_audited(app: Flask, staff: FlaskClient) -> None:
    staff.post("/konto/abmelden", data={"csrf_token": csrf_token(staff.get("/konto/").text)})
    with state(app).database.reading() as session:
        entries = session.execute(select(AuditEntry.action, AuditEntry.actor).order_by(AuditEntry.id.desc()).limit(2))
        assert [tuple(entry) for entry in entries] == [("logout", "account:1"), ("login", "account:1")]


def test_older_hashes_are_replaced_at_login(app: Flask, client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    from argon2 import PasswordHasher  # noqa: PLC0415

    def stored() -> str:
        with state(app).database.reading() as session:
            return accounts.password_hash(session, accounts.by_mail(session, MAIL))

    before = stored()
    log_in(client)
    assert stored() == before
    monkeypatch.setattr(accounts, "HASHER", PasswordHasher(time_cost=1, memory_cost=8192))
    log_in(app.test_client())
    assert "m=8192,t=1" in stored()


def test_form_without_its_stamp_does_nothing(client: FlaskClient) -> None:
    answer = client.post("/konto/anmelden", data={"mail": MAIL, "password": PASSWORD})
    assert answer.status_code == 400
    assert "Gespeichert wurde nichts." in answer.text
    assert PASSWORD not in answer.text
    assert not is_in(client)


FOREIGN = [
    "https://boese.example.org/", "//boese.example.org/", "///boese.example.org", "/\\boese.example.org", "\\\\boese",
    "http:boese.example.org", "javascript:alert(1)", "/redaktion/../..//boese.example.org", "/redaktion//boese.example.org",
    "/redaktion/\r\nSet-Cookie: a=b", "/redaktion@boese.example.org", "/redaktionboese", " /redaktion/", "/redaktion/%2f%2fboese",
    "https:/redaktion/", "/angebote", "/en//boese.example.org", "/redaktion/?next=https://boese.example.org", "\x00/redaktion/",
]  # fmt: skip


@pytest.mark.parametrize("target", FOREIGN)
def test_login_leads_nowhere_else(client: FlaskClient, target: str) -> None:
    token = csrf_token(client.get("/konto/anmelden").text)
    data = {"csrf_token": token, "mail": MAIL, "password": PASSWORD}
    answer = client.post("/konto/anmelden", query_string={"next": target}, data=data)
    assert answer.headers["Location"] == "/redaktion/"


def test_login_leads_back(client: FlaskClient) -> None:
    wanted = client.get("/redaktion/angebote?q=Deutsch+A1&status=draft").headers["Location"]
    token = csrf_token(client.get(wanted).text)
    answer = client.post(wanted, data={"csrf_token": token, "mail": MAIL, "password": PASSWORD})
    assert answer.headers["Location"] == "/redaktion/angebote?q=Deutsch+A1&status=draft"


def test_remember_cookies_open_nothing(app: Flask, client: FlaskClient) -> None:
    from flask_login.utils import encode_cookie  # noqa: PLC0415

    with app.test_request_context():
        client.set_cookie("remember_token", encode_cookie("1"))
    assert not is_in(client)


def test_pages_behind_the_login_are_not_kept_anywhere(staff: FlaskClient) -> None:
    for path in ("/konto/", "/redaktion/", "/konto/anmelden"):
        answer = staff.get(path, follow_redirects=True)
        assert answer.headers["Cache-Control"] == "no-store"
        assert 'content="noindex' in answer.text


def test_without_the_store_login_is_unavailable_not_broken(settings: Settings, tmp_path: Path) -> None:
    made = create_app(
        installation.settings(settings.data_dir, DATABASE_URL=f"sqlite:///{tmp_path}/fehlt/angebote.sqlite")
    )
    stranger, member = made.test_client(), made.test_client()
    member.set_cookie("sitzung", "A" * 43)
    answers = [stranger.get("/konto/anmelden"), member.get("/konto/anmelden"), member.get("/redaktion/")]
    close(made)
    assert [answer.status_code for answer in answers] == [503, 503, 503]
    assert all("Die Datenbank ist gerade nicht erreichbar." in answer.text for answer in answers)


@pytest.mark.parametrize(
    "password",
    [
        "zu kurz", "x" * 201, "aaaaaaaaaaaaaaaaaaaa", "abcdefghijklmnopqrst", "12345678901234567890", "qwertzuiopasdfghjkl",
        "PasswortPasswort1", "hundhundhundhundhund", "Recklinghausen2026!", "redaktion@example.org", "Integrationsangebote1!",
        "Willkommen-Sommer-2026",
    ],
)  # fmt: skip
def test_guessable_passwords_are_refused(password: str) -> None:
    assert passwords.problem(password, [MAIL, "Redaktion", "Kreis Recklinghausen", "Integrationsangebote"])


@pytest.mark.parametrize(
    "password", [PASSWORD, OTHER, "Ä" + "öß€ 漢字🙂" * 10, "kT7#mQ2!vX9$bN4&", "a1 " * 21 + "Zebra Quark Fjord"]
)
def test_long_and_unusual_passwords_are_accepted(password: str) -> None:
    assert passwords.problem(password, [MAIL, "Kreis Recklinghausen"]) == ""


def test_accounts_on_the_command_line(app: Flask) -> None:
    from service.cli.user import user  # noqa: PLC0415

    runner = app.test_cli_runner()
    made = runner.invoke(
        user, ["add", "Neu@Example.org", "--name", "Neue Kraft", "--password-stdin"], input=OTHER + "\n"
    )
    assert made.exit_code == 0, made.output
    assert "neu@example.org\tNeue Kraft\tstaff\taktiv" in runner.invoke(user, ["list"]).output
    log_in(app.test_client(), "neu@example.org", OTHER)
    assert runner.invoke(user, ["disable", "neu@example.org"]).exit_code == 0
    assert "gesperrt" in runner.invoke(user, ["list"]).output
    refused = runner.invoke(user, ["add", "kurz@example.org", "--password-stdin"], input="kurz\n")
    assert refused.exit_code != 0
