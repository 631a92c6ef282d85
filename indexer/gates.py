"""The gate of relevance: a new index must answer questions as well as the one that is served.

The questions are the county's judged queries as far as its offers are in the store, and titles of its own offers, so that
there is something to ask everywhere. Both indexes hold the same offers and are asked at the same moment, each with the
words that were frozen with it. What is compared and how much may fall: `service.relevance.comparing`.
"""

from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import asdict
from datetime import date
from time import monotonic
from typing import Any

from service.clock import today
from service.config import Settings
from service.errors import SearchUnavailable
from service.relevance import questions
from service.relevance.asking import Reader
from service.relevance.comparing import Pair, Shift, losers, shifts, told
from service.relevance.judged import TITLES, BadJudgement, read_folder
from service.relevance.questions import Question
from service.search.engine import EngineName
from service.search.engines import open_engine
from service.store.database import Database

MOST_QUESTIONS, MOST_SECONDS = 500, 60.0
"""Questions that are asked, and how long that may take; with what was answered until then it is decided."""
ANSWER_SECONDS = 10.0
WORST = 5
"""Questions that a report names."""
Report = dict[str, Any]


def judge(
    settings: Settings,
    database: Database,
    old: str,
    new: str,
    engine: EngineName,
    day: date | None = None,
    tick: Callable[[], None] = lambda: None,
) -> Report:
    """Asks both indexes and reports the figures; `refusal` says what follows from them. `tick` is called between questions.

    Without an old index, or with one that does not answer, there is nothing to compare: the report says so. Raises
    `SearchUnavailable` where the new one does not answer, `StoreUnavailable`.
    """
    started = monotonic()
    report: Report = {"queries": 0, "left_out": 0, "before": None, "after": None, "slices": {}, "notes": []}
    pairs: list[Pair] = []

    def in_time() -> bool:
        tick()
        return monotonic() - started < MOST_SECONDS

    if old:
        with ExitStack() as stack:
            readers = []
            for name in (old, new):
                opened = open_engine(settings, engine, seconds=ANSWER_SECONDS)  # each keeps its index open
                stack.callback(opened.close)
                readers.append(Reader(database, opened, name))
            asked = _asked(settings, database, day or today(), report)
            pairs = _pairs(asked, readers[0], readers[1], in_time, report)
    else:
        report["notes"].append("Es gibt noch keinen Index, mit dem verglichen werden könnte.")
    moved = shifts(pairs)
    if moved:
        report |= {"queries": len(pairs), "before": round(moved[0].before, 6), "after": round(moved[0].after, 6)}
        report["slices"] = {
            shift.slice: {
                "queries": shift.queries, "before": round(shift.before, 6), "after": round(shift.after, 6)
            } for shift in moved[1:]
        }  # fmt: skip
    report["worst"] = [asdict(pair) for pair in losers(pairs, WORST)]
    report["seconds"] = round(monotonic() - started, 2)
    return report


def refusal(report: Mapping[str, Any]) -> str:
    """Why an index with this report must not be served, as a German sentence; "" where it may."""
    slices = [Shift(name, **figures) for name, figures in report["slices"].items()]
    if not slices:
        return ""
    together = sum(shift.queries for shift in slices if shift.slice != TITLES) or report["queries"]
    fallen = told([Shift("", together, report["before"], report["after"]), *slices])
    if not fallen:
        return ""
    worst = ", ".join(f"„{entry['query']}“" for entry in report["worst"][:3])
    return f"Mit dem neuen Index würde die Suche schlechter: Güte {fallen}. Am meisten verlieren {worst}."


def _asked(settings: Settings, database: Database, day: date, report: Report) -> list[Question]:
    """What is asked, of each slice some; notes what is left out."""
    try:
        judged = read_folder(settings.county)
    except BadJudgement as error:
        judged = []
        report["notes"].append(f"Die bewerteten Anfragen sind nicht lesbar. {error.message}")
    with database.reading() as session:
        asked = questions.applying(session, judged, day)
        known = questions.titles(session, day)
    report["left_out"] = len(asked.left_out)
    chosen = questions.mixed([*known, *asked.questions], MOST_QUESTIONS)
    if left := len(known) + len(asked.questions) - len(chosen):
        report["notes"].append(f"Nicht gestellte Anfragen, weil es mehr als {MOST_QUESTIONS} sind: {left}.")
    return chosen


def _pairs(asked: list[Question], old: Reader, new: Reader, in_time: Callable[[], bool], report: Report) -> list[Pair]:
    pairs: list[Pair] = []
    for question in asked:
        if not in_time():
            left = len(asked) - len(pairs)
            report["notes"].append(f"Nach {MOST_SECONDS:.0f} Sekunden nicht mehr gestellte Anfragen: {left}.")
            break
        after = new.ask(question)
        try:
            before = old.ask(question)
        except SearchUnavailable as error:
            report["notes"].append(f"Der bisherige Index antwortet nicht ({error.reason}).")
            break
        pairs.append(Pair(question.slice, question.query, before.score.score, after.score.score))
    return pairs
