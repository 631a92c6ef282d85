"""The staff area: overview, and the state of the search index. Offers are edited in `staff_offers`."""

from datetime import UTC, datetime
from typing import Any

from flask import Blueprint, flash, jsonify, redirect, render_template, url_for
from flask_babel import gettext
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from service.context import context
from service.store import changes, indexes, jobs, listing
from service.views import staff_labels, staff_login

blueprint = Blueprint("staff", __name__, url_prefix="/redaktion")


@blueprint.before_request
def _members_only() -> AnyResponse | None:
    return staff_login.require_login()


@blueprint.get("/")
def overview() -> str:
    """Where staff begin: how many offers there are, what changed last, whether the index is current."""
    engine, now = context().settings.engine, datetime.now(UTC)
    with context().database.reading() as session:
        counts = listing.counts(session)
        recent, _ = listing.page(session)
        lags = indexes.lag(session, engine, now)
    statuses = [
        {"status": name, "label": label, "count": counts.get(name, 0)}
        for name, label in (staff_labels.STATUS | {listing.WITHDRAWN: staff_labels.WITHDRAWN}).items()
    ]
    current = next((lag for lag in lags if lag.state == "current"), None)
    return render_template(
        "staff/overview.html", statuses=statuses, recent=recent[:8], lag=current, labels=staff_labels
    )


@blueprint.get("/index")
def index() -> str:
    """The physical indexes, what they refused, and rebuilding."""
    settings, now = context().settings, datetime.now(UTC)
    with context().database.reading() as session:
        listed = [index for engine in settings.engines for index in indexes.listed(session, engine)]
        latest = changes.latest_rev(session)
        lags = {lag.name: lag for engine in settings.engines for lag in indexes.lag(session, engine, now)}
        refused = listing.refused(session)
        ordered = _rebuilds(session, 6)
    return render_template(
        "staff/index.html", engine=settings.engine, indexes=listed, latest=latest, lags=lags, refused=refused,
        job=_active(ordered), past=[job for job in ordered if job.finished_at],
        kinds={jobs.rebuild(engine): engine for engine in settings.engines},
    )  # fmt: skip


def _rebuilds(session: Session, limit: int) -> list[jobs.JobState]:
    """The newest rebuilds of all engines, those of the one that answers first."""
    return [job for engine in context().settings.engines for job in jobs.latest(session, jobs.rebuild(engine), limit)]


def _active(ordered: list[jobs.JobState]) -> jobs.JobState | None:
    return next((job for job in ordered if job.state in {jobs.QUEUED, jobs.RUNNING}), None)


@blueprint.get("/index/stand")
def index_state() -> AnyResponse:
    """How far the newest rebuild is, for the script that shows it without reloading."""
    with context().database.reading() as session:
        ordered = _rebuilds(session, 1)
    if not ordered:
        return jsonify(state="", step="", done=0, total=0)
    job = _active(ordered) or ordered[0]
    facts: dict[str, Any] = {"id": job.id, "state": job.state, "step": job.step, "done": job.done, "total": job.total}
    return jsonify(facts)


@blueprint.post("/index/neu")
def rebuild() -> AnyResponse:
    """Orders a rebuild, of the standby too; one at a time."""
    account = staff_login.account()
    with context().database.writing() as session:
        if _active(_rebuilds(session, 10)):
            message = gettext("Der Index wird schon neu aufgebaut.")
        else:
            for engine in context().settings.engines:
                job = jobs.order(session, jobs.rebuild(engine), account.name, datetime.now(UTC))
                changes.audit(session, account.actor, "index.rebuild", f"job:{job}")
            message = gettext("Der Neuaufbau ist bestellt. Gesucht werden kann die ganze Zeit.")
    flash(message)
    return redirect(url_for("staff.index"), 303)
