"""Facets are declared once; everything that they name exists."""

from __future__ import annotations

from service.paths import data_folder
from service.search.embedded.schema import KEYWORDS
from service.search.facets import FACETS, YES
from service.search.opensearch import mapping
from service.vocabulary import Vocabularies


def test_every_facet_has_a_keyword_field_on_both_engines() -> None:
    properties = mapping.read(data_folder("mappings")).body()["mappings"]["properties"]
    for facet in FACETS:
        assert properties[facet.field] == {"type": "keyword"}, facet
        assert facet.field in KEYWORDS


def test_every_facet_has_values(vocabularies: Vocabularies) -> None:
    assert all(facet.terms(vocabularies) for facet in FACETS)


def test_a_switch_has_one_value(vocabularies: Vocabularies) -> None:
    switches = [facet for facet in FACETS if facet.switch]
    assert [list(facet.terms(vocabularies)) for facet in switches] == [[YES]] * 3


def test_the_two_filters_of_the_announcement_stand_word_for_word(vocabularies: Vocabularies) -> None:
    labels = {term.label() for term in vocabularies["audiences"].values()}
    assert "insbesondere für Menschen mit Migrationshintergrund" in labels
    assert "insbesondere für Neuzugewanderte" in labels
