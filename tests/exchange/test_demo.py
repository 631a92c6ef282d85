from __future__ import annotations

from pathlib import Path

import pytest

from service.errors import BadSetting
from service.exchange.demo import demo_records, load_demo
from service.vocabulary import Vocabularies
from tests.exchange.conftest import SEED, Desk


def test_demo_offers_are_valid_and_have_the_same_ids_every_time(vocabularies: Vocabularies) -> None:
    first, second = demo_records(SEED, vocabularies), demo_records(SEED, vocabularies)
    assert first == second
    assert len({record["public_id"] for record in first}) == len(first) >= 240


def test_demo_offers_are_loaded_into_an_empty_store_only(any_desk: Desk) -> None:
    assert load_demo(any_desk.database, SEED) == len(any_desk.records()) >= 240
    assert load_demo(any_desk.database, SEED) == 0


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('[[offer]]\nkey="a"\ntitle="A"\nsummary="B"\nprovider="fehlt"', "fehlt"),
        ('[[offer]]\nkey="a"\ntitle=""\nsummary="B"', "title"),
        ('[[offer]]\nkey="a"\n[[offer]]\nkey="a"', "doppelt"),
        ("kein toml", "nicht lesbar"),
    ],
)
def test_a_mistake_in_the_files_names_file_and_key(
    tmp_path: Path, vocabularies: Vocabularies, text: str, told: str
) -> None:
    (tmp_path / "demo").mkdir()
    (tmp_path / "demo" / "x.toml").write_text(text, encoding="utf-8")
    with pytest.raises(BadSetting, match=told):
        demo_records(tmp_path, vocabularies)
