"""Form ↔ record: an offer as the flat names and texts that a browser sends, and back.

A form is always what would be posted, so a page that comes back shows exactly what was typed. Repeatable parts are numbered
("places-0-street"); a part left blank is not there, one more blank part is always offered. Reading a form that nobody
changed gives the stored record again: lists keep their stored order, unusual repetitions are carried along untouched.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from werkzeug.datastructures import MultiDict

from service.views import staff_body
from service.views.staff_labels import LABELS, WEEKDAYS

Form = MultiDict[str, str]
Record = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Part:
    """A repeatable part. `usual`: values that a blank part has anyway."""

    texts: tuple[str, ...]
    flags: tuple[str, ...] = ()
    several: tuple[str, ...] = ()
    usual: tuple[tuple[str, str], ...] = ()


SCALARS = (
    "status", "visible_from", "visible_until", "title", "summary", "easy", "kind", "age_from", "age_to", "cost", "cost_note",
    "childcare_note", "accessibility_note", "website", "registration", "documents", "review_due", "responsible_town", "notes",
)  # fmt: skip
FLAGS = ("women_only", "childcare")
LINES = ("other_names", "search_words")
SEVERAL = ("topics", "audiences", "levels", "modes", "towns")
GROUPS = {
    "provider": ("id", "name", "legal_form", "parent", "website", "phone", "mail", "description"),
    "notice": ("text", "until"),
}
PARTS = {
    "places": Part(
        ("name", "street", "postcode", "city", "district", "lat", "lon", "visibility", "transport"),
        flags=("outside_county",), several=("access",), usual=(("visibility", "full"),),
    ),
    "times": Part(("start", "end", "exceptions", "note", "rhythm", "rrule"), several=("days",), usual=(("rhythm", "weekly"),)),
    "course_runs": Part(
        ("level", "starts_on", "ends_on", "places_free", "places_free_as_of", "note"), flags=("waiting_list",)
    ),
    "contacts": Part(
        ("id", "role", "name", "phone", "mail", "hours", "phone_visibility", "mail_visibility", "consent_on", "delete_by"),
        usual=(("phone_visibility", "public"), ("mail_visibility", "public")),
    ),
    "translations": Part(
        ("language", "field", "text", "origin", "status"),
        usual=(("field", "title"), ("origin", "human"), ("status", "current")),
    ),
}  # fmt: skip
SILENT = {"id", "rrule"}
"""Hidden fields: alone they do not make a part."""
KEPT = ("id", "public_id", "source", "confirmed_on", "confirmed_by")
"""What a form never changes."""
MOST = 200


def from_record(record: Record) -> Form:
    """The form of a record, each repeatable part with one more that is blank."""
    form: Form = MultiDict()
    for name in SCALARS:
        form[name] = _text(record[name])
    form["body"] = staff_body.to_text(record["body"])
    for name in FLAGS:
        form.setlist(name, ["1"] if record[name] else [])
    for name in LINES:
        form[name] = "\n".join(record[name])
    for name in SEVERAL:
        form.setlist(name, record[name])
    form.setlist("languages", [entry["code"] for entry in record["languages"]])
    for entry in record["languages"]:
        form[f"language_note-{entry['code']}"] = entry["note"]
    for group, names in GROUPS.items():
        for name in names:
            form[f"{group}-{name}"] = _text((record[group] or {}).get(name))
    for part in PARTS:
        for number, entry in enumerate(record[part]):
            _show_part(form, part, number, entry if part != "times" else _shown_time(entry))
        add_blank(form, part)
    return form


def blank() -> Form:
    """The form of a new offer."""
    form: Form = MultiDict({"status": "draft"})
    for part in PARTS:
        add_blank(form, part)
    return form


def _text(value: Any) -> str:
    if isinstance(value, float):
        return repr(value).replace(".", ",")
    return "" if value is None else str(value)


def _show_part(form: Form, part: str, number: int, entry: Mapping[str, Any]) -> None:
    fields = PARTS[part]
    for name in fields.texts:
        form[f"{part}-{number}-{name}"] = _text(entry[name])
    for name in fields.flags:
        form.setlist(f"{part}-{number}-{name}", ["1"] if entry[name] else [])
    for name in fields.several:
        form.setlist(f"{part}-{number}-{name}", entry[name])


def add_blank(form: Form, part: str) -> int:
    """Adds a blank part and returns its number."""
    number = max(numbers(form, part), default=-1) + 1
    blank_part: dict[str, Any] = dict.fromkeys((*PARTS[part].texts, *PARTS[part].flags), "") | dict(PARTS[part].usual)
    _show_part(form, part, number, blank_part | {name: [] for name in PARTS[part].several})
    return number


def numbers(form: Form, part: str) -> list[int]:
    """The numbers of a repeatable part in the form, blank ones too."""
    found = {match[1] for name in form if (match := re.fullmatch(rf"{part}-([0-9]{{1,3}})-[a-z_]+", name))}
    return sorted(int(number) for number in found)[:MOST]


def to_record(form: Form, before: Record | None) -> tuple[Record, dict[str, list[int]]]:
    """The record to validate, and for each repeatable part the numbers of those that are in it."""
    record: Record = {name: form.get(name, "") for name in SCALARS}
    record |= {name: form.get(name, "") for name in FLAGS}
    record |= {name: [line for line in form.get(name, "").splitlines() if line.strip()] for name in LINES}
    record |= {name: _in_order(form.getlist(name), before[name] if before else ()) for name in SEVERAL}
    record["body"] = staff_body.to_html(form.get("body", ""), before["body"] if before else "")
    spoken = _in_order(form.getlist("languages"), [entry["code"] for entry in before["languages"]] if before else ())
    record["languages"] = [{"code": code, "note": form.get(f"language_note-{code}", "")} for code in spoken]
    record["notice"] = {name: form.get(f"notice-{name}", "") for name in GROUPS["notice"]}
    record["provider"] = _provider(form, before)
    places: dict[str, list[int]] = {}
    for part in PARTS:
        places[part] = [number for number in numbers(form, part) if says_something(form, part, number)]
        record[part] = [_part(form, part, number) for number in places[part]]
    if before:
        record |= {name: before[name] for name in KEPT}
        for number, place in zip(places["places"], record["places"], strict=True):
            place["access"] = _in_order(place["access"], _stored(before, "places", number, "access"))
    return record, places


def _in_order(chosen: Iterable[str], before: Iterable[str]) -> list[str]:
    """What is chosen, first what was there already, in its order."""
    wanted = dict.fromkeys(chosen)
    kept = [value for value in before if value in wanted]
    return kept + [value for value in wanted if value not in kept]


def _stored(before: Record, part: str, number: int, name: str) -> list[str]:
    return before[part][number][name] if number < len(before[part]) else []


def _provider(form: Form, before: Record | None) -> Record | None:
    """The provider. Another name means another provider: what was shown of the old one is not written over the new one's."""
    given = {name: form.get(f"provider-{name}", "").replace("\r\n", "\n").strip() for name in GROUPS["provider"]}
    if not given["name"]:
        return None
    known = (before or {}).get("provider")
    if known and " ".join(given["name"].split()) != known["name"]:
        details = {
            name: "" if value == _text(known[name]) else value for name, value in given.items() if name != "name"
        }
        return details | {"name": given["name"], "id": ""}
    return given | {"id": str(known["id"]) if known else ""}


def says_something(form: Form, part: str, number: int) -> bool:
    """False for a part that was left blank, or that is to be removed."""
    start, fields = f"{part}-{number}-", PARTS[part]
    if form.get(start + "entfernen"):
        return False
    usual = dict(fields.usual)
    if part == "times":
        usual["rhythm"] = form.get(start + "rhythm", "") if form.get(start + "rhythm") not in {"daily", "keep"} else ""
    typed = any(
        form.get(start + name, "").strip() not in ("", usual.get(name)) for name in fields.texts if name not in SILENT
    )
    return typed or any(form.getlist(start + name) for name in (*fields.flags, *fields.several))


def _part(form: Form, part: str, number: int) -> Record:
    start, fields = f"{part}-{number}-", PARTS[part]
    entry: Record = {name: form.get(start + name, "") for name in (*fields.texts, *fields.flags)}
    entry |= {name: form.getlist(start + name) for name in fields.several}
    if part == "contacts" and form.get(start + "eigen"):
        entry["id"] = ""  # a contact of this offer's own instead of the shared one
    return entry if part != "times" else _time(entry)


def _time(entry: Record) -> Record:
    chosen = entry.pop("days")
    days = [day for day in WEEKDAYS if day in chosen]
    exceptions = re.split(r"[,;\s]+", entry["exceptions"].strip())
    entry["exceptions"] = [day for day in exceptions if day]
    entry["rrule"] = rule(entry.pop("rhythm"), days, entry["rrule"])
    return entry


def _shown_time(entry: Record) -> Record:
    days = [day for day in WEEKDAYS if day in re.findall("[A-Z]{2}", entry["rrule"].partition("BYDAY=")[2])]
    exceptions: list[date] = entry["exceptions"]
    rhythm = next((name for name in RULES if rule(name, days, "") == entry["rrule"]), "keep")
    shown = ", ".join(f"{day:%d.%m.%Y}" for day in exceptions)
    return entry | {"rhythm": rhythm, "days": days if rhythm != "keep" else [], "exceptions": shown}


RULES = {
    "weekly": "FREQ=WEEKLY;BYDAY={}", "fortnight": "FREQ=WEEKLY;INTERVAL=2;BYDAY={}", "daily": "FREQ=DAILY",
    **{number: f"FREQ=MONTHLY;BYDAY={number}{{}}" for number in ("1", "2", "3", "4", "-1")},
}  # fmt: skip


def rule(rhythm: str, days: list[str], kept: str) -> str:
    """The RRULE of what was chosen; "" where the weekday is missing. "keep" is the stored one that no choice describes."""
    if rhythm == "keep" or rhythm not in RULES:
        return kept
    if rhythm == "daily":
        return RULES[rhythm]
    if not days:
        return ""
    between = "," if rhythm in {"weekly", "fortnight"} else f",{rhythm}"
    return RULES[rhythm].format(between.join(days))


def messages(problems: Mapping[str, list[str]], places: Mapping[str, list[int]]) -> list[dict[str, str]]:
    """What is wrong, as {id of the field, label, text}; ids are those of the form."""
    found = []
    for path, texts in problems.items():
        names = path.split(".")
        if names[0] in PARTS and len(names) > 2:
            number = places[names[0]][int(names[1])]
            label = str(LABELS.get(f"{names[0]}.{names[2]}", names[2]))
            spot = "rhythm" if names[2] == "rrule" else names[2]
            entry = {"id": f"{names[0]}-{number}-{spot}", "label": f"{label} ({LABELS[names[0]]} {number + 1})"}
        elif names[0] in PARTS:
            entry = {"id": names[0], "label": str(LABELS[names[0]])}
        elif names[0] in GROUPS and len(names) > 1:
            entry = {"id": f"{names[0]}-{names[1]}", "label": str(LABELS.get(f"{names[0]}.{names[1]}", names[1]))}
        else:
            entry = {"id": names[0], "label": str(LABELS.get(names[0], names[0]))}
        found.append(entry | {"text": " ".join(texts)})
    return found
