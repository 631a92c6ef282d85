"""The page of an offer through its life, and what never leaves the house."""

from __future__ import annotations

import json
import re
from datetime import date, timedelta
from html import unescape
from uuid import uuid4

from flask import Flask
from flask.testing import FlaskClient

from service.store import changes, offers, records
from tests.web import public
from tests.web.conftest import state


def test_an_offer_says_whom_to_call_when_and_where(read_app: Flask, read_client: FlaskClient) -> None:
    with state(read_app).database.reading() as session:
        found = [
            offer
            for batch in records.stream(session)
            for offer in batch
            if offer.record["status"] == "public" and offer.record["contacts"] and offer.record["places"]
        ]
    for offer in found[:25]:
        page = unescape(read_client.get(public.address(offer)).text)
        contact, place = offer.record["contacts"][0], offer.record["places"][0]
        assert offer.record["title"] in page
        assert contact["phone_visibility"] != "public" or contact["phone"] in page
        assert place["visibility"] != "full" or place["street"] in page


def test_a_short_or_old_address_leads_to_the_present_one(read_app: Flask, read_client: FlaskClient) -> None:
    offer = public.stored(read_app, status="public")
    right = public.address(offer)
    for path in (
        f"/angebote/{offer.public_id}",
        f"/angebote/{offer.public_id}-alter-name",
        f"/angebote/{offer.public_id.upper()}",
    ):
        answer = read_client.get(path)
        assert (answer.status_code, answer.location) == (301, right)
    answer = read_client.get(f"/angebote/{offer.public_id}-alter-name.json")
    assert (answer.status_code, answer.location) == (301, f"{right}.json")


def test_an_ended_offer_says_so_and_proposes_others(read_app: Flask, read_client: FlaskClient) -> None:
    page = read_client.get(public.address(public.stored(read_app, status="ended"))).text
    assert "Dieses Angebot ist beendet" in page
    assert "Ähnliche Angebote" in page
    assert page.count('class="hit__title"') >= 1


def test_a_pausing_offer_says_so(read_app: Flask, read_client: FlaskClient) -> None:
    assert "macht gerade Pause" in read_client.get(public.address(public.stored(read_app, status="paused"))).text


def test_drafts_and_offers_in_review_have_no_page(read_app: Flask, read_client: FlaskClient) -> None:
    for status in ("draft", "review"):
        address = public.address(public.stored(read_app, status=status))
        assert read_client.get(address).status_code == 404
        assert read_client.get(f"{address}.json").status_code == 404


def test_an_archived_or_withdrawn_offer_is_gone(app: Flask, client: FlaskClient) -> None:
    archived = public.change(app, public.stored(app, status="ended"), status="archived")
    withdrawn = public.stored(app, status="public")
    with state(app).database.writing() as session:
        changes.lock(session)
        offers.withdraw(session, withdrawn.key, actor="Tests")
    for offer in (archived, withdrawn):
        answer = client.get(public.address(offer))
        assert answer.status_code == 410
        assert offer.record["title"] not in unescape(answer.text)
        assert client.get(f"{public.address(offer)}.json").status_code == 410


def test_an_offer_past_its_last_day_is_shown_as_ended(app: Flask, client: FlaskClient) -> None:
    offer = public.change(app, public.stored(app, status="public"), visible_until=date.today() - timedelta(days=2))  # noqa: DTZ011
    assert "Dieses Angebot ist beendet" in client.get(public.address(offer)).text


def test_an_offer_before_its_first_day_has_no_page(app: Flask, client: FlaskClient) -> None:
    offer = public.change(app, public.stored(app, status="public"), visible_from=date.today() + timedelta(days=9))  # noqa: DTZ011
    assert client.get(public.address(offer)).status_code == 404


SECRETS = {"street": "Geheimgasse 77", "phone": "0221 4710-987", "mail": "intern@example.org", "notes": "Nur unter uns"}


def test_hidden_places_internal_contacts_and_notes_appear_nowhere(app: Flask, client: FlaskClient) -> None:
    offer = public.stored(app, status="public")
    place = {
        "name": "Zuflucht Silbermond", "street": SECRETS["street"], "postcode": "45768", "city": "Marl", "district": "Hüls",
        "lat": 51.6, "lon": 7.1, "outside_county": False, "visibility": "hidden", "access": [], "transport": "Gleis 99",
    }  # fmt: skip
    contact = {
        "id": uuid4(), "role": "Nachtdienst", "name": "", "phone": SECRETS["phone"], "mail": SECRETS["mail"], "hours": "",
        "phone_visibility": "counsellors", "mail_visibility": "internal", "consent_on": None, "delete_by": None,
    }  # fmt: skip
    overdue = contact | {
        "id": uuid4(), "role": "Ehemalige", "phone": "0221 4710-986", "phone_visibility": "public", "delete_by": date(2020, 1, 1),
    }  # fmt: skip
    district = place | {
        "name": "Haus Verschwiegen",
        "street": "Stillweg 3",
        "visibility": "district",
        "transport": "Gleis 99",
    }
    changed = public.change(
        app,
        offer,
        places=[place, district],
        contacts=[contact, overdue],
        notes=SECRETS["notes"],
        confirmed_by="Redaktion X",
    )
    title = changed.record["title"]
    address = public.address(changed)
    seen = {
        path: unescape(client.get(path).text)
        for path in (
            address, f"{address}.json", f"/angebote?q={title}", f"/angebote.json?q={title}", f"/angebote.csv?q={title}",
            f"/anbieter/{changed.provider_public_id}", f"/vorschlaege?q={title[:20]}",
        )
    }  # fmt: skip
    forbidden = (
        *SECRETS.values(),
        "Silbermond",
        "Gleis 99",
        "Haus Verschwiegen",
        "Stillweg 3",
        "0221 4710-986",
        "Redaktion X",
        "Nachtdienst",
    )
    assert [(path, text) for path, page in seen.items() for text in forbidden if text in page] == []


def test_the_json_of_an_offer_says_what_its_page_says(read_app: Flask, read_client: FlaskClient) -> None:
    for offer in [public.stored(read_app, status=status) for status in ("public", "ended")]:
        data = json.loads(read_client.get(f"{public.address(offer)}.json").text)
        page = unescape(read_client.get(public.address(offer)).text)
        assert data["title"] in page
        assert data["summary"] in page
        assert not {"notes", "responsible_town", "review_due", "confirmed_by"} & set(data)


def test_a_provider_shows_its_visible_offers_only(read_app: Flask, read_client: FlaskClient) -> None:
    ended = public.stored(read_app, status="ended")
    answer = read_client.get(f"/anbieter/{ended.provider_public_id}-x")
    assert (answer.status_code, answer.location) == (301, f"/anbieter/{ended.provider_public_id}-{ended.provider_slug}")
    page = read_client.get(answer.location).text
    assert ended.public_id not in page
    for path in re.findall(r'class="hit__title"><a href="([^"]+)"', page):
        assert read_client.get(path).status_code == 200
