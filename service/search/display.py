"""What a search shows of an offer, what an offer is filtered and sorted by: the same in an index and in the data base.

`hit` is stored with the search document, so that a results page needs no data base; labels are looked up when it is
shown. Contacts, internal notes and hidden places never enter either of them.
"""

import re
from collections.abc import Iterable
from datetime import date
from typing import Any

from service.german.analysis import fold_ascii, lower
from service.search.facets import YES
from service.store.records import StoredOffer
from service.vocabulary import Vocabularies

WEEKDAYS = {"MO": "mo", "TU": "di", "WE": "mi", "TH": "do", "FR": "fr", "SA": "sa", "SU": "so"}
TEXT_IN_HIT = 1200
"""Characters of the body kept for snippets."""
_WORDS = re.compile(r"[^\W_]+")


def filters(record: dict[str, Any], vocabularies: Vocabularies) -> dict[str, Any]:
    """The values that an offer is found by, by index field; each is a list."""
    shown = [place for place in record["places"] if place["visibility"] != "hidden"]
    towns = dict.fromkeys(record["towns"])
    for place in shown:
        if town := vocabularies.town_of_postcode.get(place["postcode"]):
            towns[town] = None
    return {
        "towns": list(towns),
        "topics": vocabularies.with_ancestors("topics", record["topics"]),
        "languages": [entry["code"] for entry in record["languages"]],
        "audiences": record["audiences"],
        "kind": [record["kind"]] if record["kind"] else [],
        "levels": record["levels"],
        "cost": [record["cost"]] if record["cost"] else [],
        "modes": record["modes"],
        "weekdays": weekdays(record["times"]),
        "childcare": [YES] if record["childcare"] else [],
        "accessible": [YES] if any("stufenlos" in place["access"] for place in shown) else [],
        "women": [YES] if record["women_only"] else [],
        "postcodes": list(dict.fromkeys(place["postcode"] for place in shown if place["postcode"])),
    }


def weekdays(times: Iterable[dict[str, Any]]) -> list[str]:
    """The weekdays on which an offer takes place, Monday first."""
    days = {part[-2:] for time in times for part in _by_day(time["rrule"])}
    return [slug for code, slug in WEEKDAYS.items() if code in days]


def _by_day(rrule: str) -> list[str]:
    if "FREQ=DAILY" in rrule and "BYDAY" not in rrule:
        return list(WEEKDAYS)
    return next((part[6:].split(",") for part in rrule.split(";") if part.startswith("BYDAY=")), [])


def next_start(record: dict[str, Any], today: date) -> date | None:
    """The first day of the course run that begins next."""
    return min((run["starts_on"] for run in record["course_runs"] if run["starts_on"] >= today), default=None)


def hit(offer: StoredOffer, description: str, starts_on: date | None) -> dict[str, Any]:
    """What a results page shows of an offer, as JSON. `description`: its body as plain text."""
    record = offer.record
    provider = record["provider"]
    return {
        "rev": offer.rev,
        "public_id": offer.public_id,
        "slug": offer.slug,
        "title": record["title"],
        "summary": record["summary"],
        "text": description[:TEXT_IN_HIT],
        "provider": provider and {"name": provider["name"], "public_id": offer.provider_public_id, "slug": offer.provider_slug},
        "source": record["source"],
        "towns": record["towns"],
        "topics": record["topics"],
        "languages": [entry["code"] for entry in record["languages"]],
        "audiences": record["audiences"],
        "kind": record["kind"],
        "cost": record["cost"],
        "times": [{name: time[name] for name in ("rrule", "start", "end")} for time in record["times"][:5]],
        "starts_on": starts_on.isoformat() if starts_on else None,
        "confirmed_on": record["confirmed_on"].isoformat() if record["confirmed_on"] else None,
        "notice": record["notice"]["text"] and {
            "text": record["notice"]["text"],
            "until": record["notice"]["until"].isoformat() if record["notice"]["until"] else None,
        },
    }  # fmt: skip


def sort_key(title: str) -> str:
    """What titles are sorted by, the same on both engines: letters and digits, umlauts as their vowels (DIN 5007-1)."""
    return " ".join(_WORDS.findall(fold_ascii(lower(title))))
