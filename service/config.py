"""Settings: one frozen object, read from the environment (prefix ANGEBOTE_), validated at start, passed in.

Nothing else reads the environment. A bad value raises `BadSetting` with one German sentence that names the variable.
"""

import ipaddress
import os
import re
import secrets
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, TypeVar
from urllib.parse import urlsplit

from service.errors import BadSetting
from service.paths import data_folder

PREFIX = "ANGEBOTE_"
T = TypeVar("T")
EngineName = Literal["opensearch", "embedded"]
"""Engines that keep an index. A standby is an embedded index beside OpenSearch."""


@dataclass(frozen=True, slots=True)
class Settings:
    """What an operator decides. See docs/running.md for the same list with examples."""

    data_dir: Path
    """Folder for everything that is written: SQLite file, embedded index, the demo's secret."""
    database_url: str = field(repr=False)
    """SQLAlchemy address of the store; default: SQLite in `data_dir`."""
    search_url: str = field(repr=False)
    """Address of OpenSearch (may carry user:password); empty: the embedded engine."""
    search_ca: Path | None
    """Certificate authority file for a `search_url` with https and an own certificate."""
    standby: bool
    """Keep an embedded index beside OpenSearch, which answers while OpenSearch does not."""
    index_prefix: str
    """Name of the alias; physical indexes are `<prefix>-v<mapping>-<utc>`."""
    secret_key: str = field(repr=False)
    """Signs forms; needed by whatever serves pages (`require_secret`), not by commands."""
    base_url: str
    """Public address; its host is the only one that is answered besides loopback. Empty: only loopback."""
    trusted_proxies: int
    """Number of reverse proxies in front whose X-Forwarded headers are believed."""
    web_workers: int
    """Number of web processes."""
    metrics_allow: tuple[ipaddress.IPv4Network | ipaddress.IPv6Network, ...]
    """Networks that may read /metrics."""
    rate_limit_storage: str = field(repr=False)
    """Where request counts live: empty = in each process, valkey://host:port = shared."""
    rate_limits: bool
    """False only while listening on loopback, for measurements."""
    county: Path
    """Folder with the vocabularies, name and texts of the county."""

    @property
    def engine(self) -> EngineName:
        """The engine that this installation searches with."""
        return "opensearch" if self.search_url else "embedded"

    @property
    def engines(self) -> tuple[EngineName, ...]:
        """All engines whose indexes are kept current: the one that answers, then the standby where there is one."""
        return ("opensearch", "embedded") if self.search_url and self.standby else (self.engine,)

    @property
    def https(self) -> bool:
        """True where visitors come by https: cookies are Secure and HSTS is sent."""
        return self.base_url.startswith("https://")


def _folder(value: str, name: str) -> Path:
    path = Path(value).expanduser().resolve()
    if not path.is_dir():
        raise BadSetting(f"{name}: Den Ordner {path} gibt es nicht.")
    return path


def _number(value: str, name: str, low: int, high: int) -> int:
    if not value.isdecimal() or not low <= int(value) <= high:
        raise BadSetting(f"{name}={value}: Bitte eine Zahl von {low} bis {high} angeben.")
    return int(value)


def _is_address(value: str, schemes: tuple[str, ...]) -> bool:
    try:
        parts = urlsplit(value)
        return parts.scheme in schemes and bool(parts.hostname) and (parts.port is None or parts.port > 0)
    except ValueError:
        return False


def _url(value: str, name: str, schemes: tuple[str, ...]) -> str:
    if value and not _is_address(value, schemes):
        raise BadSetting(
            f"{name}: Bitte eine vollständige Adresse angeben, die mit {' oder '.join(s + '://' for s in schemes)} beginnt."
        )
    return value.rstrip("/")


def _switch(value: str, name: str) -> bool:
    if value not in {"on", "off"}:
        raise BadSetting(f"{name}={value}: Erlaubt sind on und off.")
    return value == "on"


def _networks(value: str, name: str) -> tuple[ipaddress.IPv4Network | ipaddress.IPv6Network, ...]:
    try:
        return tuple(ipaddress.ip_network(part.strip()) for part in value.split(",") if part.strip())
    except ValueError as error:
        raise BadSetting(f"{name}={value}: Bitte Netze wie 10.0.0.0/8 angeben, getrennt mit Komma ({error}).") from None


def _database_url(value: str, data_dir: Path) -> str:
    if not value:
        return f"sqlite:///{data_dir / 'angebote.sqlite'}"
    scheme, _, rest = value.partition("://")
    if scheme in {"postgresql", "postgres", "postgresql+psycopg"}:
        if _is_address(value, (scheme,)) or rest.startswith("/"):  # without a host: by a socket
            return f"postgresql+psycopg://{rest}"
    elif scheme == "sqlite" and len(rest) > 1 and rest.startswith("/") and ":memory:" not in rest:
        return value
    raise BadSetting(
        f"{PREFIX}DATABASE_URL: Bitte eine Adresse wie postgresql://name:wort@rechner/datenbank oder "
        "sqlite:////ordner/datei.sqlite angeben."
    )


def _secret_key(value: str, name: str) -> str:
    if value and len(value) < 32:
        raise BadSetting(f"{name}: Bitte mindestens 32 zufällige Zeichen (z. B. aus: openssl rand -hex 32).")
    return value


def _data_dir(value: str) -> Path:
    path = Path(value).expanduser().resolve()
    try:
        path.mkdir(parents=True, exist_ok=True)
        probe = path / f".probe-{secrets.token_hex(4)}"
        probe.write_bytes(b"")
        probe.unlink()
    except OSError as error:
        raise BadSetting(
            f"{PREFIX}DATA_DIR: In den Ordner {path} kann nicht geschrieben werden ({error.strerror})."
        ) from None
    return path


def _prefix(value: str, name: str) -> str:
    if not re.fullmatch("[a-z][a-z0-9_]{0,39}", value):
        raise BadSetting(
            f"{name}={value}: Erlaubt sind Kleinbuchstaben, Ziffern und _ (vorn ein Buchstabe, höchstens 40 Zeichen)."
        )
    return value


def load(environ: Mapping[str, str] | None = None) -> Settings:
    """Settings from the environment; creates the data folder. Raises `BadSetting`."""
    env = os.environ if environ is None else environ

    def read(name: str, default: str, convert: Callable[[str, str], T]) -> T:
        return convert(env.get(PREFIX + name, "").strip() or default, PREFIX + name)

    known = set(KNOWN)
    unknown = sorted(k for k in env if k.startswith(PREFIX) and k not in known and not k.startswith(PREFIX + "TEST_"))
    if unknown:
        raise BadSetting(f"{unknown[0]}: Diese Einstellung gibt es nicht. Bekannt sind: {', '.join(KNOWN)}.")
    data_dir = read("DATA_DIR", "data", lambda value, _: _data_dir(value))
    return Settings(
        data_dir=data_dir,
        database_url=read("DATABASE_URL", "", lambda value, _: _database_url(value, data_dir)),
        search_url=read("SEARCH_URL", "", lambda value, name: _url(value, name, ("http", "https"))),
        search_ca=read("SEARCH_CA", "", lambda value, name: _existing_file(value, name) if value else None),
        standby=read("STANDBY", "on", _switch),
        index_prefix=read("INDEX_PREFIX", "offers", _prefix),
        secret_key=read("SECRET_KEY", "", _secret_key),
        base_url=read("BASE_URL", "", lambda value, name: _url(value, name, ("https", "http"))),
        trusted_proxies=read("TRUSTED_PROXIES", "0", lambda value, name: _number(value, name, 0, 5)),
        web_workers=read("WEB_WORKERS", "2", lambda value, name: _number(value, name, 1, 64)),
        metrics_allow=read("METRICS_ALLOW", "127.0.0.0/8,::1/128", _networks),
        rate_limit_storage=read("RATE_LIMIT_STORAGE", "", lambda value, name: _url(value, name, ("valkey",))),
        rate_limits=read("RATE_LIMITS", "on", _switch),
        county=read("COUNTY", str(data_folder("seed")), _folder),
    )


def require_secret(settings: Settings) -> None:
    """Stops a web process that has no secret. Raises `BadSetting`."""
    if not settings.secret_key:
        raise BadSetting(
            f"{PREFIX}SECRET_KEY fehlt. Bitte 32 oder mehr zufällige Zeichen setzen (z. B. aus: openssl rand -hex 32). "
            "Nur mit --demo startet der Dienst ohne."
        )


def demo_secret(data_dir: Path) -> str:
    """The demo's random secret; survives restarts, so that forms opened before a restart still work."""
    path = data_dir / "demo-secret"
    if not path.exists():
        draft = data_dir / f".demo-secret-{secrets.token_hex(4)}"
        draft.touch(mode=0o600)
        draft.write_text(secrets.token_hex(32), encoding="ascii")
        with suppress(FileExistsError):  # another process was first: its secret holds for both
            path.hardlink_to(draft)
        draft.unlink()
    return path.read_text(encoding="ascii")


def _existing_file(value: str, name: str) -> Path:
    path = Path(value)
    if not path.is_file():
        raise BadSetting(f"{name}: Die Datei {path} gibt es nicht.")
    return path


KNOWN = tuple(
    PREFIX + name
    for name in (
        "BASE_URL", "COUNTY", "DATABASE_URL", "DATA_DIR", "INDEX_PREFIX", "METRICS_ALLOW", "RATE_LIMITS",
        "RATE_LIMIT_STORAGE", "SEARCH_CA", "SEARCH_URL", "SECRET_KEY", "STANDBY", "TRUSTED_PROXIES", "WEB_WORKERS",
    )
)  # fmt: skip
