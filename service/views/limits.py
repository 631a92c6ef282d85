"""Rate limits per address. Shared between processes where a Valkey is configured, else counted in each process."""

from flask import Flask
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address

from service.config import Settings

limiter = Limiter(get_remote_address, headers_enabled=False)

SEARCH = "120 per minute"
SUGGEST = "300 per minute"
EXPORT = "10 per minute"
FORM = "30 per minute"
LOGIN = "20 per minute"


def init_app(app: Flask) -> None:
    """Switches the limits on; `ANGEBOTE_RATE_LIMITS=off` only while listening on loopback."""
    settings: Settings = app.extensions["angebote"].settings
    storage = settings.rate_limit_storage
    app.config.update(
        RATELIMIT_ENABLED=settings.rate_limits,
        RATELIMIT_STORAGE_URI=storage or "memory://",
        RATELIMIT_SWALLOW_ERRORS=True,
        RATELIMIT_IN_MEMORY_FALLBACK_ENABLED=bool(storage),
    )
    limiter.init_app(app)
