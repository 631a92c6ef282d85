"""Headers, allowed hosts and proxies for every answer."""

from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import urlsplit

from flask import Flask, Response, abort, request
from flask_babel import gettext
from werkzeug.middleware.proxy_fix import ProxyFix

from service.config import Settings

LOOPBACK = {"127.0.0.1", "localhost", "::1"}
POLICY = "; ".join(
    [
        "default-src 'none'", "style-src 'self'", "script-src 'self'", "img-src 'self' data:", "font-src 'self'",
        "connect-src 'self'", "form-action 'self'", "frame-ancestors 'none'", "base-uri 'none'", "object-src 'none'",
    ]
)  # fmt: skip
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "strict-origin-when-cross-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=()",
}
UNKNOWN = "unbekannt.invalid"
PRIVATE = ("/konto", "/redaktion")


class KnownHosts:
    """WSGI middleware that puts one harmless name in the place of every host that is not ours.

    A name that no address can be built for (too long, no name at all) would otherwise fail before any page can say so.
    """

    def __init__(self, app: Callable[..., Iterable[bytes]], hosts: set[str]) -> None:
        self._app, self._hosts = app, hosts

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        """Passes the request on."""
        if not self._knows(environ.get("HTTP_HOST", environ.get("SERVER_NAME", ""))):
            environ["HTTP_HOST"] = UNKNOWN
        return self._app(environ, start_response)

    def _knows(self, host: str) -> bool:
        try:
            parts = urlsplit(f"//{host}")
            return parts.hostname in self._hosts and (parts.port is None or parts.port > 0)
        except ValueError:
            return False


def init_app(app: Flask) -> None:
    """Believes the configured proxies only, answers the configured host only, sets the headers."""
    settings: Settings = app.extensions["angebote"].settings
    hosts = LOOPBACK | ({urlsplit(settings.base_url).hostname or ""} if settings.base_url else set())
    app.wsgi_app = KnownHosts(app.wsgi_app, hosts)  # type: ignore[method-assign]
    if hops := settings.trusted_proxies:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]

    @app.before_request
    def known_host() -> None:
        if request.host == UNKNOWN:
            abort(400, gettext("Unter diesem Namen ist der Dienst nicht erreichbar."))

    @app.after_request
    def harden(response: Response) -> Response:
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
        if settings.https:
            response.headers.setdefault("Strict-Transport-Security", "max-age=31536000")
        if request.path.startswith(PRIVATE):
            response.headers["Cache-Control"] = "no-store"
        return response
