"""Pages that are the same for everybody until the index changes, and ETags for all of them."""

import hashlib
from collections.abc import Callable
from threading import Lock

from flask import Response, make_response, request

from service.clock import today
from service.context import ANSWERS, context
from service.search.service import Answer
from service.store.indexes import Served
from service.views import language

_pages: dict[tuple[str, str, str], tuple[tuple[str, Served, str], str]] = {}
_lock = Lock()


def cached(key: str | None, render: Callable[[], str]) -> Response:
    """The page as an answer with ETag. With a key it is rendered once per state of index, vocabulary, day and language,
    and kept only where the very level answered whose state that is."""
    body = _kept(key, render) if key else render()
    response = make_response(body)
    response.headers["Cache-Control"] = "no-cache"  # may be kept, must be asked for: the ETag answers cheaply
    response.set_etag(hashlib.blake2b(response.get_data(), digest_size=12).hexdigest())
    response.make_conditional(request)
    return response


def _kept(key: str, render: Callable[[], str]) -> str:
    standing = context().search.standing()
    state = (standing.level, standing.served, today().isoformat())
    place = (key, language.current(), context().settings.database_url)
    with _lock:
        found = _pages.get(place)
    if found and found[0] == state:
        return found[1]
    body = render()
    answers: list[Answer] = request.environ.get(ANSWERS, [])
    if all(answer.engine == standing.level and not answer.detached for answer in answers):
        with _lock:
            _pages[place] = (state, body)
    return body
