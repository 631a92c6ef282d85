"""The Flask application: `create_app` puts the parts together, each part has one `init_app`."""

from flask import Flask

from service.config import Settings
from service.context import Context
from service.paths import data_folder
from service.views import assets, blueprints, errors, language, limits, logs, pages, security, sessions, staff_login


def create_app(settings: Settings, patience: float | None = None) -> Flask:
    """An application with these settings. Opens no connection: that happens with the first request. `patience`: seconds
    that a statement of the store may take."""
    app = Flask(__name__, static_folder=None, template_folder=str(data_folder("templates")))
    app.extensions["angebote"] = Context(settings, patience)
    app.config.update(
        SECRET_KEY=settings.secret_key,
        MAX_CONTENT_LENGTH=2 * 1024 * 1024,
        MAX_FORM_MEMORY_SIZE=2 * 1024 * 1024,
        TEMPLATES_AUTO_RELOAD=False,
    )
    app.json.ensure_ascii = False  # type: ignore[attr-defined]
    app.json.sort_keys = False  # type: ignore[attr-defined]
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
    for part in (logs, security, assets, language, sessions, staff_login, limits, pages, errors):
        part.init_app(app)
    for blueprint in blueprints():
        app.register_blueprint(blueprint)
    return app
