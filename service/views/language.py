"""Interface languages: German at the root, others behind a prefix (`/en/angebote`).

The prefix is moved from the path to the script name before routing, so that every route exists once and every link of a
page keeps its language. A language is offered as soon as it has a catalogue in `service/translations`.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from babel import Locale
from babel.support import NullTranslations, Translations
from flask import Flask, request
from flask_babel import Babel

TRANSLATIONS = Path(__file__).resolve().parent.parent / "translations"
NAMES = {
    "de": "Deutsch", "einfach": "Einfache Sprache", "en": "English", "tr": "Türkçe", "ar": "العربية", "uk": "Українська",
    "ru": "Русский", "pl": "Polski", "ro": "Română", "fa": "فارسی", "fr": "Français",
}  # fmt: skip
"""All interface languages in the order in which they are offered."""
CATALOGUE = {"einfach": "de@einfach"}
FORMATS = CATALOGUE | {"en": "en_GB"}
"""Dates and times: "5 October 2026, 14:00" is read in the county, "October 5, 2:00 PM" is American."""
WITHOUT_PREFIX = ("/api", "/static", "/healthz", "/readyz", "/metrics", "/konto", "/redaktion")


@dataclass(frozen=True, slots=True)
class PageLocale:
    """Language and direction of a page."""

    language: str
    dir: str
    code: str


@cache
def available() -> tuple[str, ...]:
    """Codes of the languages with a compiled catalogue, German first."""
    with_catalogue = [
        code for code in NAMES if (TRANSLATIONS / CATALOGUE.get(code, code) / "LC_MESSAGES" / "messages.mo").is_file()
    ]
    return ("de", *with_catalogue)


def current() -> str:
    """Code of the request's interface language; "de" outside a request."""
    return str(request.environ.get("angebote.language", "de")) if request else "de"


@cache
def page_locale(code: str) -> PageLocale:
    """Locale of a language code."""
    language = "de" if code == "einfach" else code
    return PageLocale(language, Locale.parse(language).text_direction, code)


@cache
def _catalogue(code: str) -> NullTranslations:
    return Translations.load(TRANSLATIONS, [CATALOGUE.get(code, code)])


def forget() -> None:
    """Looks for catalogues anew; only tests change them while the process runs."""
    available.cache_clear()
    _catalogue.cache_clear()


def _text(message: str) -> str:
    return str(_catalogue(current()).ugettext(message))


def _texts(one: str, many: str, number: int) -> str:
    return str(_catalogue(current()).ungettext(one, many, number))


def address(code: str) -> str:
    """This page's address in another language."""
    root = str(request.environ.get("angebote.root", ""))
    prefix = "" if code == "de" else f"/{code}"
    query = request.query_string.decode("latin-1")
    return f"{root}{prefix}{request.path}" + (f"?{query}" if query else "")


def choices() -> list[dict[str, Any]]:
    """The language switch of a page."""
    here = current()
    return [{"code": c, "name": NAMES[c], "url": address(c), "current": c == here} for c in available()]


class LanguagePrefix:
    """WSGI middleware that takes the language prefix off the path."""

    def __init__(self, app: Callable[..., Iterable[bytes]]) -> None:
        self._app = app

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        """Passes the request on; German and unknown prefixes stay as they are."""
        environ["angebote.root"] = environ.get("SCRIPT_NAME", "")
        _, _, path = environ.get("PATH_INFO", "").partition("/")
        code, slash, rest = path.partition("/")
        if code != "de" and code in available() and not f"/{rest}".startswith(WITHOUT_PREFIX):
            environ["angebote.language"] = code
            environ["SCRIPT_NAME"] = f"{environ['angebote.root']}/{code}"
            environ["PATH_INFO"] = slash + rest or "/"
        return self._app(environ, start_response)


def init_app(app: Flask) -> None:
    """Catalogues and the prefix."""
    app.config["BABEL_TRANSLATION_DIRECTORIES"] = str(TRANSLATIONS)
    app.config["BABEL_DEFAULT_TIMEZONE"] = "Europe/Berlin"
    Babel(app, default_locale="de", locale_selector=lambda: FORMATS.get(current(), current()))
    # A page asks for fifty messages; Flask-Babel looks for its catalogue anew each time, which costs more than the rest.
    app.jinja_env.install_gettext_callables(_text, _texts, newstyle=True)  # type: ignore[attr-defined]
    app.wsgi_app = LanguagePrefix(app.wsgi_app)  # type: ignore[method-assign]
