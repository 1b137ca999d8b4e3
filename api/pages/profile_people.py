"""Who looks after a profile: its owner, whom the owner lets edit it, the invitation to own it."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, redirect, render_template, request, url_for
from flask_babel import get_locale, gettext
from werkzeug.wrappers import Response

from api.auth import needs, required_viewer
from api.context import matchmaker
from api.pages.forms import Form
from matchmaker.errors import Duplicate, InvalidInput
from matchmaker.models.actions import Action, allowed

blueprint = Blueprint("people_pages", __name__, url_prefix="/profiles/<uuid:profile_id>/people")

_Answer = Response | str | tuple[str, int]


@blueprint.get("")
@needs(Action.DELEGATE_PROFILE)
def page(profile_id: UUID) -> str:
    """Show owner and delegates."""
    return _page(profile_id, Form())


@blueprint.post("/delegates")
@needs(Action.DELEGATE_PROFILE)
def delegate(profile_id: UUID) -> _Answer:
    """Let an account edit the profile for its owner."""
    try:
        matchmaker().belonging.delegate(
            profile_id, request.form.get("email", ""), by=required_viewer().account_id
        )
    except InvalidInput:
        return _refused(profile_id, "email", gettext("No account has this e-mail address."))
    return _back(profile_id)


@blueprint.post("/delegates/<uuid:account_id>/end")
@needs(Action.DELEGATE_PROFILE)
def end(profile_id: UUID, account_id: UUID) -> Response:
    """Take the right to edit the profile back."""
    matchmaker().belonging.end_delegation(profile_id, account_id, by=required_viewer().account_id)
    return _back(profile_id)


@blueprint.post("/invitation")
@needs(Action.CURATE)
def invite(profile_id: UUID) -> _Answer:
    """Mail a link by which its reader becomes the owner."""
    try:
        matchmaker().belonging.invite(
            profile_id,
            request.form.get("owner_email", ""),
            by=required_viewer().account_id,
            language=get_locale().language,
        )
    except InvalidInput:
        words = gettext("Please write one e-mail address, such as ida@example.dk.")
        return _refused(profile_id, "owner_email", words)
    except Duplicate:
        words = gettext("Somebody owns this profile already.")
        return _refused(profile_id, "owner_email", words)
    return redirect(url_for(".page", profile_id=profile_id, invited="yes"), 303)


def _refused(profile_id: UUID, field: str, words: str) -> tuple[str, int]:
    form = Form(values=dict(request.form.items()), errors={field: str(words)})
    return _page(profile_id, form), 422


def _page(profile_id: UUID, form: Form) -> str:
    viewer = required_viewer()
    return render_template(
        "profile/people.html",
        profile=matchmaker().curation.read(profile_id),
        people=matchmaker().belonging.people(profile_id),
        mine=profile_id in viewer.claimed,
        may_invite=allowed(viewer, Action.CURATE),
        invited="invited" in request.args,
        form=form,
    )


def _back(profile_id: UUID) -> Response:
    return redirect(url_for(".page", profile_id=profile_id), 303)
