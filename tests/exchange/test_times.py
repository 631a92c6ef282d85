from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.exchange import times

CODES = list(times.DAYS)


@pytest.mark.parametrize(
    ("text", "rule", "start", "end"),
    [
        ("Mo 10:00-12:00", "FREQ=WEEKLY;BYDAY=MO", "10:00", "12:00"),
        ("Di, Do 9-11 Uhr", "FREQ=WEEKLY;BYDAY=TU,TH", "09:00", "11:00"),
        ("1. Di im Monat 18:00-20:00", "FREQ=MONTHLY;BYDAY=1TU", "18:00", "20:00"),
        ("1. und 3. Di im Monat 18 Uhr", "FREQ=MONTHLY;BYDAY=1TU,3TU", "18:00", ""),
        ("letzter Fr im Monat", "FREQ=MONTHLY;BYDAY=-1FR", "", ""),
        ("Mo-Fr 9–12 Uhr", "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR", "09:00", "12:00"),
        ("montags und mittwochs von 9.30 bis 11 Uhr", "FREQ=WEEKLY;BYDAY=MO,WE", "09:30", "11:00"),
        ("alle zwei Wochen Mo 10-12", "FREQ=WEEKLY;INTERVAL=2;BYDAY=MO", "10:00", "12:00"),
        ("täglich 8-20 Uhr", "FREQ=DAILY", "08:00", "20:00"),
        ("Mo bis 12:00", "FREQ=WEEKLY;BYDAY=MO", "", "12:00"),
        ("FREQ=MONTHLY;BYMONTHDAY=15 10:00", "FREQ=MONTHLY;BYMONTHDAY=15", "10:00", ""),
    ],
)
def test_people_write_times_in_many_ways(text: str, rule: str, start: str, end: str) -> None:
    assert times.read(text) == {"rrule": rule, "start": start, "end": end, "note": ""}


def test_a_note_stands_in_brackets() -> None:
    assert times.read("Mo 10-12 (Raum 3 (hinten))")["note"] == "Raum 3 (hinten)"


@pytest.mark.parametrize(
    "text", ["", "12", "Xy 10-12", "Mo 25:00", "Mo 9-11, Mi 14-16", "6. Di im Monat", "im Monat", "Mo 24:00"]
)
def test_what_is_no_time_is_answered_with_an_example(text: str) -> None:
    with pytest.raises(ValueError, match="Bitte eine Zeit wie"):
        times.read(text)


RULES = st.one_of(
    st.lists(st.sampled_from(CODES), min_size=1, max_size=7, unique=True).map(
        lambda d: f"FREQ=WEEKLY;BYDAY={','.join(d)}"
    ),
    st.tuples(st.sampled_from(["1", "2", "5", "-1", "-2", "-3", "+1"]), st.sampled_from(CODES)).map(
        lambda d: f"FREQ=MONTHLY;BYDAY={d[0]}{d[1]}"
    ),
    st.sampled_from(["FREQ=DAILY", "FREQ=WEEKLY", "INTERVAL=3;FREQ=WEEKLY;BYDAY=MO", "FREQ=MONTHLY;BYMONTHDAY=-1,15"]),
)
CLOCK = st.one_of(st.just(""), st.times().map(lambda t: t.strftime("%H:%M")))


@given(RULES, CLOCK, CLOCK, st.sampled_from(["", "ab Mai", "Raum (3)", "1. Stock"]))
def test_what_is_written_is_read_again(rule: str, start: str, end: str, note: str) -> None:
    time = {"rrule": rule, "start": start, "end": end, "note": note}
    again = times.read(times.write(time))
    assert times.write(again) == times.write(time)
    assert (again["start"], again["end"], again["note"]) == (start, end, note)
