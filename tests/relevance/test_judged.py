"""Files of judged queries: what they say, and what is told about mistakes in them."""

from __future__ import annotations

from pathlib import Path

import pytest

from service.relevance.judged import COLUMNS, BadJudgement, Judged, Source, read_folder
from tests.servers.runs import ROOT

HEADER = ";".join(COLUMNS)


def county(folder: Path, *lines: str, name: str = "alltag", header: str = HEADER, encoding: str = "utf-8") -> Path:
    """A county with one file of judged queries."""
    (folder / "golden").mkdir(exist_ok=True)
    (folder / "golden" / f"{name}.csv").write_text("\n".join([header, *lines, ""]), encoding=encoding)
    return folder


def problems(folder: Path) -> str:
    with pytest.raises(BadJudgement) as caught:
        read_folder(folder)
    return caught.value.message


def test_a_line_names_a_query_and_its_offers(tmp_path: Path) -> None:
    line = '  Deutsch   lernen ;demo:kurs|kreisliste:47:11; demo:cafe ;pruefen;"Kurs; nicht Treff"'

    assert read_folder(county(tmp_path, line)) == [
        Judged(
            "alltag", 2, "Deutsch lernen", (Source("demo", "kurs"), Source("kreisliste", "47:11")),
            (Source("demo", "cafe"),), "pruefen", "Kurs; nicht Treff",
        )
    ]  # fmt: skip


def test_a_query_without_offers_must_find_nothing(tmp_path: Path) -> None:
    (judged,) = read_folder(county(tmp_path, "qwertz;;;abstimmen;"))

    assert (judged.right, judged.fine) == ((), ())


def test_files_are_slices_and_empty_lines_are_nothing(tmp_path: Path) -> None:
    county(tmp_path, "a;demo:a;;abstimmen;", "", ";;;;", name="b")
    county(tmp_path, "a;demo:a;;abstimmen;", name="a", encoding="utf-8-sig")

    assert [(judged.slice, judged.line) for judged in read_folder(tmp_path)] == [("a", 2), ("b", 2)]


def test_a_county_without_judged_queries_has_none(tmp_path: Path) -> None:
    assert read_folder(tmp_path) == []


@pytest.mark.parametrize(
    ("line", "told"),
    [
        (";demo:a;;abstimmen;", "„suche“ ist leer"),
        ("x" * 201 + ";demo:a;;abstimmen;", "länger als 200 Zeichen"),
        ("a;demo:a;;tunen;", "„zweck“ ist „tunen“. Möglich sind: abstimmen, pruefen."),
        ("a;demo;;abstimmen;", "nennt kein Angebot. Bitte als quelle:quelle_nr schreiben"),
        ("a;:x;;abstimmen;", "nennt kein Angebot"),
        ("a;demo:a;demo:a;abstimmen;", "„demo:a“ steht mehrmals"),
        ("a;;demo:a;abstimmen;", "„auch“ ohne „treffer“"),
        ("a;demo:a;abstimmen", "3 statt 5 Spalten"),
        ('a;demo:a;;abstimmen;"offen', "Bitte die Anführungszeichen prüfen"),
    ],
)
def test_a_mistake_is_told_with_file_line_and_remedy(tmp_path: Path, line: str, told: str) -> None:
    message = problems(county(tmp_path, "gut;demo:a;;abstimmen;", line))

    assert message.startswith("alltag.csv, Zeile ")
    assert "Zeile 3" in message or "offen" in line
    assert told in message


def test_a_query_stands_once_in_a_file(tmp_path: Path) -> None:
    message = problems(county(tmp_path, "a;demo:a;;abstimmen;", "a;demo:b;;pruefen;"))

    assert message == "alltag.csv, Zeile 3: „a“ steht schon in Zeile 2. Bitte zu einer Zeile zusammenfassen."


def test_other_columns_and_encodings_are_told(tmp_path: Path) -> None:
    county(tmp_path, name="a", header="frage;antwort")
    county(tmp_path, "Größe;demo:a;;abstimmen;", name="b", encoding="cp1252")

    assert problems(tmp_path).splitlines() == [
        f"a.csv, Zeile 1: Die Spalten müssen {HEADER} heißen.",
        "b.csv: Die Datei ist nicht in UTF-8. Bitte als „CSV UTF-8“ speichern.",
    ]


def test_no_file_takes_the_name_of_the_titles(tmp_path: Path) -> None:
    assert "Bitte die Datei anders nennen" in problems(county(tmp_path, name="titel"))


def test_many_mistakes_are_told_up_to_a_number(tmp_path: Path) -> None:
    told = problems(county(tmp_path, *(f"{number};demo:a;;x;" for number in range(14)))).splitlines()

    assert len(told) == 11
    assert told[-1] == "… und 4 weitere Fehler."


def test_the_judged_queries_of_the_county_can_be_read() -> None:
    read_folder(ROOT / "seed")
