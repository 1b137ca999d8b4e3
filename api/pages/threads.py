"""The thread of a challenge, as the firm sees it; staff have it on the page where they check."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from api.context import current_viewer, matchmaker
from api.pages.forms import Form
from matchmaker.errors import InvalidInput
from matchmaker.models import Side
from matchmaker.models.actions import side_of
from matchmaker.models.thread import MESSAGE_LENGTH

blueprint = Blueprint("thread_pages", __name__, url_prefix="/challenges/<uuid:challenge_id>/thread")


@blueprint.get("")
def page(challenge_id: UUID) -> str:
    """Show what firm and staff wrote to each other."""
    return _page(challenge_id, Form())


@blueprint.post("")
def write(challenge_id: UUID) -> Response | tuple[str, int]:
    """Write to the other side."""
    challenge = matchmaker().challenges.get(challenge_id)
    viewer, text = current_viewer(), request.form.get("message", "")
    side = side_of(viewer, challenge)
    try:
        if viewer is not None and side is Side.STAFF:
            matchmaker().threads.ask(challenge_id, text, by=viewer.account_id)
        else:
            by = viewer.account_id if viewer else None
            matchmaker().threads.answer(challenge_id, text, by=by)
    except InvalidInput:
        return _page(challenge_id, refused_message(text)), 422
    if side is Side.STAFF:
        return redirect(url_for("challenge_desk.page", challenge_id=challenge_id), 303)
    return redirect(url_for(".page", challenge_id=challenge_id), 303)


@blueprint.post("/seen")
def seen(challenge_id: UUID) -> Response:
    """Note that the reader's side has read it all."""
    side = side_of(current_viewer(), matchmaker().challenges.get(challenge_id))
    matchmaker().threads.see(challenge_id, side)
    page = "challenge_desk.page" if side is Side.STAFF else "thread_pages.page"
    return redirect(url_for(page, challenge_id=challenge_id), 303)


def refused_message(text: str) -> Form:
    """Return the form of a message that was not taken."""
    words = gettext("Please write 1 to %(most)s characters.", most=MESSAGE_LENGTH)
    return Form(values={"message": text}, errors={"message": str(words)})


def _page(challenge_id: UUID, form: Form) -> str:
    challenge = matchmaker().challenges.get(challenge_id)
    return render_template(
        "challenge/thread.html",
        challenge=challenge,
        messages=matchmaker().threads.read(challenge_id),
        side=side_of(current_viewer(), challenge),
        form=form,
    )
