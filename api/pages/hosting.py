"""What a host does: offer positions, rank those who were proposed; and the placement itself."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from api.auth import needs, required_viewer
from api.context import matchmaker
from api.pages.forms import Form
from api.pages.placing import day_from, in_words, number_from, seen_revision, uuid_from
from api.pages.student_wishes import ranks_from
from matchmaker.errors import InvalidInput, NotFound, StaleRevision, TransitionNotAllowed
from matchmaker.models import PositionAction, WorkPlace
from matchmaker.models.actions import Action, check
from matchmaker.models.facts import HostFacts

blueprint = Blueprint("hosting_pages", __name__, url_prefix="/hosting")

_Answer = Response | str | tuple[str, int]


@blueprint.get("")
@needs(Action.READ_OWN_ACCOUNT)
def page() -> str:
    """List what the organisations one belongs to offer."""
    return _list(Form())


@blueprint.post("")
@needs(Action.MANAGE_OWN_ACCOUNT)
def offer() -> _Answer:
    """Offer a position."""
    viewer = required_viewer()
    try:
        host = uuid_from("host_id")
        check(viewer, Action.OFFER_POSITION, HostFacts(id=host))
        made = matchmaker().wishes.offer(
            host,
            title=request.form.get("title", ""),
            tasks=request.form.get("tasks", ""),
            learning=request.form.get("learning", ""),
            requirements=request.form.get("requirements", ""),
            starts_on=day_from("starts_on"),
            ends_on=day_from("ends_on"),
            places=number_from("places"),
            team_minimum=number_from("team_minimum", 0),
            work_place=_work_place(),
            challenge_id=_challenge(),
            by=viewer.account_id,
        )
    except InvalidInput as error:
        return _list(in_words(error)), 422
    return redirect(url_for("hosting_pages.position", position_id=made.id), 303)


@blueprint.get("/positions/<uuid:position_id>")
@needs(Action.READ_OWN_ACCOUNT)
def position(position_id: UUID) -> str:
    """Show a position and those who were proposed to it."""
    return _position(position_id, Form())


@blueprint.post("/positions/<uuid:position_id>/students")
@needs(Action.MANAGE_OWN_ACCOUNT)
def rank(position_id: UUID) -> _Answer:
    """Say whom the host would rather have, the best first."""
    try:
        matchmaker().wishes.rank_students(
            position_id, ranks_from("rank-"), by=required_viewer().account_id
        )
    except InvalidInput as error:
        return _position(position_id, in_words(error)), 422
    return _on(position_id)


@blueprint.post("/positions/<uuid:position_id>/state")
@needs(Action.MANAGE_OWN_ACCOUNT)
def change(position_id: UUID) -> _Answer:
    """Close a position, or offer it again."""
    deed = request.form.get("deed", "")
    if deed not in set(PositionAction):
        raise NotFound("action", deed)
    try:
        matchmaker().wishes.apply(
            position_id,
            PositionAction(deed),
            by=required_viewer().account_id,
            expected_revision=seen_revision(),
        )
    except (StaleRevision, TransitionNotAllowed) as error:
        return _position(position_id, meanwhile()), status_of(error)
    return _on(position_id)


@blueprint.post("/positions/<uuid:position_id>/places")
@needs(Action.MANAGE_OWN_ACCOUNT)
def places(position_id: UUID) -> _Answer:
    """Say how many students a position takes."""
    try:
        matchmaker().wishes.set_places(
            position_id,
            number_from("places"),
            by=required_viewer().account_id,
            expected_revision=seen_revision(),
        )
    except InvalidInput as error:
        return _position(position_id, in_words(error)), 422
    except StaleRevision as error:
        return _position(position_id, meanwhile()), status_of(error)
    return _on(position_id)


def _work_place() -> WorkPlace:
    named = request.form.get("work_place", "")
    if named not in set(WorkPlace):
        raise InvalidInput("work_place", "Please choose one.")
    return WorkPlace(named)


def _challenge() -> UUID | None:
    if not request.form.get("challenge_id", "").strip():
        return None
    found = uuid_from("challenge_id")
    # Whoever may not know of a challenge does not make a position of it.
    matchmaker().access.check_challenge(required_viewer(), Action.READ_CHALLENGE, found)
    return found


def _list(form: Form) -> str:
    viewer = required_viewer()
    service = matchmaker()
    if not form.values:
        given = {"challenge_id": request.args.get("challenge_id", ""), "places": "1"}
        form = Form(values=given, errors=form.errors)
    return render_template(
        "placing/hosting.html",
        positions=service.wishes.positions_of(viewer.organisations),
        hosts=service.belonging.of(viewer.account_id).organisations,
        work_places=tuple(WorkPlace),
        form=form,
    )


def _position(position_id: UUID, form: Form) -> str:
    service = matchmaker()
    return render_template(
        "placing/position.html",
        position=service.wishes.position(position_id),
        applicants=service.wishes.applicants(position_id),
        form=form,
    )


def meanwhile() -> Form:
    """Return the form that says that somebody was faster."""
    said = gettext("Somebody changed this meanwhile. Look at it anew, then repeat it.")
    return Form(errors={"state": str(said)})


def status_of(error: Exception) -> int:
    """Return the status of an answer that somebody was faster."""
    return 412 if isinstance(error, StaleRevision) else 409


def _on(position_id: UUID) -> Response:
    return redirect(url_for("hosting_pages.position", position_id=position_id), 303)
