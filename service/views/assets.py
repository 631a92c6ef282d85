"""Built files under names that carry their hash, kept by browsers for a year; and compression of what is sent."""

import gzip
import json
import mimetypes
from functools import cache

from flask import Flask, Response, make_response, request, send_from_directory

from service.paths import data_folder

YEAR = 31_536_000
SMALLEST = 1_000
"""Bytes below which compression gains nothing."""
COMPRESSED = {"text/html", "application/json", "text/csv", "image/svg+xml"}
PRIVATE = ("/konto", "/redaktion")


@cache
def _manifest() -> dict[str, str]:
    path = data_folder("static") / "manifest.json"
    return json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}


def asset(name: str) -> str:
    """Address of a built file; the same in every interface language, so that it is fetched once."""
    return f"{request.environ.get('angebote.root', '')}/static/{_manifest().get(name, name)}"


def _accepts_gzip() -> bool:
    return request.accept_encodings.quality("gzip") > 0


def init_app(app: Flask) -> None:
    """Serves built files, and compresses public answers. Pages behind the login carry tokens and stay as they are."""

    @app.get("/static/<path:name>")
    def static(name: str) -> Response:
        folder = data_folder("static")
        packed = _accepts_gzip() and (folder / f"{name}.gz").is_file() and ".." not in name
        response = make_response(send_from_directory(folder, f"{name}.gz" if packed else name, max_age=YEAR))
        if packed:
            response.headers["Content-Encoding"] = "gzip"
            kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
            response.content_type = f"{kind}; charset=utf-8" if kind.startswith("text/") else kind
        response.headers["Cache-Control"] = f"public, max-age={YEAR}, immutable"
        response.vary.add("Accept-Encoding")
        return response

    @app.after_request
    def compress(response: Response) -> Response:
        if response.mimetype not in COMPRESSED or request.path.startswith(PRIVATE) or response.is_streamed:
            return response
        response.vary.add("Accept-Encoding")
        if _accepts_gzip() and response.status_code == 200 and len(response.get_data()) >= SMALLEST:
            response.set_data(gzip.compress(response.get_data(), compresslevel=3, mtime=0))
            response.headers["Content-Encoding"] = "gzip"
        return response
