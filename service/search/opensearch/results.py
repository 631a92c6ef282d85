"""From an answer of the server to `Found`. Pure.

An answer that is not what was asked for raises `KeyError`, `TypeError`, `ValueError` or `AttributeError`; the client makes
them `SearchUnavailable`.
"""

from typing import Any

from service.search.engine import Found, Hit, Proposal, SearchRequest
from service.search.opensearch.query import OTHERS, VALUES

Answer = dict[str, Any]


def refused(answer: Answer) -> str:
    """Why an answer must not be shown although it is one: "" where it is complete."""
    if answer["timed_out"]:
        return "stopped before the search was complete"
    failed = answer["_shards"]["failed"]
    return f"{failed} shards failed" if failed else ""


def found(answer: Answer, request: SearchRequest, index: str) -> Found:
    """The answer to a search; `index` is the physical index that gave it."""
    total = int(answer["hits"]["total"]["value"])
    hits = [Hit(hit["_id"], hit["_score"] or 0.0, hit["_source"]["hit"]) for hit in answer["hits"]["hits"]]
    counts: dict[str, dict[str, int]] = {}
    without: dict[str, int] = {}
    aggregations = answer.get("aggregations", {})
    free = aggregations.get(OTHERS, aggregations)
    for field in request.counted:
        if request.selected.get(field):
            counts[field] = _counts(aggregations[field][VALUES])
            without[field] = int(aggregations[field]["doc_count"])
        else:
            counts[field] = _counts(free[field])
            without[field] = total
    return Found(total=total, hits=hits, counts=counts, without=without, index=index)


def index(answer: Answer) -> str:
    """The physical index of the hits; "" where there are none."""
    hits = answer["hits"]["hits"]
    return str(hits[0]["_index"]) if hits else ""


def proposals(answer: Answer) -> list[Proposal]:
    """The answer to `suggestion`."""
    documents = [hit["_source"]["hit"] for hit in answer["hits"]["hits"]]
    return [Proposal(document["title"], document["public_id"], document["slug"]) for document in documents]


def _counts(values: Answer) -> dict[str, int]:
    return {bucket["key"]: int(bucket["doc_count"]) for bucket in values["buckets"]}
