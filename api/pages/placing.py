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
from matchmaker.errors import Duplicate, InvalidInput, NotFound, StaleRevision
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


@blueprint.get("/cohorts/<uuid:cohort_id>/students/<uuid:student_id>")
@needs(Action.LIST_COHORTS)
def student(cohort_id: UUID, student_id: UUID) -> str:
    """Show what a student says of themselves, what they wish for, and why it fits."""
    return _student(cohort_id, student_id, Form())


@blueprint.post("/cohorts/<uuid:cohort_id>/students/<uuid:student_id>/own-place")
@needs(Action.LIST_COHORTS)
def bring(cohort_id: UUID, student_id: UUID) -> _Answer:
    """Say that a student found a place themselves, or no longer."""
    service, by = matchmaker().cohorts, required_viewer().account_id
    try:
        if request.form.get("deed") == "lift":
            service.bring_no_longer(cohort_id, student_id, by=by)
        else:
            service.bring(cohort_id, student_id, uuid_from("place_id"), by=by)
    except InvalidInput as error:
        form = Form(errors={"place_id": str(gettext(error.reason))})
        return _student(cohort_id, student_id, form), 422
    return redirect(
        url_for("placing_pages.student", cohort_id=cohort_id, student_id=student_id), 303
    )


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


@blueprint.post("/cohorts/<uuid:cohort_id>/supervisors/<uuid:supervisor_id>")
@needs(Action.LIST_COHORTS)
def revise_supervisor(cohort_id: UUID, supervisor_id: UUID) -> _Answer:
    """Change a supervisor: name, address, how many students at most."""
    return _changed(
        cohort_id,
        lambda by: matchmaker().cohorts.revise_supervisor(
            cohort_id,
            supervisor_id,
            name=request.form.get("name", ""),
            email=request.form.get("email", ""),
            capacity=number_from("capacity"),
            by=by,
            expected_revision=seen_revision(),
        ),
        row=supervisor_id,
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
        row=offered_id,
    )


@blueprint.post("/cohorts/<uuid:cohort_id>/hosts/<uuid:host_id>/vet")
@needs(Action.VET_HOST)
def vet(cohort_id: UUID, host_id: UUID) -> _Answer:
    """Confirm that a host exists and its contact is of it, and how many students it takes."""
    return _changed(
        cohort_id,
        lambda by: matchmaker().cohorts.vet(host_id, capacity=number_or_none("capacity"), by=by),
        row=host_id,
    )


@blueprint.post("/cohorts/<uuid:cohort_id>/forbidden-pairs")
@needs(Action.LIST_COHORTS)
def forbid(cohort_id: UUID) -> _Answer:
    """Say that a student and a position must not come together."""
    return _changed(
        cohort_id,
        lambda by: matchmaker().cohorts.forbid(
            cohort_id,
            uuid_from("student_id"),
            uuid_from("place_id"),
            reason=request.form.get("reason", ""),
            by=by,
        ),
    )


@blueprint.post(
    "/cohorts/<uuid:cohort_id>/forbidden-pairs/<uuid:student_id>/<uuid:offered_id>/lift"
)
@needs(Action.LIST_COHORTS)
def allow(cohort_id: UUID, student_id: UUID, offered_id: UUID) -> _Answer:
    """Let a student and a position come together again."""
    return _changed(
        cohort_id,
        lambda by: matchmaker().cohorts.allow(cohort_id, student_id, offered_id, by=by),
    )


@blueprint.post("/cohorts/<uuid:cohort_id>/propose")
@needs(Action.LIST_COHORTS)
def propose(cohort_id: UUID) -> _Answer:
    """Show hosts those who wish for their positions."""
    return _changed(cohort_id, lambda by: matchmaker().cohorts.propose(cohort_id, by=by))


@blueprint.post("/cohorts/<uuid:cohort_id>/rounds")
@needs(Action.LIST_COHORTS)
def open_round(cohort_id: UUID) -> Response:
    """Open a round and go to it; to the one that is open already, if somebody was faster."""
    try:
        round_id = matchmaker().assignment.open(cohort_id, by=required_viewer().account_id).id
    except Duplicate as error:
        round_id = error.existing_id
    return redirect(url_for("round_pages.page", round_id=round_id), 303)


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


def number_or_none(name: str) -> int | None:
    """Return a whole number from the form; None for an empty field.

    Raises:
        InvalidInput: something else is in it.

    """
    return number_from(name) if request.form.get(name, "").strip() else None


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
        files=service.imports.page(cohort_id=cohort_id).items,
        is_staff=is_staff,
        form=form,
    )


def _student(cohort_id: UUID, student_id: UUID, form: Form) -> str:
    service = matchmaker()
    view = service.wishes.view(cohort_id, student_id)
    reasons = {
        one.position.id: service.wishes.explained(cohort_id, student_id, one.position.id)
        for one in view.positions
        if one.rank is not None and one.score is not None
    }
    return render_template(
        "placing/student.html",
        file=service.cohorts.student(cohort_id, student_id),
        view=view,
        reasons=reasons,
        form=form,
    )


def _changed(
    cohort_id: UUID, deed: Callable[[UUID], object], *, row: UUID | None = None
) -> _Answer:
    """Do something to a cohort; in a form of one of many rows, the row is what the error is at."""
    try:
        deed(required_viewer().account_id)
    except InvalidInput as error:
        return _cohort(cohort_id, _at_row(in_words(error), row)), 422
    except Duplicate:
        said = gettext("That was said of these two already.")
        return _cohort(cohort_id, _refused(place_id=said)), 409
    except StaleRevision:
        said = gettext("Somebody changed this meanwhile. Look at it anew, then repeat it.")
        return _cohort(cohort_id, Form(errors={"cohort": str(said)})), 412
    return redirect(url_for("placing_pages.cohort", cohort_id=cohort_id), 303)


def _at_row(form: Form, row: UUID | None) -> Form:
    """Return a form whose fields have the names that they have in a row of a list."""
    if row is None:
        return form
    return Form(
        values={f"{name}-{row}": value for name, value in form.values.items()},
        errors={f"{name}-{row}": error for name, error in form.errors.items()},
    )


def _refused(**errors: str) -> Form:
    return Form(values=dict(request.form), errors=errors)


def seen_revision() -> int:
    """Return the revision that a form was made from; none that ever is when it says none."""
    text = request.form.get("revision", "")
    return int(text) if text.isdecimal() and len(text) < 10 else 0
