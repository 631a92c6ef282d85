"""An address is read once, and written back as one canonical address."""

from __future__ import annotations

from urllib.parse import parse_qsl, urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.errors import InvalidSearch
from service.search.criteria import MOST_VALUES, PAGE_SIZE, SearchCriteria, parse
from service.vocabulary import Vocabularies


def read(address: str, vocabularies: Vocabularies) -> SearchCriteria:
    return parse(parse_qsl(address, keep_blank_values=True), vocabularies)


def test_an_empty_address_searches_everything(vocabularies: Vocabularies) -> None:
    criteria = read("", vocabularies)
    assert criteria == SearchCriteria()
    assert (criteria.order, criteria.offset, criteria.filtered, criteria.pairs()) == ("bestaetigt", 0, False, [])


def test_values_of_a_facet_are_collected_once_each(vocabularies: Vocabularies) -> None:
    criteria = read("stadt=marl&stadt=herten&stadt=marl&kinderbetreuung=ja", vocabularies)
    assert criteria.selected == {"stadt": ("marl", "herten"), "kinderbetreuung": ("ja",)}


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("stadt=bochum", "„bochum“"),
        ("kinderbetreuung=nein", "„nein“"),
        ("sortierung=egal", "Möglich sind"),
        ("seite=0", "„seite“"),
        ("seite=501", "„seite“"),
        ("seite=x", "„seite“"),
        ("seite=-1", "„seite“"),
        ("seite=٣", "„seite“"),
        ("plz=44787", "44787"),
        ("plz=45768&umkreis=51", "„umkreis“"),
        ("q=" + "a" * 1001, "zu lang"),
    ],
)
def test_an_address_that_cannot_be_understood_says_why(address: str, said: str, vocabularies: Vocabularies) -> None:
    with pytest.raises(InvalidSearch, match=said) as raised:
        read(address, vocabularies)
    assert raised.value.status == 400


def test_unknown_parameters_and_empty_values_are_ignored(vocabularies: Vocabularies) -> None:
    assert read("utm_source=x&stadt=&q=&seite=&plz=&umkreis=7", vocabularies) == SearchCriteria()


def test_the_first_of_a_repeated_single_parameter_counts(vocabularies: Vocabularies) -> None:
    assert read("seite=2&seite=3&q=eins&q=zwei", vocabularies).pairs() == [("q", "eins"), ("seite", "2")]


def test_a_long_query_is_cut_and_says_so(vocabularies: Vocabularies) -> None:
    criteria = read("q=" + "wort+" * 60, vocabularies)
    assert len(criteria.q) <= 200
    assert criteria.cut
    assert not read("q=kurz", vocabularies).cut


def test_unseen_characters_are_no_part_of_a_value(vocabularies: Vocabularies) -> None:
    assert read("q=%00Deutsch%E2%80%AE+kurs%0A&stadt=marl%00", vocabularies).q == "Deutsch kurs"


def test_too_many_values_come_from_no_form(vocabularies: Vocabularies) -> None:
    topics = list(vocabularies["topics"])[: MOST_VALUES + 1]
    with pytest.raises(InvalidSearch, match="nicht möglich"):
        parse([("thema", slug) for slug in topics], vocabularies)


def test_a_postcode_alone_means_five_kilometres(vocabularies: Vocabularies) -> None:
    criteria = read("plz=45768", vocabularies)
    assert (criteria.postcode, criteria.radius, criteria.filtered) == ("45768", 5, True)
    assert criteria.anywhere() == SearchCriteria()


def test_links_of_a_search_start_at_its_first_page(vocabularies: Vocabularies) -> None:
    criteria = read("q=Deutsch&stadt=marl&seite=3", vocabularies)
    assert criteria.offset == 2 * PAGE_SIZE
    assert criteria.toggling("stadt", "herten").pairs() == [("q", "Deutsch"), ("stadt", "marl"), ("stadt", "herten")]
    assert criteria.toggling("stadt", "marl").pairs() == [("q", "Deutsch")]
    assert criteria.sorted_by("titel").page == criteria.unfiltered().page == 1
    assert criteria.at_page(2).page == 2


def test_words_are_ordered_by_relevance_unless_another_order_is_chosen(vocabularies: Vocabularies) -> None:
    assert read("q=Deutsch", vocabularies).order == "relevanz"
    assert read("q=Deutsch&sortierung=titel", vocabularies).order == "titel"


@given(st.lists(st.tuples(st.sampled_from(["q", "stadt", "seite", "plz", "umkreis", "sortierung", "x"]), st.text())))
def test_any_address_is_read_or_refused_and_reads_the_same_again(
    vocabularies: Vocabularies, pairs: list[tuple[str, str]]
) -> None:
    try:
        criteria = parse(pairs, vocabularies)
    except InvalidSearch:
        return
    again = parse(parse_qsl(urlencode(criteria.pairs())), vocabularies)
    assert again.pairs() == criteria.pairs()
