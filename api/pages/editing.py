"""The editor of a profile: every kind, every field, with a preview; and making a new one.

Everything works as one plain form. What is done with its items of evidence comes as the value
of the button that was pressed; nothing is stored until the form is saved.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from api.auth import needs, required_viewer
from api.context import current_viewer, matchmaker
from api.languages import chosen_language
from api.pages import profile_fields
from api.pages.conflict import choices, merged, only_theirs, stored_then
from api.pages.desk import back
from api.pages.labels import label
from api.pages.profile_form import (
    ProfileDraft,
    arranged,
    empty,
    filled_from,
    sent,
)
from api.pages.profile_meaning import meant, refused
from matchmaker.errors import IndexNotReady, InvalidInput, NotFound, StaleProfile
from matchmaker.models import Profile, ProfileKind, Visibility
from matchmaker.models.actions import Action
from matchmaker.services.codes import CodeList, look_up
from matchmaker.services.previews import PreviewedChallenge

blueprint = Blueprint("editing_pages", __name__)

_Answer = Response | str | tuple[str, int]
#: Options below a field that follows the typing.
_MOST_OPTIONS = 8


@blueprint.get("/profiles/<uuid:profile_id>/edit")
@needs(Action.REVISE_PROFILE)
def edit(profile_id: UUID) -> str:
    """Show the editor of a profile."""
    profile = matchmaker().curation.read(profile_id)
    return _editor(profile, filled_from(profile))


@blueprint.post("/profiles/<uuid:profile_id>/edit")
@needs(Action.REVISE_PROFILE)
def save(profile_id: UUID) -> _Answer:
    """Store what was changed; or do to the form what its button says."""
    profile = matchmaker().curation.read(profile_id)
    stored = filled_from(profile)
    draft, deed = sent(profile.kind, request.form), request.form.get("do", "")
    if deed:
        draft, focus = arranged(draft, deed)
        return _editor(profile, draft, focus=focus)
    draft = merged(draft, stored, request.form)
    wanted, errors = meant(draft, stored)
    if errors:
        return _editor(profile, replace(draft, errors=errors)), 422
    if not wanted:
        return redirect(_following(profile_id), 303)
    try:
        matchmaker().curation.revise(
            profile_id,
            expected_revision=_revision(profile_id),
            by=required_viewer().account_id,
            fields=wanted.fields,
            evidence=wanted.evidence,
        )
    except InvalidInput as error:
        return _editor(profile, refused(draft, error)), 422
    except StaleProfile as error:
        return _conflict(profile_id, draft, error), 412
    return redirect(_following(profile_id), 303)


@blueprint.post("/profiles/<uuid:profile_id>/preview")
@needs(Action.REVISE_PROFILE)
def preview(profile_id: UUID) -> _Answer:
    """Show which open challenges the draft would match; htmx asks for that part alone."""
    profile = matchmaker().curation.read(profile_id)
    draft = sent(profile.kind, request.form)
    wanted, errors = meant(draft, filled_from(profile))
    found: Sequence[PreviewedChallenge] | None = None
    waiting = False
    if not errors:
        try:
            found = matchmaker().previews.preview(
                profile_id,
                wanted.fields,
                wanted.evidence,
                public=not required_viewer().is_staff,
            )
        except InvalidInput as error:
            errors = refused(draft, error).errors
        except IndexNotReady:
            waiting = True
    draft = replace(draft, errors=errors)
    panel: dict[str, Any] = {
        "previewed": found,
        "waiting": waiting,
        "staff": required_viewer().is_staff,
    }
    if request.headers.get("HX-Request") == "true":
        return render_template("profile/preview.html", draft=draft, focus="preview", **panel)
    return _editor(profile, draft, focus="preview", **panel)


@blueprint.get("/desk/new/<kind>")
@needs(Action.CURATE)
def new(kind: str) -> str:
    """Show the editor of a profile that is not there yet."""
    return _new(empty(_kind(kind), chosen_language()))


@blueprint.post("/desk/new/<kind>")
@needs(Action.CURATE)
def create(kind: str) -> _Answer:
    """Store a new profile; or do to the form what its button says."""
    draft, deed = sent(_kind(kind), request.form), request.form.get("do", "")
    if deed:
        draft, focus = arranged(draft, deed)
        return _new(draft, focus=focus)
    wanted, errors = meant(draft)
    if errors:
        return _new(replace(draft, errors=errors)), 422
    try:
        made = matchmaker().curation.create(
            draft.kind, wanted.fields, wanted.evidence or (), by=required_viewer().account_id
        )
    except InvalidInput as error:
        return _new(refused(draft, error)), 422
    return redirect(url_for("profile_pages.page", profile_id=made.id), 303)


@blueprint.get("/options/places")
def places() -> str:
    """Return postcodes and municipalities that begin as what was typed, for a list of options."""
    words = request.args.get("place", request.args.get("near", ""))[:100]
    found = [
        (f"{one.code} {one.da}", "")
        for one in look_up(CodeList.POSTCODES, words, limit=_MOST_OPTIONS)
    ]
    found += [
        (one.name(chosen_language()), label(CodeList.MUNICIPALITIES))
        for one in look_up(CodeList.MUNICIPALITIES, words, limit=_MOST_OPTIONS // 2)
    ]
    return render_template("profile/options.html", options=found)


@blueprint.get("/options/organisations")
def organisations() -> str:
    """Return organisations that the reader may see whose words fit, for a list of options."""
    found = matchmaker().profiles.page(
        kind=ProfileKind.ORGANISATION,
        text=request.args.get("parent_id", "")[:100].strip() or None,
        limit=_MOST_OPTIONS,
        viewer=current_viewer(),
    )
    return render_template(
        "profile/options.html", options=[(str(one.id), one.name) for one in found.items]
    )


@blueprint.get("/options/profiles")
def profiles() -> str:
    """Return profiles that the reader may see whose words fit, for a list of options."""
    words = request.args.get("profile", "")[:100].strip()
    found = matchmaker().profiles.page(
        text=words or None, limit=_MOST_OPTIONS, viewer=current_viewer()
    )
    return render_template(
        "profile/options.html", options=[(one.name, label(one.partner_kind)) for one in found.items]
    )


def _editor(profile: Profile, draft: ProfileDraft, *, focus: str = "", **panel: Any) -> str:
    return render_template(
        "profile/edit.html",
        profile=profile,
        draft=draft,
        # A form that was sent goes on from the revision that it was made from.
        revision=request.form.get("revision", profile.revision),
        **_common(profile.kind, focus),
        **(panel or {"previewed": None, "waiting": False, "staff": False}),
    )


def _new(draft: ProfileDraft, *, focus: str = "") -> str:
    return render_template(
        "profile/edit.html", profile=None, draft=draft, **_common(draft.kind, focus)
    )


def _common(kind: ProfileKind, focus: str) -> dict[str, Any]:
    return {
        "says": profile_fields.says(kind),
        "when": profile_fields.when(kind),
        "where": profile_fields.where(),
        "item_fields": profile_fields.evidence_fields(),
        "visibilities": tuple(Visibility),
        "focus": focus,
        "following": request.values.get("next", ""),
    }


def _conflict(profile_id: UUID, draft: ProfileDraft, error: StaleProfile) -> str:
    profile = matchmaker().curation.read(profile_id)
    stored = filled_from(profile)
    base = stored_then(profile, matchmaker().curation.history(profile_id), error.expected)
    return render_template(
        "profile/conflict.html",
        profile=profile,
        draft=draft,
        choices=choices(base, stored, draft),
        theirs_too=only_theirs(base, stored, draft),
        known=base is not None,
        following=request.form.get("next", ""),
    )


def _revision(profile_id: UUID) -> int:
    """Return the revision that the form was made from; 0, which is none, when that is unsure."""
    text = request.form.get("revision", "")
    # The address of a profile that became a part of another one leads there, and its form too.
    own = request.form.get("profile") == str(profile_id)
    return int(text) if own and text.isdecimal() and len(text) < 10 else 0


def _following(profile_id: UUID) -> str:
    return back("profile_pages.page", profile_id=profile_id)


def _kind(name: str) -> ProfileKind:
    if name not in set(ProfileKind):
        raise NotFound("kind of profile", name)
    return ProfileKind(name)
