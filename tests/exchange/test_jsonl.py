from __future__ import annotations

import json
from collections.abc import Mapping

from service.schemas.offer import dump_record
from tests.exchange.conftest import Desk


def lines(*records: Mapping[str, object]) -> str:
    return "".join(json.dumps(record) + "\n" for record in records)


def test_fields_that_a_line_does_not_name_stay(desk: Desk) -> None:
    desk.take(lines({"source": {"name": "x", "id": "1"}, "title": "A", "summary": "B", "notes": "intern"}), "a.jsonl")
    report = desk.take(lines({"source": {"name": "x", "id": "1"}, "title": "A", "summary": "C"}), "a.jsonl")
    assert report.changed == 1
    assert (desk.record()["summary"], desk.record()["notes"]) == ("C", "intern")


def test_ids_are_kept_and_find_the_offer_again(any_desk: Desk) -> None:
    number = "6f1d4f0e-2b0a-4c3e-9a51-0d6c8e5b7a21"
    any_desk.take(lines({"id": number, "title": "A", "summary": "B"}), "a.jsonl")
    assert str(any_desk.record()["id"]) == number
    assert any_desk.take(lines({"id": number, "title": "Neu", "summary": "B"}), "a.jsonl").changed == 1
    assert any_desk.record()["title"] == "Neu"


def test_records_that_describe_one_provider_differently_settle_at_once(any_desk: Desk) -> None:
    file = lines(
        {"title": "A", "summary": "B", "provider": {"name": "Verein", "phone": "0221 4710-1"}},
        {"title": "C", "summary": "D", "provider": {"name": "Verein", "phone": "0221 4710-2", "mail": "a@example.org"}},
    )
    any_desk.take(file, "a.jsonl")
    assert any_desk.take(file, "a.jsonl").unchanged == 2
    assert {record["provider"]["phone"] for record in any_desk.records()} == {"0221 4710-2"}


def test_an_id_twice_is_a_mistake(desk: Desk) -> None:
    number = "6f1d4f0e-2b0a-4c3e-9a51-0d6c8e5b7a21"
    record = {"id": number, "title": "A", "summary": "B"}
    assert [problem.field for problem in desk.take(lines(record, record), "a.jsonl").problems] == ["id"]


def test_an_exported_line_is_the_whole_record(desk: Desk) -> None:
    desk.take(lines({"title": "A", "summary": "B", "notes": "intern"}), "a.jsonl")
    assert json.loads(desk.give("jsonl")) == dump_record(desk.record())
