"""Export → import into an empty store → export gives the same file; import of an export changes nothing."""

from __future__ import annotations

import io
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook

from service.errors import InvalidRecord
from service.exchange import columns, tabular
from service.exchange.demo import load_demo
from service.schemas.offer import validate_record
from service.vocabulary import Vocabularies
from tests.exchange.conftest import SEED, Desk
from tests.exchange.rows import COMPLETE, cells, row, table


def same(format_: str, one: bytes, two: bytes) -> bool:
    if format_ != "xlsx":
        return one == two
    sheets = [load_workbook(io.BytesIO(data)).worksheets[0] for data in (one, two)]
    first, second = (list(sheet.iter_rows(values_only=True)) for sheet in sheets)
    return first == second


@pytest.mark.parametrize("format_", ["csv", "xlsx", "jsonl"])
def test_an_empty_store_filled_from_an_export_gives_the_same_export(
    any_desk: Desk, other_desk: Desk, format_: str
) -> None:
    load_demo(any_desk.database, SEED)
    given = any_desk.give(format_)
    report = other_desk.take(given, f"angebote.{format_}")
    assert (report.ok, report.new) == (True, 247)
    assert same(format_, other_desk.give(format_), given)


@pytest.mark.parametrize("format_", ["csv", "xlsx", "jsonl"])
def test_importing_an_export_changes_nothing(any_desk: Desk, format_: str) -> None:
    load_demo(any_desk.database, SEED)
    before, rev = any_desk.records(), any_desk.rev()
    report = any_desk.take(any_desk.give(format_), f"angebote.{format_}")
    assert (report.ok, report.unchanged) == (True, 247)
    assert any_desk.records() == before
    assert any_desk.rev() == rev


def test_a_row_in_canonical_form_comes_back_as_it_was(desk: Desk) -> None:
    assert desk.take(table(COMPLETE)).ok
    assert cells(desk.give("csv")) == [COMPLETE]


def test_what_a_spreadsheet_would_take_for_a_formula_is_neutral_in_the_file_and_whole_in_the_store(
    desk: Desk, other_desk: Desk
) -> None:
    evil = row(
        titel="=1+1", kurztext="@SUM(A1)", stichwoerter="-x|'=y", kontakt_telefon="+49 221 4710201", anbieter="'=z"
    )
    assert desk.take(table(evil)).ok
    assert desk.record()["title"] == "=1+1"
    (shown,) = cells(desk.give("csv"))
    assert shown["titel"] == "'=1+1"
    assert not any(value.startswith(("=", "+", "-", "@", "\t", "\r")) for value in shown.values())
    assert other_desk.take(desk.give("csv")).ok
    assert other_desk.record()["title"] == "=1+1"
    assert other_desk.give("csv") == desk.give("csv")


@given(st.text(max_size=8, alphabet="='+-@\t\r\nab"))
def test_neutral_cells_become_what_they_were(text: str) -> None:
    neutral = tabular.neutral(text)
    assert tabular.plain(neutral) == text
    assert neutral[:1] not in {*"=+-@\t\r"} or not neutral


@given(st.lists(st.text(alphabet="a|\\ b", min_size=1, max_size=5).map(str.strip).filter(bool), max_size=4))
def test_bars_inside_values_do_not_split_them(values: list[str]) -> None:
    assert columns.split(columns.join(values)) == values


TEXT = st.text(st.characters(blacklist_categories=("Cs", "Cc", "Cn", "Co")), min_size=1, max_size=30)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.data())
def test_any_record_has_cells_that_give_the_same_cells_again(vocabularies: Vocabularies, data: st.DataObject) -> None:
    contact = st.fixed_dictionaries({"role": TEXT, "name": st.one_of(st.just(""), TEXT)})
    place = st.fixed_dictionaries({
        "street": st.one_of(st.just(""), TEXT),
        "city": st.sampled_from(["", "Marl", "Dortmund"]),
        "postcode": st.sampled_from(["", "45770", "44135"]),
        "outside_county": st.just(True),
    })  # fmt: skip
    given_record: dict[str, Any] = data.draw(
        st.fixed_dictionaries({
            "title": TEXT, "summary": TEXT, "body": TEXT, "search_words": st.lists(TEXT, max_size=3),
            "contacts": st.lists(contact, max_size=3), "places": st.lists(place, max_size=3),
            "provider": st.one_of(st.none(), st.fixed_dictionaries({"name": TEXT})),
        })
    )  # fmt: skip
    towns = frozenset(term.label().casefold() for term in vocabularies["towns"].values())
    try:
        record = validate_record(vocabularies, given_record)
    except InvalidRecord:  # blank texts and the like
        return
    row_ = columns.cells(record, towns)
    read, problems = columns.record_of(
        {column: tabular.plain(tabular.neutral(cell)) for column, cell in row_.items()},
        towns,
        vocabularies.town_of_postcode,
    )
    assert not problems
    assert columns.cells(validate_record(vocabularies, read), towns) == row_


def test_two_offers_of_one_name_are_told_apart_in_the_file(
    desk: Desk, other_desk: Desk, vocabularies: Vocabularies
) -> None:
    twin = {"title": "Nähcafé", "summary": "Wir nähen."}
    desk.add(validate_record(vocabularies, twin), validate_record(vocabularies, twin | {"summary": "Abends."}))
    given = desk.give("csv")
    assert {shown["quelle"] for shown in cells(given)} == {"kennung"}
    assert desk.take(given).unchanged == 2
    assert other_desk.take(given).new == 2
    assert other_desk.give("csv") == given


def test_what_is_not_public_is_in_no_table_and_stays_in_the_store(desk: Desk, vocabularies: Vocabularies) -> None:
    secret = {
        "title": "Schutzwohnung", "summary": "Wir helfen.", "notes": "geheim",
        "places": [{"street": "Verborgene Gasse 1", "postcode": "45770", "city": "Marl", "visibility": "hidden"}],
        "contacts": [{"role": "Leitung", "phone": "0221 4710-777", "phone_visibility": "internal", "mail": "a@example.org"}],
    }  # fmt: skip
    desk.add(validate_record(vocabularies, secret))
    before = desk.record()
    for format_ in ("csv", "xlsx"):
        given = desk.give(format_)
        assert b"Verborgene" not in given
        assert desk.take(given, f"a.{format_}").unchanged == 1
    (shown,) = cells(desk.give("csv"))
    assert (shown["kontakt_telefon"], shown["kontakt_mail"], shown["plz"]) == ("", "a@example.org", "")
    desk.take(table(shown | {"kontakt_mail": "b@example.org"}), overwrite=True)
    after = desk.record()
    assert after["places"] == before["places"]
    assert after["contacts"][0]["phone_visibility"] == "internal"
    assert after["contacts"][0]["phone"] == "0221 4710-777"
    assert after["notes"] == "geheim"
