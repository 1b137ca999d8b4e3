"""From a draft to an open challenge: briefs, warnings, threads, and what staff do."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import url_for
from flask.views import MethodView

from api.auth import needs, required_viewer
from api.context import current_viewer, matchmaker
from api.etags import required_revision
from api.idempotency import PARAMETER, once
from api.openapi import IF_MATCH_PARAMETER, PREFIX, Blueprint
from api.schemas.challenge import ChallengeSchema
from api.schemas.intake import (
    QUESTIONS,
    BriefInputSchema,
    BriefSchema,
    ChallengeQueueQuerySchema,
    ChallengeQueueSchema,
    ClosingSchema,
    DraftInputSchema,
    KeepInputSchema,
    MessageInputSchema,
    OpeningSchema,
    OwnChallengesSchema,
    SuggestedBriefSchema,
    ThreadMessageSchema,
    ThreadSchema,
    WarningsSchema,
)
from matchmaker.errors import InvalidInput
from matchmaker.models import BriefQuestion, Challenge, Side, ThreadMessage
from matchmaker.models.actions import Action, side_of
from matchmaker.services.briefs import Suggestion
from matchmaker.services.challenge_desk import WaitingChallenge
from matchmaker.services.challenge_warnings import warnings_in
from matchmaker.services.cursors import CursorPage

blueprint = Blueprint(
    "intake",
    __name__,
    url_prefix=PREFIX,
    description="From a draft to an open challenge: brief, warnings, thread, queue.",
)
_WRITE = (400, 404, 409, 413, 415)
_DEED = (400, 401, 403, 404, 409, 412, 428)
_BRIEF = {"answers": {"now": QUESTIONS[BriefQuestion.NOW][1]}, "trl": 9, "students": True}


@blueprint.at("/drafts")
class Drafts(MethodView):
    """Challenges that are being written."""

    @once("saveDraft")
    @blueprint.documented(parameters=[PARAMETER])
    @blueprint.takes(DraftInputSchema, example={"text": "Vi drejer aksler i rustfrit"})
    @blueprint.answers(201, ChallengeSchema, description="The draft as it was stored.")
    @blueprint.named("saveDraft", *_WRITE)
    @blueprint.revisioned
    def post(self, values: dict[str, Any]) -> tuple[Challenge, dict[str, str]]:
        """Keep a challenge that is not finished.

        It is neither matched nor seen by staff. Change it with PATCH at its own address, and
        hand it in at `/submission` below that.
        """
        draft = matchmaker().drafts.save(**values, by=current_viewer())
        address = url_for("challenges.OneChallenge", challenge_id=draft.id)
        return draft, {"Location": address}


@blueprint.at("/challenges/<uuid:challenge_id>/submission")
class Submission(MethodView):
    """Handing a draft in."""

    @blueprint.documented(parameters=[IF_MATCH_PARAMETER])
    @blueprint.answers(200, ChallengeSchema, description="The challenge, submitted.")
    @blueprint.named("submitDraft", 400, 404, 409, 412, 422, 428)
    @blueprint.revisioned
    def post(self, challenge_id: UUID) -> Challenge:
        """Hand a draft in; from now on it can be matched."""
        return matchmaker().drafts.submit(
            challenge_id, expected_revision=_revision(challenge_id), by=current_viewer()
        )


@blueprint.at("/own-challenges")
class OwnChallenges(MethodView):
    """The challenges of an account."""

    @needs(Action.LIST_OWN_CHALLENGES)
    @blueprint.answers(200, OwnChallengesSchema, description="The challenges.")
    @blueprint.named("listOwnChallenges", 401)
    def get(self) -> dict[str, Any]:
        """List the challenges of one's account and organisations, with whose turn it is."""
        return {"items": matchmaker().drafts.own(required_viewer())}


@blueprint.at("/challenges/<uuid:challenge_id>/keeping")
class Keeping(MethodView):
    """Making a challenge somebody's that was written without an account."""

    @needs(Action.KEEP_CHALLENGE)
    @blueprint.takes(KeepInputSchema, required=False, example={"email": "ida@example.dk"})
    @blueprint.leaves("The link is mailed, or with a token the challenge is yours.")
    @blueprint.named("keepChallenge", *_WRITE, 401)
    def post(self, values: dict[str, Any], challenge_id: UUID) -> None:
        """Keep a challenge.

        With an e-mail address a link is mailed there; opened, it makes an account if there is
        none. From then on the challenge is that account's, and its id opens nothing for others.
        """
        viewer = current_viewer()
        if values.pop("mine") and viewer is not None:
            matchmaker().keeping.take(challenge_id, viewer)
        elif "email" in values:
            matchmaker().keeping.request(challenge_id, **values)
        else:
            raise InvalidInput("email", "Say where the link is to be mailed.")


@blueprint.at("/challenges/<uuid:challenge_id>/brief")
class BriefOfChallenge(MethodView):
    """The brief of a challenge."""

    @blueprint.answers(200, BriefSchema, description="The brief.")
    @blueprint.named("readBrief", 404)
    @blueprint.revisioned
    def get(self, challenge_id: UUID) -> Challenge:
        """Read what has been saved of the brief."""
        return matchmaker().challenges.get(challenge_id)

    @blueprint.takes(BriefInputSchema, example=_BRIEF)
    @blueprint.answers(200, BriefSchema, description="The brief as it was stored.")
    @blueprint.named("saveBrief", *_WRITE)
    @blueprint.revisioned
    def put(self, values: dict[str, Any], challenge_id: UUID) -> Challenge:
        """Save a brief in place of the present one."""
        return matchmaker().briefs.save(
            challenge_id, expected_revision=_revision(challenge_id), **values
        )


@blueprint.at("/challenges/<uuid:challenge_id>/suggested-brief")
class SuggestedBrief(MethodView):
    """A brief in the firm's own words."""

    @blueprint.answers(200, SuggestedBriefSchema, description="The suggestion.")
    @blueprint.named("suggestBrief", 404)
    def get(self, challenge_id: UUID) -> Suggestion:
        """Suggest a brief.

        Every answer is made of whole sentences of the challenge. Nothing is saved.
        """
        return matchmaker().briefs.suggest(challenge_id)


@blueprint.at("/challenges/<uuid:challenge_id>/warnings")
class Warnings(MethodView):
    """What the words of a challenge may give away."""

    @blueprint.answers(200, WarningsSchema, description="The warnings.")
    @blueprint.named("readWarnings", 404)
    def get(self, challenge_id: UUID) -> dict[str, Any]:
        """Read what the words of a challenge may give away: names, numbers, prices, secrets."""
        return _warnings(matchmaker().challenges.get(challenge_id))

    @blueprint.documented(parameters=[IF_MATCH_PARAMETER])
    @blueprint.answers(200, WarningsSchema, description="The warnings, accepted.")
    @blueprint.named("acceptWarnings", 400, 404, 412, 428)
    def post(self, challenge_id: UUID) -> dict[str, Any]:
        """Leave the words as they are; that ends when they change."""
        return _warnings(
            matchmaker().challenge_desk.accept_warnings(
                challenge_id, expected_revision=_revision(challenge_id)
            )
        )


@blueprint.at("/challenges/<uuid:challenge_id>/thread")
class Thread(MethodView):
    """What firm and staff write to each other about a challenge."""

    @blueprint.answers(200, ThreadSchema, description="The messages.")
    @blueprint.named("readThread", 404)
    def get(self, challenge_id: UUID) -> dict[str, Any]:
        """Read the thread; that it was read is not noted by this."""
        return {"items": matchmaker().threads.read(challenge_id)}

    @once("writeInThread")
    @blueprint.documented(parameters=[PARAMETER])
    @blueprint.takes(MessageInputSchema, example={"text": "Hvilken legering er det?"})
    @blueprint.answers(201, ThreadMessageSchema, description="The message.")
    @blueprint.named("writeInThread", *_WRITE)
    def post(
        self, values: dict[str, str], challenge_id: UUID
    ) -> tuple[ThreadMessage, dict[str, str]]:
        """Write in the thread; the other side gets a mail, and it is its turn."""
        where = {"Location": url_for("intake.Thread", challenge_id=challenge_id)}
        viewer = current_viewer()
        threads = matchmaker().threads
        if viewer is not None and _side(challenge_id) is Side.STAFF:
            return threads.ask(challenge_id, values["text"], by=viewer.account_id), where
        by = viewer.account_id if viewer else None
        return threads.answer(challenge_id, values["text"], by=by), where


@blueprint.at("/challenges/<uuid:challenge_id>/thread/seen")
class SeenThread(MethodView):
    """Having read the thread."""

    @blueprint.answers(200, ThreadSchema, description="The messages.")
    @blueprint.named("markThreadSeen", 404)
    def post(self, challenge_id: UUID) -> dict[str, Any]:
        """Note that one's side has read what the other wrote."""
        return {"items": matchmaker().threads.see(challenge_id, _side(challenge_id))}


@blueprint.at("/challenges/<uuid:challenge_id>/renewal")
class Renewal(MethodView):
    """Renewing a challenge."""

    @needs(Action.RENEW_CHALLENGE)
    @blueprint.answers(200, ChallengeSchema, description="The challenge, open.")
    @blueprint.named("renewChallenge", 401, 403, 404, 409)
    @blueprint.revisioned
    def post(self, challenge_id: UUID) -> Challenge:
        """Keep a challenge open for as long again; one that had expired is opened again."""
        viewer = current_viewer()
        return matchmaker().challenge_desk.renew(
            challenge_id, by=viewer.account_id if viewer else None
        )


@blueprint.at("/desk/challenges")
class ChallengeQueue(MethodView):
    """The queue of challenges."""

    @needs(Action.READ_DESK)
    @blueprint.takes(ChallengeQueueQuerySchema, location="query")
    @blueprint.answers(200, ChallengeQueueSchema, description="A part of the queue.")
    @blueprint.named("readChallengeQueue", 401, 403)
    def get(self, query: dict[str, Any]) -> CursorPage[WaitingChallenge]:
        """Read the submitted challenges of firms with accounts, the longest waiting first."""
        return matchmaker().challenge_desk.queue(**query)


@blueprint.at("/challenges/<uuid:challenge_id>/opening")
class Opening(MethodView):
    """Opening a challenge that was checked."""

    @needs(Action.OPEN_CHALLENGE)
    @blueprint.documented(parameters=[IF_MATCH_PARAMETER])
    @blueprint.takes(OpeningSchema, required=False, example={"despite_warnings": True})
    @blueprint.answers(200, ChallengeSchema, description="The challenge, open.")
    @blueprint.named("openChallenge", *_DEED, 413, 415)
    @blueprint.revisioned
    def post(self, values: dict[str, bool], challenge_id: UUID) -> Challenge:
        """Open a challenge. It says when it expires."""
        return matchmaker().challenge_desk.open(
            challenge_id,
            by=required_viewer().account_id,
            expected_revision=_revision(challenge_id),
            **values,
        )


@blueprint.at("/challenges/<uuid:challenge_id>/closing")
class Closing(MethodView):
    """Closing a challenge."""

    @needs(Action.CLOSE_CHALLENGE)
    @blueprint.documented(parameters=[IF_MATCH_PARAMETER])
    @blueprint.takes(ClosingSchema, example={"reason": "solved"})
    @blueprint.answers(200, ChallengeSchema, description="The challenge, closed.")
    @blueprint.named("closeChallenge", *_DEED, 413, 415)
    @blueprint.revisioned
    def post(self, values: dict[str, Any], challenge_id: UUID) -> Challenge:
        """Close a challenge for a reason; it is matched no more."""
        return matchmaker().challenge_desk.close(
            challenge_id,
            values["reason"],
            by=required_viewer().account_id,
            expected_revision=_revision(challenge_id),
        )


def _revision(challenge_id: UUID) -> int:
    return required_revision(lambda: matchmaker().challenges.get(challenge_id).revision)


def _warnings(challenge: Challenge) -> dict[str, Any]:
    return {"accepted": challenge.warnings_accepted, "items": warnings_in(challenge)}


def _side(challenge_id: UUID) -> Side:
    return side_of(current_viewer(), matchmaker().challenges.get(challenge_id))
