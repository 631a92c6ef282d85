"""Repeating times as people write them in a cell: "Mo, Mi 10:00-12:00", "1. Di im Monat 18-20 Uhr", "Mo-Fr 9-12 Uhr (nicht in den Ferien)".

`write` gives one canonical text and `read` takes it back. A rule that has no such text is written as it is stored
("FREQ=WEEKLY;INTERVAL=3;BYDAY=MO 10:00-12:00"), so that nothing is lost on the way.
"""

import re
from collections.abc import Mapping
from typing import Any

DAYS = {"MO": "Mo", "TU": "Di", "WE": "Mi", "TH": "Do", "FR": "Fr", "SA": "Sa", "SU": "So"}
CODES = list(DAYS)
FULL_NAMES = ("montag", "dienstag", "mittwoch", "donnerstag", "freitag", "samstag", "sonntag")
SPOKEN = {name.lower(): code for code, name in DAYS.items()}
SPOKEN |= {name + ending: code for code, name in zip(CODES, FULL_NAMES, strict=True) for ending in ("", "s")}
SPOKEN |= {"sonnabend": "SA", "sonnabends": "SA"}
LAST = {"letzter": "-1", "letzten": "-1", "vorletzter": "-2", "vorletzten": "-2"}
HELP = (
    "Bitte eine Zeit wie „Mo, Mi 10:00-12:00“, „Mo-Fr 9-12 Uhr“ oder „1. Di im Monat 18:00-20:00“ angeben; "
    "mehrere Zeiten mit | trennen."
)
NOTE = re.compile(r"(?P<rest>[^(]*?)\s*\((?P<note>.*)\)")
RAW = re.compile(r"(?P<rule>\S*FREQ=\S+)(?:\s+(?P<clock>.+))?")
CLOCK = re.compile(
    r"""(?P<days>.*?)[\s,]*\b(?:(?P<only_end>bis\s+)|(?:von|ab)\s+)?
    (?P<h1>[0-9]{1,2})(?:[:.](?P<m1>[0-9]{2}))?\s*(?:uhr|h)?
    (?:\s*(?:-|–|—|\bbis\b)\s*(?P<h2>[0-9]{1,2})(?:[:.](?P<m2>[0-9]{2}))?\s*(?:uhr|h)?)?""",
    re.VERBOSE,
)
FORTNIGHT = re.compile(r"(?:alle (?:zwei|2) wochen|14-?tägig|zweiwöchentlich|vierzehntäglich)\s*")
MONTHLY = re.compile(r"\s*(?:im monat|(?:des|eines|jeden) monats|monatlich)$")
FILLER = re.compile(r"^(?:(?:jeden|jeweils|immer|am|wöchentlich)\s+)+")


def read(text: str) -> dict[str, str]:
    """Rule, start, end and note of one time. Raises `ValueError` with a German sentence."""
    text = " ".join(text.split())
    note = ""
    if found := NOTE.fullmatch(text):
        text, note = found["rest"], found["note"]
    if found := RAW.fullmatch(text):
        days, start, end = _clock((found["clock"] or "").lower())
        if days:
            raise ValueError(HELP)
        return {"rrule": found["rule"], "start": start, "end": end, "note": note}
    days, start, end = _clock(text.lower())
    return {"rrule": _rule(days), "start": start, "end": end, "note": note}


def write(time: Mapping[str, Any]) -> str:
    """The canonical text of a time of a record."""
    rule = time["rrule"]
    days = _spoken(dict(part.partition("=")[::2] for part in rule.split(";")))
    if not days or _parts(_rule(days.lower())) != _parts(rule):
        days = rule
    clock = f"{time['start']}-{time['end']}" if time["start"] and time["end"] else time["start"]
    if time["end"] and not time["start"]:
        clock = f"bis {time['end']}"
    note = f"({time['note']})" if time["note"] else ""
    return " ".join(part for part in (days, clock, note) if part)


def _parts(rule: str) -> set[str]:
    return set(rule.replace("=+", "=").replace(",+", ",").split(";"))


def _clock(text: str) -> tuple[str, str, str]:
    """Days, start and end. A single digit before a full stop is a week of the month, not an hour."""
    if re.search(r"[0-9]", re.sub(r"\b[1-5]\.(?!\d)|14-?tägig|alle 2 wochen", "", text)) is None:
        return text, "", ""
    found = CLOCK.fullmatch(text)
    if not found:
        raise ValueError(HELP)
    first = _hour(found["h1"], found["m1"])
    if found["only_end"]:
        if found["h2"]:
            raise ValueError(HELP)
        return found["days"], "", first
    if found["h2"] == "24" and found["m2"] in {None, "00"}:
        return found["days"], first, "23:59"
    return found["days"], first, _hour(found["h2"], found["m2"]) if found["h2"] else ""


def _hour(hour: str, minute: str | None) -> str:
    if int(hour) > 23 or int(minute or 0) > 59:
        raise ValueError(f"Die Uhrzeit {hour}:{minute or '00'} gibt es nicht. {HELP}")
    return f"{int(hour):02d}:{minute or '00'}"


def _rule(days: str) -> str:
    """The RRULE of what stands before the clock time, in lower case."""
    text = FILLER.sub("", days.strip(" ,:"))
    if text == "täglich":
        return "FREQ=DAILY"
    every, text = ("INTERVAL=2;", FORTNIGHT.sub("", text, count=1)) if FORTNIGHT.match(text) else ("", text)
    monthly = MONTHLY.search(text)
    text = FILLER.sub("", text[: monthly.start()] if monthly else text)
    tokens = [token for token in re.split(r"\s*(?:,|/|&|\+|\bund\b)\s*", text) if token.strip(" .")]
    codes = _monthly(tokens) if monthly else [code for token in tokens for code in _weekly(token)]
    if not codes or (every and monthly):
        raise ValueError(HELP)
    return f"FREQ={'MONTHLY' if monthly else 'WEEKLY'};{every}BYDAY={','.join(dict.fromkeys(codes))}"


def _weekly(token: str) -> list[str]:
    """ "mo", or "mo-fr"."""
    first, dash, last = re.sub(r"\s*(?:-|–|—|\bbis\b)\s*", "-", token).partition("-")
    if not dash:
        return [_day(first)]
    a, b = CODES.index(_day(first)), CODES.index(_day(last))
    return CODES[a : b + 1] if a <= b else CODES[a:] + CODES[: b + 1]


def _monthly(tokens: list[str]) -> list[str]:
    """ "1. di", "letzter fr"; "1.", "3. di" shares its day."""
    found: list[tuple[str, str]] = []
    for token in tokens:
        week, _, day = token.partition(" ")
        number = LAST.get(week) or (week[0] if re.fullmatch(r"[1-5]\.", week) else "")
        if not number:
            raise ValueError(HELP)
        found.append((number, _day(day) if day else ""))
    for place in range(len(found) - 2, -1, -1):
        found[place] = (found[place][0], found[place][1] or found[place + 1][1])
    if not all(day for _, day in found):
        raise ValueError(HELP)
    return [number + day for number, day in found]


def _day(name: str) -> str:
    code = SPOKEN.get(name.strip(" ."))
    if code is None:
        raise ValueError(f"„{name.strip()[:40]}“ ist kein Wochentag. {HELP}")
    return code


def _spoken(parts: dict[str, str]) -> str:
    """German days of a rule; "" where it has no such text."""
    if parts == {"FREQ": "DAILY"}:
        return "täglich"
    every = "alle zwei Wochen " if parts.pop("INTERVAL", "") == "2" else ""
    days = [day.lstrip("+") for day in parts.get("BYDAY", "").split(",")]
    if parts.keys() != {"FREQ", "BYDAY"} or not all(day[-2:] in DAYS for day in days):
        return ""
    if parts["FREQ"] == "MONTHLY" and not every:
        return ", ".join(_week(day) for day in days) + " im Monat" if all(_week(day) for day in days) else ""
    if parts["FREQ"] != "WEEKLY" or any(len(day) > 2 for day in days):
        return ""
    first = CODES.index(days[0])
    if len(days) > 2 and days == CODES[first : first + len(days)]:
        return f"{every}{DAYS[days[0]]}-{DAYS[days[-1]]}"
    return every + ", ".join(DAYS[day] for day in days)


def _week(day: str) -> str:
    number, name = day[:-2], DAYS[day[-2:]]
    words = {"-1": "letzter", "-2": "vorletzter"}
    return f"{words[number]} {name}" if number in words else f"{number}. {name}" if number.isdecimal() else ""
