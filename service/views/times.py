"""Times as people read them: weekly rules, course runs, the next date."""

from collections.abc import Mapping
from datetime import date, time
from typing import Any

from babel.dates import format_date, format_time, get_day_names
from flask_babel import get_locale, gettext

DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")


def weekly(rule: str, start: str, end: str) -> str:
    """ "Mo., Mi. 09:00–11:30"; monthly rules name the week: "1. Di. im Monat"."""
    parts = dict(part.split("=", 1) for part in rule.split(";") if "=" in part)
    names = get_day_names("abbreviated", locale=get_locale())
    days = [_day(code, names) for code in parts.get("BYDAY", "").split(",") if code]
    text = ", ".join(days) if days else gettext("täglich") if parts.get("FREQ") == "DAILY" else ""
    if parts.get("FREQ") == "MONTHLY":
        text = gettext("%(days)s im Monat", days=text) if text else gettext("monatlich")
    elif parts.get("INTERVAL") == "2":
        text = gettext("alle zwei Wochen %(days)s", days=text)
    return f"{text} {clock(start, end)}".strip()


def clock(start: str, end: str) -> str:
    """ "09:00–11:30 Uhr" in the page's language."""
    spoken = "–".join(format_time(time.fromisoformat(t), "short", locale=get_locale()) for t in (start, end) if t)
    return gettext("%(time)s Uhr", time=spoken) if spoken else ""


def _day(code: str, names: Mapping[int, str]) -> str:
    number, day = code[:-2], names[DAYS.index(code[-2:])]
    if not number:
        return day
    return gettext("letzter %(day)s", day=day) if number.startswith("-") else f"{int(number)}. {day}"


def next_date(data: Mapping[str, Any], today: date) -> str:
    """What a hit says of its time: the next course start, else the weekly times."""
    if data["starts_on"] and data["starts_on"] >= today.isoformat():
        day = format_date(date.fromisoformat(data["starts_on"]), "medium", locale=get_locale())
        return gettext("Beginn %(date)s", date=day)
    return "; ".join(weekly(entry["rrule"], entry["start"], entry["end"]) for entry in data["times"][:2])
