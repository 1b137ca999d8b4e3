"""The shortlist of a challenge: who is kept, who is dismissed, what changed between two lists."""

from __future__ import annotations

import re
from uuid import UUID

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from api.auth import needs
from api.context import current_viewer, matchmaker
from api.pages.forms import Form
from api.pages.introduction_words import sentences, spared_words
from matchmaker.errors import InvalidInput, NotFound
from matchmaker.models import DismissalReason, MatchState
from matchmaker.models.actions import Action, allowed

blueprint = Blueprint(
    "shortlist_pages", __name__, url_prefix="/challenges/<uuid:challenge_id>/shortlist"
)

_ID = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")


@blueprint.get("")
@needs(Action.SHORTLIST)
def page(challenge_id: UUID) -> str:
    """Show what was decided, whom to introduce next, and what changed since the list before."""
    return _page(challenge_id, Form())


@blueprint.post("")
@needs(Action.SHORTLIST)
def decide(challenge_id: UUID) -> Response | tuple[str, int]:
    """Keep, dismiss, or take a decision back."""
    service, form = matchmaker().shortlist, request.form
    viewer = current_viewer()
    by = viewer.account_id if viewer else None
    try:
        profile_id, note = _profile(), form.get("note", "")
        if form.get("decision") == "undo":
            service.undo(challenge_id, profile_id, by=by)
        elif form.get("decision") == MatchState.DISMISSED.value:
            service.dismiss(challenge_id, profile_id, _reason(), by=by, note=note)
        else:
            service.keep(challenge_id, profile_id, by=by, note=note)
    except NotFound:
        wrong = InvalidInput("profile", "There is no such profile.")
        return _page(challenge_id, sentences(wrong)), 422
    except InvalidInput as error:
        return _page(challenge_id, sentences(error)), 422
    return redirect(url_for(".page", challenge_id=challenge_id), 303)


def _profile() -> UUID:
    """Return the profile that was named: by its id, by an address with it, or by its own name."""
    named = " ".join(request.form.get("profile", "").split())
    found = _ID.search(named)
    if found is not None:
        return UUID(found[0])
    listed = matchmaker().profiles.page(text=named or None, viewer=current_viewer()).items
    called = [one.id for one in listed if one.name.casefold() == named.casefold()]
    if len(called) != 1:
        raise InvalidInput("profile", "Name one profile.")
    return called[0]


def _reason() -> DismissalReason:
    try:
        return DismissalReason(request.form.get("reason", ""))
    except ValueError:
        raise InvalidInput("reason", "Choose a reason.") from None


def _page(challenge_id: UUID, form: Form) -> str:
    service = matchmaker()
    runs = service.matchmaking.runs_of(challenge_id)
    following = service.shortlist.next_for(challenge_id)
    return render_template(
        "challenge/shortlist.html",
        challenge=service.challenges.get(challenge_id),
        listed=service.shortlist.of_challenge(challenge_id),
        told=service.shortlist.changes(runs[0].id) if runs else None,
        following=service.profiles.named({following}).get(following) if following else None,
        may_introduce=allowed(current_viewer(), Action.MANAGE_INTRODUCTION),
        reasons=tuple(DismissalReason),
        spared_words=spared_words,
        form=form,
    )
