"""From a search request to the body of a search. Pure: nothing is sent. The embedded twin is `..embedded.query`.

Words of a query reach the server as values of `match` and `term`, never as query syntax. Spellings and synonyms are
expanded in Python (`plan`), so both engines search for the same words.
"""

from collections.abc import Iterable, Sequence
from typing import Any

from service.search.engine import MOST_VALUES, SearchRequest
from service.search.plan import Boosts, Plan, Synonym, Word, preferences

Clause = dict[str, Any]

OTHERS = "others"
"""Name of the aggregation that counts the fields without a selection, where there is a selection."""
VALUES = "values"
"""Name of a field's counts inside its own filter."""
EDGE = 12
"""Longest beginning of a word in the field `suggest`; as `edge_2_12` in the mapping."""

NOTHING: Clause = {"query": {"match_none": {}}, "size": 0}
"""Asks whether an index can be searched."""
TIE: Clause = {"offer_id": "asc"}
ORDERS: dict[str, list[Clause]] = {
    "relevanz": [{"_score": "desc"}, TIE],
    "bestaetigt": [{"confirmed_on": {"order": "desc", "missing": "_last"}}, TIE],
    "beginn": [{"starts_on": {"order": "asc", "missing": "_last"}}, TIE],
    "neu": [{"changed_on": {"order": "desc", "missing": "_last"}}, TIE],
    "titel": [{"title_sort": "asc"}, TIE],
}


def body(request: SearchRequest) -> Clause:
    """One request for hits, total and counts.

    Selections of counted fields filter after counting, each field's counts within the selections of all others; fields
    without a selection share one filter. Everything else narrows the query itself.
    """
    chosen = {field: terms(field, values) for field, values in request.selected.items() if values}
    scope = [clause for field, clause in chosen.items() if field not in request.counted]
    if request.postcodes is not None:
        scope.append(terms("postcodes", request.postcodes))
    after = {field: clause for field, clause in chosen.items() if field in request.counted}
    query = text(request.plan)
    found: Clause = {
        "query": {"bool": {"must": [query], "filter": scope}} if scope else query,
        "sort": ORDERS[request.order],
        "from": request.offset,
        "size": request.size,
        "track_total_hits": True,
        "_source": ["hit"],
    }
    if after:
        found["post_filter"] = _every(after.values())
    if request.counted:
        found["aggs"] = _counts(request.counted, after)
    return found


def suggestion(words: Sequence[str], limit: int) -> Clause:
    """Offers in which every word begins a word."""
    return {
        "query": {"bool": {"must": [{"term": {"suggest": word[:EDGE]}} for word in words]}},
        "sort": ORDERS["relevanz"],
        "size": limit,
        "track_total_hits": False,
        "_source": ["hit.title", "hit.public_id", "hit.slug"],
    }


def text(plan: Plan) -> Clause:
    """What hits must match, with its score."""
    if plan.everything:
        return terms("towns", plan.towns) if plan.towns else {"match_all": {}}
    clauses = [_word(word, plan.boosts) for word in plan.words] + _synonyms(
        (*plan.negations, *plan.synonyms), plan.boosts
    )
    template = {"bool": {"should": clauses, "minimum_should_match": 1}}
    preferred = [
        {"constant_score": {"filter": terms(field, values), "boost": boost}}
        for field, values, boost in preferences(plan)
    ]
    return {"bool": {"must": [template], "should": preferred}} if preferred else template


def terms(field: str, values: Iterable[str]) -> Clause:
    """Any of the values."""
    return {"terms": {field: list(values)}}


def _every(clauses: Iterable[Clause]) -> Clause:
    return {"bool": {"filter": list(clauses)}}


def _counts(fields: Sequence[str], chosen: dict[str, Clause]) -> Clause:
    if not chosen:
        return {field: _values(field) for field in fields}
    aggregations: Clause = {}
    for field in fields:
        if field in chosen:
            others = [clause for name, clause in chosen.items() if name != field]
            narrowed = _every(others) if others else {"match_all": {}}
            aggregations[field] = {"filter": narrowed, "aggs": {VALUES: _values(field)}}
    free = {field: _values(field) for field in fields if field not in chosen}
    return aggregations | ({OTHERS: {"filter": _every(chosen.values()), "aggs": free}} if free else {})


def _values(field: str) -> Clause:
    return {"terms": {"field": field, "size": MOST_VALUES}}


def _match(field: str, words: str, boost: float, **more: Any) -> list[Clause]:
    return [{"match": {field: {"query": words, "boost": boost, **more}}}] if boost else []


def _term(field: str, token: str, boost: float) -> list[Clause]:
    return [{"term": {field: {"value": token, "boost": boost}}}] if boost else []


def _word(word: Word, boosts: Boosts) -> Clause:
    variants = [
        *_match("all", word.text, boosts.all * word.own),
        *_match("title", word.text, boosts.title * word.own),
        *_match("all_parts", word.parts_text, boosts.parts * word.own, operator="and"),
        *_match("labels", word.text, boosts.labels * word.own),
    ]
    for form in word.forms:
        variants += _said(form.stem, form.parts, boosts, boosts.forms * form.weight)
    for near in word.spellings:
        variants += _term("all.exact", near.token, boosts.spelling * near.weight)
        variants += _term("all_parts.exact", near.token, boosts.part_spelling * near.weight)
        variants += _term("title", near.stem, boosts.title * near.weight)
        variants += _term("labels", near.stem, boosts.labels * near.weight)
    best: Clause = {"tie_breaker": boosts.tie_breaker, "queries": variants}
    return {"dis_max": best if word.weight == 1 else best | {"boost": word.weight}}


def _all(field: str, tokens: Sequence[str], boost: float) -> list[Clause]:
    if not boost:
        return []
    if len(tokens) == 1:
        return _term(field, tokens[0], boost)
    return [{"bool": {"must": [{"term": {field: {"value": token}}} for token in tokens], "boost": boost}}]


def _said(stem: str, parts: Sequence[str], boosts: Boosts, weight: float) -> list[Clause]:
    """A word that stands for another one: anywhere, in the title, as parts, as a label."""
    return [
        *_term("all", stem, boosts.all * weight),
        *_term("title", stem, boosts.title * weight),
        *_all("all_parts", parts, boosts.parts * weight),
        *_term("labels", stem, boosts.labels * weight),
    ]


def _synonyms(synonyms: Sequence[Synonym], boosts: Boosts) -> list[Clause]:
    """One clause for each source: the best of its synonyms."""
    sources: dict[str, dict[tuple[str, ...], Synonym]] = {}
    for synonym in synonyms:
        sources.setdefault(synonym.source, {}).setdefault(synonym.stems, synonym)
    clauses: list[Clause] = []
    for different in sources.values():
        variants: list[Clause] = []
        for stems, synonym in different.items():
            if len(stems) == 1:
                variants += _said(stems[0], synonym.parts or stems, boosts, synonym.weight)
            else:
                variants.append({"match_phrase": {"all": {"query": synonym.text, "boost": synonym.weight}}})
        clauses.append({"dis_max": {"tie_breaker": boosts.tie_breaker, "queries": variants}})
    return clauses
