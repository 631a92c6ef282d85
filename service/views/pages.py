"""What all templates share: assets with hashed names, county, languages, links of head and foot, dates."""

from typing import Any

from flask import Flask, request, url_for
from flask_babel import gettext

from service.context import context
from service.views import addresses, language, times
from service.views.assets import asset


def init_app(app: Flask) -> None:
    """Registers globals and filters."""
    app.jinja_env.filters["datum"] = times.day
    app.jinja_env.globals["asset"] = asset
    app.jinja_env.globals["absolute"] = addresses.absolute

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
