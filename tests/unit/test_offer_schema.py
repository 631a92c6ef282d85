"""One validation for form, file and API: it accepts what people mean and says in German what to do about the rest."""

from __future__ import annotations

import json
from datetime import date
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from service.errors import InvalidRecord
from service.schemas.offer import OfferSchema, dump_record, is_recurrence, validate_record
from service.schemas.richtext import clean_html
from tests.store.factory import FULL, VOCABULARIES, full_record, record

PLACE = {"name": "Bürgerhaus"}
RULE = "FREQ=WEEKLY;BYDAY=MO"
ENGLISH = ("field", "valid", "must", "null", "missing", "unknown", "invalid", "length", "type")


def problems(**fields: Any) -> dict[str, list[str]]:
    """What validation says of a record with these fields."""
    with pytest.raises(InvalidRecord) as refused:
        record(**fields)
    return refused.value.problems


def problem(**fields: Any) -> tuple[str, str]:
    """The only problem of a record: (field path, sentence)."""
    found = problems(**fields)
    ((path, texts),) = found.items()
    (text,) = texts
    return path, text


@pytest.mark.parametrize(
    ("fields", "path", "remedy"),
    [
        ({"title": ""}, "title", "ausfüllen"),
        ({"title": "  \t "}, "title", "ausfüllen"),
        ({"title": None}, "title", "ausfüllen"),
        ({"title": 7}, "title", "einen Text angeben"),
        ({"title": ["Kurs"]}, "title", "einen Text angeben"),
        ({"title": "x" * 151}, "title", "Höchstens 150 Zeichen, es sind 151"),
        ({"title": "Kurs\x00"}, "title", "neu eintippen"),
        ({"title": "Kurs \ud83d"}, "title", "neu eintippen"),
        ({"summary": "x" * 201}, "summary", "Bitte kürzen"),
        ({"summary": ""}, "summary", "Kurztext oder eine Beschreibung"),
        ({"summary": "", "body": "<p><script>alert(1)</script></p>"}, "summary", "Kurztext oder eine Beschreibung"),
        ({"kind": "kursus"}, "kind", "Ähnlich: Kurs"),
        ({"kind": ["kurs"]}, "kind", "einen Text angeben"),
        ({"status": "veröffentlicht"}, "status", "Erlaubt sind: draft, review, public"),
        ({"status": 1}, "status", "einen Text angeben"),
        ({"topics": "jugend"}, "topics", "eine Liste angeben"),
        ({"topics": ["jugend", None]}, "topics.1", "ausfüllen"),
        ({"topics": ["jugend"] * 61}, "topics", "Höchstens 60 Einträge, es sind 61"),
        ({"search_words": [""]}, "search_words.0", "ausfüllen"),
        ({"languages": ["de"]}, "languages.0", "ein Objekt mit Feldern"),
        ({"languages": [None]}, "languages.0", "ein Objekt mit Feldern"),
        ({"languages": [{}]}, "languages.0.code", "ausfüllen"),
        ({"age_from": "sechs"}, "age_from", "ganze Zahl von 0 bis 120"),
        ({"age_from": True}, "age_from", "ganze Zahl von 0 bis 120"),
        ({"age_from": 18, "age_to": 6}, "age_to", "tauschen"),
        ({"women_only": "vielleicht"}, "women_only", "ja oder nein"),
        ({"women_only": []}, "women_only", "ja oder nein"),
        ({"visible_from": "31.02.2026"}, "visible_from", "Datum wie 2026-05-31 oder 31.05.2026"),
        ({"visible_from": "2026-W10-1"}, "visible_from", "Datum wie 2026-05-31"),
        ({"visible_from": 20260301}, "visible_from", "Datum wie 2026-05-31"),
        ({"visible_from": "0026-05-31"}, "visible_from", "Das Jahr 26 kann nicht stimmen"),
        ({"visible_from": "2026-05-02", "visible_until": "2026-05-01"}, "visible_until", "eines von beiden ändern"),
        ({"places": [PLACE | {"lat": 91}]}, "places.0.lat", "Zahl von -90 bis 90"),
        ({"places": [PLACE | {"lat": float("nan")}]}, "places.0.lat", "Zahl von -90 bis 90"),
        ({"places": [PLACE | {"lon": 10**400}]}, "places.0.lon", "Zahl von -180 bis 180"),
        ({"places": [PLACE | {"postcode": "4569"}]}, "places.0.postcode", "fünf Ziffern"),
        ({"places": [PLACE | {"postcode": "10115"}]}, "places.0.postcode", "als außerhalb kennzeichnen"),
        ({"places": [PLACE | {"access": ["rampe"]}]}, "places.0.access.0", "gibt es nicht in der Liste"),
        ({"times": [{"start": "09:30"}]}, "times.0.rrule", "ausfüllen"),
        ({"times": [{"rrule": "montags"}]}, "times.0.rrule", "FREQ=WEEKLY;BYDAY=MO,WE"),
        ({"times": [{"rrule": RULE, "start": "9:30"}]}, "times.0.start", "Uhrzeit wie 09:30"),
        ({"times": [{"rrule": RULE, "start": "24:00"}]}, "times.0.start", "Uhrzeit wie 09:30"),
        ({"times": [{"rrule": RULE, "start": "11:00", "end": "10:00"}]}, "times.0.end", "spätere Uhrzeit"),
        ({"times": [{"rrule": RULE, "exceptions": ["bald"]}]}, "times.0.exceptions.0", "Datum wie"),
        ({"course_runs": [{"level": "a1"}]}, "course_runs.0.starts_on", "ausfüllen"),
        ({"course_runs": [{"starts_on": "2026-05-02", "ends_on": "2026-05-01"}]}, "course_runs.0.ends_on", "vor dem Anfang"),
        ({"provider": {"phone": "0221 4710-100"}}, "provider.name", "ausfüllen"),
        ({"provider": "Beratungsbüro"}, "provider", "ein Objekt mit Feldern"),
        ({"provider": {"name": "Büro", "phone": "anrufen"}}, "provider.phone", "Telefonnummer mit Vorwahl"),
        ({"provider": {"name": "Büro", "phone": "---"}}, "provider.phone", "Telefonnummer mit Vorwahl"),
        ({"provider": {"name": "Büro", "mail": "buero@example"}}, "provider.mail", "name@beispiel.de"),
        ({"provider": {"name": "Büro", "id": "eins"}}, "provider.id", "weglassen"),
        ({"contacts": [{"hours": "Mo"}]}, "contacts.0.role", "Rolle, Name, Telefon oder Mail"),
        ({"website": "javascript:alert(1)"}, "website", "mit https:// beginnt"),
        ({"website": "https://[::1"}, "website", "mit https:// beginnt"),
        ({"website": "www." + "x" * 490 + ".de"}, "website", "kürzere Adresse"),
        ({"translations": [{"language": "en", "field": "notes", "text": "x"}]}, "translations.0.field", "Erlaubt sind"),
        ({"id": 7}, "id", "weglassen"),
        ({"public_id": "../../etc"}, "public_id", "Höchstens 8 Zeichen"),
        ({"public_id": "ÄÖ/?"}, "public_id", "leer lassen"),
        ({"titel": "Kurs"}, "titel", "weglassen oder den Namen prüfen"),
        ({"places": [PLACE | {"strasse": "x"}]}, "places.0.strasse", "weglassen oder den Namen prüfen"),
    ],
)  # fmt: skip
def test_each_mistake_is_said_once_where_it_was_made_with_its_remedy(
    fields: dict[str, Any], path: str, remedy: str
) -> None:
    said_at, text = problem(**fields)
    assert said_at == path
    assert remedy in text
    assert text.endswith(".")


@pytest.mark.parametrize("data", [None, [], "Kurs", 7])
def test_something_that_is_no_record_is_said_so(data: Any) -> None:
    with pytest.raises(InvalidRecord, match="Objekt mit Feldern"):
        validate_record(VOCABULARIES, data)


def test_all_mistakes_are_said_at_once() -> None:
    found = problems(title="", age_from=9, age_to=3, visible_from="2026-05-02", visible_until="2026-05-01", kind="?")
    assert found.keys() == {"title", "age_to", "visible_until", "kind"}


def test_a_summary_that_is_too_long_is_not_called_missing() -> None:
    assert len(problems(summary="x" * 201)["summary"]) == 1


def test_no_message_is_marshmallows_own() -> None:
    nothing = dict.fromkeys(OfferSchema().fields)
    numbers = dict.fromkeys(OfferSchema().fields, 12345)
    objects: dict[str, Any] = {name: {"x": {}} for name in OfferSchema().fields}
    lists: dict[str, Any] = {name: [None, [], {}, 5] for name in OfferSchema().fields}
    for data in (nothing, numbers, objects, lists, {}):
        with pytest.raises(InvalidRecord) as refused:
            validate_record(VOCABULARIES, data)
        for text in [text for texts in refused.value.problems.values() for text in texts]:
            assert not any(f" {word}" in f" {text.lower()}" for word in ENGLISH), text


def test_null_means_empty_wherever_a_field_may_be_empty() -> None:
    nothing: dict[str, Any] = dict.fromkeys(OfferSchema().fields) | {"title": "Kurs", "summary": "Kurz."}
    assert validate_record(VOCABULARIES, nothing) == validate_record(
        VOCABULARIES, {"title": "Kurs", "summary": "Kurz."}
    )


def test_an_empty_cell_means_empty_wherever_a_field_is_one_cell() -> None:
    cells = {name: "" for name, value in full_record().items() if not isinstance(value, list | dict)}
    assert record(**(cells | {"title": "Kurs", "summary": "Kurz."})) == record(title="Kurs", summary="Kurz.")


def test_people_may_write_as_they_are_used_to() -> None:
    said = record(
        title="  Deutsch\n  für Alle ", visible_from="1.3.2026", women_only="Ja", age_from=" 6 ", kind="KURS",
        website="www.example.org", places=[PLACE | {"lat": "51,5"}], registration="Anrufen\r\noder kommen\r\n",
    )  # fmt: skip
    assert said["title"] == "Deutsch für Alle"
    assert said["visible_from"] == date(2026, 3, 1)
    assert (said["women_only"], said["age_from"], said["kind"]) == (True, 6, "kurs")
    assert said["website"] == "https://www.example.org"
    assert said["places"][0]["lat"] == 51.5
    assert said["registration"] == "Anrufen\noder kommen"


def test_letters_with_loose_dots_become_whole_letters() -> None:
    assert record(title="Bu\u0308rgerbu\u0308ro")["title"] == "Bürgerbüro"


def test_repeated_values_are_kept_once_in_their_order() -> None:
    said = record(
        topics=["jugend", "deutschkurse", "Jugend"], languages=[{"code": "de"}, {"code": "de", "note": "immer"}]
    )
    assert said["topics"] == ["jugend", "deutschkurse"]
    assert said["languages"] == [{"code": "de", "note": "immer"}]


def test_a_place_outside_the_county_may_have_any_postcode() -> None:
    assert record(places=[PLACE | {"postcode": "10115", "outside_county": True}])["places"][0]["postcode"] == "10115"


def test_ids_become_ids() -> None:
    assert record(id="9d0e8f5e-3a60-4c39-9f0c-0f5b3f5a4f11")["id"] == UUID("9d0e8f5e-3a60-4c39-9f0c-0f5b3f5a4f11")


def test_who_may_see_a_number_stays_unsaid_until_somebody_says_it() -> None:
    assert record(contacts=[{"role": "Büro"}])["contacts"][0]["phone_visibility"] == ""


@pytest.mark.parametrize(
    ("rule", "good"),
    [
        ("FREQ=WEEKLY;BYDAY=MO,WE", True),
        ("FREQ=MONTHLY;BYDAY=1TU", True),
        ("FREQ=MONTHLY;BYDAY=-1FR;INTERVAL=2", True),
        ("FREQ=DAILY;UNTIL=20260630", True),
        ("FREQ=MONTHLY;BYMONTHDAY=15,31", True),
        ("FREQ=WEEKLY;INTERVAL=0", False),
        ("FREQ=SECONDLY", False),
        ("FREQ=WEEKLY;FREQ=DAILY", False),
        ("BYDAY=MO", False),
        ("FREQ=DAILY;UNTIL=20261399", False),
        ("FREQ=MONTHLY;BYMONTHDAY=32", False),
        ("FREQ=WEEKLY;BYDAY=", False),
        ("FREQ=WEEKLY;", False),
        ("RRULE:FREQ=WEEKLY", False),
    ],
)
def test_only_repetitions_that_end_somewhere_are_taken(rule: str, good: bool) -> None:
    assert is_recurrence(rule) is good


@pytest.mark.parametrize(
    ("given_text", "clean"),
    [
        ("Alter < 18 & mehr", "<p>Alter &lt; 18 &amp; mehr</p>"),
        ("Eins\nZwei\n\nDrei", "<p>Eins<br>Zwei</p><p>Drei</p>"),
        ("<p onclick='x()'>Hallo<script>alert(1)</script></p>", "<p>Hallo</p>"),
        ("<div>Hallo</div>", "<p>Hallo</p>"),
        ("<span>a &lt; b</span>", "<p>a &lt; b</p>"),
        ("<p>&nbsp;</p><br>", ""),
        ("<img src=x onerror=alert(1)>", ""),
        ('<a href="javascript:alert(1)">x</a>', '<a rel="nofollow noopener">x</a>'),
        ('<a href="tel:+492214710100">x</a>', '<a href="tel:+492214710100" rel="nofollow noopener">x</a>'),
    ],
)
def test_html_is_cleaned(given_text: str, clean: str) -> None:
    assert record(body=given_text)["body"] == clean


def test_a_translated_body_is_cleaned_too() -> None:
    said = record(translations=[{"language": "en", "field": "body", "text": "<p>Hi<script>x()</script></p>"}])
    assert said["translations"][0]["text"] == "<p>Hi</p>"


def test_dumping_and_reading_again_changes_nothing() -> None:
    once = full_record()
    text = json.dumps(dump_record(once), ensure_ascii=False)
    assert validate_record(VOCABULARIES, json.loads(text)) == once


def test_the_dump_has_every_field_in_the_schemas_order() -> None:
    assert list(dump_record(full_record())) == list(OfferSchema().fields)


SENSIBLE = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters())
JSON = st.recursive(SCALARS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4))
PARTS = st.sampled_from(
    ["places", "times", "course_runs", "provider", "contacts", "notice", "translations", "languages"]
)


@SENSIBLE
@given(JSON)
def test_any_json_is_a_record_or_an_invalid_record(data: Any) -> None:
    _validate(data)


@SENSIBLE
@given(st.dictionaries(st.sampled_from(list(FULL)), JSON, max_size=8))
def test_any_value_in_any_field_is_taken_or_refused(fields: dict[str, Any]) -> None:
    _validate({"title": "Kurs", "summary": "Kurz."} | fields)


@SENSIBLE
@given(PARTS, st.data())
def test_any_value_in_any_part_is_taken_or_refused(name: str, data: st.DataObject) -> None:
    whole: Any = FULL[name]
    part = whole[0] if isinstance(whole, list) else whole
    changed = part | data.draw(st.dictionaries(st.sampled_from(list(part)), JSON, max_size=4))
    _validate({"title": "Kurs", "summary": "Kurz.", name: [changed] if isinstance(whole, list) else changed})


def test_very_deep_json_is_refused() -> None:
    deep: Any = "x"
    for _ in range(700):
        deep = [deep]
    for name in OfferSchema().fields:
        _validate({"title": "Kurs", "summary": "Kurz.", name: deep})


@SENSIBLE
@given(st.text(st.sampled_from("<>/&;ab p=\"'\n\xa0brdivul!-")), st.sampled_from(["", "<p>", "<div>", "<ul><li>"]))
def test_cleaning_twice_changes_nothing(text: str, tag: str) -> None:
    once = clean_html(tag + text)
    assert clean_html(once) == once


def _validate(data: Any) -> None:
    """Validates; what is taken can be sent as JSON and is taken again, what is refused can be shown."""
    try:
        said = validate_record(VOCABULARIES, data)
    except InvalidRecord as error:
        json.dumps(error.problems, ensure_ascii=False).encode()
        error.message.encode()
    else:
        text = json.dumps(dump_record(said), ensure_ascii=False, allow_nan=False).encode()
        assert b"\\u0000" not in text
        assert validate_record(VOCABULARIES, json.loads(text)) == said
