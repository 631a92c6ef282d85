"""The offer record: one schema for the form, every file format and the API.

`validate_record(vocabularies, data)` returns a complete record (every field present, vocabulary values as slugs, HTML
cleaned, dates as `datetime.date`); `dump_record` gives the JSON shape back. Fields and their reasons: docs/offers.md.
"""

import re
from datetime import date
from typing import Any

from dateutil.rrule import rrulestr
from marshmallow import RAISE, Schema, ValidationError, fields, post_load, validate, validates_schema

from service.errors import InvalidRecord
from service.schemas.fields import COUNTY, Choice, Day, Flag, Mail, Number, Phone, Slug, Text, WebAddress, Whole
from service.schemas.richtext import clean_html
from service.vocabulary import Vocabularies

STATUSES = ("draft", "review", "public", "paused", "ended", "archived")
VISIBILITIES = ("public", "counsellors", "internal")
TIME = re.compile(r"([01]\d|2[0-3]):[0-5]\d")
RECURRENCE = re.compile(r"FREQ=(WEEKLY|MONTHLY|DAILY)(;(BYDAY|INTERVAL|BYMONTHDAY|BYSETPOS|UNTIL|COUNT)=[-+A-Z0-9,]+)*")


class Part(Schema):
    """A part of a record: unknown fields are an error, so that a misspelt one is not lost in silence."""

    class Meta:
        """Marshmallow's options."""

        unknown = RAISE

    error_messages = {  # noqa: RUF012  marshmallow reads a plain class attribute
        "unknown": "Dieses Feld gibt es nicht.",
        "type": "Hier wird ein Objekt mit Feldern erwartet.",
    }


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
    access = fields.List(Slug("access", required=True), load_default=list)
    transport = Text(300)

    @validates_schema
    def _postcode_is_in_county(self, data: dict[str, Any], **_: Any) -> None:
        code = data.get("postcode", "")
        if code and not re.fullmatch(r"\d{5}", code):
            raise ValidationError("Eine Postleitzahl hat fünf Ziffern.", "postcode")
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
    exceptions = fields.List(Day(required=True), load_default=list)
    note = Text(300)

    @validates_schema
    def _times_make_sense(self, data: dict[str, Any], **_: Any) -> None:
        for name in ("start", "end"):
            if data.get(name) and not TIME.fullmatch(data[name]):
                raise ValidationError("Bitte eine Uhrzeit wie 09:30 angeben.", name)
        if data.get("start") and data.get("end") and data["end"] <= data["start"]:
            raise ValidationError("Das Ende liegt vor dem Beginn.", "end")
        rule = data.get("rrule", "")
        try:
            if not RECURRENCE.fullmatch(rule):
                raise ValueError(rule)
            rrulestr(rule)
        except (ValueError, TypeError, KeyError, IndexError):
            raise ValidationError("Bitte eine Wiederholung wie FREQ=WEEKLY;BYDAY=MO,WE angeben.", "rrule") from None


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

    id = fields.UUID(load_default=None, allow_none=True)
    name = Text(200, required=True)
    legal_form = Text(80)
    parent = Text(200)
    website = WebAddress()
    phone = Phone()
    mail = Mail()
    description = Text(5000)


class ContactPart(Part):
    """A contact desk or person; shared by offers."""

    id = fields.UUID(load_default=None, allow_none=True)
    role = Text(120)
    name = Text(120)
    phone = Phone()
    mail = Mail()
    hours = Text(300)
    phone_visibility = Choice(*VISIBILITIES, load_default="public")
    mail_visibility = Choice(*VISIBILITIES, load_default="public")
    consent_on = Day()
    delete_by = Day()

    @validates_schema
    def _says_something(self, data: dict[str, Any], **_: Any) -> None:
        if not any(data.get(name) for name in ("role", "name", "phone", "mail")):
            raise ValidationError("Bitte Rolle, Name, Telefon oder Mail angeben.", "role")


class Notice(Part):
    """A notice such as "im August geschlossen", with its last day."""

    text = Text(500)
    until = Day()


class TranslationPart(Part):
    """One field in another language."""

    language = Text(12, required=True)
    field = Choice("title", "summary", "body", "registration", "documents", required=True)
    text = Text(20000, required=True)
    origin = Choice("human", "machine", load_default="human")
    status = Choice("current", "outdated", load_default="current")


def _several(vocabulary: str) -> Any:
    return fields.List(Slug(vocabulary, required=True), load_default=list, validate=validate.Length(max=60))


def _texts(longest: int) -> Any:
    return fields.List(Text(longest, required=True), load_default=list, validate=validate.Length(max=40))


def _parts(part: type[Part], most: int) -> Any:
    return fields.List(
        fields.Nested(part), load_default=list, validate=validate.Length(max=most, error=f"Höchstens {most} Einträge.")
    )


class OfferSchema(Part):
    """A whole offer record; loaded by `validate_record`."""

    id = fields.UUID(load_default=None, allow_none=True)
    public_id = Text(8)
    source = fields.Nested(Source, load_default=lambda: {"name": "", "id": ""})
    status = Choice(*STATUSES, load_default="public")
    visible_from = Day()
    visible_until = Day()
    title = Text(150, required=True)
    other_names = _texts(150)
    summary = Text(200)
    body = Text(50000)
    easy = Text(10000)
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
    provider = fields.Nested(ProviderPart, load_default=None, allow_none=True)
    contacts = _parts(ContactPart, 20)
    website = WebAddress()
    registration = Text(2000)
    documents = Text(2000)
    confirmed_on = Day()
    confirmed_by = Text(120)
    review_due = Day()
    responsible_town = Slug("towns")
    notice = fields.Nested(Notice, load_default=lambda: {"text": "", "until": None})
    notes = Text(5000)
    translations = _parts(TranslationPart, 200)

    @validates_schema(skip_on_field_errors=False)
    def _fields_fit_together(self, data: dict[str, Any], **_: Any) -> None:
        check_order(data, "visible_from", "visible_until")
        if data.get("age_from") is not None and data.get("age_to") is not None and data["age_to"] < data["age_from"]:
            raise ValidationError("Das höchste Alter liegt unter dem niedrigsten.", "age_to")
        if "title" in data and not data.get("summary") and not data.get("body"):
            raise ValidationError("Bitte einen Kurztext oder eine Beschreibung angeben.", "summary")

    @post_load
    def _tidy(self, data: dict[str, Any], **_: Any) -> dict[str, Any]:
        """Cleans the HTML and drops repeated values."""
        data["body"] = clean_html(data["body"])
        for name in ("topics", "audiences", "levels", "modes", "towns", "other_names", "search_words"):
            data[name] = list(dict.fromkeys(data[name]))
        data["languages"] = list({entry["code"]: entry for entry in data["languages"]}.values())
        data["translations"] = list({(t["language"], t["field"]): t for t in data["translations"]}.values())
        return data


def check_order(data: dict[str, Any], first: str, last: str) -> None:
    """Raises `ValidationError` on the later field when it lies before the earlier one."""
    a, b = data.get(first), data.get(last)
    if isinstance(a, date) and isinstance(b, date) and b < a:
        raise ValidationError("Dieses Datum liegt vor dem Anfang.", last)


def validate_record(vocabularies: Vocabularies, data: Any) -> dict[str, Any]:
    """A complete record from outside data. Raises `InvalidRecord` with all problems by field path."""
    try:
        with COUNTY(vocabularies):
            record: dict[str, Any] = OfferSchema().load(data)
    except ValidationError as error:
        raise InvalidRecord(dict(flatten(error.messages))) from None
    return record


def dump_record(record: dict[str, Any]) -> dict[str, Any]:
    """The JSON shape of a record: ISO dates, ids as text, every field in the schema's order."""
    shape: dict[str, Any] = OfferSchema().dump(record)
    return shape


def flatten(messages: Any, path: str = "") -> list[tuple[str, list[str]]]:
    """Nested marshmallow messages as (path, sentences): ("places.0.postcode", ["…"])."""
    if not isinstance(messages, dict):
        return [(path, [str(text) for text in messages])]
    found = []
    for key, value in messages.items():
        found += flatten(value, path if key == "_schema" else f"{path}.{key}".lstrip("."))
    return found
