"""A new password for somebody who forgot theirs."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from api.context import matchmaker
from api.pages.forms import Form, refused
from matchmaker.errors import InvalidInput
from matchmaker.models import LinkPurpose

blueprint = Blueprint("reset", __name__, url_prefix="/reset")


@blueprint.get("")
def page() -> str:
    """Ask for the address that the link is mailed to."""
    return render_template("sign_in/forgotten.html")


@blueprint.post("")
def request_reset() -> str:
    """Mail a link; the answer is the same for every address."""
    matchmaker().sign_in.request_reset(request.form.get("email", ""))
    return render_template("sign_in/sent.html")


@blueprint.get("/<secret>")
def form(secret: str) -> str:
    """Ask for the new password; opening the page changes nothing."""
    found = matchmaker().sign_in.peek(secret, LinkPurpose.RESET)
    return render_template("sign_in/reset.html", email=found.email, secret=secret, form=Form())


@blueprint.post("/<secret>")
def reset(secret: str) -> Response | tuple[str, int]:
    """Set the new password; then they sign in with it."""
    found = matchmaker().sign_in.peek(secret, LinkPurpose.RESET)
    try:
        matchmaker().sign_in.reset(secret, request.form.get("password", ""))
    except InvalidInput as error:
        page = render_template(
            "sign_in/reset.html", email=found.email, secret=secret, form=refused(error)
        )
        return page, 422
    return redirect(url_for("sign_in.page"), 303)
