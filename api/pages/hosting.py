"""What a host does: offer positions, rank those who were proposed; and the placement itself."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from flask import Blueprint, make_response, redirect, render_template, request, url_for
from flask_babel import force_locale, get_locale, gettext
from werkzeug.wrappers import Response

from api.auth import needs, required_viewer
from api.context import matchmaker
from api.languages import LANGUAGES
from api.pages.forms import Form
from api.pages.labels import label
from api.pages.placing import day_from, in_words, number_from, seen_revision, uuid_from
from api.pages.student_wishes import ranks_from
from api.report.agreement import agreement_of
from matchmaker.errors import InvalidInput, NotFound, StaleRevision, TransitionNotAllowed
from matchmaker.models import PlacementAction, PlacementParty, PositionAction, WorkPlace
from matchmaker.models.actions import Action, allowed, check, parties_of
from matchmaker.models.facts import HostFacts

blueprint = Blueprint("hosting_pages", __name__, url_prefix="/hosting")
placements = Blueprint("placement_pages", __name__, url_prefix="/placements")

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
        return _position(position_id, _meanwhile()), _status(error)
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
        return _position(position_id, _meanwhile()), _status(error)
    return _on(position_id)


@placements.get("/<uuid:placement_id>")
@needs(Action.READ_OWN_ACCOUNT)
def placement(placement_id: UUID) -> str:
    """Show a placement to its parties."""
    return _placement(placement_id, Form())


@placements.get("/<uuid:placement_id>/agreement.pdf")
@needs(Action.READ_OWN_ACCOUNT)
def agreement(placement_id: UUID) -> Response:
    """Hand out the agreement to its parties, in the language that is asked for."""
    asked = request.args.get("language", "")
    with force_locale(asked if asked in LANGUAGES else get_locale().language):
        document = agreement_of(matchmaker().placements.view(placement_id), label)
    answer = make_response(document)
    answer.mimetype = "application/pdf"
    answer.headers.set(
        "Content-Disposition", "attachment", filename=f"agreement-{placement_id}.pdf"
    )
    return answer


@placements.post("/<uuid:placement_id>/agree")
@needs(Action.MANAGE_OWN_ACCOUNT)
def agree(placement_id: UUID) -> _Answer:
    """Agree for a party that one speaks for."""
    viewer = required_viewer()
    party = request.form.get("party", "")
    if party not in set(parties_of(viewer, matchmaker().placements.facts(placement_id))):
        raise NotFound("party", party)
    return _done(
        placement_id,
        lambda seen: matchmaker().placements.agree(
            placement_id, PlacementParty(party), by=viewer.account_id, expected_revision=seen
        ),
    )


@placements.post("/<uuid:placement_id>/state")
@needs(Action.MANAGE_OWN_ACCOUNT)
def change_placement(placement_id: UUID) -> _Answer:
    """Start, complete or break off a placement."""
    viewer = required_viewer()
    matchmaker().access.check_placement(viewer, Action.MANAGE_PLACEMENT, placement_id)
    deed = request.form.get("deed", "")
    if deed not in set(PlacementAction):
        raise NotFound("action", deed)
    return _done(
        placement_id,
        lambda seen: matchmaker().placements.apply(
            placement_id,
            PlacementAction(deed),
            reason=request.form.get("reason", ""),
            by=viewer.account_id,
            expected_revision=seen,
        ),
    )


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


def _placement(placement_id: UUID, form: Form) -> str:
    viewer = required_viewer()
    facts = matchmaker().placements.facts(placement_id)
    return render_template(
        "placing/placement.html",
        view=matchmaker().placements.view(placement_id),
        mine=parties_of(viewer, facts),
        manages=allowed(viewer, Action.MANAGE_PLACEMENT, facts),
        form=form,
    )


def _done(placement_id: UUID, deed: Callable[[int], object]) -> _Answer:
    try:
        deed(seen_revision())
    except InvalidInput as error:
        return _placement(placement_id, in_words(error)), 422
    except (StaleRevision, TransitionNotAllowed) as error:
        return _placement(placement_id, _meanwhile()), _status(error)
    return redirect(url_for("placement_pages.placement", placement_id=placement_id), 303)


def _meanwhile() -> Form:
    said = gettext("Somebody changed this meanwhile. Look at it anew, then repeat it.")
    return Form(errors={"state": str(said)})


def _status(error: Exception) -> int:
    return 412 if isinstance(error, StaleRevision) else 409


def _on(position_id: UUID) -> Response:
    return redirect(url_for("hosting_pages.position", position_id=position_id), 303)
