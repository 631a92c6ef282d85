"""From a stored offer to the search document: one function for single edits and for full builds, so they cannot disagree.

The document is the JSON that OpenSearch takes (`mappings/offers-v2.json`); the embedded engine tokenises the same fields
in Python. `hit` is what a results page shows (`service.search.display`), so that it needs no data base.
Contacts, internal notes and hidden places never enter a document.
"""

import hashlib
from dataclasses import dataclass
from datetime import date
from itertools import chain
from typing import Any

import orjson

from service.german.normalise import clean, plain_text
from service.search.display import filters, hit, next_start, sort_key
from service.search.wordbook import Wordbook
from service.store.records import StoredOffer
from service.vocabulary import Vocabularies

Document = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Texts:
    """The texts of an offer that are analysed; also what the lexicon and the compound list are learnt from."""

    title: str
    body: str
    description: str
    """The offer's own text alone."""


def texts(offer: StoredOffer) -> Texts:
    """Title and everything else that is read by people, plain."""
    record = offer.record
    provider = record["provider"] or {}
    places = [place for place in record["places"] if place["visibility"] != "hidden"]
    description = plain_text(record["body"])
    lines = [
        record["summary"], description, plain_text(record["easy"]), record["registration"],
        record["documents"], record["cost_note"], record["childcare_note"], record["accessibility_note"],
        *record["other_names"], *record["search_words"], provider.get("name", ""),
        *(_place_words(place) for place in places),
        *(entry["text"] for entry in record["translations"] if entry["field"] in {"title", "summary"}),
    ]  # fmt: skip
    return Texts(clean(record["title"]), clean("\n".join(filter(None, lines))), description)


def _place_words(place: dict[str, Any]) -> str:
    """What a place is found by: never what its page does not show."""
    name = place["name"] if place["visibility"] == "full" else ""
    return f"{name} {place['district']} {place['city']}"


@dataclass(frozen=True, slots=True)
class Draft:
    """A document without what depends on the compound parts, which a full build learns only after it has read all
    offers. `terms` name the entries of `Wordbook.term_words`: terms whose words find the offer."""

    document: Document
    terms: list[tuple[str, str]]


def build(offer: StoredOffer, book: Wordbook, today: date) -> Document:
    """The search document of a visible offer. `today` decides which course run is the next."""
    return complete(draft(offer, book.vocabularies, today), book)


def draft(offer: StoredOffer, vocabularies: Vocabularies, today: date) -> Draft:
    """The first step of `build`."""
    record = offer.record
    found = texts(offer)
    starts_on = next_start(record, today)
    document: Document = {
        "offer_id": str(offer.uuid),
        "rev": offer.rev,
        "title": found.title,
        "title_sort": sort_key(found.title),
        "body": found.body,
        "provider": (record["provider"] or {}).get("name", ""),
        **filters(offer.record, vocabularies),
        "changed_on": offer.changed_at.date().isoformat(),
        "hit": hit(offer, found.description, starts_on),
    }
    if record["confirmed_on"]:
        document["confirmed_on"] = record["confirmed_on"].isoformat()
    if starts_on:
        document["starts_on"] = starts_on.isoformat()
    terms = [("topics", slug) for slug in document["topics"]]  # `filters` has put their parents beside them
    terms += [("kinds", record["kind"]), *(("audiences", slug) for slug in record["audiences"])]
    return Draft(document, terms)


def complete(begun: Draft, book: Wordbook) -> Document:
    """The second step of `build`."""
    document, splitter = begun.document, book.splitter
    title, body = document["title"], document["body"]
    completed = " ".join(splitter.completed(f"{title}\n{body}"))
    if completed:
        body = f"{body}\n{completed}"
    words = [found for name in begun.terms if (found := book.term_words.get(name))]
    title_parts = splitter.expand(title)
    made = document | {
        "body": body,
        "all_parts": f"{title_parts}\n{splitter.expand(body)}",
        "labels": "\n".join(dict.fromkeys(chain.from_iterable(found.german for found in words))),
        "suggest": f"{title} {title_parts}",
    }
    return made | {"content_hash": _fingerprint(made)}


def _fingerprint(document: Document) -> str:
    """The same for the same document: `verify` makes it again and compares."""
    return hashlib.blake2b(orjson.dumps(document, option=orjson.OPT_SORT_KEYS), digest_size=12).hexdigest()
