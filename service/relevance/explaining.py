"""Why an answer is what it is: how the query was understood, what should have come, what came and for which reasons."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any
from uuid import UUID

from service.relevance.asking import Outcome
from service.search.engine import Hit
from service.search.marks import Marker
from service.search.plan import Plan
from service.search.why import Reasons
from service.search.wordbook import Wordbook


def explained(outcome: Outcome, names: Mapping[UUID, str], book: Wordbook) -> dict[str, Any]:
    """An answer for people who want to mend it. `names` are the titles of judged offers; marked texts are safe HTML."""
    marker, reasons = Marker(outcome.plan, book), Reasons(outcome.plan, book)
    ranks = {offer: rank for rank, offer in enumerate(outcome.ranked, 1)}
    question = outcome.question
    wanted = sorted(
        question.grades.items(), key=lambda item: (-item[1], ranks.get(item[0], 99), names.get(item[0], ""))
    )
    return {
        "slice": question.slice,
        "query": question.query,
        "purpose": question.purpose,
        "note": question.note,
        **asdict(outcome.score),
        "total": outcome.found.total,
        "understood": understood(outcome.plan, book),
        "wanted": [
            {"title": names.get(offer, str(offer)), "grade": grade, "rank": ranks.get(offer)} for offer, grade in wanted
        ],
        "came": [
            _came(hit, question.grades.get(UUID(hit.offer_id), 0), marker, reasons, book) for hit in outcome.found.hits
        ],
    }


def understood(plan: Plan, book: Wordbook) -> dict[str, Any]:
    """The query as the search understood it."""
    return {
        "words": [
            {
                "text": word.text,
                "stems": list(word.stems),
                "parts": list(word.parts) if word.parts != word.stems else [],
                "forms": [form.stem for form in word.forms],
                "weight": word.weight,
                "spellings": [near.token for near in word.spellings],
                "translates": word.source,
            }
            for word in plan.words
        ],
        "synonyms": [f"{synonym.source} → {synonym.text}" for synonym in plan.synonyms],
        "towns": [book.vocabularies.label("towns", slug) for slug in plan.towns],
    }


def _came(hit: Hit, grade: int, marker: Marker, reasons: Reasons, book: Wordbook) -> dict[str, Any]:
    data = hit.data
    labels = [
        book.vocabularies.label(reason.vocabulary, reason.slug) if reason.vocabulary else (reason.text or reason.kind)
        for reason in reasons.of(data)
    ]
    passages = [marker.mark(data["summary"]), *marker.snippets(data["text"], 1)]
    return {
        "title": data["title"],
        "grade": grade,
        "score": round(hit.score, 3),
        "marked": str(marker.mark(data["title"])),
        "passages": [str(passage) for passage in passages if "<mark>" in passage],
        "reasons": labels,
    }
