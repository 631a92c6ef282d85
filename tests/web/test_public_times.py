"""Times as people say them."""

from __future__ import annotations

import pytest
from flask import Flask

from service.views import times


@pytest.mark.parametrize(
    ("rule", "start", "end", "said"),
    [
        ("FREQ=WEEKLY;BYDAY=MO", "09:00", "11:30", "Mo. 09:00–11:30 Uhr"),
        ("FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR", "09:00", "12:00", "Mo.–Fr. 09:00–12:00 Uhr"),
        ("FREQ=WEEKLY;BYDAY=FR,MO,TU", "09:00", "", "Mo., Di., Fr. 09:00 Uhr"),
        ("FREQ=WEEKLY;BYDAY=MO,TU,WE,FR", "", "", "Mo.–Mi., Fr."),
        ("FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR,SA,SU", "00:00", "23:59", "täglich rund um die Uhr"),
        ("FREQ=DAILY", "08:00", "20:00", "täglich 08:00–20:00 Uhr"),
        ("FREQ=WEEKLY;INTERVAL=2;BYDAY=TH", "10:00", "", "alle 2 Wochen Do. 10:00 Uhr"),
        ("FREQ=MONTHLY;BYDAY=-1TH", "17:00", "19:00", "letzter Do. im Monat 17:00–19:00 Uhr"),
        ("FREQ=MONTHLY;BYDAY=1TU,3TU", "17:00", "", "erster und dritter Di. im Monat 17:00 Uhr"),
        ("FREQ=MONTHLY;BYDAY=SA;BYSETPOS=2", "", "", "zweiter Sa. im Monat"),
        ("FREQ=MONTHLY;BYMONTHDAY=1,15", "", "", "am 1., 15. im Monat"),
        ("FREQ=MONTHLY;INTERVAL=3;BYDAY=1SA", "", "", "alle 3 Monate: erster Sa. im Monat"),
        ("FREQ=MONTHLY", "", "", "monatlich"),
    ],
)
def test_a_rule_is_said_in_words(read_app: Flask, rule: str, start: str, end: str, said: str) -> None:
    with read_app.test_request_context("/"):
        assert times.weekly(rule, start, end) == said


def test_dates_are_written_out(read_app: Flask) -> None:
    with read_app.test_request_context("/"):
        assert times.day("2026-10-05") == "5. Oktober 2026"
        assert times.day("2026-10-05", "medium") == "05.10.2026"
        assert times.day(None) == ""
