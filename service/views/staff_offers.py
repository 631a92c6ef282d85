"""Offers in the staff area: list, form, confirming, withdrawing.

Nothing that was typed is lost: a form that cannot be saved comes back as it was sent, with what is wrong and why.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import structlog
from flask import Blueprint, abort, flash, make_response, redirect, render_template, request, url_for
from flask_babel import format_date, gettext
from werkzeug.wrappers import Response as AnyResponse

from service.clock import today
from service.context import context
from service.errors import EditConflict, InvalidRecord, StoreUnavailable
from service.schemas.fields import CONTROL
from service.schemas.offer import validate_record
from service.store import listing, offers, providers, records, terms
from service.store.records import StoredOffer
from service.views import errors, staff_compare, staff_form, staff_labels, staff_login
from service.views.staff_form import Form
from service.vocabulary import Vocabularies

blueprint = Blueprint("staff_offers", __name__, url_prefix="/redaktion/angebote")
MORE = "mehr-"


@blueprint.before_request
def _members_only() -> AnyResponse | None:
    return staff_login.require_login()


@blueprint.get("")
def overview() -> str:
    """All offers, drafts and ended ones too, by words and status."""
    words, status = CONTROL.sub(" ", request.args.get("q", ""))[:200], request.args.get("status", "")
    choices = staff_labels.STATUS | {listing.WITHDRAWN: staff_labels.WITHDRAWN}
    status = status if status in choices else ""
    number = request.args.get("seite", 1, type=int)
    number = min(max(number, 1), 10_000)
    with context().database.reading() as session:
        found, total = listing.page(session, words, status, number)
    pages = -(-total // listing.PAGE)
    return render_template(
        "staff/offers.html", offers=found, total=total, words=words, status=status, choices=choices,
        paging=_paging(number, pages, words, status), labels=staff_labels,
    )  # fmt: skip


def _paging(here: int, pages: int, words: str, status: str) -> dict[str, Any]:
    def address(number: int) -> str:
        return url_for("staff_offers.overview", q=words or None, status=status or None, seite=number)

    shown = sorted({1, pages, *range(max(1, here - 2), min(pages, here + 2) + 1)} & set(range(1, pages + 1)))
    items: list[dict[str, Any] | None] = []
    for number in shown:
        if items and items[-1] and number != items[-1]["number"] + 1:
            items.append(None)
        items.append({"number": number, "url": address(number), "current": number == here})
    return {
        "pages": pages, "items": items, "previous_url": address(here - 1) if 1 < here <= pages else None,
        "next_url": address(here + 1) if here < pages else None,
    }  # fmt: skip


@dataclass(slots=True)
class _Page:
    """What a form is shown with."""

    stored: StoredOffer | None
    vocabularies: Vocabularies
    uses: dict[str, int]
    names: list[str]


def _load(public_id: str) -> _Page:
    """An offer to edit ("" for a new one). Withdrawn ones too: saving brings them back."""
    with context().database.reading() as session:
        vocabularies = terms.load(session)
        names = providers.names(session)
        if not public_id:
            return _Page(None, vocabularies, {}, names)
        key = offers.key_by_public_id(session, public_id) if public_id.isalnum() else None
        stored = records.load_one(session, key) if key else None
        if stored is None:
            abort(404)
        own = [contact["id"] for contact in stored.record["contacts"]]
        uses = {str(uuid): number for uuid, number in listing.other_uses(session, own, stored.key).items()}
    return _Page(stored, vocabularies, uses, names)


@blueprint.get("/neu")
def new() -> AnyResponse:
    """The form of a new offer."""
    return _show(_load(""), staff_form.blank())


@blueprint.get("/<string(length=8):public_id>")
def edit(public_id: str) -> AnyResponse:
    """The form of an offer."""
    page = _load(public_id)
    assert page.stored  # noqa: S101  _load answers 404 otherwise
    return _show(page, staff_form.from_record(page.stored.record))


@blueprint.post("/neu", defaults={"public_id": ""})
@blueprint.post("/<string(length=8):public_id>")
def save(public_id: str) -> AnyResponse:
    """Saves the form, or gives it back: with one more part, with what is wrong, or with what somebody else changed."""
    page, form = _load(public_id), Form(request.form)
    action = form.get("aktion", "")
    if action.startswith(MORE) and action.removeprefix(MORE) in staff_form.PARTS:
        part = action.removeprefix(MORE)
        return _show(page, form, added=f"{part}-{staff_form.add_blank(form, part)}")
    if action == "pruefen":
        return _show(page, form, notice=gettext("Ihre Eingaben sind wieder da. Bitte prüfen und speichern."))
    if not form.get("vollstaendig"):
        return _show(
            page, form, 400, notice=gettext("Das Formular kam nicht vollständig an. Bitte noch einmal speichern.")
        )
    typed, places = staff_form.to_record(form, page.stored.record if page.stored else None)
    try:
        record = validate_record(page.vocabularies, typed)
    except InvalidRecord as error:
        return _show(page, form, error.status, problems=staff_form.messages(error.problems, places))
    return _store(public_id, page, form, record)


def _store(public_id: str, page: _Page, form: Form, record: dict[str, Any]) -> AnyResponse:
    """Saves a record that is right in itself, or gives the form back."""
    edit = offers.Edit(record, page.stored.key if page.stored else None, form.get("rev", 0, type=int))
    try:
        with context().database.writing() as session:
            saved = offers.save(session, [edit], actor=staff_login.account().actor, clearing=True)
            kept = records.load(session, saved.keys)[saved.keys[0]]
    except EditConflict as error:
        theirs = _load(public_id)
        assert theirs.stored  # noqa: S101  there was a conflict with it
        differences = staff_compare.differences(theirs.stored.record, record, theirs.vocabularies)
        return _show(theirs, form, error.status, differences=differences)
    except StoreUnavailable as error:
        _note(error)
        return _show(page, form, error.status, notice=_not_saved())
    flash(_what_happened(saved, kept))
    return redirect(url_for("staff_offers.edit", public_id=kept.public_id), 303)


@blueprint.errorhandler(StoreUnavailable)
def _unavailable(error: StoreUnavailable) -> AnyResponse:
    """The store cannot even be read: what was typed waits on a page from which it can be sent again."""
    _note(error)
    if request.method != "POST":
        return errors.answer(error.status, errors.said(error))
    typed = list(request.form.items(multi=True))
    return make_response(render_template("staff/unsaved.html", typed=typed, here=request.path), error.status)


def _note(error: StoreUnavailable) -> None:
    structlog.get_logger("error").warning(type(error).__name__, reason=error.reason)


def _not_saved() -> str:
    return str(
        gettext(
            "Noch nicht gespeichert: Die Datenbank nimmt gerade nichts an. Ihre Eingaben stehen weiter im Formular. "
            "Bitte lassen Sie die Seite offen und speichern Sie in einigen Minuten noch einmal."
        )
    )


def _what_happened(saved: offers.Saved, kept: StoredOffer) -> str:
    if not saved.created and not saved.changed:
        return str(gettext("Es war nichts zu ändern."))
    if kept.record["status"] == "public":
        return str(gettext("Gespeichert. In der Suche sichtbar in wenigen Sekunden."))
    status = str(staff_labels.STATUS[kept.record["status"]])
    return str(gettext("Gespeichert (%(status)s). In der Suche ist das Angebot nicht zu sehen.", status=status))


def _show(
    page: _Page,
    form: Form,
    status: int = 200,
    *,
    problems: list[dict[str, str]] | None = None,
    differences: list[dict[str, str]] | None = None,
    added: str = "",
    notice: str = "",
) -> AnyResponse:
    fresh = request.method == "GET" or differences is not None
    rev = page.stored.rev if page.stored and fresh else form.get("rev", 0, type=int)
    body = render_template(
        "staff/form.html", form=form, stored=page.stored, vocabularies=page.vocabularies, uses=page.uses, rev=rev,
        provider_names=page.names, errors=problems or [], problems={e["id"]: e["text"] for e in problems or []},
        differences=differences, added=added, notice_text=notice, numbers=staff_form.numbers, filled=staff_form.says_something, L=staff_labels,
        summary=[{"id": e["id"], "text": f"{e['label']}: {e['text']}"} for e in problems or []],
        provider_problem=any(e["id"].startswith("provider-") for e in problems or []), here=request.path,
        weekdays=_options(staff_labels.WEEKDAYS), rhythms=_options(staff_labels.RHYTHMS),
    )  # fmt: skip
    return make_response(body, status)


def _options(labels: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [{"value": value, "label": label} for value, label in labels.items()]


@blueprint.post("/<string(length=8):public_id>/bestaetigen")
def confirm(public_id: str) -> AnyResponse:
    """Somebody asked and the offer is still right as of today. A mere edit never says that."""
    stored = _load(public_id).stored
    assert stored  # noqa: S101  _load answers 404 otherwise
    if stored.deleted:
        abort(409)
    account = staff_login.account()
    record = stored.record | {"confirmed_on": today(), "confirmed_by": account.name}
    with context().database.writing() as session:
        offers.save(session, [offers.Edit(record, stored.key, stored.rev)], actor=account.actor)
    flash(gettext("Als heute bestätigt gespeichert (%(date)s).", date=format_date(today(), "long")))
    return redirect(url_for("staff_offers.edit", public_id=stored.public_id), 303)


@blueprint.route("/<string(length=8):public_id>/zurueckziehen", methods=["GET", "POST"])
def withdraw(public_id: str) -> AnyResponse:
    """Asks before an offer leaves the search; then withdraws it."""
    stored = _load(public_id).stored
    assert stored  # noqa: S101  _load answers 404 otherwise
    if request.method == "GET":
        return make_response(render_template("staff/withdraw.html", stored=stored))
    with context().database.writing() as session:
        offers.withdraw(session, stored.key, actor=staff_login.account().actor)
    flash(
        gettext(
            "„%(title)s“ ist zurückgezogen und verschwindet in wenigen Sekunden aus der Suche.",
            title=stored.record["title"],
        )
    )
    return redirect(url_for("staff_offers.overview"), 303)
