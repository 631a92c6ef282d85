"""What the embedded index holds of a search document."""

from __future__ import annotations

import uuid
from pathlib import Path
from typing import Any

import pytest
import tantivy

from service.search.embedded.schema import GAP, KEYWORDS, PHRASES, document, existing_index, open_index, schema
from service.search.wordbook import Wordbook


def source(**parts: Any) -> dict[str, Any]:
    texts = dict.fromkeys(("title", "title_sort", "body", "all_parts", "labels", "suggest"), "")
    lists: dict[str, list[str]] = {name: [] for name in KEYWORDS}
    return {
        "offer_id": str(uuid.UUID(int=7)),
        "rev": 1,
        "content_hash": "f",
        **texts,
        **lists,
        "changed_on": "2026-11-23",
        "hit": {},
        **parts,
    }


@pytest.mark.parametrize("day", ["0001-01-01", "2026-11-23", "2871-01-01", "9999-12-31"])
def test_any_day_can_be_sorted_by(day: str, book: Wordbook) -> None:
    made = document(source(confirmed_on=day, starts_on=day, changed_on=day), book.analysis)
    for key in ("confirmed_key", "starts_key", "changed_key"):
        assert 0 <= made[key][0] < 1 << 64


def test_an_offer_without_days_sorts_last(book: Wordbook) -> None:
    dated = document(source(confirmed_on="2000-01-01", starts_on="2030-01-01"), book.analysis)
    undated = document(source(), book.analysis)
    assert undated["confirmed_key"][0] < dated["confirmed_key"][0]
    assert undated["starts_key"][0] > dated["starts_key"][0]


def test_words_keep_their_distance_for_phrases(book: Wordbook) -> None:
    made = document(source(title="Hilfe für Frauen", body="Beratung"), book.analysis)
    words = made[PHRASES][0].split()
    assert words[:3] == ["hilf", GAP, "frau"]
    assert words[-1] == "beratung"
    assert set(words[3:-1]) == {GAP}
    assert len(words) > 20


def test_an_index_is_opened_not_made(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="no index"):
        existing_index(tmp_path)
    assert list(tmp_path.iterdir()) == []
    open_index(tmp_path)
    assert existing_index(tmp_path).searcher().num_docs == 0
    assert isinstance(schema(), tantivy.Schema)
