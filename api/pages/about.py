"""The page about the service: how the order comes about, who decides what, whose data it is."""

from __future__ import annotations

from flask import Blueprint, render_template

from api.context import matchmaker

blueprint = Blueprint("about", __name__)


@blueprint.get("/about")
def page() -> str:
    """Explain the service, with the policy that is in force."""
    return render_template("about.html", policy=matchmaker().matchmaking.policy)
