"""Pages of another county's portal. The real file lies beside the repository; without it those tests are skipped."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from service.exchange import integreat
from tests.exchange.conftest import Desk

REAL = Path(__file__).parents[2] / "../shared/data/integreat-rems-murr/pages_de.json"
real_file = pytest.mark.skipif(
    not REAL.is_file(), reason="Integreat-Seiten fehlen (../shared/data/integreat-rems-murr)"
)


def page(**changes: Any) -> dict[str, Any]:
    return {
        "id": 1, "path": "/anderswo/de/rechtliches/asyl-2/verfahren/", "title": "Verfahren", "content": "<p>So geht es.</p>",
    } | changes  # fmt: skip


@real_file
def test_every_page_with_text_becomes_an_offer(any_desk: Desk) -> None:
    pages = json.loads(REAL.read_text(encoding="utf-8"))
    with_text = [entry for entry in pages if integreat.plain_text(entry["content"])]
    report = any_desk.take_file(REAL)
    assert (report.ok, report.new) == (True, len(with_text))
    assert len(with_text) >= 282
    found = any_desk.records()
    assert {record["source"]["id"] for record in found} == {str(entry["id"]) for entry in with_text}
    assert all(record["towns"] == [] for record in found)
    assert sum(bool(record["topics"]) for record in found) > 0.9 * len(found)
    assert any(f"{len(pages) - len(with_text)} – Willkommen" in note for note in report.notes)


@real_file
def test_importing_the_pages_twice_changes_nothing_and_a_changed_text_only_its_offer(desk: Desk) -> None:
    desk.take_file(REAL)
    rev = desk.rev()
    again = desk.take_file(REAL)
    assert (again.new, again.changed, desk.rev()) == (0, 0, rev)
    pages = json.loads(REAL.read_text(encoding="utf-8"))
    changed = next(entry for entry in pages if entry["title"] == "Schulden")
    changed["content"] += "<p>Neuer Absatz.</p>"
    report = desk.take(json.dumps(pages), "seiten.json")
    assert (report.new, report.changed) == (0, 1)
    assert desk.rev() == rev + 1


@real_file
def test_nobody_is_sent_to_a_masked_number(desk: Desk) -> None:
    desk.take_file(REAL)
    texts = " ".join(record["body"] + record["summary"] for record in desk.records())
    assert "030 1234567" not in texts
    assert "kontakt@example.org" not in texts
    assert 'href="tel:"' not in texts
    assert "<script" not in texts


def test_topics_follow_from_the_deepest_known_folder(desk: Desk) -> None:
    desk.take(json.dumps([page()]), "seiten.json")
    record = desk.record()
    assert (record["topics"], record["kind"]) == (["asylberatung"], "information")
    assert record["website"] == "https://integreat.app/anderswo/de/rechtliches/asyl-2/verfahren/"


def test_a_town_of_this_county_is_recognised_by_its_folder(desk: Desk) -> None:
    desk.take(json.dumps([page(path="/kreis/de/städte/haltern-am-see/angebote/")]), "seiten.json")
    assert desk.record()["towns"] == ["haltern-am-see"]


def test_pages_without_text_and_without_topic_are_listed(desk: Desk) -> None:
    pages = [page(content=" <p>&nbsp;</p><img src='x'>", title="Leere Seite"), page(id=2, path="/a/b/unbekannt/")]
    report = desk.take(json.dumps(pages), "seiten.json")
    assert report.new == 1
    assert any("Leere Seite" in note for note in report.notes)
    assert any("/a/b/unbekannt/" in note for note in report.notes)


def test_dangerous_html_is_gone(desk: Desk) -> None:
    evil = '<h2 onclick="x()">Titel</h2><script>alert(1)</script><a href="javascript:x()">Text</a>'
    desk.take(json.dumps([page(content=evil)]), "seiten.json")
    body = desk.record()["body"]
    assert body.startswith("<h3>Titel</h3>")
    assert "script" not in body
    assert "onclick" not in body


@pytest.mark.parametrize("pages", [[1], [{"id": 1}], [page(title=5)], [page(content=None)]])
def test_what_is_no_page_is_refused(desk: Desk, pages: list[Any]) -> None:
    assert desk.take(json.dumps(pages), "seiten.json").problems
    assert desk.records() == []
