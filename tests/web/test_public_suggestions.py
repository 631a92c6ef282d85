"""What is proposed while somebody types: by beginnings of words and by parts of compounds, in every language."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient

from service.store import records
from tests.web import installation, public
from tests.web.conftest import state


def proposed(client: FlaskClient, typed: str) -> list[tuple[str, str]]:
    found = client.get("/vorschlaege", query_string={"q": typed}).get_json()
    return [(entry["kind"], entry["text"]) for entry in found["suggestions"]]


def test_a_part_of_a_compound_proposes_the_compound(read_client: FlaskClient) -> None:
    found = proposed(read_client, "betreuung")
    assert ("Thema", "Kinderbetreuung und Kita") in found
    assert ("Art des Angebots", "Kinderbetreuung") in found
    assert any(kind == "Angebot" and "Kinderbetreuung" in text for kind, text in found)


@pytest.mark.parametrize(
    ("typed", "entry"),
    [
        ("Recklingh", ("Stadt", "Recklinghausen")),
        ("kur", ("Art des Angebots", "Kurs")),
        ("alman dili", ("Thema", "Deutschkurse")),
        ("мова", ("Thema", "Deutsch lernen")),
        ("دورات الاندماج", ("Thema", "Integrationskurse")),
        ("learning ger", ("Thema", "Deutsch lernen")),
        ("Beratun", ("Art des Angebots", "Beratung")),
    ],
)
def test_terms_are_proposed_in_every_language(read_client: FlaskClient, typed: str, entry: tuple[str, str]) -> None:
    assert entry in proposed(read_client, typed)


def test_what_begins_with_the_text_stands_first(read_client: FlaskClient) -> None:
    assert proposed(read_client, "ma")[0] == ("Stadt", "Marl")
    assert proposed(read_client, "kurs")[0] == ("Art des Angebots", "Kurs")


def test_providers_are_proposed_by_name_while_an_offer_of_theirs_is_found(app: Flask, client: FlaskClient) -> None:
    offer = public.stored(app, status="public")
    name = offer.record["provider"]["name"]
    assert ("Anbieter", name) in proposed(client, name[:-1])
    with state(app).database.reading() as session:
        stored = [entry for batch in records.stream(session) for entry in batch]
    for entry in stored:
        if entry.record["provider"] and entry.record["provider"]["name"] == name:
            public.change(app, entry, status="ended")
    installation.reindex(state(app).settings)
    assert ("Anbieter", name) not in proposed(client, name[:-1])


def test_markup_that_is_typed_is_no_markup(read_client: FlaskClient) -> None:
    answer = read_client.get("/vorschlaege", query_string={"q": "<b>kurs"})
    assert "<b>" not in answer.text
