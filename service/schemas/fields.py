"""Marshmallow fields of the product: German messages that name the remedy, one meaning for form, file and API."""

import re
from collections.abc import Mapping
from datetime import date
from typing import Any
from urllib.parse import urlsplit

from marshmallow import ValidationError, fields, validate
from marshmallow.experimental.context import Context

from service.vocabulary import Vocabularies

COUNTY = Context[Vocabularies]
"""The county's vocabularies while a record is validated."""
REQUIRED = "Bitte ausfüllen."
TEXT = "Bitte einen Text angeben."
DATE = "Bitte ein Datum wie 2026-05-31 oder 31.05.2026 angeben."
YES = frozenset({"ja", "j", "true", "1", "on", "yes", "x"})
NO = frozenset({"nein", "n", "false", "0", "off", "no", ""})
CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
MESSAGES: dict[str, Any] = {
    "required": REQUIRED,
    "null": REQUIRED,
    "invalid": TEXT,
    "validator_failed": "Dieser Wert ist nicht gültig.",
}


class Text(fields.String):
    """Text without control characters, outer blanks removed; `longest` counts characters."""

    def __init__(self, longest: int, **kwargs: Any) -> None:
        if not kwargs.get("required"):
            kwargs.setdefault("load_default", "")
        super().__init__(error_messages=MESSAGES, **kwargs)
        self.longest = longest

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> str:
        if value is None:
            value = ""
        text = super()._deserialize(value, attr, data, **kwargs).strip()
        if CONTROL.search(text):
            raise ValidationError("Der Text enthält unsichtbare Steuerzeichen. Bitte neu eintippen.")
        if len(text) > self.longest:
            raise ValidationError(f"Höchstens {self.longest} Zeichen, es sind {len(text)}.")
        if self.required and not text:
            raise ValidationError(REQUIRED)
        return text


class Day(fields.Field[date]):
    """A date: ISO, or German (31.05.2026)."""

    default_error_messages = MESSAGES
    GERMAN = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})")

    def __init__(self, **kwargs: Any) -> None:
        if not kwargs.get("required"):
            kwargs.setdefault("load_default", None)
            kwargs.setdefault("allow_none", True)
        super().__init__(**kwargs)

    def deserialize(self, value: Any, *args: Any, **kwargs: Any) -> Any:
        """An empty text is no date."""
        return super().deserialize(None if value == "" else value, *args, **kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> date:
        if isinstance(value, date):
            return date(value.year, value.month, value.day)
        try:
            if found := self.GERMAN.fullmatch(str(value).strip()):
                day = date(int(found[3]), int(found[2]), int(found[1]))
            else:
                day = date.fromisoformat(str(value).strip())
        except ValueError:
            raise ValidationError(DATE) from None
        if not 1950 <= day.year <= 2200:
            raise ValidationError(f"Das Jahr {day.year} kann nicht stimmen. {DATE}")
        return day

    def _serialize(self, value: Any, attr: str | None, obj: Any, **kwargs: Any) -> str | None:
        return value.isoformat() if value else None


class Flag(fields.Field[bool]):
    """ja/nein, in any of the usual spellings; empty is nein."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("load_default", False)
        super().__init__(allow_none=True, **kwargs)

    def deserialize(self, value: Any, *args: Any, **kwargs: Any) -> Any:
        """None is nein."""
        return super().deserialize("" if value is None else value, *args, **kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> bool:
        word = str(value).strip().lower()
        if word not in YES | NO:
            raise ValidationError("Bitte ja oder nein angeben.")
        return word in YES


class Whole(fields.Field[int]):
    """A whole number between two bounds, or nothing."""

    def __init__(self, low: int, high: int, **kwargs: Any) -> None:
        super().__init__(load_default=None, allow_none=True, **kwargs)
        self.low, self.high = low, high

    def deserialize(self, value: Any, *args: Any, **kwargs: Any) -> Any:
        """An empty text is no number."""
        return super().deserialize(None if value == "" else value, *args, **kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> int:
        text = str(value).strip()
        if isinstance(value, bool) or not re.fullmatch(r"-?\d{1,9}", text) or not self.low <= int(text) <= self.high:
            raise ValidationError(f"Bitte eine ganze Zahl von {self.low} bis {self.high} angeben.")
        return int(text)


class Number(fields.Float):
    """A coordinate between two bounds, or nothing."""

    def __init__(self, low: float, high: float, **kwargs: Any) -> None:
        message = f"Bitte eine Zahl von {low} bis {high} angeben."
        super().__init__(
            load_default=None, allow_none=True, error_messages={"invalid": message, "special": message},
            validate=validate.Range(low, high, error=message), **kwargs,
        )  # fmt: skip


class Choice(fields.String):
    """One of a few fixed values."""

    def __init__(self, *values: str, **kwargs: Any) -> None:
        super().__init__(
            validate=validate.OneOf(values, error=f"Erlaubt sind: {', '.join(values)}."),
            error_messages=MESSAGES,
            **kwargs,
        )


class Slug(fields.Field[str]):
    """A term of a vocabulary, given as slug or as its German label; empty where nothing is chosen."""

    def __init__(self, vocabulary: str, **kwargs: Any) -> None:
        if not kwargs.get("required"):
            kwargs.setdefault("load_default", "")
        super().__init__(error_messages=MESSAGES, **kwargs)
        self.vocabulary = vocabulary

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> str:
        if value is None or value == "":
            if self.required:
                raise ValidationError(REQUIRED)
            return ""
        return find_term(COUNTY.get(), self.vocabulary, str(value))


def find_term(vocabularies: Vocabularies, vocabulary: str, value: str) -> str:
    """The slug for a slug or German label. Raises `ValidationError` that proposes near values."""
    terms = vocabularies[vocabulary]
    wanted = value.strip()
    if wanted in terms:
        return wanted
    folded = wanted.casefold()
    for slug, term in terms.items():
        if folded in {slug.casefold(), term.label().casefold()}:
            return slug
    raise ValidationError(f"„{wanted[:60]}“ gibt es nicht in der Liste. {_nearest(vocabularies, vocabulary, folded)}")


def _nearest(vocabularies: Vocabularies, vocabulary: str, folded: str) -> str:
    from rapidfuzz import process  # noqa: PLC0415  loaded only when a value is wrong

    by_label = {term.label().casefold(): term.label() for term in vocabularies[vocabulary].values()}
    found = process.extract(folded, list(by_label), limit=3)
    return "Ähnlich: " + ", ".join(by_label[label] for label, _, _ in found) + "."


class WebAddress(Text):
    """An http or https address; "www.…" gets its https."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(500, **kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> str:
        text = super()._deserialize(value, attr, data, **kwargs)
        if text.lower().startswith("www."):
            text = "https://" + text
        try:
            parts = urlsplit(text)
        except ValueError:
            parts = urlsplit("")
        if text and (parts.scheme not in {"http", "https"} or "." not in (parts.hostname or "") or " " in text):
            raise ValidationError("Bitte eine Adresse angeben, die mit https:// beginnt.")
        return text


class Mail(Text):
    """A mail address; judged by its shape only."""

    SHAPE = re.compile(r"[^@\s,;<>\"]{1,64}@[^@\s,;<>\"]+\.[^@\s.,;<>\"]{2,}")

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(200, **kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> str:
        text = super()._deserialize(value, attr, data, **kwargs)
        if text and not self.SHAPE.fullmatch(text):
            raise ValidationError("Das ist keine vollständige Mailadresse (name@beispiel.de).")
        return text


class Phone(Text):
    """A telephone number as people write it."""

    SHAPE = re.compile(r"\+?[\d\s()/\-–.]{3,40}(?:(?:Durchwahl|App\.|-)\s*\d+)?")

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(60, **kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> str:
        text = super()._deserialize(value, attr, data, **kwargs)
        if text and not self.SHAPE.fullmatch(text):
            raise ValidationError("Bitte eine Telefonnummer mit Vorwahl angeben, z. B. 0221 4710-123.")
        return text
