"""With whom a profile must not be brought together: declared by its own, and by staff.

The other profile is found by a plain search; with script the list follows the typing.
"""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from api.auth import needs, required_viewer
from api.context import matchmaker
from api.pages.forms import Form
from api.pages.introduction_words import sentences
from api.parsing import read_form
from api.schemas.shortlist import ConflictInputSchema
from matchmaker.errors import Duplicate, InvalidInput, NotFound
from matchmaker.models import Profile
from matchmaker.models.actions import Action

blueprint = Blueprint(
    "conflict_pages", __name__, url_prefix="/profiles/<uuid:profile_id>/conflicts"
)

#: Profiles that a search shows; more words find the others.
_MOST = 10


@blueprint.get("")
@needs(Action.DECLARE_CONFLICT)
def page(profile_id: UUID) -> str:
    """Show the declared conflicts, and profiles that fit the words; htmx asks for these alone."""
    form = Form(values={"q": request.args.get("q", "")})
    return _page(profile_id, form, part=request.headers.get("HX-Request") == "true")


@blueprint.post("")
@needs(Action.DECLARE_CONFLICT)
def declare(profile_id: UUID) -> Response | tuple[str, int]:
    """Declare a conflict with the profile that was chosen."""
    viewer = required_viewer()
    values, errors = read_form(ConflictInputSchema(), request.form)
    if errors:
        return _page(profile_id, sentences(errors)), 422
    try:
        # Whoever declares may know of the other one.
        matchmaker().access.check_profile(viewer, Action.READ_PROFILE, values["other_id"])
        matchmaker().conflicts.declare(profile_id, **values, by=viewer.account_id)
    except (NotFound, Duplicate):
        wrong = InvalidInput("other_id", "Choose another profile.")
        return _page(profile_id, sentences(wrong)), 422
    except InvalidInput as error:
        return _page(profile_id, sentences(error)), 422
    return redirect(url_for(".page", profile_id=profile_id), 303)


@blueprint.post("/<uuid:conflict_id>/end")
@needs(Action.DECLARE_CONFLICT)
def end(profile_id: UUID, conflict_id: UUID) -> Response:
    """Take a declared conflict back."""
    matchmaker().conflicts.end(profile_id, conflict_id, by=required_viewer())
    return redirect(url_for(".page", profile_id=profile_id), 303)


def _page(profile_id: UUID, form: Form, *, part: bool = False) -> str:
    viewer = required_viewer()
    declared = matchmaker().conflicts.of(profile_id, viewer)
    words = form.value("q").strip()[:100]
    found: Sequence[Profile] = ()
    if words:
        left_out = {profile_id, *(one.other_id for one in declared)}
        listed = (
            matchmaker().profiles.page(text=words, limit=_MOST + len(left_out), viewer=viewer).items
        )
        found = [one for one in listed if one.id not in left_out][:_MOST]
    return render_template(
        "profile/conflicting.html" if part else "profile/conflicts_of_interest.html",
        profile=matchmaker().curation.read(profile_id),
        declared=declared,
        found=found,
        words=words,
        form=form,
    )
