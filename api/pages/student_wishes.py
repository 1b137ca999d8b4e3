"""What a student does to be placed: consent, rank positions, mark what interests them."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from api.auth import needs, required_viewer
from api.context import matchmaker
from api.pages.forms import Form
from api.pages.placing import in_words
from matchmaker.errors import InvalidInput
from matchmaker.models.actions import Action

blueprint = Blueprint("student_pages", __name__, url_prefix="/my/placing")

_Answer = Response | str | tuple[str, int]


@blueprint.get("")
@needs(Action.READ_OWN_ACCOUNT)
def page() -> str:
    """List the cohorts and placements of the students one is, and of the hosts one speaks for."""
    viewer = required_viewer()
    service = matchmaker()
    return render_template(
        "placing/mine.html",
        cohorts=service.wishes.cohorts_of(viewer.claimed),
        placements=service.placements.list(students=viewer.claimed, hosts=viewer.organisations),
    )


@blueprint.get("/<uuid:seat_id>")
@needs(Action.READ_OWN_ACCOUNT)
def seat(seat_id: UUID) -> str:
    """Show the positions of a cohort to one of its students."""
    return _seat(seat_id, Form())


@blueprint.post("/<uuid:seat_id>/consent")
@needs(Action.MANAGE_OWN_ACCOUNT)
def consent(seat_id: UUID) -> Response:
    """Agree to be placed with one's data, or no longer."""
    matchmaker().wishes.consent(
        seat_id,
        _me(seat_id),
        given=request.form.get("deed") == "consent",
        by=required_viewer().account_id,
    )
    return _on(seat_id)


@blueprint.post("/<uuid:seat_id>/wishes")
@needs(Action.MANAGE_OWN_ACCOUNT)
def rank(seat_id: UUID) -> _Answer:
    """Say which positions one wants, the best first."""
    try:
        matchmaker().wishes.rank(
            seat_id, _me(seat_id), ranks_from("rank-"), by=required_viewer().account_id
        )
    except InvalidInput as error:
        return _seat(seat_id, in_words(error)), 422
    return _on(seat_id)


@blueprint.post("/<uuid:seat_id>/marks/<uuid:offered_id>")
@needs(Action.MANAGE_OWN_ACCOUNT)
def mark(seat_id: UUID, offered_id: UUID) -> Response:
    """Mark a position as interesting, or no longer."""
    matchmaker().wishes.mark(
        seat_id, _me(seat_id), offered_id, on=request.form.get("deed") == "mark"
    )
    return redirect(
        url_for("student_pages.seat", seat_id=seat_id, _anchor=f"position-{offered_id}"), 303
    )


@blueprint.get("/<uuid:seat_id>/positions/<uuid:offered_id>")
@needs(Action.READ_OWN_ACCOUNT)
def why(seat_id: UUID, offered_id: UUID) -> str:
    """Explain where a position stands for a student, and what in their profile speaks for it."""
    service = matchmaker()
    me = _me(seat_id)
    explained = service.wishes.explained(seat_id, me, offered_id)
    view = service.wishes.view(seat_id, me)
    return render_template(
        "placing/why.html",
        view=view,
        shown=next(one for one in view.positions if one.position.id == offered_id),
        explained=explained,
        basis=service.wishes.basis(view, offered_id, explained),
    )


def ranks_from(prefix: str) -> dict[UUID, int]:
    """Return id -> rank from the number fields of a form; an empty one is no wish.

    Raises:
        InvalidInput: a field holds no number.

    """
    found = {}
    for name, text in request.form.items():
        written = text.strip()
        if not name.startswith(prefix) or not written:
            continue
        if not written.isdecimal() or len(written) > 4:
            raise InvalidInput("ranks", "Please write a whole number.")
        try:
            found[UUID(name.removeprefix(prefix))] = int(written)
        except ValueError:
            raise InvalidInput("ranks", "Please choose one.") from None
    return found


def _me(seat_id: UUID) -> UUID:
    return matchmaker().access.student_of(required_viewer(), seat_id)


def _seat(seat_id: UUID, form: Form) -> str:
    service, me = matchmaker(), _me(seat_id)
    return render_template(
        "placing/seat.html",
        view=service.wishes.view(seat_id, me),
        outcome=service.assignment.outcome(seat_id, me),
        form=form,
    )


def _on(seat_id: UUID) -> Response:
    return redirect(url_for("student_pages.seat", seat_id=seat_id), 303)
