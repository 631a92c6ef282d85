from __future__ import annotations

from collections import Counter
from datetime import date
from pathlib import Path
from urllib.parse import parse_qsl

import pytest

from bench.addresses import searches
from bench.corpus import Corpus
from service.errors import BadSetting
from service.paths import data_folder
from service.schemas.offer import dump_record, validate_record
from service.search.criteria import parse
from service.vocabulary import Vocabularies, read_folder
from tests.bench.texts import write_texts

TODAY = date(2026, 11, 23)


@pytest.fixture(scope="module")
def vocabularies() -> Vocabularies:
    lists = read_folder(data_folder("seed"))
    return Vocabularies({name: {term.slug: term for term in terms} for name, terms in lists.items()})


@pytest.fixture
def corpus(vocabularies: Vocabularies, tmp_path: Path) -> Corpus:
    return Corpus(vocabularies, write_texts(tmp_path / "texts.jsonl"), 3, TODAY)


def test_the_same_seed_makes_the_same_offers(corpus: Corpus, vocabularies: Vocabularies) -> None:
    again = Corpus(vocabularies, corpus.texts, 3, TODAY)
    other = Corpus(vocabularies, corpus.texts, 4, TODAY)
    assert list(corpus.records(50)) == list(again.records(50))
    assert list(corpus.records(5)) != list(other.records(5))
    assert list(corpus.records(20, 30)) == list(corpus.records(50))[30:]


def test_records_are_what_validation_would_have_made_of_them(corpus: Corpus, vocabularies: Vocabularies) -> None:
    for record in corpus.records(60):
        assert validate_record(vocabularies, dump_record(record)) == record


def test_every_offer_is_one_of_its_own_though_texts_come_again(corpus: Corpus) -> None:
    records = list(corpus.records(500))
    assert len({record["id"] for record in records}) == 500
    assert len({record["body"] for record in records}) < 500


def test_a_provider_is_the_same_in_all_of_its_offers(corpus: Corpus) -> None:
    providers = {record["provider"]["name"]: record["provider"] for record in corpus.records(500)}
    assert 1 < len(providers) <= 13
    assert all(record["provider"] == providers[record["provider"]["name"]] for record in corpus.records(500))


@pytest.mark.parametrize("name", ["topics", "towns", "kind", "audiences"])
def test_facets_are_skewed(corpus: Corpus, name: str) -> None:
    drawn = [record[name] for record in corpus.records(2_000)]
    counts = Counter(slug for value in drawn for slug in (value if isinstance(value, list) else [value])).most_common()
    assert counts[0][1] > 3 * counts[len(counts) // 2][1]


def test_texts_that_cannot_be_read_are_named(vocabularies: Vocabularies, tmp_path: Path) -> None:
    for content, reason in ((None, "fehlen"), ("", "keine Texte"), ('{"heading": 1}', "heading und text")):
        file = tmp_path / f"{reason}.jsonl"
        if content is not None:
            file.write_text(content)
        with pytest.raises(BadSetting, match=reason):
            list(Corpus(vocabularies, file, 3, TODAY).records(1))


def test_searches_are_seeded_different_and_valid(corpus: Corpus, vocabularies: Vocabularies) -> None:
    sample = list(corpus.records(200))
    found = searches(vocabularies, sample, 3)
    assert found == searches(vocabularies, sample, 3) != searches(vocabularies, sample, 4)
    assert len(set(found)) == 200
    parsed = [parse(parse_qsl(search), vocabularies) for search in found]
    assert 60 < sum(bool(criteria.selected) for criteria in parsed) < 140
    assert any(not criteria.q for criteria in parsed)
