"""From a stored offer to the search document: one function for single edits and for full builds, so they cannot disagree.

The document is the JSON that OpenSearch takes (`mappings/offers-v1.json`); the embedded engine tokenises the same fields
in Python. `hit` is what a results page shows, so that it needs no data base: labels are looked up when it is shown.
Contacts, internal notes and hidden places never enter a document.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from itertools import chain
from typing import Any

from service.german.analysis import fold_ascii, lower
from service.german.normalise import clean, plain_text
from service.search.facets import YES
from service.search.wordbook import Wordbook
from service.store.records import StoredOffer
from service.vocabulary import Vocabularies

Document = dict[str, Any]
WEEKDAYS = {"MO": "mo", "TU": "di", "WE": "mi", "TH": "do", "FR": "fr", "SA": "sa", "SU": "so"}
TEXT_IN_HIT = 1200
"""Characters of the body kept for snippets."""
_WORDS = re.compile(r"[^\W_]+")


@dataclass(frozen=True, slots=True)
class Texts:
    """The texts of an offer that are analysed; also what the lexicon and the compound list are learnt from."""

    title: str
    body: str


def texts(offer: StoredOffer) -> Texts:
    """Title and everything else that is read by people, plain."""
    record = offer.record
    provider = record["provider"] or {}
    places = [place for place in record["places"] if place["visibility"] != "hidden"]
    lines = [
        record["summary"], plain_text(record["body"]), plain_text(record["easy"]), record["registration"],
        record["documents"], record["cost_note"], record["childcare_note"], record["accessibility_note"],
        *record["other_names"], *record["search_words"], provider.get("name", ""),
        *(_place_words(place) for place in places),
        *(entry["text"] for entry in record["translations"] if entry["field"] in {"title", "summary"}),
    ]  # fmt: skip
    return Texts(clean(record["title"]), "\n".join(clean(line) for line in lines if line))


def _place_words(place: dict[str, Any]) -> str:
    """What a place is found by: never what its page does not show."""
    name = place["name"] if place["visibility"] == "full" else ""
    return f"{name} {place['district']} {place['city']}"


@dataclass(frozen=True, slots=True)
class Draft:
    """A document without what depends on the compound parts, which a full build learns only after it has read all
    offers. `terms` name the entries of `Wordbook.term_words`."""

    document: Document
    terms: list[tuple[str, str]]


def build(offer: StoredOffer, book: Wordbook, today: date) -> Document:
    """The search document of a visible offer. `today` decides which course run is the next."""
    return complete(draft(offer, book.vocabularies, today), book)


def draft(offer: StoredOffer, vocabularies: Vocabularies, today: date) -> Draft:
    """The first step of `build`."""
    record = offer.record
    found = texts(offer)
    starts_on = min((run["starts_on"] for run in record["course_runs"] if run["starts_on"] >= today), default=None)
    document: Document = {
        "offer_id": str(offer.uuid),
        "rev": offer.rev,
        "title": found.title,
        "title_sort": sort_key(found.title),
        "body": found.body,
        "provider": (record["provider"] or {}).get("name", ""),
        **_filters(offer, vocabularies),
        "changed_on": offer.changed_at.date().isoformat(),
        "hit": _hit(offer, starts_on),
    }
    if record["confirmed_on"]:
        document["confirmed_on"] = record["confirmed_on"].isoformat()
    if starts_on:
        document["starts_on"] = starts_on.isoformat()
    return Draft(document, _terms(offer, vocabularies))


def complete(begun: Draft, book: Wordbook) -> Document:
    """The second step of `build`."""
    document, splitter = begun.document, book.splitter
    title, body = document["title"], document["body"]
    completed = " ".join(splitter.completed(f"{title}\n{body}"))
    if completed:
        body = f"{body}\n{completed}"
    words = [found for name in begun.terms if (found := book.term_words.get(name))]
    return document | {
        "body": body,
        "all_parts": splitter.expand(f"{title}\n{body}"),
        "labels": "\n".join(dict.fromkeys(chain.from_iterable(found.german for found in words))),
        "words": " ".join(dict.fromkeys(chain.from_iterable(found.foreign for found in words))),
        "suggest": f"{title} {splitter.expand(title)}",
    }


def sort_key(title: str) -> str:
    """What titles are sorted by, the same on both engines: letters and digits, umlauts as their vowels (DIN 5007-1)."""
    return " ".join(_WORDS.findall(fold_ascii(lower(title))))


def _terms(offer: StoredOffer, vocabularies: Vocabularies) -> list[tuple[str, str]]:
    """The offer's topics and their parents, its kind and its audiences: terms whose words find it."""
    record = offer.record
    wanted = [("topics", slug) for slug in vocabularies.with_ancestors("topics", record["topics"])]
    return [*wanted, ("kinds", record["kind"]), *(("audiences", slug) for slug in record["audiences"])]


def _filters(offer: StoredOffer, vocabularies: Vocabularies) -> Document:
    record = offer.record
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


def _hit(offer: StoredOffer, starts_on: date | None) -> Document:
    record = offer.record
    provider = record["provider"]
    return {
        "rev": offer.rev,
        "public_id": offer.public_id,
        "slug": offer.slug,
        "title": record["title"],
        "summary": record["summary"],
        "text": plain_text(record["body"])[:TEXT_IN_HIT],
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
