"""How a query is understood, whatever was typed."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.german.forms import DERIVED, FAMILY
from service.german.spelling import Lexicon
from service.search.plan import BOOSTS, Plan
from service.search.understanding import understand
from service.search.wordbook import Wordbook
from service.search.words import MOST_SPELLINGS


def test_a_word_has_its_stem_its_parts_and_its_other_forms(book: Wordbook) -> None:
    (word,) = understand("Sprachkursen", book).words
    assert (word.text, word.stems, word.exact) == ("Sprachkursen", ("sprachkurs",), ("sprachkursen",))
    assert word.parts == ("sprach", "kurs")
    assert word.foreign


def test_a_rare_word_counts_as_its_commonest_form(book: Wordbook) -> None:
    common = replace(book, lexicon=Lexicon({"mieterberater": 2, "mieterberatung": 40, "haus": 200}))
    (word,) = understand("Mieterberater", common).words
    (form,) = word.forms

    assert form.stem == "mieterberatung"
    assert word.own < 0.5
    assert form.weight == DERIVED  # the commonest of them counts as it is
    (other,) = understand("Mieterberatung", common).words
    assert other.own == 1
    assert other.forms[0].weight < 0.5 * DERIVED


def test_a_word_of_no_offer_is_also_searched_by_its_root(book: Wordbook) -> None:
    rooted = replace(book, lexicon=Lexicon({"schimmel": 3, "wohnung": 20}))
    strange, known = understand("verschimmelte Wohnung", rooted).words

    assert [(form.stem, form.weight <= FAMILY) for form in strange.forms] == [("schimmel", True)]
    assert known.forms == ()


@pytest.mark.parametrize(
    ("query", "verb", "source"),
    [
        ("wer füllt Formulare aus", "ausfüllen", "füllt … aus"),
        ("Ich ziehe um", "umziehen", "ziehe … um"),
        ("wo melde ich mein kind an", "anmelden", "melde … an"),
        ("WO MELDE ICH MEIN KIND AN", "anmelden", "melde … an"),
        ("ich nehme am Kurs teil", "teilnehmen", "nehme … teil"),
    ],
)
def test_a_verb_whose_first_part_stands_at_the_end(book: Wordbook, query: str, verb: str, source: str) -> None:
    spoken = replace(book, lexicon=Lexicon({"ausfullen": 2, "umzug": 3, "anmeldung": 9, "teilnahme": 4, "kurs": 9}))
    assert [(word.text, word.apart) for word in understand(query, spoken).words if word.apart] == [(verb, source)]


@pytest.mark.parametrize("query", ["Kurs an", "an", "Kurse ab", "das Kind lacht an", "Hilfe bei"])
def test_what_makes_no_verb_of_the_offers_stays_as_it_is(book: Wordbook, query: str) -> None:
    assert [word.apart for word in understand(query, book).words if word.apart] == []


def test_a_small_thing_of_several_parts_is_searched_as_the_thing(book: Wordbook) -> None:
    dressed = replace(book, lexicon=Lexicon({"baby": 5, "jacke": 3}))
    (word,) = understand("Babyjäckchen", dressed).words
    assert word.parts == ("baby", "jack")


def test_a_word_without_parts_is_searched_as_it_is(book: Wordbook) -> None:
    (word,) = understand("Wohnung", book).words
    assert (word.parts_text, word.parts) == ("Wohnung", word.stems)


def test_stop_words_are_left_out_and_repeated_words_count_once(book: Wordbook) -> None:
    assert [word.text for word in understand("ein Kurs und der Kurs für die Wohnung", book).words] == [
        "Kurs",
        "Wohnung",
    ]


def test_negations_are_kept(book: Wordbook) -> None:
    assert [word.text for word in understand("ohne Papiere", book).words] == ["ohne", "Papiere"]


def test_only_a_word_that_no_offer_contains_is_spelt_otherwise(book: Wordbook) -> None:
    known, unknown = understand("Kinderbetreuung Kinderbetreung", book).words
    assert known.spellings == ()
    assert [(near.token, near.stem) for near in unknown.spellings] == [("kinderbetreuung", "kinderbetreuung")]
    assert 0.9 < unknown.spellings[0].weight < 1


def test_spellings_are_few_enough_for_the_server(book: Wordbook) -> None:
    crowded = replace(book, lexicon=Lexicon({f"beratun{letter}": 1 for letter in "abcdefhijklmnopqrstuvwxyz"}))
    (word,) = understand("beratunx1", crowded).words
    assert len(word.spellings) == MOST_SPELLINGS


def test_towns_are_taken_out_of_the_words(book: Wordbook) -> None:
    plan = understand("Beratung in Oer-Erkenschwick oder castrop rauxel", book)
    assert plan.towns == ("oer-erkenschwick", "castrop-rauxel")
    assert [word.text for word in plan.words] == ["Beratung"]


def test_towns_are_known_in_other_scripts(book: Wordbook) -> None:
    assert understand("курси Херне", book).towns == ()
    spoken = book.vocabularies["towns"]["marl"].label("ar")
    assert understand(spoken, book).towns == ("marl",)


def test_a_town_alone_is_no_word(book: Wordbook) -> None:
    assert understand("Haltern am See", book) == Plan(towns=("haltern-am-see",))


def test_synonyms_say_what_they_stand_for_and_where_their_words_stand(book: Wordbook) -> None:
    synonyms = understand("Sprachkurs", book).synonyms
    assert {synonym.source for synonym in synonyms} == {"Sprachkurs"}
    assert all(len(synonym.stems) == len(synonym.places) for synonym in synonyms)
    assert all(synonym.places[0] == 0 or len(synonym.stems) for synonym in synonyms)


def test_gender_forms_are_one_word(book: Wordbook) -> None:
    forms = {understand(text, book).words[0].stems for text in ("Lehrer:innen", "Lehrer*in", "LehrerInnen", "Lehrer")}
    assert len(forms) == 1


@given(st.text(max_size=300))
def test_anything_typed_becomes_a_plan(book: Wordbook, typed: str) -> None:
    plan = understand(typed, book)
    assert len(plan.words) <= 100
    assert all(word.stems and word.exact and word.text.strip() for word in plan.words)
    f"{plan}".encode()


@pytest.mark.parametrize("query", ["Sprachkurs", "Sprachkursen"])
def test_what_offers_use_in_any_form_needs_no_associations(book: Wordbook, query: str) -> None:
    assert understand(query, book).synonyms == understand(query, book, replace(BOOSTS, associated=0.0)).synonyms
