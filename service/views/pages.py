"""What all templates share: assets with hashed names, county, languages, links of head and foot, dates."""

import json
from datetime import date, datetime
from functools import cache
from typing import Any

from flask import Flask, request, url_for
from flask_babel import format_date, gettext

from service.context import context
from service.paths import data_folder
from service.views import language


@cache
def _manifest() -> dict[str, str]:
    path = data_folder("static") / "manifest.json"
    return json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}


def asset(name: str) -> str:
    """Address of a built file; the same in every interface language, so that it is fetched once."""
    root = request.environ.get("angebote.root", "")
    return f"{root}/static/{_manifest().get(name, name)}"


def datum(value: date | datetime | str | None) -> str:
    """A date in the page's language."""
    if isinstance(value, str):
        value = date.fromisoformat(value)
    return format_date(value, "long") if value else ""


def init_app(app: Flask) -> None:
    """Registers globals and filters."""
    app.jinja_env.filters["datum"] = datum
    app.jinja_env.globals["asset"] = asset

    @app.context_processor
    def shared() -> dict[str, Any]:
        code = language.current()
        return {
            "locale": language.page_locale(code),
            "county": context().county,
            "languages": [] if request.path.startswith(language.WITHOUT_PREFIX) else language.choices(),
            "home_url": url_for("start.start"),
            "nav_links": [
                {
                    "label": gettext("Angebote suchen"),
                    "url": url_for("search.results"),
                    "current": request.endpoint == "search.results",
                }
            ],
            "footer_links": [
                {"label": gettext("Für Beschäftigte"), "url": f"{request.environ.get('angebote.root', '')}/redaktion/"}
            ],
        }
