"""The filters of the index as conditions of SQL: the values that `service.search.display.filters` gives to an offer.

`tests/engine/test_database.py` holds them against the documents, for every value of every filter.
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, Text, and_, cast, func, literal, or_, select, true

from service.search.display import WEEKDAYS
from service.store.models import Offer, OfferTerm, Place, WeeklyTime
from service.vocabulary import Vocabularies

Condition = ColumnElement[bool]
CARRIED = {"languages", "audiences", "levels", "modes"}
"""Fields that are nothing but terms of an offer."""
COLUMNS = {"kind": Offer.kind, "cost": Offer.cost}
SWITCHES: dict[str, Condition] = {"childcare": Offer.childcare.is_(True), "women": Offer.women_only.is_(True)}


class Conditions:
    """Conditions on offers, for one state of the vocabularies and one kind of data base."""

    def __init__(self, vocabularies: Vocabularies, sqlite: bool) -> None:
        self._vocabularies = vocabularies
        self._sqlite = sqlite

    def of(self, field: str, values: Sequence[str]) -> Condition:
        """Offers that have any of the values in a field of the index."""
        if field in CARRIED:
            return _carrying(field, values)
        if field in COLUMNS:
            return COLUMNS[field].in_(values)
        if field in SWITCHES:
            return SWITCHES[field]
        special = {"towns": self._towns, "topics": self._topics, "weekdays": self._weekdays,
                   "accessible": _accessible, "postcodes": _postcodes}  # fmt: skip
        return special[field](values)

    def _towns(self, slugs: Sequence[str]) -> Condition:
        """Towns that an offer names, and those of its places."""
        codes = [code for code, town in self._vocabularies.town_of_postcode.items() if town in slugs]
        return or_(_carrying("towns", slugs), _postcodes(codes))

    def _topics(self, slugs: Sequence[str]) -> Condition:
        """A topic means those below it as well."""
        below = [term.slug for slug in slugs for term in self._vocabularies.children("topics", slug)]
        return _carrying("topics", [*slugs, *below])

    def _weekdays(self, slugs: Sequence[str]) -> Condition:
        codes = [code for code, slug in WEEKDAYS.items() if slug in slugs]
        days = self._days() + literal(",")
        rule = WeeklyTime.rrule
        daily = and_(rule.contains("FREQ=DAILY"), ~rule.contains("BYDAY"))
        named = and_(rule.contains("BYDAY="), or_(*(days.contains(f"{code},") for code in codes)))
        return Offer.id.in_(select(WeeklyTime.offer_id).where(or_(daily, named)))

    def _days(self) -> ColumnElement[str]:
        """The value of BYDAY in a rule: "MO,WE"."""
        rule = WeeklyTime.rrule
        if not self._sqlite:
            return func.split_part(func.split_part(rule, "BYDAY=", 2), ";", 1, type_=Text)
        rest = func.substr(rule + literal(";"), func.instr(rule, "BYDAY=") + len("BYDAY="))
        return func.substr(rest, 1, func.instr(rest, ";") - 1, type_=Text)


def shown_places() -> Select[Any]:
    """Keys of offers by their places, without the hidden ones."""
    return select(Place.offer_id).where(Place.visibility != "hidden")


def _carrying(vocabulary: str, slugs: Sequence[str]) -> Condition:
    carried = select(OfferTerm.offer_id).where(OfferTerm.vocabulary == vocabulary, OfferTerm.slug.in_(slugs))
    return Offer.id.in_(carried)


def _postcodes(codes: Sequence[str]) -> Condition:
    return Offer.id.in_(shown_places().where(Place.postcode.in_(codes)))


def _accessible(_: Sequence[str]) -> Condition:
    return Offer.id.in_(shown_places().where(cast(Place.access, Text).contains('"stufenlos"')))


def every(conditions: Sequence[Condition]) -> Condition:
    """All of them; true without any."""
    return and_(true(), *conditions)
