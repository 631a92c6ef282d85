"""The offer record: one schema for the form, every file format and the API.

`validate_record(vocabularies, data)` returns a complete record (every field present, vocabulary values as slugs, HTML
cleaned, dates as `datetime.date`); `dump_record` gives the JSON shape back. Fields and their reasons: docs/offers.md.
"""

import re
from datetime import date
from typing import Any

from dateutil.rrule import rrulestr
from marshmallow import RAISE, Schema, ValidationError, fields, missing, post_load, validates_schema

from service.errors import InvalidRecord
from service.schemas.fields import (
    COUNTY,
    MESSAGES,
    Choice,
    Day,
    Flag,
    Id,
    Lines,
    Mail,
    Number,
    Phone,
    RichText,
    Several,
    Slug,
    Text,
    WebAddress,
    Whole,
    printable,
)
from service.schemas.richtext import clean_html
from service.vocabulary import Vocabularies

STATUSES = ("draft", "review", "public", "paused", "ended", "archived")
VISIBILITIES = ("public", "counsellors", "internal")
OBJECT = "Bitte ein Objekt mit Feldern angeben."
TIME = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]")
DAYS = r"(?:[+-]?[1-5])?(?:MO|TU|WE|TH|FR|SA|SU)"
MONTH_DAY = r"-?(?:[12][0-9]|3[01]|[1-9])"
RULE_PARTS = {
    "FREQ": r"DAILY|WEEKLY|MONTHLY",
    "INTERVAL": r"[1-9][0-9]?",  # 0 would repeat for ever on the first day
    "COUNT": r"[1-9][0-9]{0,2}",
    "UNTIL": r"[0-9]{8}(?:T[0-9]{6})?",
    "BYDAY": rf"{DAYS}(?:,{DAYS})*",
    "BYMONTHDAY": rf"{MONTH_DAY}(?:,{MONTH_DAY})*",
    "BYSETPOS": r"-?[1-5]",
}
"""The parts of RFC 5545 that an offer's time may use, with their values."""


class Part(Schema):
    """A part of a record: unknown fields are an error, so that a misspelt one is not lost in silence."""

    class Meta:
        """Marshmallow's options."""

        unknown = RAISE

    error_messages = {  # noqa: RUF012  marshmallow reads a plain class attribute
        "unknown": "Dieses Feld gibt es nicht. Bitte weglassen oder den Namen prüfen.",
        "type": OBJECT,
    }


class One(fields.Nested):
    """A part in its place."""

    def __init__(self, part: type[Part], **kwargs: Any) -> None:
        super().__init__(part, error_messages=MESSAGES | {"null": OBJECT, "type": OBJECT}, **kwargs)

    def deserialize(self, value: Any, *args: Any, **kwargs: Any) -> Any:
        """None is the default where the field has one."""
        given = value is not None or self.load_default is missing
        return super().deserialize(value if given else missing, *args, **kwargs)


class Source(Part):
    """Where an imported offer comes from."""

    name = Text(80)
    id = Text(160)


class Language(Part):
    """A language spoken, with a note such as "dienstags"."""

    code = Slug("languages", required=True)
    note = Text(200)


class PlacePart(Part):
    """An address. The postcode lies in the county unless `outside_county` says that it does not."""

    name = Text(200)
    street = Text(200)
    postcode = Text(10)
    city = Text(120)
    district = Text(120)
    lat = Number(-90, 90)
    lon = Number(-180, 180)
    outside_county = Flag()
    visibility = Choice("full", "district", "hidden", load_default="full")
    access = Several(Slug("access", required=True), 20)
    transport = Text(300)

    @validates_schema
    def _postcode_is_in_county(self, data: dict[str, Any], **_: Any) -> None:
        code = data.get("postcode", "")
        if code and not re.fullmatch("[0-9]{5}", code):
            raise ValidationError("Eine Postleitzahl hat fünf Ziffern. Bitte prüfen.", "postcode")
        if code and code not in COUNTY.get().town_of_postcode and not data.get("outside_county"):
            raise ValidationError(
                "Diese Postleitzahl liegt nicht im Kreis. Bitte prüfen oder den Ort als außerhalb kennzeichnen.",
                "postcode",
            )


class TimePart(Part):
    """A repeating time."""

    rrule = Text(200, required=True)
    start = Text(5)
    end = Text(5)
    exceptions = Several(Day(required=True), 200)
    note = Text(300)

    @validates_schema
    def _times_make_sense(self, data: dict[str, Any], **_: Any) -> None:
        for name in ("start", "end"):
            if data.get(name) and not TIME.fullmatch(data[name]):
                raise ValidationError("Bitte eine Uhrzeit wie 09:30 angeben.", name)
        if data.get("start") and data.get("end") and data["end"] <= data["start"]:
            raise ValidationError("Das Ende liegt nicht nach dem Beginn. Bitte eine spätere Uhrzeit angeben.", "end")

    @validates_schema
    def _rule_is_understood(self, data: dict[str, Any], **_: Any) -> None:
        if not is_recurrence(data["rrule"]):
            raise ValidationError("Bitte eine Wiederholung wie FREQ=WEEKLY;BYDAY=MO,WE angeben.", "rrule")


def is_recurrence(rule: str) -> bool:
    """True for a repetition that can be worked out; see `RULE_PARTS`."""
    parts = [part.partition("=") for part in rule.split(";")]
    names = [name for name, _, _ in parts]
    known = all(name in RULE_PARTS and re.fullmatch(RULE_PARTS[name], value) for name, _, value in parts)
    if not known or "FREQ" not in names or len(set(names)) < len(names):
        return False
    try:
        rrulestr(rule)
    except ValueError:  # UNTIL=20261399
        return False
    return True


class RunPart(Part):
    """A course run."""

    level = Slug("levels")
    starts_on = Day(required=True)
    ends_on = Day()
    places_free = Whole(0, 1000)
    places_free_as_of = Day()
    waiting_list = Flag()
    note = Text(300)

    @validates_schema
    def _ends_after_start(self, data: dict[str, Any], **_: Any) -> None:
        check_order(data, "starts_on", "ends_on")


class ProviderPart(Part):
    """The organisation that makes the offer; shared by all offers with the same name."""

    id = Id()
    name = Text(200, required=True)
    legal_form = Text(80)
    parent = Text(200)
    website = WebAddress()
    phone = Phone()
    mail = Mail()
    description = Lines(5000)


class ContactPart(Part):
    """A contact desk or person; shared by offers."""

    id = Id()
    role = Text(120)
    name = Text(120)
    phone = Phone()
    mail = Mail()
    hours = Lines(300)
    phone_visibility = Choice(*VISIBILITIES, load_default="")  # not said: the store keeps what it has; new: public
    mail_visibility = Choice(*VISIBILITIES, load_default="")
    consent_on = Day()
    delete_by = Day()

    @validates_schema
    def _says_something(self, data: dict[str, Any], **_: Any) -> None:
        if not any(data.get(name) for name in ("role", "name", "phone", "mail")):
            raise ValidationError("Bitte Rolle, Name, Telefon oder Mail angeben.", "role")


class Notice(Part):
    """A notice such as "im August geschlossen", with its last day."""

    text = Lines(500)
    until = Day()


class TranslationPart(Part):
    """One field in another language."""

    language = Text(12, required=True)
    field = Choice("title", "summary", "body", "registration", "documents", required=True)
    text = Lines(50000, required=True)
    origin = Choice("human", "machine", load_default="human")
    status = Choice("current", "outdated", load_default="current")

    @post_load
    def _clean(self, data: dict[str, Any], **_: Any) -> dict[str, Any]:
        """A translated body is HTML like the body."""
        if data["field"] == "body":
            data["text"] = clean_html(data["text"])
        return data


def _several(vocabulary: str) -> Any:
    return Several(Slug(vocabulary, required=True), 60)


def _texts(longest: int) -> Any:
    return Several(Text(longest, required=True), 40)


def _parts(part: type[Part], most: int) -> Any:
    return Several(One(part), most)


class OfferSchema(Part):
    """A whole offer record; loaded by `validate_record`."""

    id = Id()
    public_id = Text(8)
    source = One(Source, load_default=lambda: {"name": "", "id": ""})
    status = Choice(*STATUSES, load_default="public")
    visible_from = Day()
    visible_until = Day()
    title = Text(150, required=True)
    other_names = _texts(150)
    summary = Text(200)
    body = RichText(50000)
    easy = Lines(10000)
    search_words = _texts(80)
    kind = Slug("kinds")
    topics = _several("topics")
    audiences = _several("audiences")
    languages = _parts(Language, 60)
    levels = _several("levels")
    age_from = Whole(0, 120)
    age_to = Whole(0, 120)
    women_only = Flag()
    cost = Slug("costs")
    cost_note = Text(300)
    modes = _several("modes")
    childcare = Flag()
    childcare_note = Text(300)
    accessibility_note = Text(500)
    towns = _several("towns")
    places = _parts(PlacePart, 30)
    times = _parts(TimePart, 30)
    course_runs = _parts(RunPart, 30)
    provider = One(ProviderPart, load_default=None, allow_none=True)
    contacts = _parts(ContactPart, 20)
    website = WebAddress()
    registration = Lines(2000)
    documents = Lines(2000)
    confirmed_on = Day()
    confirmed_by = Text(120)
    review_due = Day()
    responsible_town = Slug("towns")
    notice = One(Notice, load_default=lambda: {"text": "", "until": None})
    notes = Lines(5000)
    translations = _parts(TranslationPart, 200)

    @validates_schema(skip_on_field_errors=False)
    def _dates_are_in_order(self, data: dict[str, Any], **_: Any) -> None:
        check_order(data, "visible_from", "visible_until")

    @validates_schema(skip_on_field_errors=False)
    def _ages_are_in_order(self, data: dict[str, Any], **_: Any) -> None:
        if data.get("age_from") is not None and data.get("age_to") is not None and data["age_to"] < data["age_from"]:
            raise ValidationError("Das höchste Alter liegt unter dem niedrigsten. Bitte tauschen.", "age_to")

    @validates_schema(skip_on_field_errors=False)
    def _says_what_it_is(self, data: dict[str, Any], **_: Any) -> None:
        if data.get("summary") == "" and data.get("body") == "":  # a wrong one is missing here and has its own message
            raise ValidationError("Bitte einen Kurztext oder eine Beschreibung angeben.", "summary")

    @validates_schema(skip_on_field_errors=False)
    def _public_id_is_one(self, data: dict[str, Any], **_: Any) -> None:
        if not re.fullmatch("(?:[a-z0-9]{8})?", data.get("public_id", "")):
            raise ValidationError(
                "Eine Kennung hat acht Kleinbuchstaben oder Ziffern. Bitte leer lassen, dann vergibt sie das System.",
                "public_id",
            )

    @post_load
    def _tidy(self, data: dict[str, Any], **_: Any) -> dict[str, Any]:
        """Drops repeated values."""
        for name in ("topics", "audiences", "levels", "modes", "towns", "other_names", "search_words"):
            data[name] = list(dict.fromkeys(data[name]))
        data["languages"] = list({entry["code"]: entry for entry in data["languages"]}.values())
        data["translations"] = list(
            {(t["language"], t["field"]): t for t in data["translations"] if t["text"]}.values()
        )
        return data


SCHEMA = OfferSchema()


def check_order(data: dict[str, Any], first: str, last: str) -> None:
    """Raises `ValidationError` on the later field when it lies before the earlier one."""
    a, b = data.get(first), data.get(last)
    if isinstance(a, date) and isinstance(b, date) and b < a:
        raise ValidationError("Dieses Datum liegt vor dem Anfang. Bitte eines von beiden ändern.", last)


def validate_record(vocabularies: Vocabularies, data: Any) -> dict[str, Any]:
    """A complete record from outside data. Raises `InvalidRecord` with all problems by field path."""
    try:
        with COUNTY(vocabularies):
            record: dict[str, Any] = SCHEMA.load(data)
    except ValidationError as error:
        problems: dict[str, list[str]] = {}
        for path, texts in flatten(error.messages):
            problems.setdefault(path, []).extend(text for text in texts if text not in problems.get(path, ()))
        raise InvalidRecord(problems) from None
    return record


def dump_record(record: dict[str, Any]) -> dict[str, Any]:
    """The JSON shape of a record: ISO dates, ids as text, every field in the schema's order."""
    return {name: plain(record[name]) for name in SCHEMA.fields}


def plain(value: Any) -> Any:
    """A value as JSON: dates and ids as text."""
    if isinstance(value, dict):
        return {name: plain(entry) for name, entry in value.items()}
    if isinstance(value, list):
        return [plain(entry) for entry in value]
    return value if value is None or isinstance(value, str | int | float) else str(value)


def flatten(messages: Any, path: str = "") -> list[tuple[str, list[str]]]:
    """Nested marshmallow messages as (path, sentences): ("places.0.postcode", ["…"])."""
    if not isinstance(messages, dict):
        return [(path, [str(text) for text in messages])]
    found = []
    for key, value in messages.items():
        found += flatten(value, path if key == "_schema" else f"{path}.{printable(str(key))}".lstrip("."))
    return found
