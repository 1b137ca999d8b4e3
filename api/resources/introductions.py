"""Introductions: draft, offer, answer, meet, conclude."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Response, current_app, url_for
from flask.views import MethodView

from api.auth import needs, required_viewer
from api.context import matchmaker
from api.etags import required_revision
from api.idempotency import PARAMETER, once
from api.openapi import IF_MATCH_PARAMETER, PREFIX, Blueprint
from api.schemas.introduction import (
    AnswerInputSchema,
    ConclusionInputSchema,
    IntroductionInputSchema,
    IntroductionPageSchema,
    IntroductionPatchSchema,
    IntroductionQuerySchema,
    IntroductionSchema,
    MeetingInputSchema,
)
from matchmaker.errors import InvalidInput, NotFound
from matchmaker.models import Party
from matchmaker.models.actions import Action
from matchmaker.services.cursors import CursorPage
from matchmaker.services.introduction_views import IntroductionView

blueprint = Blueprint(
    "introductions",
    __name__,
    url_prefix=f"{PREFIX}/introductions",
    description="A firm and a partner put in contact, once both have said yes. Needs a token.",
)
_ONE, _OTHER = "5b0a8f0d-5e7b-4f4c-8d9c-0b1f9a668a35", "8a351f9a-5e7b-4f4c-8d9c-0d5e7b5b0a8f"
_DEED = (400, 401, 403, 404, 409, 413, 415)


@blueprint.at("")
class Introductions(MethodView):
    """One's own introductions; for staff all of them."""

    @needs(Action.LIST_INTRODUCTIONS)
    @blueprint.takes(IntroductionQuerySchema, location="query")
    @blueprint.answers(200, IntroductionPageSchema, description="Some introductions.")
    @blueprint.named("listIntroductions", 401, 403)
    def get(self, query: dict[str, Any]) -> CursorPage[IntroductionView]:
        """List introductions, those changed last first."""
        states = query.pop("state", ())
        return matchmaker().introductions.page(required_viewer(), states=states, **query)

    @needs(Action.MANAGE_INTRODUCTION)
    @once("draftIntroduction")
    @blueprint.documented(parameters=[PARAMETER])
    @blueprint.takes(IntroductionInputSchema, example={"challenge_id": _ONE, "profile_id": _OTHER})
    @blueprint.answers(201, IntroductionSchema, description="The draft.")
    @blueprint.named("draftIntroduction", *_DEED)
    def post(self, values: dict[str, Any]) -> tuple[IntroductionView, dict[str, str]]:
        """Draft an introduction, with words from the newest match of the two."""
        one = matchmaker().introductions.draft(**values, by=_by())
        address = url_for("introductions.OneIntroduction", introduction_id=one.id)
        return _seen(one.id), {"Location": address}


@blueprint.at("/<uuid:introduction_id>")
class OneIntroduction(MethodView):
    """One introduction."""

    @needs(Action.READ_INTRODUCTION)
    @blueprint.answers(200, IntroductionSchema, description="The introduction.")
    @blueprint.named("readIntroduction", 401, 403, 404)
    @blueprint.revisioned
    def get(self, introduction_id: UUID) -> IntroductionView:
        """Read an introduction as you may see it."""
        return _seen(introduction_id)

    @needs(Action.MANAGE_INTRODUCTION)
    @blueprint.takes(IntroductionPatchSchema, example={"firm_text": "We suggest that you talk."})
    @blueprint.answers(200, IntroductionSchema, description="The draft after the change.")
    @blueprint.named("reviseIntroduction", *_DEED)
    @blueprint.revisioned
    def patch(self, changes: dict[str, Any], introduction_id: UUID) -> IntroductionView:
        """Change the words of a draft, or where a party is reached."""
        matchmaker().introductions.revise(
            introduction_id, by=_by(), expected_revision=_revision(introduction_id), **changes
        )
        return _seen(introduction_id)


@blueprint.at("/<uuid:introduction_id>/offer")
class Offer(MethodView):
    """Asking both parties."""

    @needs(Action.MANAGE_INTRODUCTION)
    @blueprint.documented(parameters=[IF_MATCH_PARAMETER])
    @blueprint.answers(200, IntroductionSchema, description="Both are asked by mail.")
    @blueprint.named("offerIntroduction", *_DEED, 412, 422, 428)
    @blueprint.revisioned
    def post(self, introduction_id: UUID) -> IntroductionView:
        """Offer a draft to both, with the words that you have read."""
        matchmaker().introductions.offer(
            introduction_id, by=_by(), expected_revision=_revision(introduction_id)
        )
        return _seen(introduction_id)


@blueprint.at("/<uuid:introduction_id>/answer")
class GivenAnswer(MethodView):
    """The answer of a party."""

    @needs(Action.ANSWER_INTRODUCTION)
    @blueprint.takes(AnswerInputSchema, example={"answer": "declined", "reason": "no-time"})
    @blueprint.answers(200, IntroductionSchema, description="The introduction after the answer.")
    @blueprint.named("answerIntroduction", *_DEED)
    @blueprint.revisioned
    def post(self, values: dict[str, Any], introduction_id: UUID) -> IntroductionView:
        """Say yes or no. With the second yes each learns who the other is."""
        spoken = _seen(introduction_id).parties
        party: Party | None = values.pop("party", None)
        if party is None and len(spoken) == 1:
            party = spoken[0]
        if party is None or party not in spoken:
            raise InvalidInput("party", "Name the party that you speak for.")
        matchmaker().introductions.answer(introduction_id, party, by=_by(), **values)
        return _seen(introduction_id)


@blueprint.at("/<uuid:introduction_id>/withdrawal")
class Withdrawn(MethodView):
    """Taking an introduction back."""

    @needs(Action.MANAGE_INTRODUCTION)
    @blueprint.answers(200, IntroductionSchema, description="It is withdrawn.")
    @blueprint.named("withdrawIntroduction", *_DEED)
    @blueprint.revisioned
    def post(self, introduction_id: UUID) -> IntroductionView:
        """Withdraw it before both have said yes; its links open nothing any more."""
        matchmaker().introductions.withdraw(introduction_id, by=_by())
        return _seen(introduction_id)


@blueprint.at("/<uuid:introduction_id>/meeting")
class Meeting(MethodView):
    """The proposed meeting."""

    @needs(Action.ARRANGE_INTRODUCTION)
    @blueprint.takes(MeetingInputSchema, example={"starts_at": "2027-01-12T13:00:00+01:00"})
    @blueprint.answers(200, IntroductionSchema, description="Both are told by mail.")
    @blueprint.named("proposeMeeting", *_DEED)
    @blueprint.revisioned
    def put(self, values: dict[str, Any], introduction_id: UUID) -> IntroductionView:
        """Propose a meeting to both, or move it."""
        matchmaker().introductions.propose_meeting(introduction_id, by=_by(), **values)
        return _seen(introduction_id)


@blueprint.at("/<uuid:introduction_id>/meeting.ics")
class MeetingFile(MethodView):
    """The proposed meeting for a calendar."""

    @needs(Action.READ_INTRODUCTION)
    @blueprint.documented(
        responses={
            "200": {
                "description": "The meeting (RFC 5545).",
                "content": {"text/calendar": {"schema": {"type": "string"}}},
            }
        }
    )
    @blueprint.named("readMeetingFile", 401, 403, 404)
    def get(self, introduction_id: UUID) -> Response:
        """Read the proposed meeting as a calendar file."""
        file = matchmaker().introductions.calendar(introduction_id, required_viewer())
        if file is None:
            raise NotFound("meeting", introduction_id)
        return current_app.response_class(file, mimetype="text/calendar")


@blueprint.at("/<uuid:introduction_id>/met")
class Met(MethodView):
    """That the two have met."""

    @needs(Action.ARRANGE_INTRODUCTION)
    @blueprint.answers(200, IntroductionSchema, description="It is noted.")
    @blueprint.named("noteMeeting", *_DEED)
    @blueprint.revisioned
    def post(self, introduction_id: UUID) -> IntroductionView:
        """Note that they have met."""
        matchmaker().introductions.meet(introduction_id, by=_by())
        return _seen(introduction_id)


@blueprint.at("/<uuid:introduction_id>/conclusion")
class Concluded(MethodView):
    """What came of an introduction."""

    @needs(Action.MANAGE_INTRODUCTION)
    @blueprint.takes(ConclusionInputSchema, example={"conclusion": "collaboration"})
    @blueprint.answers(200, IntroductionSchema, description="It is concluded.")
    @blueprint.named("concludeIntroduction", *_DEED)
    @blueprint.revisioned
    def put(self, values: dict[str, Any], introduction_id: UUID) -> IntroductionView:
        """Conclude it; the partner has a place free again."""
        matchmaker().introductions.conclude(introduction_id, by=_by(), **values)
        return _seen(introduction_id)


def _by() -> UUID:
    return required_viewer().account_id


def _seen(introduction_id: UUID) -> IntroductionView:
    return matchmaker().introductions.view(introduction_id, required_viewer())


def _revision(introduction_id: UUID) -> int:
    return required_revision(lambda: matchmaker().introductions.get(introduction_id).revision)
