"""A challenge while it is written, and the challenges of a firm with whose turn it is."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Blueprint, Response, make_response, redirect, render_template, request, url_for
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response as AnyResponse

from api.auth import needs, required_viewer
from api.context import current_viewer, matchmaker
from api.languages import chosen_language
from api.pages.challenges import match_if_ready
from api.pages.forms import filled_from, refused
from matchmaker.errors import InvalidInput, NotFound, StaleRevision, TransitionNotAllowed
from matchmaker.models import Challenge, ChallengeAction
from matchmaker.models.actions import Action, check
from matchmaker.models.facts import facts_of

blueprint = Blueprint("draft_pages", __name__)

#: What a draft is made of.
_WORDS = ("text", "title", "place")


@blueprint.post("/drafts")
def save() -> AnyResponse | tuple[str, int]:
    """Keep what stands in the form: as one types, or by its button.

    What is asked for by the page gets the line that says so, with the id for the next time.
    """
    typed = "HX-Request" in request.headers
    try:
        draft = _saved(draft_of(request.form))
    except InvalidInput as error:
        if typed:
            return _line(error=error)
        form = refused(error)
        return render_template("challenge/draft.html", draft=None, form=form), 422
    except StaleRevision as error:
        return _line(error=error) if typed else redirect(_address(draft_of(request.form)), 303)
    if typed:
        return _line(draft=draft)
    return redirect(_address(draft.id), 303)


@blueprint.get("/challenges/<uuid:challenge_id>/draft")
def page(challenge_id: UUID) -> str:
    """Show a draft in its form, to go on with it."""
    draft = matchmaker().challenges.get(challenge_id)
    draft.check(ChallengeAction.SUBMIT)
    return render_template("challenge/draft.html", draft=draft, form=filled_from(draft))


@blueprint.post("/challenges/<uuid:challenge_id>/draft")
def submit(challenge_id: UUID) -> AnyResponse | tuple[str, int]:
    """Hand a draft in, with the words as they stand in the form, and rank the profiles."""
    draft = matchmaker().challenges.get(challenge_id)
    try:
        words: dict[str, Any] = {name: request.form.get(name, "") for name in _WORDS}
        matchmaker().drafts.submit(challenge_id, **words, by=current_viewer())
    except InvalidInput as error:
        form = refused(error)
        return render_template("challenge/draft.html", draft=draft, form=form), 422
    match_if_ready(challenge_id)
    return redirect(url_for("challenge_pages.page", challenge_id=challenge_id), 303)


@blueprint.get("/my/challenges")
@needs(Action.LIST_OWN_CHALLENGES)
def own() -> str:
    """Show the challenges of the reader and their organisations."""
    return render_template("challenge/own.html", own=matchmaker().drafts.own(required_viewer()))


def draft_of(form: MultiDict[str, str]) -> UUID | None:
    """Return the draft that a form goes on with, if it names one that the sender may change."""
    try:
        draft_id = UUID(form.get("draft", ""))
    except ValueError:
        return None
    try:
        draft = matchmaker().challenges.get(draft_id)
        check(current_viewer(), Action.REVISE_CHALLENGE, facts_of(draft))
    except NotFound:
        return None
    return draft_id


def _saved(draft_id: UUID | None) -> Challenge:
    words: dict[str, Any] = {name: request.form.get(name, "") for name in _WORDS}
    words |= {"language": chosen_language(), "by": current_viewer()}
    if draft_id is not None:
        revision = request.form.get("draft_revision", "")
        try:
            return matchmaker().drafts.save(
                **words,
                draft_id=draft_id,
                expected_revision=int(revision) if revision.isdecimal() else None,
            )
        except TransitionNotAllowed:  # handed in already: what is written now is a new one
            pass
    return matchmaker().drafts.save(**words)


def _line(
    *, draft: Challenge | None = None, error: InvalidInput | StaleRevision | None = None
) -> Response:
    return make_response(render_template("challenge/draft_line.html", draft=draft, error=error))


def _address(draft_id: UUID | None) -> str:
    if draft_id is None:
        return url_for("home.page")
    return url_for("draft_pages.page", challenge_id=draft_id)
