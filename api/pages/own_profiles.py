"""What partners do with profiles of their own: say that all is right, pin, pause, take out."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from api.auth import needs, required_viewer
from api.context import matchmaker
from api.pages.profile_sentences import sentence
from matchmaker.errors import InvalidInput, StaleRevision
from matchmaker.models.actions import Action

blueprint = Blueprint("own_pages", __name__, url_prefix="/my/profiles")

_Answer = Response | str | tuple[str, int]
#: Value of a button -> marks of the item.
_MARKS: dict[str, dict[str, bool]] = {
    "pin": {"pinned": True, "excluded": False},
    "unpin": {"pinned": False},
    "exclude": {"pinned": False, "excluded": True},
    "include": {"excluded": False},
}


@blueprint.get("")
@needs(Action.READ_OWN_ACCOUNT)
def page() -> str:
    """Show the profiles that one looks after."""
    return _page({})


@blueprint.post("/<uuid:profile_id>/confirm")
@needs(Action.CONFIRM_PROFILE)
def confirm(profile_id: UUID) -> Response:
    """Say that all of a profile is right."""
    viewer = required_viewer()
    matchmaker().curation.confirm(
        profile_id,
        by=viewer.account_id,
        owner=profile_id in viewer.claimed,
        expected_revision=_revision(),
    )
    return _on(profile_id)


@blueprint.post("/<uuid:profile_id>/evidence/<uuid:evidence_id>")
@needs(Action.REVISE_PROFILE)
def mark(profile_id: UUID, evidence_id: UUID) -> Response:
    """Pin an item of evidence or leave it out, once and for good; or take that back."""
    marks: dict[str, Any] = _MARKS.get(request.form.get("mark", ""), {})
    matchmaker().curation.mark_evidence(
        profile_id, evidence_id, by=required_viewer().account_id, **marks
    )
    return _on(profile_id)


@blueprint.post("/<uuid:profile_id>/pause")
@needs(Action.REVISE_PROFILE)
def pause(profile_id: UUID) -> _Answer:
    """Say how many introductions one takes at once, and until when one is away."""
    try:
        matchmaker().curation.revise(
            profile_id,
            expected_revision=_revision(),
            by=required_viewer().account_id,
            fields={"capacity": _number(), "on_leave_until": _day()},
        )
    except InvalidInput as error:
        return _page({profile_id: {error.field: sentence(error.field)}}), 422
    except StaleRevision:
        return _page({profile_id: {"revision": ""}}), 412
    return _on(profile_id)


def _page(errors: dict[UUID, dict[str, str]]) -> str:
    viewer = required_viewer()
    return render_template(
        "profile/own.html",
        profiles=matchmaker().owners.profiles_of(viewer),
        claimed=viewer.claimed,
        errors=errors,
        sent=request.form,
    )


def _number() -> int:
    text = request.form.get("capacity", "").strip()
    if not text.isdecimal() or len(text) > 4:
        raise InvalidInput("capacity", "Use 0 or more.")
    return int(text)


def _day() -> date | None:
    text = request.form.get("on_leave_until", "").strip()
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise InvalidInput("on_leave_until", "Use a day.") from None


def _revision() -> int:
    text = request.form.get("revision", "")
    return int(text) if text.isdecimal() and len(text) < 10 else 0


def _on(profile_id: UUID) -> Response:
    return redirect(url_for("own_pages.page", _anchor=f"profile-{profile_id}"), 303)
