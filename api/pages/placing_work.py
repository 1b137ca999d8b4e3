"""What waits for a coordinator, in one list for all their cohorts; staff see all."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from flask import Blueprint, redirect, render_template, url_for
from werkzeug.wrappers import Response

from api.auth import needs, required_viewer
from api.context import matchmaker
from matchmaker.models import Role
from matchmaker.models.actions import Action

blueprint = Blueprint("placing_work_pages", __name__, url_prefix="/placing/work")


@blueprint.get("")
@needs(Action.READ_PLACING_WORK)
def page() -> str:
    """Show what waits, the most urgent first."""
    viewer = required_viewer()
    return render_template(
        "placing/work.html",
        work=matchmaker().placing_work.of(universities_of_reader()),
        agrees=viewer.role is Role.UNIVERSITY,
    )


@blueprint.post("/agreement")
@needs(Action.MANAGE_OWN_ACCOUNT)
def agree_to_all() -> Response:
    """Agree for one's universities to every offer that waits for them."""
    viewer = required_viewer()
    if viewer.role is Role.UNIVERSITY:
        matchmaker().placing_work.agree_to_all(viewer.organisations, by=viewer.account_id)
    return redirect(url_for("placing_work_pages.page"), 303)


def universities_of_reader() -> Collection[UUID] | None:
    """Return whose work the reader sees: that of their universities, staff that of all."""
    viewer = required_viewer()
    return None if viewer.is_staff else viewer.organisations
