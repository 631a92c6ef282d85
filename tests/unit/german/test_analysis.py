"""The tokens that offers and queries are compared by."""

import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.german.analysis import Analysis
from service.german.normalise import plain_text
from tests.unit.german.conftest import TOWNS, words
from tests.unit.german.test_normalise import ANY_TEXT, SNIPPETS

STOP = frozenset(words("stopwords-de.txt"))


@pytest.mark.parametrize(
    ("forms", "std"),
    [
        ("Kurs Kurse Kursen Kurses", ["kurs"]),
        ("Sprachkurs Sprachkurse Sprachkursen SPRACHKURS", ["sprachkurs"]),
        ("Lehrer Lehrerin Lehrerinnen Lehrer:innen Lehrer*innen Lehrer_innen Lehrer/innen Lehrer/-innen LehrerInnen Lehrer·innen", ["lehr"]),
        ("Berater Berater:in Beraterinnen", ["berat"]),
        ("Mitbürger:innen", ["mitburg"]),
        ("Behörde Behoerde BEHÖRDE Behörden", ["behord"]),
        ("Auslaenderbehörde Ausländerbehörde", ["auslanderbehord"]),
        ("Café Cafe CAFÉ Cafés", ["caf"]),
        ("Straße Strasse STRASSE Straßen", ["strass"]),
        ("Schule Schüler Schülerin Schüler:innen", ["schul"]),
        ("Arzt Ärzte", ["arzt"]),
        ("Ärztin", ["arztin"]),
        ("Ärzt:innen Ärztinnen", ["arztinn"]),
        ("Medizin", ["medizin"]),
        ("Termin", ["termin"]),
        ("Verein", ["verein"]),
        ("Kamin", ["kamin"]),
        ("İZİN ızın i\u0307zi\u0307n", ["izin"]),
    ],
)  # fmt: skip
def test_forms_of_a_word_share_their_stem(analysis: Analysis, forms: str, std: list[str]) -> None:
    assert list(dict.fromkeys(analysis.std(forms))) == std


@pytest.mark.parametrize(
    ("text", "std"),
    [
        ("ohne Papiere", ["ohn", "papi"]),
        ("keine Krankenversicherung", ["kein", "krankenversicherung"]),
        ("nicht gegen", ["nicht", "geg"]),
        ("A1, B2, U3, §16d, E-Mail", ["a1", "b2", "u3", "16d", "e", "mail"]),
        ("Familien- und Frauenberatung", ["famili", "frauenberatung"]),
        ("Oer-Erkenschwick", ["or", "erkenschwick"]),
        ("60 m² Beratung²", ["60", "m", "beratung"]),
        ("9.30 Uhr, 1.000,50 €", ["9.30", "uhr", "1.000,50"]),
        ("geht's l’école", ["geht's", "l'ecol"]),
        ("Українська мова й англійська", ["українська", "мова", "й", "англійська"]),
        ("", []),
        ("wo wie was", []),
        ("*** ??? ___ ½", ["1/2"]),
    ],
)
def test_tokens_of_a_text(analysis: Analysis, text: str, std: list[str]) -> None:
    assert analysis.std(text) == std


def test_exact_tokens_are_not_stemmed(analysis: Analysis) -> None:
    assert analysis.exact("Kurse der Behörden, Lehrer:innen") == ["kurse", "behorden", "lehrerinnen"]


def test_both_are_the_tokens_of_each(analysis: Analysis) -> None:
    text = "Deutschkurse für Ärzt:innen und Mütter"
    assert analysis.both(text) == (analysis.exact(text), analysis.std(text))


def test_abbreviations_stay_one_token() -> None:
    assert Analysis(()).std("z.B.") == ["z.b"]


@pytest.mark.parametrize(
    "word", ["ohne", "kein", "keine", "keinen", "keinem", "keiner", "keines", "nicht", "nichts", "gegen"]
)
def test_words_that_turn_the_meaning_are_no_stop_words(word: str) -> None:
    assert word not in STOP


def test_the_stop_list_fits_its_place_before_folding() -> None:
    assert len(STOP) > 200
    assert all(word == word.lower() for word in STOP)


def test_towns_keep_apart(analysis: Analysis) -> None:
    tokens = [tuple(analysis.std(town)) for town in TOWNS]
    assert all(tokens)
    assert len({token for town in tokens for token in town}) == sum(map(len, tokens))


def test_an_endless_word_is_left_out(analysis: Analysis) -> None:
    assert analysis.std("x" * 300 + " Kurs") == ["kurs"]


def test_other_processes_get_the_same_analysis(analysis: Analysis) -> None:
    copy = pickle.loads(pickle.dumps(analysis))  # noqa: S301
    assert copy.std("Sprachkurse für Frauen") == analysis.std("Sprachkurse für Frauen")


def test_spans_lead_to_the_words_as_written(analysis: Analysis) -> None:
    text = "Die Leh\u00adrer:innen fu\u0308r Ärzt*innen, 60 m²"
    assert [(text[span.start : span.end], span.std) for span in analysis.spans(text)] == [
        ("Leh\u00adrer:innen", "lehr"),
        ("Ärzt*innen", "arztinn"),
        ("60", "60"),
        ("m", "m"),
    ]


def test_spans_lead_into_text_taken_from_html(analysis: Analysis) -> None:
    text = plain_text("<p>F&uuml;r <b>M&uuml;tt</b>er</p><ul><li>Schüler:innen</ul>")
    assert [text[span.start : span.end] for span in analysis.spans(text)] == ["Mütter", "Schüler:innen"]


@given(ANY_TEXT | SNIPPETS | st.text("Aaeouäöüß:*-_/.' 1²\u00ad\u0308inen", max_size=60))
def test_spans_are_the_tokens_in_order_inside_the_text(text: str) -> None:
    analysis = ANALYSIS
    spans = list(analysis.spans(text))
    assert [span.std for span in spans] == analysis.std(text)
    assert [span.exact for span in spans] == analysis.exact(text)
    assert all(0 <= span.start < span.end <= len(text) for span in spans)
    assert all(span.exact and span.std for span in spans)


@given(st.lists(st.sampled_from(["Kurs", "Lehrer:innen", "Mütter", "für", "Café", "m²", "ab\u00adc"]), max_size=8))
def test_each_span_analyses_to_its_own_token(parts: list[str]) -> None:
    text = " ".join(parts)
    for span in ANALYSIS.spans(text):
        assert ANALYSIS.std(text[span.start : span.end]) == [span.std]


ANALYSIS = Analysis(STOP)
