"""Assignment rounds: three methods side by side, run, watched, adjusted by hand, published."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any
from uuid import UUID

from flask import Blueprint, abort, current_app, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from api.auth import needs, required_viewer
from api.context import matchmaker
from api.pages.forms import Form
from api.pages.placing import in_words, seen_revision, uuid_from
from api.pages.placing_labels import aim_label, shown_of_aim
from matchmaker.errors import InvalidInput, StaleRevision, TransitionNotAllowed
from matchmaker.matching.assignment.changes import LockCost
from matchmaker.matching.assignment.outcome import Method
from matchmaker.models import RoundRun, RunState
from matchmaker.models.actions import Action

blueprint = Blueprint("round_pages", __name__, url_prefix="/placing/rounds")

_Answer = Response | str | tuple[str, int]
#: Students up to whom the page names all that the methods answered; beyond, one method's at a time.
MOST_INLINE = 200


@blueprint.get("/<uuid:round_id>")
@needs(Action.LIST_COHORTS)
def page(round_id: UUID) -> str:
    """Show a round: the three methods side by side."""
    return _round(round_id, Form())


@blueprint.post("/<uuid:round_id>/run")
@needs(Action.LIST_COHORTS)
def run(round_id: UUID) -> _Answer:
    """Have all three methods asked about what is stored now."""
    return _adjusted(
        round_id,
        lambda by, seen: matchmaker().round_jobs.start(round_id, by=by, expected_revision=seen),
    )


@blueprint.get("/<uuid:round_id>/progress")
@needs(Action.LIST_COHORTS)
def progress(round_id: UUID) -> Response | str:
    """Show how far a run is, as htmx asks for it; the whole page when it stands still."""
    shown = _shown(matchmaker().round_jobs.run_of(round_id))
    by_script = request.headers.get("HX-Request") == "true"
    if by_script and shown["at_work"]:
        return render_template("placing/running.html", round_id=round_id, **shown)
    answer = current_app.response_class(status=200 if by_script else 303)
    address = url_for("round_pages.page", round_id=round_id)
    answer.headers["HX-Redirect" if by_script else "Location"] = address
    return answer


@blueprint.post("/<uuid:round_id>/stop")
@needs(Action.LIST_COHORTS)
def stop(round_id: UUID) -> Response:
    """Have the methods stop; done twice, or too late, it changes nothing."""
    jobs = matchmaker().round_jobs
    found = jobs.run_of(round_id)
    if found is not None and found.under_way:
        jobs.stop(round_id, by=required_viewer().account_id)
    return _to(round_id)


@blueprint.post("/<uuid:round_id>/lock-costs")
@needs(Action.LIST_COHORTS)
def weigh(round_id: UUID) -> _Answer:
    """Have a method answer again without each lock; what it answered before is shown at once."""
    asked = request.form.get("method", "")
    method = Method(asked) if asked in set(Method) else abort(400)
    if not matchmaker().lock_costs.is_weighed(round_id, method):
        return _adjusted(
            round_id,
            lambda by, seen: matchmaker().round_jobs.weigh(
                round_id, method, by=by, expected_revision=seen
            ),
        )
    address = url_for("round_pages.page", round_id=round_id, costs=asked, _anchor="locks")
    return redirect(address, 303)


@blueprint.post("/<uuid:round_id>/locks")
@needs(Action.LIST_COHORTS)
def lock(round_id: UUID) -> _Answer:
    """Decide a pair by hand."""
    return _adjusted(
        round_id,
        lambda by, seen: matchmaker().assignment.lock(
            round_id,
            uuid_from("student_id"),
            uuid_from("place_id"),
            reason=request.form.get("reason", ""),
            by=by,
            expected_revision=seen,
        ),
    )


@blueprint.post("/<uuid:round_id>/locks/<uuid:lock_id>/lift")
@needs(Action.LIST_COHORTS)
def unlock(round_id: UUID, lock_id: UUID) -> _Answer:
    """Lift a lock."""
    return _adjusted(
        round_id,
        lambda by, seen: matchmaker().assignment.unlock(
            round_id, lock_id, by=by, expected_revision=seen
        ),
    )


@blueprint.post("/<uuid:round_id>/publish")
@needs(Action.LIST_COHORTS)
def publish(round_id: UUID) -> _Answer:
    """Offer the placements of one answer."""
    return _adjusted(
        round_id,
        lambda by, seen: matchmaker().assignment.publish(
            round_id, uuid_from("answer_id"), by=by, expected_revision=seen
        ),
    )


@blueprint.post("/<uuid:round_id>/cancel")
@needs(Action.LIST_COHORTS)
def cancel(round_id: UUID) -> _Answer:
    """End a round without placing anybody."""
    return _adjusted(
        round_id,
        lambda by, seen: matchmaker().assignment.cancel(round_id, by=by, expected_revision=seen),
    )


def _round(round_id: UUID, form: Form) -> str:
    service = matchmaker()
    view = service.assignment.view(round_id)
    run = service.round_jobs.run_of(round_id)
    # What was just weighed is shown, and what somebody asks for anew.
    weighed = run.weighs if run is not None and run.state is RunState.DONE else None
    asked = request.args.get("costs", weighed or "")
    costs: Sequence[LockCost] = ()
    costs_of = Method(asked) if asked in set(Method) else None
    if costs_of is not None and view.answers:
        costs = service.lock_costs.read(round_id, costs_of) or ()
    measures = [one.result.measures for one in view.answers.values()]
    students = max((one.placed + one.unplaced for one in measures), default=0)
    read = request.args.get("answer", "")
    answer_of = Method(read) if read in set(Method) else None
    return render_template(
        "placing/round.html",
        view=view,
        answer_of=answer_of,
        shown=set(Method) if students <= MOST_INLINE else {answer_of},
        costs={one.lock: one.without for one in costs},
        costs_of=costs_of,
        placements=service.placements.of_round(round_id),
        form=form,
        round_id=round_id,
        **_shown(run),
    )


def _shown(run: RoundRun | None) -> dict[str, Any]:
    """Return what templates show of a run, and which of the methods it is at."""
    lost = run is not None and matchmaker().round_jobs.is_lost(run)
    methods = [one.value for one in Method]
    return {
        "run": run,
        "lost": lost,
        "at_work": run is not None and run.under_way and not lost,
        "begun": methods.index(run.method) if run is not None and run.method else 0,
        "methods": tuple(Method),
    }


def _adjusted(round_id: UUID, deed: Callable[[UUID, int], object]) -> _Answer:
    try:
        deed(required_viewer().account_id, seen_revision())
    except InvalidInput as error:
        return _round(round_id, in_words(error)), 422
    except (StaleRevision, TransitionNotAllowed) as error:
        said = gettext("Somebody changed this round meanwhile. Look at it anew, then repeat it.")
        status = 412 if isinstance(error, StaleRevision) else 409
        return _round(round_id, Form(errors={"round": str(said)})), status
    return _to(round_id)


def _to(round_id: UUID) -> Response:
    return redirect(url_for("round_pages.page", round_id=round_id), 303)


blueprint.add_app_template_filter(aim_label, "aim_label")
blueprint.add_app_template_filter(shown_of_aim, "shown_of_aim")
