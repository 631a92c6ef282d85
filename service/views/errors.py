"""One handler for all errors: a page for people, JSON for programs, never a traceback."""

import structlog
from flask import Flask, Response, jsonify, make_response, render_template, request
from flask_babel import gettext, lazy_gettext
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.exceptions import HTTPException, MethodNotAllowed

from service.errors import SearchUnavailable, ServiceError, StoreUnavailable

TITLES = {
    400: lazy_gettext("Diese Adresse verstehen wir nicht"),
    403: lazy_gettext("Dafür fehlt die Berechtigung"),
    404: lazy_gettext("Diese Seite gibt es nicht"),
    405: lazy_gettext("So geht es nicht"),
    409: lazy_gettext("Inzwischen geändert"),
    410: lazy_gettext("Dieses Angebot gibt es nicht mehr"),
    413: lazy_gettext("Das ist zu groß"),
    429: lazy_gettext("Zu viele Anfragen"),
    503: lazy_gettext("Gerade nicht erreichbar"),
}
SEARCHING = {"search.results", "start.start", "entries.town", "entries.topic"}
"""Pages that any index could have answered: where they fail, another search would fail too."""
MESSAGES = {
    404: lazy_gettext("Vielleicht wurde sie umbenannt. Die Suche hilft weiter."),
    405: lazy_gettext("Diese Adresse nimmt keine solche Anfrage an."),
    413: lazy_gettext("Bitte kürzen Sie die Eingabe."),
    429: lazy_gettext("Bitte versuchen Sie es in einer Minute noch einmal."),
    500: lazy_gettext("Bei uns ist ein Fehler passiert. Er wurde notiert."),
}


def init_app(app: Flask) -> None:
    """Registers the handler."""
    log = structlog.get_logger("error")

    @app.errorhandler(ServiceError)
    def expected(error: ServiceError) -> Response:
        if isinstance(error, SearchUnavailable | StoreUnavailable):
            log.warning(type(error).__name__, reason=error.reason)
        return answer(error.status, said(error))

    @app.errorhandler(HTTPException)
    def http(error: HTTPException) -> Response:
        code = error.code or 500
        if code < 400 and error.response is not None:
            return make_response(error.get_response())
        own = error.description if code == 400 and error.description and "The browser" not in error.description else ""
        response = answer(code, str(MESSAGES.get(code, "")) or own)
        if isinstance(error, MethodNotAllowed):
            response.allow.update(error.valid_methods or ())
        return response

    @app.errorhandler(SQLAlchemyError)
    @app.errorhandler(Exception)
    def unexpected(error: Exception) -> Response:
        log.error("unexpected", error=type(error).__name__, exc_info=error)
        return answer(500, str(MESSAGES[500]))


def said(error: ServiceError) -> str:
    """An error's message in the page's language."""
    return str(gettext(error.template, **error.values))


def answer(status: int, message: str) -> Response:
    """The error as JSON where a program asks, else as a page that still offers the search."""
    if request.path.endswith(".json") or request.path.startswith(("/api", "/vorschlaege")):
        response = jsonify(error={"status": status, "message": message})
    else:
        title = str(TITLES.get(status, gettext("Etwas ist schiefgegangen")))
        searching = status != 503 or request.endpoint not in SEARCHING
        response = make_response(
            render_template("errors/error.html", heading=title, message=message, searching=searching)
        )
    response.status_code = status
    if status in {429, 503}:
        response.headers["Retry-After"] = "60"
    response.headers["Cache-Control"] = "no-store"
    return response
