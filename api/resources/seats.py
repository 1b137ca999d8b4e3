"""Seats: cohorts as their students have them, with wishes and what came of them."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask.views import MethodView

from api.auth import needs, required_viewer
from api.context import matchmaker
from api.openapi import PREFIX, Blueprint
from api.schemas.position import WhySchema, WishesInputSchema, reason_of
from api.schemas.seat import ConsentInputSchema, SeatListSchema, SeatSchema
from matchmaker.models.actions import Action

blueprint = Blueprint(
    "seats",
    __name__,
    url_prefix=PREFIX,
    description="A cohort as one of its students has it: wishes, marks, reasons. Needs a token.",
)
_WRITE = (400, 401, 403, 404, 409, 413, 415, 429)


@blueprint.at("/seats")
class Seats(MethodView):
    """The cohorts that one is in."""

    @needs(Action.READ_OWN_ACCOUNT)
    @blueprint.answers(200, SeatListSchema, description="All of them.")
    @blueprint.named("listSeats", 401, 403)
    def get(self) -> dict[str, Any]:
        """List the cohorts of the students whose profiles one has claimed."""
        return {"items": matchmaker().wishes.cohorts_of(required_viewer().claimed)}


@blueprint.at("/seats/<uuid:seat_id>")
class OneSeat(MethodView):
    """A cohort as one of its students has it."""

    @needs(Action.READ_OWN_ACCOUNT)
    @blueprint.answers(200, SeatSchema, description="Positions, wishes and what came of them.")
    @blueprint.named("readSeat", 401, 403, 404)
    def get(self, seat_id: UUID) -> dict[str, Any]:
        """Read positions, the best fit first, one's wishes, and what the last round says."""
        return _seat(seat_id)


@blueprint.at("/seats/<uuid:seat_id>/consent")
class Consent(MethodView):
    """Whether one wants to be placed."""

    @needs(Action.MANAGE_OWN_ACCOUNT)
    @blueprint.takes(ConsentInputSchema, example={"given": True})
    @blueprint.answers(200, SeatSchema, description="The seat after it.")
    @blueprint.named("consentToPlacing", *_WRITE)
    def put(self, values: dict[str, Any], seat_id: UUID) -> dict[str, Any]:
        """Agree to be placed with one's data, or no longer."""
        matchmaker().wishes.consent(seat_id, _student(seat_id), **values, by=_me())
        return _seat(seat_id)


@blueprint.at("/seats/<uuid:seat_id>/wishes")
class Wishes(MethodView):
    """What one wants."""

    @needs(Action.MANAGE_OWN_ACCOUNT)
    @blueprint.takes(WishesInputSchema, example={"ranks": []})
    @blueprint.answers(200, SeatSchema, description="The seat after it.")
    @blueprint.named("rankPositions", *_WRITE)
    def put(self, values: dict[str, Any], seat_id: UUID) -> dict[str, Any]:
        """Say which positions one wants, the best first."""
        matchmaker().wishes.rank(seat_id, _student(seat_id), **values, by=_me())
        return _seat(seat_id)


@blueprint.at("/seats/<uuid:seat_id>/marks/<uuid:offered_id>")
class Mark(MethodView):
    """A quiet word that a position interests one."""

    @needs(Action.MANAGE_OWN_ACCOUNT)
    @blueprint.answers_nothing(description="It is marked.")
    @blueprint.named("markPosition", 401, 403, 404, 429)
    def put(self, seat_id: UUID, offered_id: UUID) -> None:
        """Mark a position as interesting; no host is told."""
        matchmaker().wishes.mark(seat_id, _student(seat_id), offered_id, on=True)

    @needs(Action.MANAGE_OWN_ACCOUNT)
    @blueprint.answers_nothing(description="It is marked no longer.")
    @blueprint.named("unmarkPosition", 401, 403, 404, 429)
    def delete(self, seat_id: UUID, offered_id: UUID) -> None:
        """Take the mark away."""
        matchmaker().wishes.mark(seat_id, _student(seat_id), offered_id, on=False)


@blueprint.at("/seats/<uuid:seat_id>/positions/<uuid:offered_id>/why")
class Why(MethodView):
    """Why a position stands where it does."""

    @needs(Action.READ_OWN_ACCOUNT)
    @blueprint.answers(200, WhySchema, description="What orders it.")
    @blueprint.named("explainPosition", 401, 403, 404)
    def get(self, seat_id: UUID, offered_id: UUID) -> dict[str, Any]:
        """Explain to a student what in their profile speaks for a position, and what is open."""
        wishes, me = matchmaker().wishes, _student(seat_id)
        found = wishes.explained(seat_id, me, offered_id)
        view = wishes.view(seat_id, me)
        one = next(one for one in view.positions if one.position.id == offered_id)
        about = {"position_id": offered_id, "title": one.position.title, "host": one.host}
        return {**about, **reason_of(found), "basis": wishes.basis(view, offered_id, found)}


def _me() -> UUID:
    return required_viewer().account_id


def _student(seat_id: UUID) -> UUID:
    return matchmaker().access.student_of(required_viewer(), seat_id)


def _seat(seat_id: UUID) -> dict[str, Any]:
    service, me = matchmaker(), _student(seat_id)
    return {
        "view": service.wishes.view(seat_id, me),
        "outcome": service.assignment.outcome(seat_id, me),
    }
