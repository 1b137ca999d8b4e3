"""Students of a university: brought into a cohort by a file, and asked to own their profiles."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

from flask import Blueprint, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.wrappers import Response

from api.auth import needs
from api.context import matchmaker
from api.pages.forms import Form
from api.pages.import_words import in_words
from api.pages.imports import allow_files, too_large
from api.pages.invitations import counted, invite_all
from api.parsing import identity
from api.security import MAX_UPLOAD_BYTES
from matchmaker.errors import InvalidInput
from matchmaker.models.actions import Action

blueprint = Blueprint(
    "student_file_pages", __name__, url_prefix="/placing/cohorts/<uuid:cohort_id>"
)
blueprint.url_value_preprocessor(allow_files)

_Answer = str | Response | tuple[str, int]


@blueprint.errorhandler(RequestEntityTooLarge)
def _too_large(_error: RequestEntityTooLarge) -> _Answer:
    cohort_id: Any = (request.view_args or {})["cohort_id"]
    return _file(cohort_id, Form(errors={"file": too_large()})), 413


@blueprint.get("/file")
@needs(Action.RUN_IMPORT)
def form(cohort_id: UUID) -> str:
    """Ask for a file of students."""
    return _file(cohort_id, Form())


@blueprint.post("/file")
@needs(Action.RUN_IMPORT)
def receive(cohort_id: UUID) -> _Answer:
    """Take a file of students; a table then needs to be told what its columns mean."""
    sent = request.files.get("file")
    if sent is None or not sent.filename:
        return _file(cohort_id, Form(errors={"file": gettext("Please choose a file.")})), 422
    try:
        run = matchmaker().import_jobs.receive(
            identity(request.form.get("id", "")) or uuid4(),
            sent.stream,
            file_name=" ".join(sent.filename.split()),
            cohort_id=cohort_id,
        )
    except InvalidInput as error:
        return _file(cohort_id, Form(errors={"file": in_words(error.reason)})), 422
    return redirect(url_for("import_run_pages.page", import_id=run.id), 303)


@blueprint.get("/invitations")
@needs(Action.LIST_COHORTS)
def invitations(cohort_id: UUID) -> str:
    """List the students who do not own their profile yet."""
    return _invitations(cohort_id, Form(), counted())


@blueprint.post("/invitations")
@needs(Action.LIST_COHORTS)
def invite(cohort_id: UUID) -> _Answer:
    """Mail a link to each student whose address was written beside their name."""
    waiting = matchmaker().cohorts.unclaimed(cohort_id)
    invited, refused = invite_all({one.student.student_id for one in waiting})
    if refused.errors:
        return _invitations(cohort_id, refused, invited), 422
    return redirect(url_for(".invitations", cohort_id=cohort_id, invited=invited), 303)


def _file(cohort_id: UUID, form: Form) -> str:
    return render_template(
        "placing/file.html",
        cohort=matchmaker().cohorts.get(cohort_id),
        form=form,
        run_id=form.value("id") or uuid4(),
        most=MAX_UPLOAD_BYTES // 1024 // 1024,
    )


def _invitations(cohort_id: UUID, form: Form, invited: int | None) -> str:
    service = matchmaker().cohorts
    return render_template(
        "placing/invitations.html",
        cohort=service.get(cohort_id),
        waiting=service.unclaimed(cohort_id),
        form=form,
        invited=invited,
    )
