"""What the public may read of a record: one function for pages, JSON, exports and feeds, so that none says more."""

from datetime import date
from typing import Any

from service.store.records import StoredOffer

INTERNAL = ("notes", "responsible_town", "review_due", "confirmed_by")


def public_record(stored: StoredOffer, today: date) -> dict[str, Any]:
    """The record without internal notes, hidden places, and contact channels that are not public."""
    record = {name: value for name, value in stored.record.items() if name not in INTERNAL}
    record["places"] = [_place(place) for place in record["places"] if place["visibility"] != "hidden"]
    contacts = (_contact(contact) for contact in record["contacts"] if not _overdue(contact, today))
    record["contacts"] = [contact for contact in contacts if contact["phone"] or contact["mail"] or contact["role"]]
    return record


def _place(place: dict[str, Any]) -> dict[str, Any]:
    if place["visibility"] == "full":
        return place
    return {**place, "name": "", "street": "", "lat": None, "lon": None}


def _contact(contact: dict[str, Any]) -> dict[str, Any]:
    public = {name: value for name, value in contact.items() if name not in {"consent_on", "delete_by"}}
    for channel in ("phone", "mail"):
        if contact[f"{channel}_visibility"] != "public":
            public[channel] = ""
    return public


def _overdue(contact: dict[str, Any], today: date) -> bool:
    return contact["delete_by"] is not None and contact["delete_by"] < today
