"""Placing students: cohorts, what belongs to them, and assignment rounds, for coordinators."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from uuid import UUID

from flask import Blueprint, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from api.auth import needs, required_viewer
from api.context import matchmaker
from api.pages.forms import Form, refused
from matchmaker.errors import InvalidInput, NotFound, StaleRevision, TransitionNotAllowed
from matchmaker.matching.assignment.outcome import Method
from matchmaker.models import Cohort, ImportState
from matchmaker.models.actions import Action

blueprint = Blueprint("placing_pages", __name__, url_prefix="/placing")

_Answer = Response | str | tuple[str, int]


@blueprint.get("")
@needs(Action.LIST_COHORTS)
def page() -> str:
    """List the cohorts that one manages."""
    return _list(Form())


@blueprint.post("")
@needs(Action.LIST_COHORTS)
def create() -> _Answer:
    """Make a cohort of a university that one is a member of; staff of any."""
    viewer = required_viewer()
    try:
        university = uuid_from("university_id")
        if not viewer.is_staff and university not in viewer.organisations:
            raise NotFound("organisation", university)
        made = matchmaker().cohorts.create(
            university,
            name=request.form.get("name", ""),
            starts_on=day_from("starts_on"),
            ends_on=day_from("ends_on"),
            by=viewer.account_id,
        )
    except InvalidInput as error:
        return _list(in_words(error)), 422
    return redirect(url_for("placing_pages.cohort", cohort_id=made.id), 303)


@blueprint.get("/cohorts/<uuid:cohort_id>")
@needs(Action.LIST_COHORTS)
def cohort(cohort_id: UUID) -> str:
    """Show students, supervisors, positions and rounds of a cohort."""
    return _cohort(cohort_id, Form())


@blueprint.post("/cohorts/<uuid:cohort_id>/students")
@needs(Action.CURATE)
def enrol(cohort_id: UUID) -> _Answer:
    """Take the students of an import into a cohort."""
    return _changed(
        cohort_id,
        lambda by: matchmaker().cohorts.enrol_imported(cohort_id, uuid_from("run_id"), by=by),
    )


@blueprint.post("/cohorts/<uuid:cohort_id>/students/<uuid:student_id>/leave")
@needs(Action.LIST_COHORTS)
def leave(cohort_id: UUID, student_id: UUID) -> _Answer:
    """Take a student out of a cohort."""
    return _changed(cohort_id, lambda by: matchmaker().cohorts.leave(cohort_id, student_id, by=by))


@blueprint.post("/cohorts/<uuid:cohort_id>/supervisors")
@needs(Action.LIST_COHORTS)
def add_supervisor(cohort_id: UUID) -> _Answer:
    """Name a supervisor."""
    return _changed(
        cohort_id,
        lambda by: matchmaker().cohorts.add_supervisor(
            cohort_id,
            name=request.form.get("name", ""),
            email=request.form.get("email", ""),
            capacity=number_from("capacity"),
            by=by,
        ),
    )


@blueprint.post("/cohorts/<uuid:cohort_id>/positions/<uuid:offered_id>")
@needs(Action.LIST_COHORTS)
def approve(cohort_id: UUID, offered_id: UUID) -> _Answer:
    """Say whether the students of a cohort see a position."""
    return _changed(
        cohort_id,
        lambda by: matchmaker().cohorts.approve(
            cohort_id,
            offered_id,
            approved=request.form.get("deed") == "approve",
            reason=request.form.get("reason", ""),
            by=by,
        ),
    )


@blueprint.post("/cohorts/<uuid:cohort_id>/hosts/<uuid:host_id>/vet")
@needs(Action.VET_HOST)
def vet(cohort_id: UUID, host_id: UUID) -> _Answer:
    """Confirm that a host exists and its contact is of it."""
    return _changed(cohort_id, lambda by: matchmaker().cohorts.vet(host_id, by=by))


@blueprint.post("/cohorts/<uuid:cohort_id>/propose")
@needs(Action.LIST_COHORTS)
def propose(cohort_id: UUID) -> _Answer:
    """Show hosts those who wish for their positions."""
    return _changed(cohort_id, lambda by: matchmaker().cohorts.propose(cohort_id, by=by))


@blueprint.post("/cohorts/<uuid:cohort_id>/rounds")
@needs(Action.LIST_COHORTS)
def open_round(cohort_id: UUID) -> Response:
    """Open a round and go to it."""
    opened = matchmaker().assignment.open(cohort_id, by=required_viewer().account_id)
    return redirect(url_for("placing_pages.one_round", round_id=opened.id), 303)


@blueprint.get("/rounds/<uuid:round_id>")
@needs(Action.LIST_COHORTS)
def one_round(round_id: UUID) -> str:
    """Show a round: the three methods side by side."""
    return _round(round_id, Form())


@blueprint.post("/rounds/<uuid:round_id>/run")
@needs(Action.LIST_COHORTS)
def run(round_id: UUID) -> _Answer:
    """Ask all three methods about what is stored now."""
    return _adjusted(
        round_id,
        lambda by, seen: matchmaker().assignment.run(round_id, by=by, expected_revision=seen),
    )


@blueprint.post("/rounds/<uuid:round_id>/locks")
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


@blueprint.post("/rounds/<uuid:round_id>/locks/<uuid:lock_id>/lift")
@needs(Action.LIST_COHORTS)
def unlock(round_id: UUID, lock_id: UUID) -> _Answer:
    """Lift a lock."""
    return _adjusted(
        round_id,
        lambda by, seen: matchmaker().assignment.unlock(
            round_id, lock_id, by=by, expected_revision=seen
        ),
    )


@blueprint.post("/rounds/<uuid:round_id>/publish")
@needs(Action.LIST_COHORTS)
def publish(round_id: UUID) -> _Answer:
    """Offer the placements of one answer."""
    return _adjusted(
        round_id,
        lambda by, seen: matchmaker().assignment.publish(
            round_id, uuid_from("answer_id"), by=by, expected_revision=seen
        ),
    )


@blueprint.post("/rounds/<uuid:round_id>/cancel")
@needs(Action.LIST_COHORTS)
def cancel(round_id: UUID) -> _Answer:
    """End a round without placing anybody."""
    return _adjusted(
        round_id,
        lambda by, seen: matchmaker().assignment.cancel(round_id, by=by, expected_revision=seen),
    )


def uuid_from(name: str) -> UUID:
    """Return an id from the form.

    Raises:
        InvalidInput: there is none.

    """
    try:
        return UUID(request.form.get(name, ""))
    except ValueError:
        raise InvalidInput(name, "Please choose one.") from None


def day_from(name: str) -> date:
    """Return a day from the form.

    Raises:
        InvalidInput: there is none.

    """
    try:
        return date.fromisoformat(request.form.get(name, "").strip())
    except ValueError:
        raise InvalidInput(name, "Please write a day.") from None


def number_from(name: str, otherwise: int | None = None) -> int:
    """Return a whole number from the form.

    Raises:
        InvalidInput: there is none.

    """
    text = request.form.get(name, "").strip()
    if not text and otherwise is not None:
        return otherwise
    if not text.isdecimal() or len(text) > 4:
        raise InvalidInput(name, "Please write a whole number.")
    return int(text)


def in_words(error: InvalidInput) -> Form:
    """Return the sent form, with what was wrong in the language of the page."""
    form = refused(error)
    return Form(values=form.values, errors={error.field: str(gettext(error.reason))})


def _list(form: Form) -> str:
    viewer = required_viewer()
    service = matchmaker()
    cohorts: list[Cohort] = list(
        service.cohorts.list(None if viewer.is_staff else viewer.organisations)
    )
    return render_template(
        "placing/list.html",
        cohorts=cohorts,
        universities=service.belonging.of(viewer.account_id).organisations,
        form=form,
    )


def _cohort(cohort_id: UUID, form: Form) -> str:
    service = matchmaker()
    is_staff = required_viewer().is_staff
    runs = service.imports.page(state=ImportState.DONE).items if is_staff else []
    return render_template(
        "placing/cohort.html",
        view=service.cohorts.view(cohort_id),
        rounds=service.assignment.rounds_of(cohort_id),
        imports=runs,
        is_staff=is_staff,
        form=form,
    )


def _round(round_id: UUID, form: Form) -> str:
    service = matchmaker()
    view = service.assignment.view(round_id)
    costs = {}
    asked = request.args.get("costs", "")
    if asked in set(Method) and view.answers:
        costs = {
            one.lock: one.without for one in service.assignment.lock_costs(round_id, Method(asked))
        }
    return render_template(
        "placing/round.html",
        view=view,
        methods=tuple(Method),
        costs=costs,
        costs_of=asked,
        placements=service.placements.of_round(round_id),
        form=form,
    )


def _changed(cohort_id: UUID, deed: Callable[[UUID], object]) -> _Answer:
    try:
        deed(required_viewer().account_id)
    except InvalidInput as error:
        return _cohort(cohort_id, in_words(error)), 422
    return redirect(url_for("placing_pages.cohort", cohort_id=cohort_id), 303)


def _adjusted(round_id: UUID, deed: Callable[[UUID, int], object]) -> _Answer:
    try:
        deed(required_viewer().account_id, seen_revision())
    except InvalidInput as error:
        return _round(round_id, in_words(error)), 422
    except (StaleRevision, TransitionNotAllowed) as error:
        said = gettext("Somebody changed this round meanwhile. Look at it anew, then repeat it.")
        status = 412 if isinstance(error, StaleRevision) else 409
        return _round(round_id, Form(errors={"round": str(said)})), status
    return redirect(url_for("placing_pages.one_round", round_id=round_id), 303)


def seen_revision() -> int:
    """Return the revision that a form was made from; none that ever is when it says none."""
    text = request.form.get("revision", "")
    return int(text) if text.isdecimal() and len(text) < 10 else 0
