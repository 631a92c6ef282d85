"""What all templates share: assets with hashed names, county, languages, links of head and foot, dates."""

from datetime import date, datetime
from typing import Any

from flask import Flask, request, url_for
from flask_babel import format_date, gettext

from service.context import context
from service.views import language
from service.views.assets import asset


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
