"""A client that keeps one connection open, for timing; the bench's other client is `bench.load`."""

from pathlib import Path
from urllib.parse import urlsplit

import urllib3


class BenchFailed(Exception):
    """Something did not work, so there is nothing to measure."""


class Connection:
    """One kept connection. Raises `BenchFailed` for an answer other than 200 and where nobody answers."""

    def __init__(self, url: str, authority: Path | None = None) -> None:
        parts = urlsplit(url)
        self._path = parts.path.rstrip("/")
        options = {"ca_certs": str(authority)} if authority and parts.scheme == "https" else {}
        host = f"{parts.scheme}://{parts.hostname}:{parts.port or (443 if parts.scheme == 'https' else 80)}"
        self._pool = urllib3.connection_from_url(host, maxsize=1, retries=False, timeout=120, **options)
        self._headers = dict(urllib3.make_headers(basic_auth=parts.netloc.rpartition("@")[0] or None))

    def get(self, path: str) -> bytes:
        """The body of an answer."""
        return self._send("GET", path, None, {})

    def post(self, path: str, body: bytes, kind: str = "application/json") -> bytes:
        """The body of the answer to something sent."""
        return self._send("POST", path, body, {"Content-Type": kind})

    def put(self, path: str, body: bytes) -> bytes:
        """The body of the answer to something put in its place."""
        return self._send("PUT", path, body, {"Content-Type": "application/json"})

    def delete(self, path: str) -> bytes:
        """The body of the answer to a removal."""
        return self._send("DELETE", path, None, {})

    def close(self) -> None:
        """Ends the connection."""
        self._pool.close()

    def _send(self, method: str, path: str, body: bytes | None, headers: dict[str, str]) -> bytes:
        try:
            answer = self._pool.urlopen(method, self._path + path, body=body, headers=self._headers | headers)
        except urllib3.exceptions.HTTPError as error:
            raise BenchFailed(f"{method} {path[:80]}: {type(error).__name__}") from error
        if answer.status != 200:
            raise BenchFailed(f"{method} {path[:80]}: {answer.status} {answer.data[:200]!r}")
        return answer.data
