"""Values as JSON by their kind, the same for both data bases."""

import base64
import binascii
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID


class WrongValue(ValueError):
    """A value that is not of its column's kind."""


def encode(row: Mapping[str, Any], kinds: Mapping[str, str]) -> dict[str, Any]:
    """A row for JSON."""
    return {name: None if row[name] is None else _ENCODE.get(kind, _same)(row[name]) for name, kind in kinds.items()}


def decode(row: Any, kinds: Mapping[str, str]) -> dict[str, Any]:
    """A row from JSON. Raises `WrongValue`."""
    if not isinstance(row, dict) or row.keys() != kinds.keys():
        raise WrongValue("die Felder sind nicht die der Tabelle")
    return {name: _decode(name, row[name], kind) for name, kind in kinds.items()}


def _decode(name: str, value: Any, kind: str) -> Any:
    if value is None or kind == "json":
        return value
    known, convert = _DECODE[kind]
    if not isinstance(value, known) or (isinstance(value, bool) and kind != "bool"):
        raise WrongValue(f"{name} ist kein Wert der Art {kind}")
    try:
        return convert(value)
    except (ValueError, OverflowError, binascii.Error):
        raise WrongValue(f"{name} ist kein Wert der Art {kind}") from None


def _same(value: Any) -> Any:
    return value


def _to_base64(value: bytes) -> str:
    return base64.b64encode(value).decode("ascii")


def _from_base64(value: str) -> bytes:
    return base64.b64decode(value, validate=True)


def _moment(value: str) -> datetime:
    found = datetime.fromisoformat(value)
    if found.tzinfo is None:
        raise ValueError(value)
    return found.astimezone(UTC)


_ENCODE: dict[str, Callable[[Any], Any]] = {
    "bytes": _to_base64, "date": date.isoformat, "datetime": datetime.isoformat, "uuid": str,
}  # fmt: skip
_DECODE: dict[str, tuple[type | tuple[type, ...], Callable[[Any], Any]]] = {
    "bool": (bool, _same),
    "bytes": (str, _from_base64),
    "date": (str, date.fromisoformat),
    "datetime": (str, _moment),
    "float": ((int, float), float),
    "int": (int, _same),
    "text": (str, _same),
    "uuid": (str, UUID),
}
