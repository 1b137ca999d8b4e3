"""The brief of a challenge as a form: what the firm has saved, and what its own words suggest."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from typing import Any
from uuid import UUID

import marshmallow as ma
from flask import Blueprint, redirect, render_template, request, url_for
from flask_babel import gettext
from flask_babel import lazy_gettext as _
from werkzeug.wrappers import Response

from api.context import matchmaker
from api.pages.challenges import LANGUAGES
from api.pages.forms import Form
from api.pages.warnings import marked_fields
from api.parsing import read_form
from api.schemas.challenge import industry_code_field
from api.schemas.intake import BriefAnswersSchema
from embeddings.errors import EncoderUnavailable
from matchmaker.errors import InvalidInput, NotFound, StaleRevision
from matchmaker.models import BriefQuestion, Challenge, ChallengeAction, CompanyNeed
from matchmaker.models.brief import ANSWER_LENGTH
from matchmaker.services.briefs import Suggestion

blueprint = Blueprint("brief_pages", __name__, url_prefix="/challenges/<uuid:challenge_id>")

#: Level -> what it means, in a sentence that anybody in a workshop can say.
LEVELS: Mapping[int, Any] = {
    1: _("We have noticed something that may be of use"),
    2: _("We have an idea, on paper"),
    3: _("A small experiment shows that it is possible"),
    4: _("It works on the bench or in a laboratory"),
    5: _("Parts of it have been tried under realistic conditions"),
    6: _("A prototype has run under realistic conditions"),
    7: _("A prototype has run in our own production"),
    8: _("It is finished and approved, not yet in daily use"),
    9: _("It is in daily use and has to get better"),
}
_STUDENTS = {"yes": True, "no": False}


@blueprint.get("/brief")
def page(challenge_id: UUID) -> str:
    """Show the brief in a form, with suggestions beside what is empty."""
    challenge = matchmaker().challenges.get(challenge_id)
    challenge.check(ChallengeAction.BRIEF)
    return _page(challenge, _filled(challenge))


@blueprint.post("/brief")
def save(challenge_id: UUID) -> Response | str | tuple[str, int]:
    """Keep the brief as it stands in the form."""
    challenge = matchmaker().challenges.get(challenge_id)
    challenge.check(ChallengeAction.BRIEF)
    answers, errors = read_form(BriefAnswersSchema(), request.form)
    form = Form(values=dict(request.form), errors={one.field: _too_long() for one in errors})
    code = request.form.get("industry_code", "").strip() or None
    if code is not None and not _is_code(code):
        words = str(gettext("Please use a code such as 25.62, or leave the field empty."))
        form = Form(values=form.values, errors={**form.errors, "industry_code": words})
    if form.errors:
        return _page(challenge, form), 422
    trl = request.form.get("trl", "")
    try:
        matchmaker().briefs.save(
            challenge_id,
            expected_revision=_revision(),
            answers={BriefQuestion(name): text for name, text in answers.items()},
            shared=[one for one in BriefQuestion if one.value in request.form.getlist("shared")],
            trl=int(trl) if trl.isdecimal() and len(trl) == 1 else None,
            need=next((one for one in CompanyNeed if one == request.form.get("need")), None),
            languages=[one for one in LANGUAGES if one in request.form.getlist("languages")],
            students=_STUDENTS.get(request.form.get("students", "")),
            confidential="confidential" in request.form,
            industry_code=code,
        )
    except InvalidInput as error:
        wrong = {error.field: error.reason}
        return _page(challenge, Form(values=form.values, errors=wrong)), 422
    except StaleRevision:
        return _page(challenge, form, stale=True), 412
    return redirect(url_for("challenge_pages.page", challenge_id=challenge_id), 303)


@blueprint.post("/warnings")
def accept_warnings(challenge_id: UUID) -> Response:
    """Leave the words as they are."""
    matchmaker().challenge_desk.accept_warnings(challenge_id, expected_revision=_revision())
    return redirect(url_for("challenge_pages.page", challenge_id=challenge_id), 303)


def _page(challenge: Challenge, form: Form, *, stale: bool = False) -> str:
    return render_template(
        "challenge/brief.html",
        challenge=challenge,
        form=form,
        stale=stale,
        suggestion=_suggestion(challenge),
        questions=tuple(BriefQuestion),
        needs=tuple(CompanyNeed),
        levels=LEVELS,
        languages_offered=LANGUAGES,
        most=ANSWER_LENGTH,
        marked=marked_fields(challenge),
        ticked=set(request.form) if request.method == "POST" else None,
    )


def _suggestion(challenge: Challenge) -> Suggestion | None:
    with suppress(EncoderUnavailable):
        return matchmaker().briefs.suggest(challenge.id)
    return None


def _filled(challenge: Challenge) -> Form:
    brief = challenge.brief
    students = {True: "yes", False: "no", None: ""}[brief.students]
    return Form(
        values={
            **{question.value: text for question, text in brief.answers.items()},
            "trl": str(brief.trl or ""),
            "need": brief.need.value if brief.need else "",
            "students": students,
            "industry_code": challenge.industry_code or "",
        }
    )


def _too_long() -> str:
    return str(gettext("Please use at most %(most)s characters.", most=ANSWER_LENGTH))


def _is_code(code: str) -> bool:
    try:
        industry_code_field().deserialize(code)
    except ma.ValidationError:
        return False
    return True


def _revision() -> int:
    try:
        return int(request.form.get("revision", ""))
    except ValueError:
        raise NotFound("revision", request.form.get("revision", "")) from None
