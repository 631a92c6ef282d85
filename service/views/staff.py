"""The staff area."""

from flask import Blueprint, render_template
from werkzeug.wrappers import Response as AnyResponse

from service.views import staff_login

blueprint = Blueprint("staff", __name__, url_prefix="/redaktion")


@blueprint.before_request
def _members_only() -> AnyResponse | None:
    return staff_login.require_login()


@blueprint.get("/")
def overview() -> str:
    """Where staff begin."""
    return render_template("staff/overview.html")
