"""What becomes of a profile: confirmed, withdrawn, brought back, erased; and its history."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import groupby
from typing import Any
from uuid import UUID

from flask import Blueprint, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from api.auth import needs, required_viewer
from api.context import current_viewer, matchmaker
from api.pages.desk import back
from api.pages.forms import Form, refused
from api.pages.labels import label
from api.pages.profile_sentences import sentence
from api.pages.profile_words import field_name, in_words
from api.parsing import read_form
from api.schemas.curation import ConfirmSchema, DifferenceQuerySchema
from matchmaker.errors import InvalidInput, StaleRevision
from matchmaker.models import Profile, ProfileRevision, Standing
from matchmaker.models.actions import Action, allowed, check
from matchmaker.models.facts import facts_of
from matchmaker.models.snapshot import Difference
from matchmaker.services.access import Author

blueprint = Blueprint("standing_pages", __name__, url_prefix="/profiles/<uuid:profile_id>")

_Answer = Response | str | tuple[str, int]
_WORDS = re.compile(r"\s*\w+|\s*[^\w\s]|\s+")
#: Two texts with less in common are told one after the other.
_ALIKE = 0.5


@dataclass(frozen=True, kw_only=True)
class ShownDifference:
    """One value that is not the same, in words."""

    label: str
    #: (what, words): "same", "gone" or "new", in the order in which they are read.
    pieces: Sequence[tuple[str, str]]


@blueprint.get("/standing")
@needs(Action.REVISE_PROFILE)
def page(profile_id: UUID) -> str:
    """Show what can be done with a profile as a whole."""
    return _page(profile_id, Form())


@blueprint.post("/confirm")
@needs(Action.CONFIRM_PROFILE)
def confirm(profile_id: UUID) -> _Answer:
    """Say that all of a profile is right; an imported one goes live."""
    values, errors = read_form(ConfirmSchema(), request.form)
    if errors:
        return _page(profile_id, refused(errors)), 422
    if values.get("legal_basis") is not None:
        check(current_viewer(), Action.CURATE)
    owner = profile_id in required_viewer().claimed
    try:
        matchmaker().curation.confirm(
            profile_id, by=_me(), owner=owner, expected_revision=_revision(), **values
        )
    except InvalidInput as error:
        form = Form(values=request.form.to_dict(), errors={error.field: sentence(error.field)})
        return _page(profile_id, form), 422
    return _on(profile_id)


@blueprint.post("/withdraw")
@needs(Action.WITHDRAW_PROFILE)
def withdraw(profile_id: UUID) -> Response:
    """Take a profile out of matching and lists."""
    matchmaker().curation.withdraw(profile_id, by=_me(), expected_revision=_revision())
    return _on(profile_id)


@blueprint.post("/reinstate")
@needs(Action.WITHDRAW_PROFILE)
def reinstate(profile_id: UUID) -> Response:
    """Bring a withdrawn profile back."""
    owner = profile_id in required_viewer().claimed
    matchmaker().curation.reinstate(
        profile_id, by=_me(), owner=owner, expected_revision=_revision()
    )
    return _on(profile_id)


@blueprint.get("/erase")
@needs(Action.WITHDRAW_PROFILE)
def erase_form(profile_id: UUID) -> str:
    """Ask whether a profile shall be erased for good."""
    return render_template(
        "profile/erase.html", profile=matchmaker().curation.read(profile_id), wrong=False
    )


@blueprint.post("/erase")
@needs(Action.WITHDRAW_PROFILE)
def erase(profile_id: UUID) -> _Answer:
    """Erase a profile with its evidence, matches and history, when its name was written down."""
    profile = matchmaker().curation.read(profile_id)
    if " ".join(request.form.get("name", "").split()).casefold() != profile.name.casefold():
        return render_template("profile/erase.html", profile=profile, wrong=True), 422
    matchmaker().profiles.erase(profile_id, by=_me(), expected_revision=_revision())
    staff = required_viewer().is_staff
    return redirect(url_for("desk_pages.page" if staff else "own_pages.page"), 303)


@blueprint.get("/history")
@needs(Action.READ_HISTORY)
def history(profile_id: UUID) -> _Answer:
    """Show the revisions of a profile, and what differs between two of them."""
    query, errors = (
        read_form(DifferenceQuerySchema(), request.args) if request.args.get("before") else ({}, ())
    )
    profile = matchmaker().curation.read(profile_id)
    revisions = matchmaker().curation.history(profile_id)
    authors = authors_of(revisions)
    compared = None
    if query and not errors:
        compared = matchmaker().curation.compare(profile_id, **query)
    shown = render_template(
        "profile/history.html",
        profile=profile,
        revisions=[_told(one, revisions, profile, authors) for one in revisions],
        compared=None if compared is None else shown_differences(compared),
        query=query,
        stale="stale" in request.args,
    )
    return (shown, 422) if errors else shown


@blueprint.post("/history/<int:revision>/restore")
@needs(Action.REVISE_PROFILE)
def restore(profile_id: UUID, revision: int) -> Response:
    """Bring back what a profile said at a revision; that is a new revision."""
    try:
        matchmaker().curation.restore(profile_id, revision, expected_revision=_revision(), by=_me())
    except StaleRevision:
        return redirect(url_for("standing_pages.history", profile_id=profile_id, stale="yes"), 303)
    return redirect(url_for("standing_pages.history", profile_id=profile_id), 303)


def shown_differences(found: Sequence[Difference]) -> list[ShownDifference]:
    """Return what differs in words, with what went and what came marked.

    An item of evidence that is only in one of the two is told as a whole.
    """
    told = []
    for evidence_id, differing in groupby(found, key=lambda one: one.evidence_id):
        ones = list(differing)
        text = next((one for one in ones if one.field == "text"), None)
        if evidence_id is not None and text is not None and None in (text.before, text.after):
            told.append(_whole_item(ones, came=text.before is None))
            continue
        told += [
            ShownDifference(label=_label(one), pieces=_pieces(one))
            for one in ones
            if _words(one, one.before) != _words(one, one.after)
        ]
    return told


def _whole_item(ones: Sequence[Difference], *, came: bool) -> ShownDifference:
    values = {one.field: one.after if came else one.before for one in ones}
    words = [in_words(name, values.get(name)) for name in ("kind", "title", "text")]
    return ShownDifference(
        label=str(gettext("A new item of evidence") if came else gettext("A removed item")),
        pieces=[("new" if came else "gone", "\n".join(one for one in words if one))],
    )


def _label(one: Difference) -> str:
    if one.evidence_id is None:
        return field_name(one.field)
    return str(gettext("Evidence: %(title)s", title=field_name(one.field)))


def _words(one: Difference, value: Any) -> str:
    return "" if value is None else in_words(one.field, value)


def _pieces(one: Difference) -> list[tuple[str, str]]:
    texts = (_words(one, one.before), _words(one, one.after))
    before, after = map(_WORDS.findall, texts)
    matcher = SequenceMatcher(None, before, after, autojunk=False)
    if matcher.ratio() < _ALIKE:
        both = (("gone", texts[0]), ("new", texts[1]))
        return [(what, text) for what, text in both if text]
    pieces: list[tuple[str, str]] = []
    for what, first, last, begin, end in matcher.get_opcodes():
        if what == "equal":
            pieces.append(("same", "".join(before[first:last])))
            continue
        if last > first:
            pieces.append(("gone", "".join(before[first:last])))
        if end > begin:
            pieces.append(("new", "".join(after[begin:end])))
    return pieces


def _told(
    one: ProfileRevision,
    revisions: Sequence[ProfileRevision],
    profile: Profile,
    authors: Mapping[UUID, Author],
) -> dict[str, Any]:
    """Return a revision with who made it, and the one before it of the same profile."""
    earlier = [
        other.revision
        for other in revisions
        if other.profile_id == one.profile_id and other.revision < one.revision
    ]
    return {
        "revision": one,
        "by": _author(one.by, authors),
        "before": max(earlier, default=None),
        "own": one.profile_id == profile.id,
        "present": one.profile_id == profile.id and one.revision == profile.revision,
    }


def authors_of(revisions: Sequence[ProfileRevision]) -> Mapping[UUID, Author]:
    """Return who made these revisions, as far as the one who asks may know."""
    ids = {one.by for one in revisions if one.by is not None}
    return matchmaker().access.authors(required_viewer(), ids)


def _author(by: UUID | None, authors: Mapping[UUID, Author]) -> str:
    """Return who did something, in words: a name for staff, else what they are here for."""
    if by is None:
        return str(gettext("the service itself"))
    if by == required_viewer().account_id:
        return str(gettext("you"))
    author = authors.get(by)
    if author is None:
        return str(gettext("an account that is deleted"))
    role = label(author.role)
    return role if author.name is None else f"{author.name} ({role})"


def _page(profile_id: UUID, form: Form) -> str:
    profile = matchmaker().curation.read(profile_id)
    return render_template(
        "profile/standing.html",
        profile=profile,
        form=form,
        following=request.values.get("next", ""),
        needs_basis=profile.standing is Standing.IMPORTED
        and profile_id not in required_viewer().claimed,
        may_confirm=allowed(current_viewer(), Action.CONFIRM_PROFILE, facts_of(profile)),
        may_withdraw=allowed(current_viewer(), Action.WITHDRAW_PROFILE, facts_of(profile)),
    )


def _on(profile_id: UUID) -> Response:
    return redirect(back("standing_pages.page", profile_id=profile_id), 303)


def _revision() -> int:
    """Return the revision that the form was made from; 0, which is none, without."""
    text = request.form.get("revision", "")
    return int(text) if text.isdecimal() and len(text) < 10 else 0


def _me() -> UUID:
    return required_viewer().account_id
