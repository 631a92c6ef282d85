"""The gate: an index that answers worse than the served one is not served, one that answers as well is."""

from __future__ import annotations

from dataclasses import replace
from itertools import count
from pathlib import Path

import pytest

from indexer import document, gates
from indexer.document import Draft
from indexer.gates import Report, judge, refusal
from indexer.rebuild import rebuild
from indexer.switching import Indexing, RebuildFailed
from service.relevance.judged import COLUMNS
from tests.indexer.conftest import TODAY
from tests.indexer.scenes import add, build, current, withdraw

TITLES = ("Deutschkurs am Abend", "Sprachcafé im Stadtteil", "Fahrradwerkstatt", "Schwimmen lernen", "Nachhilfe Mathe")
TEXTS = ("title", "body")


@pytest.fixture
def first(work: Indexing) -> str:
    """The served index of a few offers."""
    for number, title in enumerate(TITLES):
        add(work, title, summary="Kommen Sie vorbei.", source={"name": "liste", "id": str(number)})
    return build(work)


def judged(work: Indexing, name: str, *lines: str) -> None:
    """Judged queries of the county."""
    folder = work.settings.county / "golden"
    folder.mkdir(exist_ok=True)
    (folder / f"{name}.csv").write_text("\n".join([";".join(COLUMNS), *lines, ""]), encoding="utf-8")


def compared(work: Indexing, old: str, new: str) -> Report:
    return judge(work.settings, work.database, old, new, work.writer.engine, TODAY)


def lose_titles(monkeypatch: pytest.MonkeyPatch) -> None:
    complete = document.texts
    monkeypatch.setattr(document, "texts", lambda offer: replace(complete(offer), title="Angebot"))


def lose_bodies(monkeypatch: pytest.MonkeyPatch) -> None:
    complete = document.texts
    monkeypatch.setattr(document, "texts", lambda offer: replace(complete(offer), body=""))


def make_other_words(monkeypatch: pytest.MonkeyPatch) -> None:
    """An analysis that makes other words of offers than of queries."""
    complete = document.complete
    monkeypatch.setattr(
        document,
        "complete",
        lambda begun, book: complete(
            Draft(begun.document | {name: begun.document[name][::-1] for name in TEXTS}, begun.terms), book
        ),
    )


def test_an_index_that_answers_as_well_is_served(work: Indexing, first: str) -> None:
    report = rebuild(work, "test")

    found = report["gates"]["judged"]
    assert current(work).name == report["name"] != first
    assert found["slices"] == {"titel": {"queries": 5, "before": 1.0, "after": 1.0}}
    assert (found["queries"], found["before"], found["after"]) == (5, 1.0, 1.0)
    assert found["worst"] == found["notes"] == []


@pytest.mark.parametrize("damage", [lose_titles, make_other_words], ids=lambda damage: damage.__name__)
def test_an_index_that_does_not_find_its_offers_is_not_served(
    work: Indexing, first: str, monkeypatch: pytest.MonkeyPatch, damage: object
) -> None:
    assert callable(damage)
    damage(monkeypatch)
    with pytest.raises(RebuildFailed) as caught:
        rebuild(work, "test")

    assert caught.value.message.startswith(
        "Mit dem neuen Index würde die Suche schlechter: Güte insgesamt 0,00 statt 1,00"
    )
    assert "„titel“ 0,00 statt 1,00" in caught.value.message
    assert current(work).name == first
    assert work.writer.names() == [first]


def test_judged_queries_see_what_titles_do_not(work: Indexing, first: str, monkeypatch: pytest.MonkeyPatch) -> None:
    words = ("Zauberspiegel", "Quietscheente", "Wackelpudding")
    for number, word in enumerate(words):
        add(work, f"Treffpunkt {number}", summary=f"Mit {word}.", source={"name": "treff", "id": str(number)})
    served = build(work)
    judged(work, "alltag", *(f"{word};treff:{number};;abstimmen;" for number, word in enumerate(words)))
    lose_bodies(monkeypatch)
    with pytest.raises(RebuildFailed, match="„alltag“ 0,00 statt 1,00") as caught:
        rebuild(work, "test")

    assert "„titel“" not in caught.value.message
    assert current(work).name == served != first


def test_what_is_judged_of_other_offers_is_left_out(work: Indexing, first: str) -> None:
    judged(work, "alltag", "Rad;liste:2;;abstimmen;", "Rad kaputt;andere:7;;abstimmen;")
    report = compared(work, first, first)

    assert report["left_out"] == 1
    assert report["slices"]["alltag"]["queries"] == 1


def test_a_file_that_cannot_be_read_stops_no_rebuild(work: Indexing, first: str) -> None:
    judged(work, "alltag", "Rad;liste:2;;vielleicht;")
    report = compared(work, first, first)

    assert report["slices"].keys() == {"titel"}
    assert "alltag.csv, Zeile 2" in report["notes"][0]
    assert refusal(report) == ""


def test_without_an_index_to_compare_with_nothing_is_refused(work: Indexing) -> None:
    add(work, "Deutschkurs")
    report = rebuild(work, "test")["gates"]["judged"]

    assert report["notes"] == ["Es gibt noch keinen Index, mit dem verglichen werden könnte."]
    assert (report["queries"], refusal(report)) == (0, "")


def test_a_damaged_index_can_be_replaced(work: Indexing, first: str) -> None:
    if work.settings.search_url:
        from opensearchpy import OpenSearch  # noqa: PLC0415

        with OpenSearch(work.settings.search_url, timeout=30) as client:
            client.indices.close(index=first)
    else:
        (Path(work.settings.data_dir) / "index" / first / "meta.json").write_text("{", encoding="utf-8")
    report = rebuild(work, "test")

    assert report["gates"]["judged"]["notes"][0].startswith("Der bisherige Index antwortet nicht (")
    assert current(work).name == report["name"] != first


def test_who_takes_too_long_decides_with_what_was_answered(
    work: Indexing, first: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    seconds = count(0, 21)
    monkeypatch.setattr(gates, "monotonic", lambda: float(next(seconds)))
    ticks: list[int] = []
    report = judge(work.settings, work.database, first, first, work.writer.engine, TODAY, lambda: ticks.append(1))

    assert report["queries"] == 2
    assert len(ticks) == 3
    assert report["notes"] == ["Nach 60 Sekunden nicht mehr gestellte Anfragen: 3."]
    assert refusal(report) == ""


def test_more_questions_than_are_asked_are_counted(work: Indexing, first: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gates, "MOST_QUESTIONS", 3)
    report = compared(work, first, first)

    assert report["queries"] == 3
    assert report["notes"] == ["Nicht gestellte Anfragen, weil es mehr als 3 sind: 2."]


def test_offers_that_are_gone_are_not_asked_for(work: Indexing, first: str) -> None:
    (gone,) = add(work, "Nur kurz hier")
    withdraw(work, gone)

    assert compared(work, first, first)["queries"] == len(TITLES)


def test_a_report_says_what_follows_from_it() -> None:
    figures = {"queries": 40, "before": 0.8, "after": 0.6}
    report = {
        **figures, "slices": {"alltag": figures},
        "worst": [{"slice": "alltag", "query": "Rad kaputt", "before": 1.0, "after": 0.0}],
    }  # fmt: skip

    assert refusal(report) == (
        "Mit dem neuen Index würde die Suche schlechter: Güte insgesamt 0,60 statt 0,80, „alltag“ 0,60 statt 0,80. "
        "Am meisten verlieren „Rad kaputt“."
    )
