"""`angebote user`: accounts of those who may log in."""

import sys

import click
from flask.cli import AppGroup

from service import passwords
from service.context import context
from service.errors import InvalidAccount
from service.store import accounts
from service.store.accounts import Account

user = AppGroup("user", help="Konten der Beschäftigten: anlegen, auflisten, sperren.")
PASSWORD_STDIN = click.option("--password-stdin", is_flag=True, help="Passwort aus der Standardeingabe lesen.")


@user.command("add")
@click.argument("mail")
@click.option("--name", default="", help="Name, wie er in der Redaktion steht; sonst der Anfang der Mailadresse.")
@PASSWORD_STDIN
def add(mail: str, name: str, password_stdin: bool) -> None:
    """Legt ein Konto für die Redaktion an."""
    password = _password(mail, name, password_stdin)
    with context().database.writing() as session:
        account = accounts.add(session, mail, name, password)
    click.echo(f"Konto {account.mail} angelegt.")


@user.command("list")
def list_() -> None:
    """Listet alle Konten auf."""
    with context().database.reading() as session:
        found = accounts.every(session)
    for account in found:
        click.echo(f"{account.mail}\t{account.name}\t{account.role}\t{'gesperrt' if account.disabled else 'aktiv'}")
    if not found:
        click.echo("Es gibt noch kein Konto. Anlegen: angebote user add MAIL", err=True)


@user.command("disable")
@click.argument("mail")
def disable(mail: str) -> None:
    """Sperrt ein Konto und beendet seine Sitzungen."""
    with context().database.writing() as session:
        accounts.disable(session, _known(accounts.by_mail(session, mail), mail), actor="cli")
    click.echo(f"Konto {mail} gesperrt. Seine Sitzungen sind beendet.")


@user.command("password")
@click.argument("mail")
@PASSWORD_STDIN
def password_(mail: str, password_stdin: bool) -> None:
    """Setzt ein neues Passwort und beendet alle Sitzungen des Kontos."""
    with context().database.reading() as session:
        account = _known(accounts.by_mail(session, mail), mail)
    password = _password(account.mail, account.name, password_stdin)
    with context().database.writing() as session:
        accounts.set_password(session, account, password, actor="cli")
    click.echo(f"Neues Passwort für {account.mail} gesetzt. Alle Sitzungen sind beendet.")


def _known(account: Account | None, mail: str) -> Account:
    if account is None:
        raise InvalidAccount(f"Ein Konto mit der Mailadresse {mail} gibt es nicht. Alle Konten: angebote user list")
    return account


def _password(mail: str, name: str, from_stdin: bool) -> str:
    """A password that is accepted: one line of standard input, or typed twice without being shown."""
    county = context().county
    if from_stdin:
        password = sys.stdin.readline().rstrip("\r\n")
    else:
        password = click.prompt("Passwort", hide_input=True, confirmation_prompt="Noch einmal")
    if problem := passwords.problem(password, [mail, name, county.name, county.product_name]):
        raise InvalidAccount(problem, **passwords.LIMITS)
    return str(password)
