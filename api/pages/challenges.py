"""A challenge and its list of partners; change the conditions, revise the text, withdraw it."""

from __future__ import annotations

from contextlib import suppress
from uuid import UUID

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from api.context import current_viewer, matchmaker
from api.pages import steering
from api.pages.forms import Form, filled_from, refused
from api.pages.results import Result
from api.pages.warnings import marked_fields
from api.parsing import read_form
from api.problems import FieldError
from api.schemas.challenge import ChallengePatchSchema
from embeddings.errors import EncoderUnavailable, IndexUnavailable
from matchmaker.errors import IndexNotReady, InvalidInput, NotFound, StaleRevision
from matchmaker.models import (
    Challenge,
    ChallengeAction,
    ChallengeState,
    Conditions,
    DismissalReason,
    PartnerKind,
)
from matchmaker.models.actions import Action, allowed
from matchmaker.models.facts import facts_of

blueprint = Blueprint("challenge_pages", __name__, url_prefix="/challenges/<uuid:challenge_id>")

#: Languages offered as a condition (ISO 639-1).
LANGUAGES = ("da", "en", "de", "sv", "no")
#: Similar challenges on one page.
MOST_SIMILAR = 6


@blueprint.get("")
def page(challenge_id: UUID) -> str | Response:
    """Show the newest list; ``?kind=`` shows one partner kind, ``?words=marked`` marks words.

    A draft has no list yet: its page is the form.
    """
    if matchmaker().challenges.get(challenge_id).state is ChallengeState.DRAFT:
        return redirect(url_for("draft_pages.page", challenge_id=challenge_id), 303)
    return _page(matchmaker().challenges.get(challenge_id), Form())


@blueprint.post("")
def match(challenge_id: UUID) -> Response | tuple[str, int]:
    """Make a new list under the conditions of the form."""
    return _match_again(challenge_id, *steering.read_conditions(request.form))


@blueprint.post("/steer")
def steer(challenge_id: UUID) -> Response | tuple[str, int]:
    """Make a new list after something was said about a partner in the newest one."""
    runs = matchmaker().nameless.shown_runs(
        matchmaker().matchmaking.runs_of(challenge_id), current_viewer()
    )
    now = Conditions.from_json(runs[0].conditions) if runs else Conditions()
    known = matchmaker().profiles.named(steering.named(now))
    return _match_again(challenge_id, *steering.said(steering.only_known(now, known), request.form))


def _match_again(
    challenge_id: UUID, conditions: Conditions | None, errors: tuple[FieldError, ...]
) -> Response | tuple[str, int]:
    if errors:
        return _page(matchmaker().challenges.get(challenge_id), refused(errors)), 422
    matchmaker().nameless.check(conditions, current_viewer())
    challenge, viewer = matchmaker().challenges.get(challenge_id), current_viewer()
    runs = matchmaker().matchmaking.runs_of(challenge_id)
    try:
        asked = matchmaker().matchmaking.check(conditions or Conditions())
        if viewer is not None and _lasting(challenge):
            # Before the list is made: who is no longer dismissed has a place in it again.
            before = Conditions.from_json(runs[0].conditions).dismissed if runs else ()
            matchmaker().shortlist.follow(
                challenge_id, before, asked.dismissed, by=viewer.account_id
            )
        matchmaker().matchmaking.run(challenge_id, conditions=asked)
    except InvalidInput as error:
        return _page(challenge, refused(error)), 422
    return redirect(url_for(".page", challenge_id=challenge_id), 303)


@blueprint.get("/similar")
def similar(challenge_id: UUID) -> str:
    """Show challenges like this one; a section of the challenge's page is filled from here."""
    return render_template(
        "challenge/similar.html",
        challenge=matchmaker().challenges.get(challenge_id),
        found=matchmaker().directions.similar(challenge_id, limit=MOST_SIMILAR),
    )


@blueprint.get("/revise")
def revise_form(challenge_id: UUID) -> str:
    """Show the text in a form."""
    challenge = matchmaker().challenges.get(challenge_id)
    challenge.check(ChallengeAction.REVISE)
    return render_template(
        "challenge/revise.html", challenge=challenge, form=filled_from(challenge)
    )


@blueprint.post("/revise")
def revise(challenge_id: UUID) -> Response | tuple[str, int]:
    """Take the changed text and make a new list from it."""
    changes, errors = read_form(ChallengePatchSchema(), request.form)
    # A field that was emptied is a change too; the text must not be empty.
    changes = {"text": "", "title": "", "place": None, **changes}
    challenge = matchmaker().challenges.get(challenge_id)
    if changes["place"] == (filled_from(challenge).value("place") or None):
        del changes["place"]
    if errors:
        return _revise_again(challenge, refused(errors)), 422
    try:
        matchmaker().challenges.revise(challenge_id, expected_revision=_revision(), **changes)
    except InvalidInput as error:
        return _revise_again(challenge, refused(error)), 422
    except StaleRevision as error:
        return _revise_again(challenge, refused(()), stale=error), 412
    match_if_ready(challenge_id)
    return redirect(url_for(".page", challenge_id=challenge_id), 303)


@blueprint.get("/withdraw")
def withdraw_form(challenge_id: UUID) -> str:
    """Ask once more before a challenge is taken back."""
    challenge = matchmaker().challenges.get(challenge_id)
    challenge.check(ChallengeAction.WITHDRAW)
    return render_template("challenge/withdraw.html", challenge=challenge)


@blueprint.post("/withdraw")
def withdraw(challenge_id: UUID) -> Response:
    """Take the challenge back."""
    matchmaker().challenges.withdraw(challenge_id, expected_revision=_revision())
    return redirect(url_for(".page", challenge_id=challenge_id), 303)


def match_if_ready(challenge_id: UUID) -> None:
    """Rank the profiles for a text that was just stored.

    When that is not possible now, nothing is lost: the page of the challenge has a button for
    later.
    """
    with suppress(IndexNotReady, EncoderUnavailable, IndexUnavailable):
        matchmaker().matchmaking.run(challenge_id)


def _page(challenge: Challenge, form: Form) -> str:
    runs = matchmaker().matchmaking.runs_of(challenge.id)
    result = _result(runs[0].id) if runs else None
    return render_template(
        "challenge/page.html",
        challenge=challenge,
        result=result,
        form=form,
        languages_offered=LANGUAGES,
        partner_kinds=tuple(PartnerKind),
        place_weights=steering.PLACE_WEIGHTS,
        place_weight_words=steering.place_weight_words,
        dismissal_reasons=tuple(DismissalReason),
        as_field=steering.as_field,
        marked=marked_fields(challenge),
        may_shortlist=_lasting(challenge),
        is_host=_is_host(),
    )


def _is_host() -> bool:
    """Return whether the reader belongs to an organisation, which alone can offer positions."""
    viewer = current_viewer()
    return viewer is not None and bool(viewer.organisations)


def _lasting(challenge: Challenge) -> bool:
    """Return whether what the reader says about partners is kept for later lists.

    Only of a challenge that belongs to somebody: of another one whoever has the address might
    undo what they never saw.
    """
    viewer = current_viewer()
    return viewer is not None and allowed(viewer, Action.SHORTLIST, facts_of(challenge))


def _result(run_id: UUID) -> Result:
    """Return a run as it is shown; ``?words=marked`` has its words marked first."""
    run, highlighting = matchmaker().matchmaking.get_run(run_id), matchmaker().highlighting
    asked = request.args.get("words") == "marked"
    if asked:
        with suppress(EncoderUnavailable):
            run = highlighting.mark(run)
    # What could not be marked now is not offered again on the same page.
    can_mark = not asked and highlighting.can_mark(run)
    run = matchmaker().nameless.shown(run, current_viewer())
    named = steering.named(Conditions.from_json(run.conditions))
    return Result(
        run=run,
        kind=_kind(),
        known=matchmaker().profiles.named(named),
        can_mark=can_mark,
    )


def _revise_again(challenge: Challenge, form: Form, stale: StaleRevision | None = None) -> str:
    return render_template("challenge/revise.html", challenge=challenge, form=form, stale=stale)


def _kind() -> PartnerKind | None:
    """Return the tab that was asked for; an unknown one shows everything."""
    try:
        return PartnerKind(request.args.get("kind", ""))
    except ValueError:
        return None


def _revision() -> int:
    """Return the revision that the form was made from: its If-Match.

    Raises:
        NotFound: the form was sent without it, which no page of ours does.
    """
    try:
        return int(request.form.get("revision", ""))
    except ValueError:
        raise NotFound("revision", request.form.get("revision", "")) from None
