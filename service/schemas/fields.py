"""Marshmallow fields of the product: German messages that name the remedy, one meaning for form, file and API."""

import re
import unicodedata
from collections.abc import Mapping
from datetime import date
from math import nan
from typing import Any
from urllib.parse import urlsplit

from marshmallow import ValidationError, fields, missing
from marshmallow.experimental.context import Context

from service.schemas.richtext import clean_html
from service.vocabulary import Vocabularies

COUNTY = Context[Vocabularies]
"""The county's vocabularies while a record is validated."""
REQUIRED = "Bitte ausfüllen."
TEXT = "Bitte einen Text angeben."
DATE = "Bitte ein Datum wie 2026-05-31 oder 31.05.2026 angeben."
FLAG = "Bitte ja oder nein angeben."
YES = frozenset({"ja", "j", "true", "1", "on", "yes", "x"})
NO = frozenset({"nein", "n", "false", "0", "off", "no", ""})
CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
MESSAGES: dict[str, Any] = {
    "required": REQUIRED,
    "null": REQUIRED,
    "invalid": TEXT,
    "invalid_utf8": TEXT,
    "validator_failed": "Dieser Wert ist nicht gültig. Bitte ändern.",
}


def printable(value: str) -> str:
    """Somebody's wrong value for a message: short, without what could not be shown or sent."""
    return CONTROL.sub("�", value[:60])


def is_scalar(value: Any) -> bool:
    """True for what stands in one cell; lists and objects in its place are a mistake of whoever made the file."""
    return isinstance(value, str | int | float | bool | date)


class Text(fields.String):
    """One line of text: NFC, no control characters, runs of blanks as one; `longest` counts characters."""

    def __init__(self, longest: int, **kwargs: Any) -> None:
        if not kwargs.get("required"):
            kwargs.setdefault("load_default", "")
            kwargs.setdefault("allow_none", True)
        super().__init__(error_messages=MESSAGES, **kwargs)
        self.longest = longest

    def deserialize(self, value: Any, *args: Any, **kwargs: Any) -> Any:
        """None is no text."""
        return super().deserialize("" if value is None and not self.required else value, *args, **kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> str:
        if not isinstance(value, str):
            raise self.make_error("invalid")
        text = self._tidy(value)
        if CONTROL.search(text):
            raise ValidationError("Der Text enthält unsichtbare Steuerzeichen. Bitte neu eintippen.")
        text = unicodedata.normalize("NFC", text)
        if len(text) > self.longest:
            raise ValidationError(f"Höchstens {self.longest} Zeichen, es sind {len(text)}. Bitte kürzen.")
        if self.required and not text:
            raise ValidationError(REQUIRED)
        return text

    def _tidy(self, text: str) -> str:
        return " ".join(text.split())


class Lines(Text):
    """Text of several lines, whatever machine they were typed on."""

    def _tidy(self, text: str) -> str:
        return text.replace("\r\n", "\n").replace("\r", "\n").strip()


class RichText(Lines):
    """Safe HTML; see `clean_html`. Markup without a word in it is no text."""

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> str:
        return clean_html(super()._deserialize(value, attr, data, **kwargs))


class Id(fields.UUID):
    """A UUID, or nothing."""

    def __init__(self) -> None:
        unknown = "Das ist keine Kennung (UUID). Bitte weglassen, dann vergibt sie das System."
        super().__init__(load_default=None, allow_none=True, error_messages=MESSAGES | {"invalid_uuid": unknown})

    def deserialize(self, value: Any, *args: Any, **kwargs: Any) -> Any:
        """An empty text is no id."""
        return super().deserialize(None if value == "" else value, *args, **kwargs)


class Several(fields.List[Any]):
    """A list of at most `most` entries; None is an empty one."""

    def __init__(self, entry: fields.Field[Any], most: int) -> None:
        messages = MESSAGES | {"invalid": "Bitte eine Liste angeben."}
        super().__init__(entry, load_default=list, allow_none=True, error_messages=messages)
        self.most = most

    def deserialize(self, value: Any, *args: Any, **kwargs: Any) -> Any:
        """None is an empty list."""
        return super().deserialize([] if value is None else value, *args, **kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> list[Any]:
        if isinstance(value, list) and len(value) > self.most:
            raise ValidationError(f"Höchstens {self.most} Einträge, es sind {len(value)}. Bitte kürzen.")
        return super()._deserialize(value, attr, data, **kwargs)


class Day(fields.Field[date]):
    """A date: ISO, or German (31.05.2026)."""

    default_error_messages = MESSAGES
    GERMAN = re.compile(r"([0-9]{1,2})\.([0-9]{1,2})\.([0-9]{4})")
    ISO = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})")

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
        text = value.strip() if isinstance(value, str) else ""
        try:
            if found := self.GERMAN.fullmatch(text):
                day = date(int(found[3]), int(found[2]), int(found[1]))
            elif found := self.ISO.fullmatch(text):
                day = date(int(found[1]), int(found[2]), int(found[3]))
            else:
                raise ValidationError(DATE)
        except ValueError:  # 31.02.2026
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
        super().__init__(allow_none=True, error_messages=MESSAGES, **kwargs)

    def deserialize(self, value: Any, *args: Any, **kwargs: Any) -> Any:
        """None is nein."""
        return super().deserialize("" if value is None else value, *args, **kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> bool:
        word = str(value).strip().lower() if is_scalar(value) else "?"
        if word not in YES | NO:
            raise ValidationError(FLAG)
        return word in YES


class Whole(fields.Field[int]):
    """A whole number between two bounds, or nothing."""

    def __init__(self, low: int, high: int, **kwargs: Any) -> None:
        super().__init__(load_default=None, allow_none=True, error_messages=MESSAGES, **kwargs)
        self.low, self.high = low, high

    def deserialize(self, value: Any, *args: Any, **kwargs: Any) -> Any:
        """An empty text is no number."""
        return super().deserialize(None if value == "" else value, *args, **kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> int:
        text = str(value).strip() if isinstance(value, str | int) and not isinstance(value, bool) else ""
        if not re.fullmatch(r"-?[0-9]{1,9}", text) or not self.low <= int(text) <= self.high:
            raise ValidationError(f"Bitte eine ganze Zahl von {self.low} bis {self.high} angeben.")
        return int(text)


class Number(fields.Field[float]):
    """A coordinate between two bounds, with decimal point or comma, or nothing."""

    def __init__(self, low: float, high: float, **kwargs: Any) -> None:
        super().__init__(load_default=None, allow_none=True, error_messages=MESSAGES, **kwargs)
        self.low, self.high = low, high

    def deserialize(self, value: Any, *args: Any, **kwargs: Any) -> Any:
        """An empty text is no number."""
        return super().deserialize(None if value == "" else value, *args, **kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> float:
        try:
            if not isinstance(value, str | int | float) or isinstance(value, bool):
                raise TypeError
            number = float(value.replace(",", ".")) if isinstance(value, str) else float(value)
        except (TypeError, ValueError, OverflowError):
            number = nan
        if not self.low <= number <= self.high:
            raise ValidationError(f"Bitte eine Zahl von {self.low} bis {self.high} angeben.")
        return number


class Choice(fields.String):
    """One of a few fixed values; empty means `load_default` where the field has one."""

    def __init__(self, *values: str, **kwargs: Any) -> None:
        super().__init__(error_messages=MESSAGES, **kwargs)
        self.values = values

    def deserialize(self, value: Any, *args: Any, **kwargs: Any) -> Any:
        """Empty is the default."""
        return super().deserialize(missing if value in (None, "") and not self.required else value, *args, **kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> str:
        if not isinstance(value, str):
            raise self.make_error("invalid")
        if value not in self.values:
            raise ValidationError(f"„{printable(value)}“ ist nicht möglich. Erlaubt sind: {', '.join(self.values)}.")
        return value


class Slug(fields.Field[str]):
    """A term of a vocabulary, given as slug or as its German label; empty where nothing is chosen."""

    def __init__(self, vocabulary: str, **kwargs: Any) -> None:
        if not kwargs.get("required"):
            kwargs.setdefault("load_default", "")
            kwargs.setdefault("allow_none", True)
        super().__init__(error_messages=MESSAGES, **kwargs)
        self.vocabulary = vocabulary

    def deserialize(self, value: Any, *args: Any, **kwargs: Any) -> Any:
        """None is no term."""
        return super().deserialize("" if value is None else value, *args, **kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> str:
        if value == "":
            if self.required:
                raise ValidationError(REQUIRED)
            return ""
        if not isinstance(value, str):
            raise self.make_error("invalid")
        return find_term(COUNTY.get(), self.vocabulary, value)


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
    near = _nearest(vocabularies, vocabulary, folded[:100])
    raise ValidationError(f"„{printable(wanted)}“ gibt es nicht in der Liste. {near}")


def _nearest(vocabularies: Vocabularies, vocabulary: str, folded: str) -> str:
    from rapidfuzz import process  # noqa: PLC0415  loaded only when a value is wrong

    if not vocabularies[vocabulary]:
        return "Bitte leer lassen."
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
        if len(text) > self.longest:
            raise ValidationError(f"Höchstens {self.longest} Zeichen. Bitte eine kürzere Adresse angeben.")
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
            raise ValidationError("Bitte eine vollständige Mailadresse wie name@beispiel.de angeben.")
        return text


class Phone(Text):
    """A telephone number as people write it."""

    SHAPE = re.compile(r"\+?(?=.*[0-9].*[0-9].*[0-9])[0-9 ()/\-–.]{3,40}(?:(?:Durchwahl|App\.|-) ?[0-9]+)?")

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(60, **kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> str:
        text = super()._deserialize(value, attr, data, **kwargs)
        if text and not self.SHAPE.fullmatch(text):
            raise ValidationError("Bitte eine Telefonnummer mit Vorwahl angeben, z. B. 0221 4710-123.")
        return text
