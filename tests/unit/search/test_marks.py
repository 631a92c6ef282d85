"""Which words of a hit are marked, and that what leaves is safe HTML."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import Markup, escape

from service.search.marks import SNIPPET, Marker
from service.search.understanding import understand
from service.search.wordbook import Wordbook


def marks(query: str, text: str, book: Wordbook) -> list[str]:
    return re.findall("<mark>(.*?)</mark>", Marker(understand(query, book), book).mark(text))


@pytest.mark.parametrize(
    ("query", "text", "marked"),
    [
        ("Kurs", "Kurse und Kursen, keine Kurve", ["Kurse", "Kursen"]),
        ("Beratung", "Die Schuldnerberatung berät", ["Schuldnerberatung"]),
        ("Sprach Kurs", "Sprachkurse für alle", ["Sprachkurse"]),
        ("Schuldnerberatung", "Beratung für Schuldner", []),
        ("Behoerde", "BEHÖRDE und Behörden", ["BEHÖRDE", "Behörden"]),
        ("Kinderbetreung", "mit Kinderbetreuung", ["Kinderbetreuung"]),
        ("Lehrer", "Lehrer:innen und Lehrer*innen", ["Lehrer:innen", "Lehrer*innen"]),
        ("Muetter", "Mu\u0308tter", ["Mu\u0308tter"]),
        ("Deutschkurs", "Deutsch\u00adkurs", ["Deutsch\u00adkurs"]),
        ("kursu", "Almanca kursları", ["kursları"]),
        ("німецької", "Німецька мова", ["Німецька"]),
        ("الألمانية", "دورة لغة ألمانية", ["ألمانية"]),
        ("und der die", "und der die", []),
        ("Marl", "Kurs in Marl", []),
    ],
)
def test_words_that_answer_the_query_are_marked(query: str, text: str, marked: list[str], book: Wordbook) -> None:
    assert marks(query, text, book) == marked


def test_synonyms_are_marked(book: Wordbook) -> None:
    assert marks("Sprachkurs", "Deutschunterricht am Abend", book) == ["Deutschunterricht"]


def test_text_becomes_safe_html(book: Wordbook) -> None:
    marker = Marker(understand("Kurs script", book), book)
    assert marker.mark('<script>alert("Kurs & Co")</script>') == Markup(
        "&lt;<mark>script</mark>&gt;alert(&#34;<mark>Kurs</mark> &amp; Co&#34;)&lt;/<mark>script</mark>&gt;"
    )


@given(st.text(alphabet=st.sampled_from("Kurs Kurse <>&\"'/ \u00ad\u0308ü:*innen\n"), max_size=60))
def test_marking_changes_nothing_but_the_marks(book: Wordbook, text: str) -> None:
    marked = Marker(understand("Kurs", book), book).mark(text)
    assert re.sub("</?mark>", "", str(marked)) == str(escape(text))


@given(st.text(max_size=400))
def test_any_text_can_be_marked(book: Wordbook, text: str) -> None:
    marker = Marker(understand("Kurs Beratung", book), book)
    assert re.sub("</?mark>", "", str(marker.mark(text))) == str(escape(text))
    marker.snippets(text)


def test_snippets_show_the_densest_passage_first(book: Wordbook) -> None:
    text = "Ein Kurs. " + "Nichts davon steht hier. " * 20 + "Kurs, Kurs und noch ein Kurs. " + "Nichts mehr. " * 20
    first, second = Marker(understand("Kurs", book), book).snippets(text)
    assert (first.count("<mark>"), second.count("<mark>")) == (3, 1)
    assert first.startswith("… ")
    assert first.endswith(" …")
    assert all(len(snippet) < SNIPPET + 80 for snippet in (first, second))


def test_without_a_match_there_is_no_snippet(book: Wordbook) -> None:
    marker = Marker(understand("Kurs", book), book)
    assert marker.snippets("Nichts davon") == []
    assert Marker(understand("", book), book).mark("Kurs") == "Kurs"
