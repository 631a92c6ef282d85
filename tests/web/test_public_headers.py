"""What every answer carries: policy, no cookie, ETags, the hashed names of static files."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient

from service.app import create_app
from service.views import limits
from service.views.security import HEADERS
from tests.web import installation, public
from tests.web.conftest import close

EVERYWHERE = (*public.PAGES, *public.MACHINES, *public.FAILURES, "/static/gibt-es-nicht.css", "/readyz", "/metrics")


@pytest.mark.parametrize("path", EVERYWHERE)
def test_every_answer_carries_the_policy_and_no_cookie(read_client: FlaskClient, path: str) -> None:
    answer = read_client.get(path)
    assert {name: answer.headers.get(name) for name in HEADERS} == HEADERS
    assert "Set-Cookie" not in answer.headers
    assert "Cookie" not in answer.headers.get("Vary", "")


def test_offers_in_every_state_carry_them_too(read_app: Flask, read_client: FlaskClient) -> None:
    for path in public.offer_pages(read_app):
        answer = read_client.get(path)
        assert answer.headers["Content-Security-Policy"] == HEADERS["Content-Security-Policy"]
        assert "Set-Cookie" not in answer.headers


@pytest.mark.parametrize("path", public.PAGES)
def test_a_page_holds_nothing_that_the_policy_forbids(read_client: FlaskClient, path: str) -> None:
    page = read_client.get(path).text
    assert not re.search(r"<style|\sstyle=|\son[a-z]+=|javascript:|<script(?! src=)", page)
    assert not re.search(r'(?:src|href)="(?:https?:)?//', page.replace('rel="alternate"', ""))


@pytest.mark.parametrize("path", public.PAGES)
def test_an_unchanged_page_is_not_sent_again(read_client: FlaskClient, path: str) -> None:
    first = read_client.get(path)
    again = read_client.get(path, headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    other = read_client.get(path, headers={"If-None-Match": '"anders"'})
    assert other.data == first.data


def test_static_files_are_kept_for_a_year(read_client: FlaskClient) -> None:
    found = re.findall(r'(?:src|href)="(/static/[^"]+)"', read_client.get("/").text)
    assert len(found) >= 4
    for path in found:
        with read_client.get(path, headers={"Accept-Encoding": "gzip"}) as answer:
            assert answer.status_code == 200
            assert "max-age=31536000" in answer.headers["Cache-Control"]


def test_pages_are_compressed_only_for_those_who_accept_it(read_client: FlaskClient) -> None:
    packed = read_client.get("/angebote", headers={"Accept-Encoding": "gzip, br"})
    assert packed.headers["Content-Encoding"] == "gzip"
    for accepted in ("br", "gzip;q=0", ""):
        assert "Content-Encoding" not in read_client.get("/angebote", headers={"Accept-Encoding": accepted}).headers


def test_behind_https_browsers_are_told_to_stay_there(app: Flask) -> None:
    folder = app.extensions["angebote"].settings.data_dir
    made = create_app(installation.settings(folder, BASE_URL="https://angebote.example.org"))
    answer = made.test_client().get("/", headers={"Host": "angebote.example.org"})
    assert answer.headers["Strict-Transport-Security"] == "max-age=31536000"
    assert '<link rel="canonical" href="https://angebote.example.org/">' in answer.text
    close(made)


def test_too_many_requests_get_a_page_that_says_when_to_come_back(app: Flask) -> None:
    folder = app.extensions["angebote"].settings.data_dir
    made = create_app(installation.settings(folder, RATE_LIMITS="on"))
    client = made.test_client()
    answers = [client.get("/angebote.csv?stadt=atlantis") for _ in range(12)]
    assert [a.status_code for a in answers] == [400] * 10 + [429] * 2
    assert "Zu viele Anfragen" in answers[-1].text
    assert answers[-1].headers["Retry-After"] == "60"
    close(made)
    limits.limiter.reset()
    limits.limiter.enabled = False


def test_metrics_tell_requests_searches_and_the_indexes_lag(read_client: FlaskClient) -> None:
    read_client.get("/angebote?q=kurs")
    text = read_client.get("/metrics").text
    assert re.search(r'angebote_requests_total\{route="/angebote",status="200"\} [1-9]', text)
    assert 'angebote_search_seconds_count{engine="embedded"}' in text
    assert 'angebote_index_lag_revisions{state="current"} 0.0' in text
    assert 'angebote_index_lag_seconds{state="current"} 0.0' in text


def test_metrics_are_for_allowed_addresses_only(read_client: FlaskClient) -> None:
    assert read_client.get("/metrics", environ_overrides={"REMOTE_ADDR": "203.0.113.9"}).status_code == 403


def test_readiness_names_store_and_search(read_client: FlaskClient) -> None:
    state = read_client.get("/readyz").json
    assert state is not None
    assert (state["status"], state["store"], state["search"]) == ("ok", "ok", "ok")
