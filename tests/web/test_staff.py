"""The staff area: nothing that was typed is lost, nobody overwrites anybody unseen, and reading changes nothing."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select, update
from werkzeug.datastructures import MultiDict
from werkzeug.test import TestResponse

from service.clock import today
from service.store import changes, jobs, offers, records
from service.store.models import AuditEntry, Contact, Job, Offer, OfferContact
from service.store.records import StoredOffer
from service.views import staff_body
from tests.store.factory import FULL
from tests.web.conftest import state
from tests.web.forms import sent
from tests.web.installation import csrf_token

REBUILD = jobs.rebuild("embedded")
Sent = MultiDict[str, str]


def stored(app: Flask, public_id: str) -> StoredOffer:
    with state(app).database.reading() as session:
        key = offers.key_by_public_id(session, public_id)
        assert key
        found = records.load_one(session, key)
    assert found
    return found


def rev(app: Flask) -> int:
    with state(app).database.reading() as session:
        return changes.latest_rev(session)


def some_offer(app: Flask, number: int = 0) -> str:
    with state(app).database.reading() as session:
        return session.scalars(select(Offer.public_id).order_by(Offer.id).offset(number).limit(1)).one()


def address(public_id: str) -> str:
    return f"/redaktion/angebote/{public_id}"


def opened(staff: FlaskClient, public_id: str) -> Sent:
    return sent(staff.get(address(public_id)).text)


def saved(staff: FlaskClient, public_id: str, form: Sent) -> TestResponse:
    return staff.post(address(public_id), data=form)


@pytest.fixture
def full(app: Flask, staff: FlaskClient) -> str:
    """An offer in which every field is filled."""
    from service.schemas.offer import validate_record  # noqa: PLC0415
    from service.store import terms  # noqa: PLC0415

    with state(app).database.writing() as session:
        record = validate_record(terms.load(session), FULL)
        offers.save(session, [offers.Edit(record)], actor="tests")
    return str(FULL["public_id"])


def test_saving_an_untouched_form_changes_nothing(app: Flask, staff: FlaskClient, full: str) -> None:
    before = rev(app)
    for public_id in (full, *(some_offer(app, number) for number in range(0, 240, 24))):
        answer = saved(staff, public_id, opened(staff, public_id))
        assert answer.status_code == 303, answer.text
        assert "Es war nichts zu ändern." in staff.get(answer.headers["Location"]).text
    assert rev(app) == before


def test_every_field_of_the_record_can_be_changed(app: Flask, staff: FlaskClient, full: str) -> None:
    from service.views import staff_form  # noqa: PLC0415

    kept = {"id", "public_id", "source", "confirmed_on", "confirmed_by"}
    named = {name.partition("-")[0] for name in opened(staff, full)}
    groups = {
        *staff_form.SCALARS,
        *staff_form.FLAGS,
        *staff_form.LINES,
        *staff_form.SEVERAL,
        *staff_form.PARTS,
        *staff_form.GROUPS,
    }
    assert groups | {"body", "languages"} | kept == set(stored(app, full).record)
    assert groups <= named | {"women_only", "childcare"}


def test_a_changed_title_is_said_and_stored(app: Flask, staff: FlaskClient) -> None:
    public_id = some_offer(app)
    form = opened(staff, public_id)
    form["title"] = "Sprachcafé am Wasserturm"
    answer = saved(staff, public_id, form)
    assert "Gespeichert. In der Suche sichtbar in wenigen Sekunden." in staff.get(answer.headers["Location"]).text
    after = stored(app, public_id)
    assert after.record["title"] == "Sprachcafé am Wasserturm"
    assert after.rev == rev(app)


def test_a_mere_edit_does_not_confirm(app: Flask, staff: FlaskClient) -> None:
    public_id = some_offer(app)
    before = stored(app, public_id).record["confirmed_on"]
    form = opened(staff, public_id)
    form["summary"] = "Neu gefasst."
    form["confirmed_on"] = "2026-01-01"
    saved(staff, public_id, form)
    assert stored(app, public_id).record["confirmed_on"] == before
    token = csrf_token(staff.get(address(public_id)).text)
    staff.post(f"{address(public_id)}/bestaetigen", data={"csrf_token": token})
    assert stored(app, public_id).record["confirmed_on"] == today()
    assert stored(app, public_id).record["confirmed_by"] == "Redaktion"


def test_new_offer_begins_as_a_draft(app: Flask, staff: FlaskClient) -> None:
    form = sent(staff.get("/redaktion/angebote/neu").text)
    form["title"], form["summary"] = "Ein neues Angebot", "Kurz gesagt."
    answer = staff.post("/redaktion/angebote/neu", data=form)
    assert answer.status_code == 303
    public_id = answer.headers["Location"].rsplit("/", 1)[1]
    record = stored(app, public_id).record
    assert (record["status"], record["title"], record["places"], record["times"]) == (
        "draft",
        "Ein neues Angebot",
        [],
        [],
    )
    assert "In der Suche ist das Angebot nicht zu sehen." in staff.get(answer.headers["Location"]).text


def test_mistakes_come_back_with_everything_that_was_typed(app: Flask, staff: FlaskClient, full: str) -> None:
    before = rev(app)
    form = opened(staff, full)
    form["title"] = ""
    form["summary"] = "<b>Zeichen</b> & „Anführung“"
    form["places-0-postcode"] = "99999"
    form["times-0-start"] = "25:00"
    form["contacts-1-mail"] = "keine Adresse"
    form["age_from"] = "viele"
    answer = saved(staff, full, form)
    assert answer.status_code == 422
    again = sent(answer.text)
    assert without_stamp(again) == without_stamp(form)
    for target in ("title", "places-0-postcode", "times-0-start", "contacts-1-mail", "age_from"):
        assert f'<a href="#{target}">' in answer.text
        assert f'id="{target}-fehler"' in answer.text
    assert "Postleitzahl (Orte 1): Diese Postleitzahl liegt nicht im Kreis." in answer.text
    assert "<title>Fehler:" in answer.text
    assert rev(app) == before


def without_stamp(form: Sent) -> dict[str, list[str]]:
    return {name: values for name, values in form.lists() if name != "csrf_token" and values != [""]}


@pytest.mark.parametrize("part", ["places", "times", "course_runs", "contacts", "translations"])
def test_one_more_part_keeps_what_was_typed(staff: FlaskClient, full: str, part: str) -> None:
    form = opened(staff, full)
    form["title"] = "Halb getippt"
    numbers = {name.split("-")[1] for name in form if name.startswith(f"{part}-")}
    answer = saved(staff, full, MultiDict([*form.items(multi=True), ("aktion", f"mehr-{part}")]))
    assert answer.status_code == 200
    again = sent(answer.text)
    assert all(again.getlist(name) == values for name, values in form.lists() if name != "csrf_token")
    assert len({name.split("-")[1] for name in again if name.startswith(f"{part}-")}) == len(numbers) + 1


def test_parts_are_added_and_removed(app: Flask, staff: FlaskClient, full: str) -> None:
    form = opened(staff, full)
    form["places-0-entfernen"] = "1"
    form["times-2-start"], form["times-2-end"], form["times-2-rhythm"] = "17:00", "18:30", "fortnight"
    form.setlist("times-2-days", ["FR", "MO"])
    assert saved(staff, full, form).status_code == 303
    record = stored(app, full).record
    assert [place["name"] for place in record["places"]] == ["Außenstelle"]
    assert [time["rrule"] for time in record["times"]] == [
        "FREQ=WEEKLY;BYDAY=MO,WE", "FREQ=MONTHLY;BYDAY=1TU", "FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,FR",
    ]  # fmt: skip


def test_unusual_repetitions_stay_untouched(app: Flask, staff: FlaskClient, full: str) -> None:
    unusual = "FREQ=MONTHLY;BYDAY=MO,TU;BYSETPOS=-1"
    with state(app).database.writing() as session:
        key = stored(app, full).key
        record = records.load(session, [key])[key].record
        record["times"][0]["rrule"] = unusual
        offers.save(session, [offers.Edit(record, key)], actor="tests")
    form = opened(staff, full)
    form["notes"] = "nur die Notiz"
    saved(staff, full, form)
    assert stored(app, full).record["times"][0]["rrule"] == unusual


def test_an_emptied_field_of_a_contact_is_empty(app: Flask, staff: FlaskClient, full: str) -> None:
    form = opened(staff, full)
    form["contacts-0-hours"] = form["provider-phone"] = ""
    saved(staff, full, form)
    record = stored(app, full).record
    assert record["contacts"][0]["hours"] == record["provider"]["phone"] == ""


def shared_contact(app: Flask) -> tuple[str, str]:
    """Two offers that name the same contact."""
    with state(app).database.reading() as session:
        contact = session.scalars(
            select(OfferContact.contact_id).group_by(OfferContact.contact_id).having(func.count() > 1).limit(1)
        ).one()
        named = select(Offer.public_id).join(OfferContact, OfferContact.offer_id == Offer.id)
        one, other, *_ = session.scalars(named.where(OfferContact.contact_id == contact).order_by(Offer.id)).all()
    return one, other


def test_shared_contacts_stay_shared_and_say_so(app: Flask, staff: FlaskClient) -> None:
    one, other = shared_contact(app)
    page = staff.get(address(one)).text
    assert "Wird auch von" in page
    form = sent(page)
    number = next(
        n for n in range(9) if form[f"contacts-{n}-id"] in {str(c["id"]) for c in stored(app, other).record["contacts"]}
    )
    form[f"contacts-{number}-phone"] = "0221 4710-777"
    saved(staff, one, form)
    assert "0221 4710-777" in {contact["phone"] for contact in stored(app, other).record["contacts"]}


def test_a_shared_contact_can_become_the_offers_own(app: Flask, staff: FlaskClient) -> None:
    one, other = shared_contact(app)
    before = stored(app, other).record["contacts"]
    form = opened(staff, one)
    number = next(n for n in range(9) if form[f"contacts-{n}-id"] in {str(contact["id"]) for contact in before})
    form[f"contacts-{number}-phone"], form[f"contacts-{number}-eigen"] = "0221 4710-778", "1"
    saved(staff, one, form)
    assert stored(app, one).record["contacts"][number]["phone"] == "0221 4710-778"
    assert stored(app, other).record["contacts"] == before


def test_another_provider_keeps_its_own_details(app: Flask, staff: FlaskClient) -> None:
    mine, others = some_offer(app, 0), some_offer(app, 200)
    theirs = stored(app, others).record["provider"]
    form = opened(staff, mine)
    assert form["provider-name"] != theirs["name"]
    form["provider-name"] = theirs["name"]
    saved(staff, mine, form)
    assert stored(app, mine).record["provider"] == theirs


def test_a_conflict_shows_both_versions_and_keeps_what_was_typed(app: Flask, staff: FlaskClient) -> None:
    public_id = some_offer(app)
    mine, theirs = opened(staff, public_id), opened(staff, public_id)
    theirs["title"] = "Der Titel der anderen"
    saved(staff, public_id, theirs)
    mine["title"] = "Mein Titel"
    answer = saved(staff, public_id, mine)
    assert answer.status_code == 409
    assert "<td>Der Titel der anderen</td><td>Mein Titel</td>" in answer.text
    assert stored(app, public_id).record["title"] == "Der Titel der anderen"
    again = sent(answer.text)
    assert again["title"] == "Mein Titel"
    assert saved(staff, public_id, again).status_code == 303
    assert stored(app, public_id).record["title"] == "Mein Titel"


def test_a_form_cut_short_saves_nothing(app: Flask, staff: FlaskClient) -> None:
    public_id, before = some_offer(app), rev(app)
    form = opened(staff, public_id)
    del form["vollstaendig"]
    assert saved(staff, public_id, form).status_code == 400
    assert rev(app) == before


def test_what_was_typed_survives_the_end_of_the_session(app: Flask, staff: FlaskClient) -> None:
    from tests.web.installation import log_in  # noqa: PLC0415

    public_id = some_offer(app)
    form = opened(staff, public_id)
    form["title"] = "Lange getippt"
    staff.delete_cookie("sitzung")
    ended = saved(staff, public_id, form)
    assert ended.status_code == 400
    assert "Ihre Sitzung ist zu Ende gegangen." in ended.text
    assert 'value="Lange getippt"' in ended.text
    log_in(staff)
    stale = staff.post(address(public_id), data=sent(ended.text, "stack"))
    assert stale.status_code == 400
    back = staff.post(address(public_id), data=sent(stale.text, "stack"))
    again = sent(back.text)
    assert again["title"] == "Lange getippt"
    assert saved(staff, public_id, again).status_code == 303
    assert stored(app, public_id).record["title"] == "Lange getippt"


def test_withdrawing_asks_first_and_can_be_undone(app: Flask, staff: FlaskClient) -> None:
    public_id = some_offer(app)
    title = stored(app, public_id).record["title"]
    page = staff.get(f"{address(public_id)}/zurueckziehen").text
    assert not stored(app, public_id).deleted
    staff.post(f"{address(public_id)}/zurueckziehen", data={"csrf_token": csrf_token(page)})
    assert stored(app, public_id).deleted
    assert title in staff.get("/redaktion/angebote?status=withdrawn").text
    saved(staff, public_id, opened(staff, public_id))
    assert not stored(app, public_id).deleted


def test_list_finds_drafts_by_title_and_provider(app: Flask, staff: FlaskClient) -> None:
    public_id = some_offer(app)
    form = opened(staff, public_id)
    form["title"], form["status"] = "Ölmühle 100 % offen", "draft"
    saved(staff, public_id, form)
    for query in (
        "?q=ölmühle",
        "?q=ÖLMÜHLE",
        "?status=draft",
        "?q=100+%25",
        f"?q={form['provider-name']}&status=draft",
    ):
        assert "Ölmühle" in staff.get(f"/redaktion/angebote{query}").text, query
    assert "Dazu gibt es kein Angebot." in staff.get("/redaktion/angebote?status=public&q=Ölmühle").text
    assert "Dazu gibt es kein Angebot." in staff.get("/redaktion/angebote?q=_%25_nirgends").text


@pytest.mark.parametrize(
    "query", ["seite=0", "seite=-5", "seite=999999999999", "seite=x", "status=x", "q=%00", "q=" + "a+" * 500]
)
def test_list_takes_any_address(staff: FlaskClient, query: str) -> None:
    assert staff.get(f"/redaktion/angebote?{query}").status_code == 200


def test_rebuild_is_ordered_once(app: Flask, staff: FlaskClient) -> None:
    token = csrf_token(staff.get("/redaktion/index").text)
    for _ in range(3):
        staff.post("/redaktion/index/neu", data={"csrf_token": token})
    with state(app).database.reading() as session:
        assert [job.state for job in jobs.latest(session, REBUILD)] == [jobs.QUEUED]
    with state(app).database.writing() as session:
        session.execute(update(Job).values(state=jobs.RUNNING))
    staff.post("/redaktion/index/neu", data={"csrf_token": token})
    with state(app).database.reading() as session:
        assert len(jobs.latest(session, REBUILD)) == 1


def test_progress_of_a_rebuild_is_shown_and_told(app: Flask, staff: FlaskClient) -> None:
    now = datetime.now(UTC)
    with state(app).database.writing() as session:
        jobs.order(session, REBUILD, "Redaktion", now)
        job = jobs.take(session, REBUILD, now + timedelta(seconds=1))
        assert job
        jobs.progress(session, job, 120, 247, "Angebote laden")
    assert "Angebote laden (120 / 247)" in staff.get("/redaktion/index").text
    told = staff.get("/redaktion/index/stand").json
    assert told == {"id": job, "state": "running", "step": "Angebote laden", "done": 120, "total": 247}


def everything(app: Flask) -> tuple[int, ...]:
    """What reading must not change: revisions, audit, jobs, offers, contacts."""
    with state(app).database.reading() as session:
        tables = (AuditEntry, Job, Offer, Contact)
        return (
            changes.latest_rev(session),
            *(session.scalars(select(func.count()).select_from(t)).one() for t in tables),
        )


def paths(app: Flask, method: str) -> list[str]:
    values = {"public_id": some_offer(app)}
    adapter, found = app.url_map.bind("localhost"), set()
    for rule in app.url_map.iter_rules():
        if method in (rule.methods or ()) and rule.rule.startswith(("/konto", "/redaktion")):
            given = {name: values[name] for name in rule.arguments if name not in (rule.defaults or {})}
            found.add(adapter.build(rule.endpoint, given | dict(rule.defaults or {}), method=method))
    return sorted(found)


def test_reading_changes_nothing(app: Flask, staff: FlaskClient) -> None:
    before = everything(app)
    for path in paths(app, "GET"):
        assert staff.get(path).status_code in {200, 303}, path
    assert everything(app) == before


def test_nothing_behind_the_login_is_open(app: Flask, client: FlaskClient) -> None:
    before = everything(app)
    for path in paths(app, "GET"):
        answer = client.get(path)
        assert path == "/konto/anmelden" or "/konto/anmelden" in answer.headers["Location"], path
    for path in paths(app, "POST"):
        assert client.post(path).status_code == 400, path
    token = csrf_token(client.get("/konto/anmelden").text)
    for path in paths(app, "POST"):
        if path != "/konto/anmelden":
            answer = client.post(path, data={"csrf_token": token})
            assert answer.headers.get("Location") == "/konto/anmelden", path
    assert everything(app) == before


def test_forms_without_their_stamp_do_nothing(app: Flask, staff: FlaskClient) -> None:
    before = everything(app)
    for path in paths(app, "POST"):
        answer = staff.post(path, data={"title": "fremd"})
        assert answer.status_code == 400, path
        assert "Gespeichert wurde nichts." in answer.text
    assert everything(app) == before


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("Ein Absatz.\nZweite Zeile.\n\nNoch einer.", "<p>Ein Absatz.<br>Zweite Zeile.</p><p>Noch einer.</p>"),
        ("## Ablauf\n\n- eins\n- **zwei**", "<h3>Ablauf</h3><ul><li>eins</li><li><strong>zwei</strong></li></ul>"),
        ("1. zuerst\n2. dann *leise*", "<ol><li>zuerst</li><li>dann <em>leise</em></li></ol>"),
        ("5 < 6 & 7 * 8 * 9", "<p>5 &lt; 6 &amp; 7 * 8 * 9</p>"),
        (
            "[Zur Stadt](https://marl.example.org/a?b=1&c=2)",
            '<p><a href="https://marl.example.org/a?b=1&amp;c=2" rel="nofollow noopener">Zur Stadt</a></p>',
        ),
        ("[x](javascript:alert(1))", "<p>[x](javascript:alert(1))</p>"),
    ],
)
def test_descriptions_are_typed_as_text(text: str, html: str) -> None:
    assert staff_body.to_html(text) == html
    assert staff_body.to_html(staff_body.to_text(html)) == html


def test_html_that_has_no_typed_form_stays(app: Flask) -> None:
    html = "<ul><li><p>eins</p><p>zwei</p></li></ul>"
    assert staff_body.to_text(html) == html
    assert staff_body.to_html(html) == html
