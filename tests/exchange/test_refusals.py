"""Files that are refused: whole, with a reason for each mistake."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Sequence
from datetime import date

import pytest
from openpyxl import Workbook, load_workbook

from service.exchange import reading
from tests.exchange.conftest import Desk
from tests.exchange.rows import row, table


def test_ten_kinds_of_mistakes_are_ten_messages_and_nothing_is_written(any_desk: Desk) -> None:
    mistakes = [
        row(titel=""),
        row(titel="b", kurztext=""),
        row(titel="c", themen="deutschkurze"),
        row(titel="d", gueltig_von="31.02.2026"),
        row(titel="e", plz="4577"),
        row(titel="f", kontakt_mail="kurse(at)example.org"),
        row(titel="g", webseite="vhs marl"),
        row(titel="h", zeiten="immer mal wieder"),
        row(titel="i", gueltig_von="2026-05-01", gueltig_bis="2026-04-01"),
        row(titel="k", kontakt_name="A|B|C", kontakt_telefon="0221 4710-1|0221 4710-2"),
        row(titel="l"),
    ]
    content = table(*mistakes, row(titel="l"), row(titel="gut")).replace("stichwoerter", "stichworte")
    report = any_desk.take(content)
    assert [(problem.line, problem.field) for problem in report.problems] == [
        (2, "titel"), (3, "kurztext"), (4, "themen"), (5, "gueltig_von"), (6, "plz"), (7, "kontakt_mail"), (8, "webseite"),
        (9, "zeiten"), (10, "gueltig_bis"), (11, "kontakt_telefon"), (13, "titel"),
    ]  # fmt: skip
    texts = [problem.text for problem in report.problems]
    assert "Deutschkurse" in texts[2]
    assert "Zeile 12" in texts[10]
    assert len(set(texts)) == len(texts)
    assert any_desk.records() == []
    assert "Nichts importiert: 11 Fehler" in list(report.lines())[-1]


def test_an_unknown_column_names_near_ones(desk: Desk) -> None:
    (problem,) = desk.take(table(row(stichworte="x"))).problems
    assert (problem.line, problem.field) == (1, "stichworte")
    assert "stichwoerter" in problem.text


def test_headings_may_have_capitals_umlauts_and_blanks(desk: Desk) -> None:
    assert desk.take("Titel;Kurztext;Städte;Gültig von\nTreff;Text;Marl;01.02.2026\n").ok
    assert desk.record()["visible_from"] == date(2026, 2, 1)


@pytest.mark.parametrize(
    ("content", "field"),
    [
        ("kurztext\nText\n", "titel"),
        ("titel\nTreff\n", "kurztext"),
        ("titel;kurztext;titel\nA;B;C\n", "titel"),
        ("titel;kurztext\nA;B;C\n", ""),
    ],
)
def test_tables_of_the_wrong_shape(desk: Desk, content: str, field: str) -> None:
    assert [problem.field for problem in desk.take(content).problems] == [field]


def test_the_same_number_twice_is_a_mistake(desk: Desk) -> None:
    file = table(row(quelle="vhs", quelle_nr="1"), row(titel="Anderer", quelle="vhs", quelle_nr="1"))
    (problem,) = desk.take(file).problems
    assert (problem.line, problem.field) == (3, "quelle_nr")


def test_the_line_is_the_first_of_a_row_with_several_lines(desk: Desk) -> None:
    report = desk.take('titel;kurztext;beschreibung\nA;B;"eins\nzwei\n\ndrei"\n;B;C\n')
    assert [problem.line for problem in report.problems] == [6]


@pytest.mark.parametrize(
    ("content", "name", "told"),
    [
        (b"", "a.csv", "leer"),
        (b"\xef\xbb\xbf \n", "a.csv", "leer"),
        (b"titel;kurztext\nA;B\x00C\n", "a.csv", "Zeile 2: Die Datei enth\u00e4lt Nullbytes"),
        ("titel;kurztext\nä;ä\n".encode() + b"\xfc;x\n", "a.csv", "Zeile 3: Ein Zeichen ist besch\u00e4digt"),
        (b"titel;kurztext\n\x81;x\n", "a.csv", "weder UTF-8 noch cp1252"),
        ("titel;kurztext\nA;B\n".encode("utf-16"), "a.csv", "UTF-16"),
        (b'titel;kurztext\nA;"B\n', "a.csv", "Anf\u00fchrungszeichen"),
        (b"titel\tkurztext\nA\tB\n", "a.csv", "Tabulator"),
        (b"%PDF-1.7", "a.csv", "PDF"),
        (b"\x89PNG\r\n", "a.xlsx", "Bild"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1", "a.xls", ".xlsx speichern"),
        (b"<html>", "a.csv", "HTML"),
        (b"PK\x03\x04 no zip", "a.xlsx", "besch\u00e4digt"),
        (b"titel;kurztext\nA;B\n", "a.xlsx", "dem Inhalt nach ist es CSV"),
        (b"{}", "a.csv", "dem Inhalt nach ist es JSONL"),
        (b"[", "a.json", "kein g\u00fcltiges JSON"),
        (b"[" * 100_000, "a.json", "kein g\u00fcltiges JSON"),
        (b'{"title": "\xff"}', "a.jsonl", "Ein Zeichen ist besch\u00e4digt"),
    ],
)  # fmt: skip
def test_files_that_are_not_what_they_should_be(desk: Desk, content: bytes, name: str, told: str) -> None:
    (problem,) = desk.take(content, name).problems
    assert told in problem.text


def test_a_quotation_mark_after_sharp_s_is_still_cp1252(desk: Desk) -> None:
    assert desk.take("titel;kurztext\nViel Spaß“ Ä“;x\n".encode("cp1252")).ok


def zipped(members: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return out.getvalue()


def workbook(*rows: Sequence[object]) -> bytes:
    book = Workbook()
    for cells in rows:
        book.active.append(list(cells))  # type: ignore[union-attr]
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def test_other_archives_bombs_and_entities_are_refused(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "keine Excel-Tabelle" in desk.take(zipped({"a.txt": b"x"}), "a.xlsx").problems[0].text
    entities = b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'
    assert "Dokumenttyp" in desk.take(zipped({"xl/workbook.xml": entities}), "a.xlsx").problems[0].text
    assert "besch\u00e4digt" in desk.take(zipped({"xl/workbook.xml": b"<a/>"}), "a.xlsx").problems[0].text
    monkeypatch.setattr("service.exchange.reading.MOST_UNZIPPED", 1_000_000)
    bomb = zipped({"xl/workbook.xml": b"<a/>", "xl/worksheets/sheet1.xml": b"0" * 2_000_000})
    assert "entpackt zu gro\u00df" in desk.take(bomb, "a.xlsx").problems[0].text


def test_a_zip_behind_something_else_is_no_workbook(desk: Desk) -> None:
    assert desk.take(b"GIF89a" + workbook(["titel", "kurztext"]), "a.xlsx").problems
    assert desk.take(b"titel;kurztext\nA;B\n" + workbook(["titel", "kurztext"]), "a.csv").problems


def test_files_that_are_too_big_say_so(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(reading.MOST_BYTES, "csv", 10)
    assert "zu gro\u00df" in desk.take("titel;kurztext\nA;B\n").problems[0].text


def test_dates_and_numbers_of_excel_are_understood(desk: Desk) -> None:
    rows: list[Sequence[object]] = [
        ["titel", "kurztext", "plz", "ort", "gueltig_von", "quelle", "quelle_nr"],
        ["A", "B", 45770, "Marl", date(2026, 5, 1), "vhs", 12.0],
    ]
    assert desk.take(workbook(*rows), "a.xlsx").ok
    record = desk.record()
    assert (record["places"][0]["postcode"], record["visible_from"], record["source"]["id"]) == (
        "45770",
        date(2026, 5, 1),
        "12",
    )


def test_a_mistake_in_a_workbook_names_its_row(desk: Desk) -> None:
    rows: list[Sequence[object]] = [[], ["titel", "kurztext"], ["A", "B"], [], [None, "B"]]
    assert [(problem.line, problem.field) for problem in desk.take(workbook(*rows), "a.xlsx").problems] == [
        (5, "titel")
    ]


def test_a_text_too_long_for_excel_is_not_cut_in_silence(desk: Desk) -> None:
    desk.take(table(row(beschreibung="x" * 40_000)))
    with pytest.raises(Exception, match="für Excel zu lang"):
        desk.give("xlsx")


def test_a_workbook_is_read_by_excel_as_text(desk: Desk) -> None:
    desk.take(table(row(titel="=1+1", plz="45770", ort="Marl")))
    sheet = load_workbook(io.BytesIO(desk.give("xlsx"))).worksheets[0]
    assert {cell.data_type for line in sheet.iter_rows() for cell in line if cell.value is not None} == {"s"}


@pytest.mark.parametrize(
    ("line", "field"),
    [
        ("[1]", ""),
        ('{"title": "A"', ""),
        ('{"title": NaN}', ""),
        ('{"title": "A", "summary": "B", "farbe": 1}', "farbe"),
        ('{"title": "A\\ud800", "summary": "B"}', "title"),
        ('{"title": "A", "summary": "B", "places": [{"postcode": "1"}]}', "places.0.postcode"),
    ],
)
def test_lines_of_json_that_are_no_offer(desk: Desk, line: str, field: str) -> None:
    good = json.dumps({"title": "Gut", "summary": "Text"})
    report = desk.take(f"{good}\n{line}\n", "a.jsonl")
    assert [(problem.line, problem.field) for problem in report.problems] == [(2, field)]
    assert "\ud800" not in "".join(report.lines())
    assert desk.records() == []
