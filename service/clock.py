"""Today's date where the county is. Everything that depends on the day takes it as an argument; this is where it comes from."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

COUNTY_TIME = ZoneInfo("Europe/Berlin")


def today() -> date:
    """The date in the county."""
    return datetime.now(COUNTY_TIME).date()


def passed(wait: timedelta, since: datetime, now: datetime) -> bool:
    """True where a wait is over. A clock that was set back ends it too: nobody waits for an hour because of that."""
    return not since <= now < since + wait
