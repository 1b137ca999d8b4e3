"""One placement, for its parties: answered, begun, followed, ended, and what came of it."""

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
from api.pages.hosting import meanwhile, status_of
from api.pages.labels import label
from api.pages.placing import day_from, in_words, seen_revision
from api.report.agreement import agreement_of
from matchmaker.errors import (
    Duplicate,
    InvalidInput,
    NotFound,
    StaleRevision,
    TransitionNotAllowed,
)
from matchmaker.models import (
    EvaluationAction,
    EvaluationQuestion,
    Going,
    JobStage,
    PlacementAction,
    PlacementParty,
)
from matchmaker.models.actions import Action, allowed, check, parties_of
from matchmaker.services.placements import PlacementView

blueprint = Blueprint("placement_pages", __name__, url_prefix="/placements")

_Answer = Response | str | tuple[str, int]


@blueprint.get("/<uuid:placement_id>")
@needs(Action.READ_OWN_ACCOUNT)
def placement(placement_id: UUID) -> str:
    """Show a placement to its parties."""
    return _placement(placement_id, Form())


@blueprint.get("/<uuid:placement_id>/agreement.pdf")
@needs(Action.READ_OWN_ACCOUNT)
def agreement(placement_id: UUID) -> Response:
    """Hand out the agreement to its parties, in the language that is asked for."""
    return document_of(matchmaker().placements.view(placement_id))


@blueprint.post("/<uuid:placement_id>/agree")
@needs(Action.MANAGE_OWN_ACCOUNT)
def agree(placement_id: UUID) -> _Answer:
    """Agree for a party that one speaks for, or decline with a reason."""
    party = _party(placement_id, request.form.get("party", ""))
    declines = request.form.get("deed") == "decline"
    by, service = required_viewer().account_id, matchmaker().placements

    def deed(seen: int) -> object:
        if declines:
            reason = request.form.get("reason", "")
            return service.decline(placement_id, party, reason, by=by, expected_revision=seen)
        return service.agree(placement_id, party, by=by, expected_revision=seen)

    return _done(placement_id, deed)


@blueprint.post("/<uuid:placement_id>/state")
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


@blueprint.post("/<uuid:placement_id>/check")
@needs(Action.MANAGE_OWN_ACCOUNT)
def answer_check(placement_id: UUID) -> _Answer:
    """Say half-way how it goes, for a party that one speaks for."""
    party = _party(placement_id, request.form.get("party", ""))
    by = required_viewer().account_id
    return _done(
        placement_id,
        lambda _seen: matchmaker().followups.answer_check(
            placement_id,
            party,
            going_from(),
            note=request.form.get("note", ""),
            needs_help=request.form.get("needs_help") == "yes",
            by=by,
        ),
    )


@blueprint.post("/<uuid:placement_id>/help")
@needs(Action.MANAGE_OWN_ACCOUNT)
def give_help(placement_id: UUID) -> _Answer:
    """Write down what was done about what a party needs help with."""
    viewer = required_viewer()
    matchmaker().access.check_placement(viewer, Action.MANAGE_PLACEMENT, placement_id)
    party = _named(request.form.get("party", ""))
    return _done(
        placement_id,
        lambda _seen: matchmaker().followups.help(
            placement_id, party, request.form.get("help_note", ""), by=viewer.account_id
        ),
    )


@blueprint.post("/<uuid:placement_id>/evaluation")
@needs(Action.MANAGE_OWN_ACCOUNT)
def evaluate(placement_id: UUID) -> _Answer:
    """Say afterwards how it was, as student or host."""
    party = _party(placement_id, request.form.get("party", ""))
    by = required_viewer().account_id
    return _done(
        placement_id,
        lambda _seen: matchmaker().followups.evaluate(
            placement_id, party, scores_from(), text=request.form.get("text", ""), by=by
        ),
    )


@blueprint.post("/<uuid:placement_id>/moderation")
@needs(Action.MANAGE_OWN_ACCOUNT)
def moderate(placement_id: UUID) -> _Answer:
    """Release what student or host said, or hold it back with a reason."""
    viewer = required_viewer()
    matchmaker().access.check_placement(viewer, Action.MANAGE_PLACEMENT, placement_id)
    party, deed = _named(request.form.get("party", "")), request.form.get("deed", "")
    if deed not in set(EvaluationAction):
        raise NotFound("action", deed)
    return _done(
        placement_id,
        lambda _seen: matchmaker().followups.moderate(
            placement_id,
            party,
            EvaluationAction(deed),
            reason=request.form.get("moderation", ""),
            by=viewer.account_id,
        ),
    )


@blueprint.post("/<uuid:placement_id>/job")
@needs(Action.MANAGE_OWN_ACCOUNT)
def record_job(placement_id: UUID) -> _Answer:
    """Record that the student was offered a job, or has accepted it."""
    viewer = required_viewer()
    check(viewer, Action.RECORD_JOB, matchmaker().placements.facts(placement_id))

    def deed(seen: int) -> object:
        stage = request.form.get("stage", "")
        if stage not in set(JobStage):
            raise InvalidInput("stage", "Please choose one.")
        return matchmaker().placement_ledger.record_job(
            placement_id,
            JobStage(stage),
            on_day=day_from("on_day"),
            evidence=request.form.get("evidence", ""),
            by=viewer.account_id,
            expected_revision=seen,
        )

    return _done(placement_id, deed)


def document_of(view: PlacementView) -> Response:
    """Return the agreement as a file, in the language that is asked for."""
    asked = request.args.get("language", "")
    with force_locale(asked if asked in LANGUAGES else get_locale().language):
        document = agreement_of(view, label)
    answer = make_response(document)
    answer.mimetype = "application/pdf"
    answer.headers.set(
        "Content-Disposition", "attachment", filename=f"agreement-{view.placement.id}.pdf"
    )
    return answer


def going_from() -> Going:
    """Return how it goes, from the form.

    Raises:
        InvalidInput: nothing is chosen.

    """
    chosen = request.form.get("going", "")
    if chosen not in set(Going):
        raise InvalidInput("going", "Please choose one.")
    return Going(chosen)


def scores_from() -> dict[EvaluationQuestion, int]:
    """Return the scores that were chosen in the form; what was not is not in it."""
    chosen = {one: request.form.get(one.value, "") for one in EvaluationQuestion}
    return {one: int(text) for one, text in chosen.items() if text in set("12345")}


def _named(party: str) -> PlacementParty:
    if party not in set(PlacementParty):
        raise NotFound("party", party)
    return PlacementParty(party)


def _party(placement_id: UUID, party: str) -> PlacementParty:
    """Return a party that one speaks for."""
    spoken = parties_of(required_viewer(), matchmaker().placements.facts(placement_id))
    if party not in set(spoken):
        raise NotFound("party", party)
    return PlacementParty(party)


def _placement(placement_id: UUID, form: Form) -> str:
    viewer, service = required_viewer(), matchmaker()
    facts = service.placements.facts(placement_id)
    return render_template(
        "placing/placement.html",
        view=service.placements.view(placement_id),
        mine=parties_of(viewer, facts),
        is_staff=viewer.is_staff,
        manages=allowed(viewer, Action.MANAGE_PLACEMENT, facts),
        records=allowed(viewer, Action.RECORD_JOB, facts),
        checks=service.followups.checks(placement_id),
        evaluations=service.followups.evaluations(placement_id),
        ledger=service.placement_ledger.read(placement_id),
        goings=tuple(Going),
        questions=tuple(EvaluationQuestion),
        stages=tuple(JobStage),
        form=form,
    )


def _done(placement_id: UUID, deed: Callable[[int], object]) -> _Answer:
    try:
        deed(seen_revision())
    except InvalidInput as error:
        return _placement(placement_id, in_words(error)), 422
    except Duplicate:
        said = gettext("This is recorded already.")
        return _placement(placement_id, Form(errors={"state": str(said)})), 409
    except (StaleRevision, TransitionNotAllowed) as error:
        return _placement(placement_id, meanwhile()), status_of(error)
    return redirect(url_for("placement_pages.placement", placement_id=placement_id), 303)
