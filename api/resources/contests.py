"""Contests: who was ranked asks a person to look at it, and gets an answer."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask.views import MethodView

from api.auth import needs, required_viewer
from api.context import matchmaker
from api.openapi import PREFIX, Blueprint
from api.resources.paging import page_of
from api.schemas.base import PageQuerySchema
from api.schemas.contest import (
    ContestAnswerSchema,
    ContestInputSchema,
    ContestPageSchema,
    ContestSchema,
    SeatContestInputSchema,
)
from matchmaker.models.actions import Action
from matchmaker.services.contests import ContestView

blueprint = Blueprint(
    "contests",
    __name__,
    url_prefix=PREFIX,
    description="A person who was ranked asks for a second look by a person. Needs a token.",
)
_WRITE = (400, 401, 403, 404, 409, 413, 415, 429)
_ONE = "5b0a8f0d-5e7b-4f4c-8d9c-0b1f9a668a35"
_EXAMPLE = {"text": "Jeg har svejset i to år, og det står ikke i begrundelsen."}


@blueprint.at("/contests")
class Contests(MethodView):
    """What one has contested."""

    @needs(Action.READ_OWN_ACCOUNT)
    @blueprint.takes(PageQuerySchema, location="query")
    @blueprint.answers(200, ContestPageSchema, description="Some contests.")
    @blueprint.named("listContests", 401, 403)
    def get(self, query: dict[str, Any]) -> dict[str, Any]:
        """List what one has contested, and what came of it."""
        return page_of(matchmaker().contests.of_profiles(required_viewer().claimed), **query)


@blueprint.at("/contests/<uuid:contest_id>")
class OneContest(MethodView):
    """One contest."""

    @needs(Action.READ_OWN_ACCOUNT)
    @blueprint.answers(200, ContestSchema, description="The contest.")
    @blueprint.named("readContest", 401, 403, 404)
    def get(self, contest_id: UUID) -> ContestView:
        """Read a contest that one made, or that one answers."""
        return matchmaker().contests.view(contest_id)


@blueprint.at("/contests/<uuid:contest_id>/answer")
class ContestAnswer(MethodView):
    """The answer to a contest."""

    @needs(Action.MANAGE_OWN_ACCOUNT)
    @blueprint.takes(
        ContestAnswerSchema, example={"verdict": "kept", "answer": "Vi har set på det igen."}
    )
    @blueprint.answers(200, ContestSchema, description="The contest after it.")
    @blueprint.named("answerContest", *_WRITE)
    def put(self, values: dict[str, Any], contest_id: UUID) -> ContestView:
        """Answer a contest, as coordinator or staff; who made it gets a mail."""
        matchmaker().contests.answer(contest_id, **values, by=required_viewer().account_id)
        return matchmaker().contests.view(contest_id)


@blueprint.at("/seats/<uuid:seat_id>/contests")
class ContestsOfSeat(MethodView):
    """What a student contests."""

    @needs(Action.MANAGE_OWN_ACCOUNT)
    @blueprint.takes(SeatContestInputSchema, example={**_EXAMPLE, "position_id": _ONE})
    @blueprint.answers(201, ContestSchema, description="The contest.")
    @blueprint.named("contestPlacing", *_WRITE)
    def post(self, values: dict[str, Any], seat_id: UUID) -> tuple[ContestView, dict[str, str]]:
        """Contest the result of the last round, or where a position stands; once until answered."""
        viewer, contests = required_viewer(), matchmaker().contests
        me = matchmaker().access.student_of(viewer, seat_id)
        text, position = values["text"], values["position_id"]
        if position is None:
            made = contests.contest_result(seat_id, me, text, by=viewer.account_id)
        else:
            made = contests.contest_order(seat_id, me, position, text, by=viewer.account_id)
        return _made(made.id)


@blueprint.at("/profiles/<uuid:profile_id>/contests")
class ContestsOfProfile(MethodView):
    """What the owner of a profile contests."""

    @needs(Action.CONTEST_RANKING)
    @blueprint.takes(ContestInputSchema, example=_EXAMPLE)
    @blueprint.answers(201, ContestSchema, description="The contest.")
    @blueprint.named("contestRanking", *_WRITE)
    def post(self, values: dict[str, Any], profile_id: UUID) -> tuple[ContestView, dict[str, str]]:
        """Contest how one's profile is ranked for challenges; staff answer."""
        by = required_viewer().account_id
        return _made(matchmaker().contests.contest_ranking(profile_id, values["text"], by=by).id)


def _made(contest_id: UUID) -> tuple[ContestView, dict[str, str]]:
    address = f"{PREFIX}/contests/{contest_id}"
    return matchmaker().contests.view(contest_id), {"Location": address}
