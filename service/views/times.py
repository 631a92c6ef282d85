"""Times as people read them: weekly rules, course runs, the next date."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time
from functools import lru_cache
from typing import Any

from babel.dates import format_date, format_time, get_day_names
from flask_babel import get_locale, gettext, lazy_gettext, ngettext

from service.views import language

DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
WEEKS = {
    1: lazy_gettext("erster"),
    2: lazy_gettext("zweiter"),
    3: lazy_gettext("dritter"),
    4: lazy_gettext("vierter"),
    5: lazy_gettext("fünfter"),
    -1: lazy_gettext("letzter"),
    -2: lazy_gettext("vorletzter"),
}
"""Which one of a weekday in the month."""
DAY_BEGINS, DAY_ENDS = {"00:00"}, {"23:59", "00:00"}


def day(value: date | datetime | str | None, width: str = "long") -> str:
    """A date in the page's language: "5. Oktober 2026", or with "medium" "05.10.2026"; "" for none."""
    if not value:
        return ""
    return _day(value if isinstance(value, str) else value.isoformat()[:10], width, language.current())


@lru_cache(maxsize=4096)
def _day(value: str, width: Any, code: str) -> str:
    return format_date(date.fromisoformat(value), width, locale=get_locale())


def confirmed(value: str) -> str:
    """When somebody last said that an offer is right."""
    return _confirmed(value, language.current())


@lru_cache(maxsize=4096)
def _confirmed(value: str, code: str) -> str:
    if not value:
        return str(gettext("Noch nicht bestätigt"))
    return str(gettext("Bestätigt am %(date)s", date=_day(value, "long", code)))


def weekly(rule: str, start: str, end: str) -> str:
    """ "Mo.–Mi. 09:00–11:30 Uhr"; monthly rules name the week: "erster Di. im Monat"."""
    return _weekly(rule, start, end, language.current())


@lru_cache(maxsize=4096)
def _weekly(rule: str, start: str, end: str, code: str) -> str:
    parts = dict(part.split("=", 1) for part in rule.split(";") if "=" in part)
    step = int(parts.get("INTERVAL", "1"))
    names = get_day_names("abbreviated", locale=get_locale())
    days = [day for day in parts.get("BYDAY", "").split(",") if day]
    if parts.get("FREQ") == "MONTHLY":
        text = _monthly(days, parts, names, step)
    elif parts.get("FREQ") == "DAILY" and not days:
        text = _daily(step)
    else:
        text = _ranges([DAYS.index(day[-2:]) for day in days], names)
        if step > 1:
            text = ngettext("jede Woche %(days)s", "alle %(num)d Wochen %(days)s", step, days=text)
    return f"{text} {clock(start, end)}".strip()


def _daily(step: int) -> str:
    return str(gettext("täglich") if step == 1 else ngettext("jeden Tag", "alle %(num)d Tage", step))


def clock(start: str, end: str) -> str:
    """ "09:00–11:30 Uhr" in the page's language."""
    if start in DAY_BEGINS and end in DAY_ENDS:
        return str(gettext("rund um die Uhr"))
    spoken = "–".join(format_time(time.fromisoformat(t), "short", locale=get_locale()) for t in (start, end) if t)
    return str(gettext("%(time)s Uhr", time=spoken)) if spoken else ""


def _ranges(days: Sequence[int], names: Mapping[int, str]) -> str:
    """Days in order, three and more in a row as one range."""
    runs: list[list[int]] = []
    for number in sorted(set(days)):
        if runs and runs[-1][-1] == number - 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    if runs == [list(range(7))]:
        return _daily(1)
    texts: list[str] = []
    for run in runs:
        texts += [f"{names[run[0]]}–{names[run[-1]]}"] if len(run) > 2 else [names[number] for number in run]
    return ", ".join(texts)


def _monthly(days: Sequence[str], parts: Mapping[str, str], names: Mapping[int, str], step: int) -> str:
    if not days:
        dates = parts.get("BYMONTHDAY", "").split(",")
        spoken = ", ".join(gettext("%(day)s.", day=number) for number in dates)
        known = all(number.isdigit() for number in dates)  # "-1" is the last day: no date to name
        text = gettext("am %(days)s im Monat", days=spoken) if known else gettext("monatlich")
    else:
        weeks: dict[str, list[str]] = {}
        for entry in days:
            number = int(entry[:-2] or parts.get("BYSETPOS") or 0)
            week = str(WEEKS.get(number, f"{number}.")) if number else gettext("jeder")
            weeks.setdefault(names[DAYS.index(entry[-2:])], []).append(week)
        both = gettext(" und ")
        text = ", ".join(f"{both.join(which)} {name}" for name, which in weeks.items())
        text = gettext("%(days)s im Monat", days=text)
    every = "" if step == 1 else ngettext("jeden Monat: %(days)s", "alle %(num)d Monate: %(days)s", step, days=text)
    return every or text


@lru_cache(maxsize=4096)
def _begins(value: str, code: str) -> str:
    return str(gettext("Beginn %(date)s", date=_day(value, "medium", code)))


def next_date(data: Mapping[str, Any], today: date) -> str:
    """What a hit says of its time: the next course start, else the weekly times."""
    if data["starts_on"] and data["starts_on"] >= today.isoformat():
        return _begins(data["starts_on"], language.current())
    return "; ".join(weekly(entry["rrule"], entry["start"], entry["end"]) for entry in data["times"][:2])
