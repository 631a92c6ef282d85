"""Days and postcodes in the words of a search: preferred, said, offered as a filter, never a silent one."""

from __future__ import annotations

from flask.testing import FlaskClient


def test_a_day_in_the_words_is_preferred_and_is_offered_as_a_filter(read_client: FlaskClient) -> None:
    page = read_client.get("/angebote?q=Sport+samstags").text
    assert "Angebote an diesem Tag werden bevorzugt: Samstag" in page
    assert "tag=sa" in page
    found = read_client.get("/angebote.json?q=Sport+samstags").get_json()
    filtered = read_client.get("/angebote.json?q=Sport+samstags&tag=sa").get_json()
    assert found["total"] > filtered["total"] > 0, "preferred, not filtered"
    reasons = [{"kind": "day", "text": "Samstag"} in offer["why"] for offer in found["offers"]]
    assert sum(reasons[:3]) > 3 * filtered["total"] / found["total"], "more of the first ones than of all"
    assert "werden bevorzugt: Samstag" not in read_client.get("/angebote?q=Sport+samstags&tag=sa").text


def test_days_are_named_in_the_language_of_the_page(read_client: FlaskClient) -> None:
    assert "Saturday" in read_client.get("/en/angebote?q=sport+saturday").text


def test_a_postcode_in_the_words_means_its_town(read_client: FlaskClient) -> None:
    page = read_client.get("/angebote?q=Sprachkurs+45768").text
    assert "Angebote in Marl werden bevorzugt." in page
    found = read_client.get("/angebote.json?q=45768").get_json()
    assert found["total"] > 0
    assert all("marl" in offer["towns"] for offer in found["offers"])
