"""Words a few edits away, by the same rule as the server's fuzzy query."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from rapidfuzz.distance import OSA

from service.german.spelling import EDITS_OF_SOUND, SHORTEST_SOUND, Lexicon, Near, edits_allowed, sound

OFFERS = {
    "kinderbetreuung": 9,
    "kinderbetreuer": 1,
    "sprachkurs": 7,
    "sprachkurse": 8,
    "kurs": 20,
    "kurz": 3,
    "marl": 5,
    "maria": 1,
    "b2": 4,
}
WORDS = st.text("abcdef", min_size=1, max_size=9)


@pytest.mark.parametrize(
    ("word", "edits"), [("b2", 0), ("abc", 0), ("kurs", 1), ("kursen", 1), ("beratun", 2), ("", 0)]
)
def test_edits_grow_with_the_word(word: str, edits: int) -> None:
    assert edits_allowed(word) == edits


def test_a_lexicon_knows_the_words_of_the_offers() -> None:
    lexicon = Lexicon(OFFERS)
    assert lexicon.knows("kurs")
    assert not lexicon.knows("kursus")
    assert lexicon.frequency("kurs") == 20
    assert len(lexicon) == len(OFFERS)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("kinderbetreung", "kinderbetreuung"),
        ("sprahckurs", "sprachkurs"),
        ("spachkurze", "sprachkurse"),
        ("mral", "marl"),
        ("krus", "kurs"),
    ],
)
def test_the_word_meant_comes_first(typed: str, meant: str) -> None:
    assert Lexicon(OFFERS).closest(typed)[0].word == meant


def test_nearest_first_then_the_commonest() -> None:
    assert Lexicon(OFFERS).closest("kurt") == [Near("kurs", 1), Near("kurz", 1)]
    assert Lexicon(OFFERS).closest("sprachkurs") == [Near("sprachkurs", 0), Near("sprachkurse", 1)]
    assert Lexicon(OFFERS).closest("kurt", limit=1) == [Near("kurs", 1)]


def test_the_first_letter_is_taken_as_right() -> None:
    assert Lexicon(OFFERS).closest("gurs") == []


def test_short_words_must_be_right() -> None:
    assert Lexicon(OFFERS).closest("b1") == []
    assert Lexicon(OFFERS).closest("b2") == [Near("b2", 0)]


def test_words_of_one_more_offer_count_once() -> None:
    lexicon = Lexicon(OFFERS)
    lexicon.add(["kurs", "kurs", "elterncafe"])
    assert lexicon.frequency("kurs") == 21
    assert lexicon.closest("elterncafee") == [Near("elterncafe", 1)]


def test_bytes_give_the_same_lexicon() -> None:
    lexicon = Lexicon.from_bytes(Lexicon(OFFERS).to_bytes())
    assert {word: lexicon.frequency(word) for word in OFFERS} == OFFERS
    assert lexicon.to_bytes() == Lexicon(dict(reversed(OFFERS.items()))).to_bytes()


@pytest.mark.parametrize("data", [b"", b"something else", Lexicon(OFFERS).to_bytes()[:-9]])
def test_other_bytes_are_refused(data: bytes) -> None:
    with pytest.raises(ValueError, match="words of the offers"):
        Lexicon.from_bytes(data)


@given(st.dictionaries(WORDS, st.integers(1, 9), max_size=60), WORDS)
@example({"abc": 1}, "aaabc")
def test_exactly_the_words_within_reach_are_found(frequencies: dict[str, int], word: str) -> None:
    def near(other: str) -> bool:
        return other[0] == word[0] and OSA.distance(word, other) <= edits_allowed(word)

    def sounds_alike(other: str) -> bool:
        alike = sound(other) == sound(word) != ""
        return alike and len(word) >= SHORTEST_SOUND and OSA.distance(word, other) <= len(word) / EDITS_OF_SOUND

    found = Lexicon(frequencies).closest(word, limit=1000)
    assert {near.word for near in found} == {other for other in frequencies if near(other) or sounds_alike(other)}
    assert all(near.distance == OSA.distance(word, near.word) for near in found)


@given(st.text(max_size=40))
def test_any_word_may_be_asked_for(word: str) -> None:
    assert len(Lexicon(OFFERS).closest(word)) <= 50
