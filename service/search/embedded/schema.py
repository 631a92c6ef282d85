"""The embedded index: its fields, and how a search document (`mappings/offers-v2.json`) becomes one of its documents.

Text fields hold tokens that Python made, separated by blanks; nothing of tantivy's own analysis is used. Sort keys are
one number or text each, because tantivy sorts by one key: the value first, then the offer's id, so that no two are equal.
"""

import json
from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID

import tantivy

from service.german.analysis import Analysis

KEYWORDS = (
    "towns", "topics", "languages", "audiences", "kind", "levels", "cost", "modes", "weekdays", "childcare", "accessible",
    "women", "postcodes",
)  # fmt: skip
TEXTS = ("title", "all", "all_exact", "parts", "parts_exact", "labels", "suggest")
PHRASES = "phrases"
"""The tokens of `all` with `GAP` where stop words stood, so that phrases match as on the server."""
GAP = "_"
"""No word: the analysis makes no such token."""
BETWEEN = " ".join(["", *[GAP] * 20, ""])
"""Keeps phrases from beginning in the title and ending in the text."""
SORT_KEYS = {"bestaetigt": "confirmed_key", "beginn": "starts_key", "neu": "changed_key", "titel": "title_key"}
EDGE = range(2, 13)
"""Lengths of the word beginnings that suggestions are found by; as `edge_2_12` in the mapping."""
_LOW_BITS = 44
"""Of an id beside the 20 bits of a day."""
_LAST_DAY = (1 << 20) - 1
"""In the year 2871; later days, mostly mistyped ones, count as the day before."""


def schema() -> tantivy.Schema:
    """The fields of the embedded index."""
    builder = tantivy.SchemaBuilder()
    builder.add_text_field("offer_id", stored=True, tokenizer_name="raw", index_option="basic")
    builder.add_unsigned_field("tie", fast=True)
    builder.add_unsigned_field("rev", stored=True, fast=True)
    builder.add_bytes_field("content_hash", stored=True)
    for name in TEXTS:
        builder.add_text_field(name, tokenizer_name="whitespace", index_option="freq")
    builder.add_text_field(PHRASES, tokenizer_name="whitespace", index_option="position")
    for name in KEYWORDS:
        builder.add_text_field(name, fast=True, tokenizer_name="raw", index_option="basic")
    for name in ("confirmed_key", "starts_key", "changed_key"):
        builder.add_unsigned_field(name, fast=True)
    builder.add_text_field("title_key", fast=True, tokenizer_name="raw", index_option="basic")
    builder.add_bytes_field("hit", stored=True)
    return builder.build()


def open_index(folder: Path) -> tantivy.Index:
    """An existing index, or a new one in an existing empty folder, whose readers see commits only after `reload()`."""
    index = tantivy.Index(schema(), path=str(folder))
    index.config_reader(reload_policy="manual")
    return index


def existing_index(folder: Path) -> tantivy.Index:
    """An index to read. Raises ValueError where there is none: opening must not make one."""
    if not tantivy.Index.exists(str(folder)):
        raise ValueError("no index in this folder")
    return open_index(folder)


def document(source: Mapping[str, Any], analysis: Analysis) -> tantivy.Document:
    """The tantivy document of a search document."""
    title_exact, title = analysis.both(source["title"])
    body_exact, body = analysis.both(source["body"])
    parts_exact, parts = analysis.both(source["all_parts"])
    uuid = UUID(source["offer_id"])
    return tantivy.Document.from_dict(
        {
            "offer_id": source["offer_id"],
            "tie": uuid.int >> 64,
            "rev": source["rev"],
            "content_hash": source["content_hash"].encode(),
            "title": " ".join(title),
            "all": " ".join([*title, *body]),
            "all_exact": " ".join([*title_exact, *body_exact]),
            PHRASES: BETWEEN.join(_gapped(source[name], analysis) for name in ("title", "body")),
            "parts": " ".join(parts),
            "parts_exact": " ".join(parts_exact),
            "labels": " ".join(analysis.std(source["labels"])),
            "suggest": " ".join(_edges(analysis.exact(source["suggest"]))),
            **{name: source[name] for name in KEYWORDS},
            "confirmed_key": _newest_first(source.get("confirmed_on"), uuid),
            "starts_key": _soonest_first(source.get("starts_on"), uuid),
            "changed_key": _newest_first(source["changed_on"], uuid),
            "title_key": f"{source['title_sort']}\x00{source['offer_id']}",
            "hit": json.dumps(source["hit"], ensure_ascii=False).encode(),
        },
        _SCHEMA,
    )


def _gapped(text: str, analysis: Analysis) -> str:
    return " ".join(stem or GAP for stem in analysis.with_gaps(text))


def _edges(tokens: Iterable[str]) -> Iterable[str]:
    for token in tokens:
        for length in EDGE:
            if length <= len(token):
                yield token[:length]


def _days(day: str | None, default: int) -> int:
    return min(date.fromisoformat(day).toordinal(), _LAST_DAY - 1) if day else default


def _newest_first(day: str | None, uuid: UUID) -> int:
    """Sorted downwards: later days first, equal days by id upwards, no day last."""
    return _days(day, 0) << _LOW_BITS | ((1 << _LOW_BITS) - 1 - (uuid.int >> 128 - _LOW_BITS))


def _soonest_first(day: str | None, uuid: UUID) -> int:
    """Sorted upwards: earlier days first, equal days by id upwards, no day last."""
    return _days(day, _LAST_DAY) << _LOW_BITS | (uuid.int >> 128 - _LOW_BITS)


_SCHEMA = schema()
