"""The home page: what the service does, and the form in which a firm describes its problem."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from api.context import current_viewer, matchmaker
from api.languages import chosen_language
from api.pages.challenges import match_if_ready
from api.pages.drafts import draft_of
from api.pages.forms import Form, filled_from, refused
from api.parsing import read_form
from api.schemas.challenge import ChallengeInputSchema
from matchmaker.errors import InvalidInput, NotFound, TransitionNotAllowed
from matchmaker.models import Challenge, PartnerKind

blueprint = Blueprint("home", __name__)

#: Samples offered in the language of the page, and in the other one.
SAMPLES = (4, 2)


@blueprint.get("/")
def page() -> str:
    """Show the form; ``?sample=`` fills it with a shipped challenge."""
    samples = matchmaker().challenges.samples()
    wanted = request.args.get("sample")
    chosen = next((one for one in samples if str(one.id) == wanted), None)
    return _page(samples, filled_from(chosen) if chosen else Form())


@blueprint.post("/")
def ask() -> Response | tuple[str, int]:
    """Take the challenge, rank the profiles, and lead to the list."""
    values, errors = read_form(ChallengeInputSchema(), request.form)
    if errors:
        return _page(matchmaker().challenges.samples(), refused(errors)), 422
    try:
        challenge = _handed_in(values)
    except InvalidInput as error:
        return _page(matchmaker().challenges.samples(), refused(error)), 422
    match_if_ready(challenge.id)
    return redirect(url_for("challenge_pages.page", challenge_id=challenge.id), 303)


def _handed_in(values: dict[str, Any]) -> Challenge:
    """Hand in the draft that the form has saved, or what it says when there is none."""
    draft_id = draft_of(request.form)
    if draft_id is not None:
        words = {name: values.get(name, "") for name in ("text", "title", "place")}
        with suppress(NotFound, TransitionNotAllowed):  # gone, or handed in already: anew
            return matchmaker().drafts.submit(draft_id, **words, by=current_viewer())
    return matchmaker().challenges.submit(**values, by=current_viewer())


def to_try(samples: Sequence[Challenge], language: str) -> list[Challenge]:
    """Return a few samples, most of them in the reader's language."""
    own = [one for one in samples if one.language == language]
    other = [one for one in samples if one.language != language]
    return own[: SAMPLES[0]] + other[: SAMPLES[1]]


def _page(samples: Sequence[Challenge], form: Form) -> str:
    return render_template(
        "home.html",
        form=form,
        samples=to_try(samples, chosen_language()),
        partner_kinds=tuple(PartnerKind),
    )
