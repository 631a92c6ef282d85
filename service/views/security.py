"""Headers, allowed hosts and proxies for every answer."""

from urllib.parse import urlsplit

from flask import Flask, Response, abort, request
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
PRIVATE = ("/konto", "/redaktion")


def init_app(app: Flask) -> None:
    """Believes the configured proxies only, answers the configured host only, sets the headers."""
    settings: Settings = app.extensions["angebote"].settings
    if hops := settings.trusted_proxies:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]
    hosts = LOOPBACK | ({urlsplit(settings.base_url).hostname or ""} if settings.base_url else set())

    @app.before_request
    def known_host() -> None:
        name = urlsplit(f"//{request.host}").hostname
        if name not in hosts:
            abort(400, "Unter diesem Namen ist der Dienst nicht erreichbar.")

    @app.after_request
    def harden(response: Response) -> Response:
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
        if settings.https:
            response.headers.setdefault("Strict-Transport-Security", "max-age=31536000")
        if request.path.startswith(PRIVATE):
            response.headers["Cache-Control"] = "no-store"
        return response
