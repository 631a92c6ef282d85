"""Today's date where the county is. Everything that depends on the day takes it as an argument; this is where it comes from."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

COUNTY_TIME = ZoneInfo("Europe/Berlin")


def today() -> date:
    """The date in the county."""
    return datetime.now(COUNTY_TIME).date()
