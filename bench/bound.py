"""The bound of throughput: a bare Flask page with the same hits and counts from the same engine, and nothing else.

No layout, no marks, no templates, no words to understand: the engine's requests are read from a file that the bench
wrote into its data folder, the answer is joined from strings. Served by `gunicorn bench.bound:app`.
"""

import pickle
from functools import cached_property
from html import escape
from pathlib import Path
from typing import Any

from flask import Flask, request

from service import config
from service.config import Settings
from service.search.engine import Found, SearchEngine, SearchRequest
from service.search.engines import open_engine

ANSWER_SECONDS = 1.0
"""As long as pages wait for an engine."""


def requests_file(settings: Settings) -> Path:
    """Where the bench leaves the requests for an engine."""
    return settings.data_dir / f"bench-requests-{settings.engine}"


class Prepared:
    """The engine and its requests by address, opened with the first page (after gunicorn's fork)."""

    @cached_property
    def engine(self) -> SearchEngine:
        """The engine of the settings."""
        return open_engine(config.load(), seconds=ANSWER_SECONDS)

    @cached_property
    def requests(self) -> dict[str, SearchRequest]:
        """The bench's own file: a query string → what the engine is asked."""
        found: dict[str, SearchRequest] = pickle.loads(requests_file(config.load()).read_bytes())  # noqa: S301  our file
        return found


app = Flask(__name__, static_folder=None)
prepared = Prepared()


@app.get("/angebote")
def results() -> str:
    """Hits and counts as plain lists."""
    return page(prepared.engine.search(prepared.requests[request.query_string.decode("ascii")]))


@app.get("/healthz")
def health() -> str:
    """The process answers."""
    return "ok"


def page(found: Found) -> str:
    """The bare page; its first line holds the total."""
    parts = [f"<p>{found.total}</p><ol>"]
    parts += [_hit(hit.data) for hit in found.hits]
    parts.append("</ol>")
    for field, values in found.counts.items():
        parts.append(f"<h2>{field}</h2><ul>")
        parts += [f"<li>{escape(value)} ({count})</li>" for value, count in values.items()]
        parts.append("</ul>")
    return "".join(parts)


def _hit(data: Any) -> str:
    provider = data["provider"]["name"] if data["provider"] else ""
    return f"<li><h3>{escape(data['title'])}</h3><p>{escape(data['summary'])}</p><p>{escape(provider)}</p></li>"
