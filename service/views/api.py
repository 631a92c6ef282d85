"""The description of the machine interfaces: OpenAPI 3.1, made from the same declarations that the pages use."""

from typing import Any

from apispec import APISpec
from flask import Blueprint, Response, jsonify

from service.context import context
from service.search.criteria import MAX_PAGE, QUERY_LIMIT, RADIUS_LIMIT, SORTS
from service.search.facets import FACETS
from service.vocabulary import Vocabularies

blueprint = Blueprint("api", __name__)
TEXT = {"type": "string"}
TEXTS = {"type": "array", "items": TEXT}


@blueprint.get("/api/openapi.json")
def openapi() -> Response:
    """The OpenAPI document."""
    return jsonify(describe(context().search.vocabularies()).to_dict())


def describe(vocabularies: Vocabularies) -> APISpec:
    """The description, with the values of every facet."""
    spec = APISpec(title="Integrationsangebote", version="1", openapi_version="3.1.0")
    parameters = search_parameters(vocabularies)
    spec.components.schema("Offer", {"type": "object", "properties": _offer(), "required": ["id", "url", "title"]})
    spec.components.schema("Answer", {"type": "object", "properties": _answer()})
    spec.components.schema("Error", _object(error=_object(status={"type": "integer"}, message=TEXT)))
    spec.path("/angebote.json", operations={"get": _get("Search offers", parameters, _ref("Answer"))})
    csv = {"description": "Columns of the import", "content": {"text/csv": {"schema": TEXT}}}
    spec.path(
        "/angebote.csv",
        operations={"get": {**_get("All offers of a search", parameters, TEXT), "responses": _responses(csv)}},
    )
    suggestion = _object(text=TEXT, kind=TEXT, url=TEXT)
    typed = [{"name": "q", "in": "query", "schema": {**TEXT, "maxLength": 100}}]
    suggestions = _object(suggestions={"type": "array", "items": suggestion})
    spec.path("/vorschlaege", operations={"get": _get("Suggestions while typing", typed, suggestions)})
    name = [{"name": "name", "in": "path", "required": True, "schema": TEXT, "description": "<public id>-<slug>"}]
    spec.path(
        "/angebote/{name}.json", operations={"get": _get("One offer, complete and public", name, {"type": "object"})}
    )
    return spec


def search_parameters(vocabularies: Vocabularies) -> list[dict[str, Any]]:
    """Parameters of a search address; unknown ones are ignored, unknown values are a 400."""
    query = {
        "name": "q",
        "in": "query",
        "description": "Words; the first 200 characters count",
        "schema": {**TEXT, "maxLength": QUERY_LIMIT},
    }
    found: list[dict[str, Any]] = [query]
    for facet in FACETS:
        values = {"type": "array", "items": {"type": "string", "enum": list(facet.terms(vocabularies))}}
        found.append({"name": facet.name, "in": "query", "description": facet.label, "explode": True, "schema": values})
    codes = {"type": "string", "enum": list(vocabularies["postcodes"])}
    found.append({"name": "plz", "in": "query", "schema": codes})
    found.append({"name": "umkreis", "in": "query", "description": "Kilometres", "schema": _whole(0, RADIUS_LIMIT)})
    found.append({"name": "sortierung", "in": "query", "schema": {"type": "string", "enum": list(SORTS)}})
    found.append({"name": "seite", "in": "query", "schema": _whole(1, MAX_PAGE)})
    return found


def _offer() -> dict[str, Any]:
    marks = {**TEXT, "description": "HTML with <mark>"}
    return {
        "id": {**TEXT, "format": "uuid"}, "url": TEXT, "title": TEXT, "provider": TEXT, "summary": TEXT,
        "source": _object(name=TEXT, id=TEXT), "towns": TEXTS, "topics": TEXTS, "languages": TEXTS, "audiences": TEXTS,
        "confirmed_on": {"type": ["string", "null"], "format": "date"},
        "highlights": _object(title=marks, text={"type": "array", "items": marks}),
        "why": {"type": "array", "items": _object(kind=TEXT, text=TEXT)},
    }  # fmt: skip


def _answer() -> dict[str, Any]:
    count = {
        "type": ["integer", "null"],
        "minimum": 0,
        "description": "null where the data base answers: it counts nothing",
    }
    offers = {"type": "array", "items": _ref("Offer")}
    value = _object(value=TEXT, label=TEXT, count=count, selected={"type": "boolean"})
    return {
        "total": _whole(0, None), "page": _whole(1, MAX_PAGE), "size": _whole(1, None),
        "engine": {"type": "string", "enum": ["opensearch", "embedded", "standby", "database"]},
        "offers": offers,
        "facets": _object(**{facet.name: {"type": "array", "items": value} for facet in FACETS}),
        "searched": {"type": "array", "items": _object(kind=TEXT, source=TEXT, text=TEXTS)},
        "did_you_mean": {"type": ["string", "null"]}, "relaxed": TEXTS,
        "relaxed_offers": {"type": "array", "items": _object(step=TEXT, url=TEXT, total=_whole(0, None), offers=offers)},
    }  # fmt: skip


def _get(summary: str, parameters: list[dict[str, Any]], schema: dict[str, Any]) -> dict[str, Any]:
    answer = {"description": "The answer", "content": {"application/json": {"schema": schema}}}
    return {"summary": summary, "parameters": parameters, "responses": _responses(answer)}


def _responses(answer: dict[str, Any]) -> dict[str, Any]:
    error = {"content": {"application/json": {"schema": _ref("Error")}}}
    texts = {
        "400": "Not understood; the message says why",
        "404": "Not found",
        "429": "Too many requests",
        "503": "Search is down",
    }
    return {"200": answer} | {code: {"description": text, **error} for code, text in texts.items()}


def _object(**properties: Any) -> dict[str, Any]:
    return {"type": "object", "properties": properties}


def _whole(low: int, high: int | None) -> dict[str, Any]:
    return {"type": "integer", "minimum": low} | ({} if high is None else {"maximum": high})


def _ref(name: str) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{name}"}
