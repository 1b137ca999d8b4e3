"""The queue of challenges, and the page on which one is checked, asked about, opened and closed."""

from __future__ import annotations

from contextlib import suppress
from uuid import UUID

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from api.auth import needs, required_viewer
from api.context import matchmaker
from api.pages.briefs import LEVELS
from api.pages.forms import Form
from api.pages.warnings import marked_fields
from api.parsing import read_form
from api.schemas.intake import ChallengeQueueQuerySchema
from embeddings.errors import EncoderUnavailable, IndexUnavailable
from matchmaker.errors import IndexNotReady, InvalidInput, NotFound
from matchmaker.models import BriefQuestion, Challenge, ClosingReason, Side
from matchmaker.models.actions import Action
from matchmaker.services.directions import SimilarPage

blueprint = Blueprint("challenge_desk", __name__, url_prefix="/desk/challenges")

#: Similar challenges on the page of one.
MOST_SIMILAR = 5


@blueprint.get("")
@needs(Action.READ_DESK)
def queue() -> str | tuple[str, int]:
    """Show the challenges that wait, the longest waiting first; ``?waits_for=`` for one side."""
    query, errors = read_form(ChallengeQueueQuerySchema(), request.args)
    if errors:
        query = {"waits_for": Side.STAFF}
    elif "waits_for" not in request.args:
        query["waits_for"] = Side.STAFF
    shown = render_template(
        "desk/challenges.html",
        found=matchmaker().challenge_desk.queue(**query),
        counts=matchmaker().challenge_desk.counts(),
        waits_for=query["waits_for"],
        paged="cursor" in query,
    )
    return (shown, 422) if errors else shown


@blueprint.get("/<uuid:challenge_id>")
@needs(Action.OPEN_CHALLENGE)
def page(challenge_id: UUID) -> str:
    """Show a challenge with all that it is checked by."""
    return _page(matchmaker().challenges.get(challenge_id), Form())


@blueprint.post("/<uuid:challenge_id>/open")
@needs(Action.OPEN_CHALLENGE)
def open_(challenge_id: UUID) -> Response | tuple[str, int]:
    """Open it."""
    try:
        matchmaker().challenge_desk.open(
            challenge_id,
            by=required_viewer().account_id,
            expected_revision=_revision(),
            despite_warnings="despite_warnings" in request.form,
        )
    except InvalidInput as error:
        challenge = matchmaker().challenges.get(challenge_id)
        return _page(challenge, Form(errors={error.field: error.reason})), 422
    return redirect(url_for(".page", challenge_id=challenge_id), 303)


@blueprint.post("/<uuid:challenge_id>/close")
@needs(Action.CLOSE_CHALLENGE)
def close(challenge_id: UUID) -> Response | tuple[str, int]:
    """Close it for a reason."""
    reason = request.form.get("reason", "")
    if reason not in set(ClosingReason):
        return _page(matchmaker().challenges.get(challenge_id), Form()), 422
    matchmaker().challenge_desk.close(
        challenge_id,
        ClosingReason(reason),
        by=required_viewer().account_id,
        expected_revision=_revision(),
    )
    return redirect(url_for(".page", challenge_id=challenge_id), 303)


def _page(challenge: Challenge, form: Form) -> str:
    return render_template(
        "desk/challenge.html",
        challenge=challenge,
        can=[action.value for action in challenge.actions()],
        requester=matchmaker().challenge_desk.requester(challenge),
        marked=marked_fields(challenge),
        questions=tuple(BriefQuestion),
        levels=LEVELS,
        messages=matchmaker().threads.read(challenge.id),
        side=Side.STAFF,
        similar=_similar(challenge),
        reasons=tuple(ClosingReason),
        form=form,
    )


def _similar(challenge: Challenge) -> SimilarPage | None:
    """Return challenges like one, also those of firms; None when that cannot be told now."""
    with suppress(IndexNotReady, EncoderUnavailable, IndexUnavailable):
        return matchmaker().directions.similar(challenge.id, limit=MOST_SIMILAR, public=False)
    return None


def _revision() -> int:
    try:
        return int(request.form.get("revision", ""))
    except ValueError:
        raise NotFound("revision", request.form.get("revision", "")) from None
