"""What the public may read of a record: one function for pages, JSON, exports and feeds, so that none says more."""

from datetime import date
from typing import Any

from service.store.records import StoredOffer

CHANNELS = ("phone", "mail")
INTERNAL = ("notes", "responsible_town", "review_due", "confirmed_by")


def public_record(stored: StoredOffer, today: date) -> dict[str, Any]:
    """The record without internal notes, hidden places, and contact channels that are not public."""
    record = {name: value for name, value in stored.record.items() if name not in INTERNAL}
    record["places"] = [_place(place) for place in record["places"] if place["visibility"] != "hidden"]
    record["contacts"] = [_contact(contact) for contact in record["contacts"] if _is_public(contact, today)]
    return record


def _place(place: dict[str, Any]) -> dict[str, Any]:
    if place["visibility"] == "full":
        return place
    return {**place, "name": "", "street": "", "lat": None, "lon": None, "transport": ""}


def _contact(contact: dict[str, Any]) -> dict[str, Any]:
    public = {name: value for name, value in contact.items() if name not in {"consent_on", "delete_by"}}
    for channel in CHANNELS:
        if contact[f"{channel}_visibility"] != "public":
            public[channel] = ""
    return public


def _is_public(contact: dict[str, Any], today: date) -> bool:
    """False where the contact is overdue, or where it can be reached and nobody outside may reach it: then its name and
    office hours are nobody's business either."""
    if contact["delete_by"] is not None and contact["delete_by"] < today:
        return False
    channels = [channel for channel in CHANNELS if contact[channel]]
    return not channels or any(contact[f"{channel}_visibility"] == "public" for channel in channels)
