"""Records for tests: `record()` says little, `full_record()` fills every field. Both passed validation."""

from __future__ import annotations

from typing import Any

from service.schemas.offer import validate_record
from service.vocabulary import NAMES, Term, Vocabularies

SLUGS: dict[str, dict[str, str]] = {
    "towns": {"herten": "", "marl": "", "waltrop": ""},
    "topics": {"deutsch-lernen": "", "deutschkurse": "deutsch-lernen", "sprachtreffs": "deutsch-lernen", "jugend": ""},
    "kinds": {"kurs": "", "beratung": ""},
    "audiences": {"frauen": "", "eltern": ""},
    "languages": {"de": "", "en": "", "ar": ""},
    "levels": {"a1": "", "a2": ""},
    "costs": {"kostenlos": "", "foerderung": ""},
    "modes": {"vor-ort": "", "online": ""},
    "access": {"stufenlos": "", "wc": ""},
    "weekdays": {"mo": "", "mi": ""},
    "features": {"barrierefrei": ""},
    "postcodes": {"45699": "", "45770": ""},
}
"""Slug → parent."""


def lists(**changes: list[Term]) -> dict[str, list[Term]]:
    """Small vocabularies, as read from a county's folder."""
    made = {name: [term(slug, parent=parent) for slug, parent in SLUGS[name].items()] for name in NAMES}
    return made | changes


def term(slug: str, label: str = "", parent: str = "") -> Term:
    """A term whose German label is its slug unless another is given."""
    return Term(slug, {"de": label or slug.capitalize()}, {"de": (slug, "alltagswort")}, parent)


VOCABULARIES = Vocabularies({name: {entry.slug: entry for entry in entries} for name, entries in lists().items()})


def record(**changes: Any) -> dict[str, Any]:
    """A validated record with title and summary and what the test adds."""
    return validate_record(VOCABULARIES, {"title": "Deutschkurs A1", "summary": "Deutsch von Anfang an."} | changes)


def provider(**changes: Any) -> dict[str, Any]:
    """A provider as a record names it."""
    return {"name": "Beratungsbüro Herten", "phone": "0221 4710-100", "mail": "buero@example.org"} | changes


def contact(**changes: Any) -> dict[str, Any]:
    """A contact as a record names it."""
    return {"role": "Kursanmeldung", "phone": "0221 4710-101", "mail": "kurse@example.org"} | changes


def full_record(**changes: Any) -> dict[str, Any]:
    """A validated record in which no field is empty or at its default."""
    return record(**(FULL | changes))


FULL: dict[str, Any] = {
    "id": "9d0e8f5e-3a60-4c39-9f0c-0f5b3f5a4f11",
    "public_id": "abcd2345",
    "source": {"name": "kreisliste", "id": "4711"},
    "status": "paused",
    "visible_from": "2026-01-01",
    "visible_until": "31.12.2026",
    "title": "Größer werden: Deutsch für Eltern „A1“",
    "other_names": ["Elterncafé", "Mama lernt Deutsch"],
    "summary": "Deutsch lernen, während die Kinder spielen.",
    "body": "<p>Wir lernen <strong>zweimal</strong> in der Woche.</p><ul><li>Hören</li><li>Sprechen</li></ul>",
    "easy": "Sie lernen Deutsch.\nIhr Kind spielt nebenan.",
    "search_words": ["deutsch", "الألمانية"],
    "kind": "kurs",
    "topics": ["sprachtreffs", "deutschkurse"],
    "audiences": ["frauen", "eltern"],
    "languages": [{"code": "ar", "note": "dienstags"}, {"code": "de", "note": ""}],
    "levels": ["a2", "a1"],
    "age_from": 16,
    "age_to": 99,
    "women_only": True,
    "cost": "foerderung",
    "cost_note": "Die Kosten trägt das Jobcenter.",
    "modes": ["online", "vor-ort"],
    "childcare": True,
    "childcare_note": "Ab zwei Jahren.",
    "accessibility_note": "Aufzug bis 90 cm.",
    "towns": ["marl", "herten"],
    "places": [
        {
            "name": "Bürgerhaus", "street": "Musterstraße 1", "postcode": "45699", "city": "Herten", "district": "Süd",
            "lat": 51.5951, "lon": "7,1436", "outside_county": False, "visibility": "district",
            "access": ["wc", "stufenlos"], "transport": "Bus 249",
        },
        {"name": "Außenstelle", "postcode": "44135", "city": "Dortmund", "outside_county": True, "visibility": "hidden"},
    ],
    "times": [
        {
            "rrule": "FREQ=WEEKLY;BYDAY=MO,WE", "start": "09:30", "end": "11:00",
            "exceptions": ["2026-05-25", "2026-06-04"], "note": "nicht in den Ferien",
        },
        {"rrule": "FREQ=MONTHLY;BYDAY=1TU", "start": "18:00"},
    ],
    "course_runs": [
        {
            "level": "a1", "starts_on": "2026-02-02", "ends_on": "2026-06-30", "places_free": 3,
            "places_free_as_of": "2026-01-20", "waiting_list": True, "note": "mit Prüfung",
        }
    ],
    "provider": {
        "name": "Bildungswerk Marl", "legal_form": "e. V.", "parent": "Bildungsverband", "website": "https://marl.example.org",
        "phone": "0221 4710-200", "mail": "marl@example.org", "description": "Kurse seit 1990.\n\nAuch am Abend.",
    },
    "contacts": [
        {
            "role": "Kursanmeldung", "name": "Büro im Erdgeschoss", "phone": "0221 4710-201", "mail": "kurse@example.org",
            "hours": "Mo–Fr 9–12 Uhr", "phone_visibility": "counsellors", "mail_visibility": "internal",
            "consent_on": "2026-01-05", "delete_by": "2028-01-05",
        },
        {"role": "Kinderbetreuung", "mail": "kinder@example.org"},
    ],
    "website": "https://marl.example.org/kurs?nr=4711&tag=mo",
    "registration": "Bitte anrufen.\nOder kommen.",
    "documents": "Ausweis, Bescheid",
    "confirmed_on": "2026-03-01",
    "confirmed_by": "Kursanmeldung",
    "review_due": "2026-09-01",
    "responsible_town": "herten",
    "notice": {"text": "Im August geschlossen.", "until": "2026-08-31"},
    "notes": "Vertrag läuft aus.",
    "translations": [
        {"language": "en", "field": "title", "text": "German for parents", "origin": "human", "status": "outdated"},
        {"language": "ar", "field": "body", "text": "<p>نتعلم</p>", "origin": "machine", "status": "current"},
    ],
}  # fmt: skip
