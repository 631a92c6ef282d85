"""Whatever stands in an address or a header: a clear answer, never a 500, never a cookie."""

from __future__ import annotations

from urllib.parse import quote

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from service.search.criteria import SORTS
from service.search.facets import FACETS
from tests.web import public

REFUSED = (
    "stadt=atlantis", "seite=0", "seite=-1", "seite=1000000000", "seite=zwei", "seite=٣", "sortierung=zufall",
    "plz=99999", "plz=45768&umkreis=-1", "plz=45768&umkreis=1e9", "thema=%ff", "kinderbetreuung=nein",
    "q=" + "a" * 10_000,
)  # fmt: skip
ANSWERED = (
    "q=%00", "q=%ff%fe", "q=%ED%A0%80", "q=%E2%80%AEkurs", "q=%zz", "q=+", "q=%22+OR+1%3D1+--", "q=%2B-*()~%5E%5B%5D",
    "unbekannt=1&%ff=%ff", "q=kurs&q=anderes", "stadt=marl&stadt=marl&stadt=herten", "stadt=", "umkreis=7", "seite=500",
)  # fmt: skip


@pytest.mark.parametrize("query", REFUSED)
def test_a_search_that_makes_no_sense_is_refused_with_a_reason(read_client: FlaskClient, query: str) -> None:
    page, data = read_client.get(f"/angebote?{query}"), read_client.get(f"/angebote.json?{query}")
    assert (page.status_code, data.status_code) == (400, 400)
    assert data.json is not None
    assert len(data.json["error"]["message"]) > 20
    assert data.json["error"]["message"][:20] in page.text.replace("&#34;", '"').replace("&#39;", "'")


@pytest.mark.parametrize("query", ANSWERED)
def test_odd_bytes_and_unknown_parameters_are_answered(read_client: FlaskClient, query: str) -> None:
    assert read_client.get(f"/angebote?{query}").status_code == 200
    assert read_client.get(f"/angebote.json?{query}").status_code == 200


def test_a_long_query_is_cut_and_the_page_says_so(read_client: FlaskClient) -> None:
    assert "ersten 200 Zeichen" in read_client.get("/angebote?q=" + "deutsch+" * 60).text


def test_what_was_typed_stays_in_the_field_of_the_page(read_client: FlaskClient) -> None:
    page = read_client.get('/angebote?q=<script>"kurs"').text
    assert "<script>&" not in page
    assert 'value="&lt;script&gt;&#34;kurs&#34;"' in page


@pytest.mark.parametrize("path", ["/angebote", "/angebote.json", "/", "/staedte/marl", "/vorschlaege"])
def test_other_methods_are_refused_and_the_allowed_ones_named(read_client: FlaskClient, path: str) -> None:
    for method in ("POST", "PUT", "DELETE", "PATCH", "TRACE", "UNSINN"):
        answer = read_client.open(path, method=method)
        assert answer.status_code == 405
        assert {"GET", "HEAD"} <= set(answer.allow)


def test_head_says_what_get_would_say_without_the_page(read_client: FlaskClient) -> None:
    whole, head = read_client.get("/angebote?q=kurs"), read_client.head("/angebote?q=kurs")
    assert (head.status_code, head.data) == (200, b"")
    assert head.headers["ETag"] == whole.headers["ETag"]


@pytest.mark.parametrize(
    "headers",
    [
        {"X-Large": "a" * 100_000}, {"If-None-Match": '"x",' * 2000}, {"If-Modified-Since": "gestern"},
        {"Range": "bytes=0-10"}, {"Accept-Encoding": "gzip;q=0"}, {"X-Request-ID": "<script>" * 50},
        {"Cookie": "angebote=ä; " * 200}, {"Accept-Language": "xx" * 5000}, {"X-Forwarded-For": "';--"},
    ],
)  # fmt: skip
def test_odd_headers_do_no_harm(read_client: FlaskClient, headers: dict[str, str]) -> None:
    answer = read_client.get("/angebote?q=kurs", headers=headers)
    assert answer.status_code == 200
    assert "<script>" not in answer.headers["X-Request-ID"]


@pytest.mark.parametrize("host", ["evil.example", "[::1", "localhost:x.y", "a" * 300, ""])
def test_another_host_is_refused(read_client: FlaskClient, host: str) -> None:
    assert read_client.get("/angebote", headers={"Host": host}).status_code == 400


NAMES = st.sampled_from([*(f.name for f in FACETS), "q", "plz", "umkreis", "sortierung", "seite", "unsinn"])
VALUES = st.one_of(
    st.text(max_size=40),
    st.binary(max_size=20).map(lambda raw: raw.decode("latin-1")),
    st.integers(-(10**12), 10**12).map(str),
    st.sampled_from(["marl", "deutsch-lernen", "ar", "ja", "a1", "45768", "kurs", "Deutsch für Frauen", *SORTS]),
)
PATHS = st.one_of(
    st.sampled_from(["/", "/angebote", "/angebote.json", "/vorschlaege", "/api/openapi.json", "/healthz", "/readyz"]),
    st.tuples(
        st.sampled_from(
            ["/angebote/", "/anbieter/", "/staedte/", "/themen/", "/static/", "/", "/en/", "/angebote/abcdefgh-"]
        ),
        st.one_of(
            st.text(max_size=30), st.sampled_from(["marl", "jugend", "..", "%2e%2e/x", "abcdefgh", "abcdefgh.json"])
        ),
    ).map(lambda parts: parts[0] + quote(parts[1], safe="/%", errors="surrogatepass")),
)


@settings(
    max_examples=150, derandomize=True, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(path=PATHS, pairs=st.lists(st.tuples(NAMES, VALUES), max_size=5))
def test_no_address_is_answered_with_a_server_error(read_app: Flask, path: str, pairs: list[tuple[str, str]]) -> None:
    query = "&".join(f"{name}={quote(value, errors='surrogatepass')}" for name, value in pairs)
    answer = read_app.test_client().get(f"{path}?{query}")
    assert answer.status_code < 500, answer.text
    assert "Set-Cookie" not in answer.headers
    if path.endswith(".json") and answer.status_code >= 400:
        assert answer.json is not None
        assert answer.json["error"]["status"] == answer.status_code


def test_every_failure_is_a_page_for_people_and_json_for_programs(read_client: FlaskClient) -> None:
    for path in public.FAILURES:
        answer = read_client.get(path)
        assert 400 <= answer.status_code < 500
        assert answer.is_json == (".json" in path or "/api" in path)
        assert answer.headers["Cache-Control"] == "no-store"
