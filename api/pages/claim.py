"""Becoming the owner of a profile by a mailed link."""

from __future__ import annotations

from flask import Blueprint, render_template, url_for
from werkzeug.wrappers import Response

from api.context import matchmaker
from api.pages.sign_in import signed_in
from matchmaker.models import LinkPurpose

blueprint = Blueprint("claim_pages", __name__, url_prefix="/claim")


@blueprint.get("/<secret>")
def page(secret: str) -> str:
    """Show a button; opening the page changes nothing, so that mail scanners may."""
    found = matchmaker().sign_in.peek(secret, LinkPurpose.CLAIM)
    return render_template("sign_in/claim.html", email=found.email, secret=secret)


@blueprint.post("/<secret>")
def claim(secret: str) -> Response:
    """Make the reader the owner, and sign them in."""
    return signed_in(matchmaker().belonging.claim(secret), url_for("account_pages.page"))
