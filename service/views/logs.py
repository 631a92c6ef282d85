"""Logs: one JSON line an event, in UTC, with the request's id. No query text, no address, no personal data."""

import logging
import re
import sys
import time
import uuid
from typing import Any

import structlog
from flask import Flask, Response, g, request

QUIET = {"static", "operation.health", "operation.ready", "operation.metrics"}
"""What machines ask every few seconds is counted in the metrics, not logged."""
SHAPE = re.compile(r"[A-Za-z0-9-]{8,64}")


def configure() -> None:
    """Sends structlog and the libraries' warnings to standard error as JSON."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.WriteLoggerFactory(file=sys.stderr),
        cache_logger_on_first_use=False,
    )


def init_app(app: Flask) -> None:
    """Numbers requests and logs each with its duration."""
    configure()
    log = structlog.get_logger("request")

    @app.before_request
    def begin() -> None:
        given = request.headers.get("X-Request-ID", "")
        g.request_id = given if SHAPE.fullmatch(given) else uuid.uuid4().hex
        g.started = time.perf_counter()
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request_id=g.request_id)

    @app.after_request
    def end(response: Response) -> Response:
        response.headers["X-Request-ID"] = g.get("request_id", "")
        if request.endpoint not in QUIET:
            facts: dict[str, Any] = {
                "method": request.method,
                "route": str(request.url_rule or ""),
                "status": response.status_code,
            }
            log.info("request", ms=round((time.perf_counter() - g.started) * 1000, 1), **facts, **g.get("facts", {}))
        return response


def note(**facts: Any) -> None:
    """Adds facts to the request's log line, such as the number of hits; never what somebody typed."""
    g.facts = {**g.get("facts", {}), **facts}
