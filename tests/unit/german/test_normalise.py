"""Clean text, text from HTML, queries of bearable length."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.german.normalise import (
    QUERY_CHARACTERS,
    QUERY_WORDS,
    SPELT_OUT,
    align,
    clean,
    cut_query,
    fold_gender,
    plain_text,
)

ANY_TEXT = st.text(st.characters(exclude_categories=()), max_size=80)
PIECES = (
    [
        "Leh\u00adrer",
        ":innen",
        "*in",
        "/-innen",
        "_",
        "Frauen- und ",
        "ß",
        "İ",
        "u\u0308",
        "i\u0307",
        "ﬁ",
        "²",
        "½",
        "…",
    ],
    ["\u200b", " ", "\n", "\x00", "\ud800", "ﷺ", "한", "\u1112\u1161\u11ab", "か\u3099", "Ａ", "<p>", "&nbsp;"],
)
SNIPPETS = st.lists(st.sampled_from([piece for row in PIECES for piece in row]), max_size=20).map("".join)


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        ("fu\u0308r Mu\u0308tter", "für Mütter"),
        ("Sprach\u00adkurs", "Sprachkurs"),
        ("Kurs\u200b\ufeff", "Kurs"),
        ("ﬁnden", "finden"),
        ("60 m² Wohnung¹", "60 m² Wohnung¹"),
        ("CO₂", "CO2"),
        ("i\u0307zi\u0307n", "izin"),
        ("a\x00b", "a b"),
        ("z. B.", "z. B."),
    ],
)
def test_clean_text(text: str, cleaned: str) -> None:
    assert clean(text) == cleaned


@pytest.mark.parametrize(
    "written",
    [
        "Lehrer:innen",
        "Lehrer*innen",
        "Lehrer_innen",
        "Lehrer·innen",
        "Lehrer/innen",
        "Lehrer/-innen",
        "Leh\xadrer:innen",
    ],
)
def test_gender_forms_are_written_out(written: str) -> None:
    assert fold_gender(written) == "Lehrerinnen"


@pytest.mark.parametrize("written", ["Marl/Herten", "ab:in", "Termin: innen", "Büro/Infos", "12*in"])
def test_other_marks_stay(written: str) -> None:
    assert fold_gender(written) == written


@given(ANY_TEXT | SNIPPETS)
def test_cleaning_twice_changes_nothing(text: str) -> None:
    assert clean(clean(text)) == clean(text)


@given(ANY_TEXT | SNIPPETS)
def test_every_character_leads_back_to_the_original(text: str) -> None:
    aligned = align(text)
    assert aligned.text == fold_gender(text)
    assert len(aligned.text) == len(aligned.starts) == len(aligned.ends)
    assert all(0 <= start < end <= len(text) for start, end in zip(aligned.starts, aligned.ends, strict=True))
    assert list(aligned.starts) == sorted(aligned.starts)


def test_blocks_become_lines() -> None:
    markup = "<h3>Wann?</h3><p>Montags&nbsp;ab <strong>9</strong>&nbsp;Uhr,<br>nicht in\n den Ferien</p><ul><li>Kaffee<li>Tee</ul>"
    assert plain_text(markup) == "Wann?\nMontags ab 9 Uhr,\nnicht in den Ferien\nKaffee\nTee"


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("ein<b>zel</b>ne Buchstaben", "einzelne Buchstaben"),
        ("3 < 5 und 7 > 2", "3 < 5 und 7 > 2"),
        ('<a title="a > b" href="#">Link</a>', "Link"),
        ("<script>böse()</script>gut<!-- weg -->", "gut"),
        ("&lt;p&gt; bleibt", "<p> bleibt"),
        ("<![foo[ <p", "<![foo[ <p"),
        ("Zeile\n\n\nnoch eine", "Zeile\nnoch eine"),
        ("", ""),
    ],
)
def test_text_from_html(markup: str, text: str) -> None:
    assert plain_text(markup) == text


@given(ANY_TEXT | SNIPPETS)
def test_any_markup_gives_text(text: str) -> None:
    assert isinstance(plain_text(text), str)


def test_a_short_query_is_used_whole() -> None:
    query = cut_query("  Sprachkurs \n Frauen  Marl ")
    assert query.text == "Sprachkurs Frauen Marl"
    assert not query.cut


def test_a_long_query_is_cut_between_words() -> None:
    query = cut_query("Deutschkurse für Anfängerinnen mit Kinderbetreuung " * 10)
    assert len(query.text) <= QUERY_CHARACTERS
    assert query.text.endswith("Anfängerinnen mit")
    assert query.cut


def test_a_query_of_many_words_is_cut() -> None:
    query = cut_query("a1 " * 50)
    assert len(query.text.split()) == QUERY_WORDS
    assert query.cut


def test_one_endless_word_is_cut_inside() -> None:
    assert cut_query("x" * 500).text == "x" * QUERY_CHARACTERS


@given(ANY_TEXT | SNIPPETS)
def test_any_query_is_bearable(text: str) -> None:
    query = cut_query(text)
    assert len(query.text) <= QUERY_CHARACTERS
    assert len(query.text.split()) <= QUERY_WORDS


@pytest.mark.parametrize("char", SPELT_OUT)
def test_what_is_spelt_out_beforehand_is_what_nfkc_makes_of_it(char: str) -> None:
    assert unicodedata.normalize("NFKD", char) == SPELT_OUT[char], "each character decomposes by itself"
    for around in ("a{}b", "ﬁ{}", "{}\u0308", "{}\u0327", "²{}½", "{0}{0}"):
        text = around.format(char)
        assert clean(text) == clean(around.format(SPELT_OUT[char]))
        assert "²" in text or clean(text) == unicodedata.normalize("NFKC", text)
