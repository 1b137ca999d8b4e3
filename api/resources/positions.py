"""Positions: what hosts offer, and whom they would rather have."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import url_for
from flask.views import MethodView

from api.auth import needs, required_viewer
from api.context import matchmaker
from api.etags import required_revision
from api.idempotency import PARAMETER, once
from api.openapi import IF_MATCH_PARAMETER, PREFIX, Blueprint
from api.schemas.desk import CursorQuerySchema
from api.schemas.position import (
    ApplicantListSchema,
    HostRanksInputSchema,
    PlacesInputSchema,
    PositionActionSchema,
    PositionInputSchema,
    PositionPageSchema,
    PositionSchema,
)
from matchmaker.errors import InvalidInput
from matchmaker.models import Position
from matchmaker.models.actions import Action, check
from matchmaker.models.facts import HostFacts
from matchmaker.services.cursors import CursorPage

blueprint = Blueprint(
    "positions",
    __name__,
    url_prefix=PREFIX,
    description="What hosts offer to students, and whom they would rather have. Needs a token.",
)
_WRITE = (400, 401, 403, 404, 409, 413, 415, 429)
_ONE = "5b0a8f0d-5e7b-4f4c-8d9c-0b1f9a668a35"


@blueprint.at("/positions")
class Positions(MethodView):
    """What one's organisations offer."""

    @needs(Action.READ_OWN_ACCOUNT)
    @blueprint.takes(CursorQuerySchema, location="query")
    @blueprint.answers(200, PositionPageSchema, description="Some positions.")
    @blueprint.named("listPositions", 401, 403)
    def get(self, query: dict[str, Any]) -> CursorPage[Position]:
        """List the positions that the organisations one belongs to offer."""
        return matchmaker().wishes.page_of_positions(required_viewer().organisations, **query)

    @needs(Action.MANAGE_OWN_ACCOUNT)
    @once("offerPosition")
    @blueprint.documented(parameters=[PARAMETER])
    @blueprint.takes(
        PositionInputSchema,
        example={
            "host_id": _ONE,
            "title": "Robotsvejsning af små serier",
            "tasks": "Opbyg og afprøv en svejsecelle.",
            "starts_on": "2027-02-01",
            "ends_on": "2027-06-30",
            "places": 2,
        },
    )
    @blueprint.answers(201, PositionSchema, description="The position.")
    @blueprint.named("offerPosition", *_WRITE)
    @blueprint.revisioned
    def post(self, values: dict[str, Any]) -> tuple[Position, dict[str, str]]:
        """Offer a position; students see it once their university shows it to them."""
        viewer, host = required_viewer(), values.pop("host_id")
        check(viewer, Action.OFFER_POSITION, HostFacts(id=host))
        if values["challenge_id"] is not None:
            # Whoever may not know of a challenge does not make a position of it.
            access = matchmaker().access
            access.check_challenge(viewer, Action.READ_CHALLENGE, values["challenge_id"])
        made = matchmaker().wishes.offer(host, **values, by=viewer.account_id)
        return made, {"Location": url_for("positions.OnePosition", position_id=made.id)}


@blueprint.at("/positions/<uuid:position_id>")
class OnePosition(MethodView):
    """One position of one's own."""

    @needs(Action.READ_OWN_ACCOUNT)
    @blueprint.answers(200, PositionSchema, description="The position.")
    @blueprint.named("readPosition", 401, 403, 404)
    @blueprint.revisioned
    def get(self, position_id: UUID) -> Position:
        """Read a position."""
        return matchmaker().wishes.position(position_id)


@blueprint.at("/positions/<uuid:position_id>/state")
class PositionStates(MethodView):
    """Whether it is on offer."""

    @needs(Action.MANAGE_OWN_ACCOUNT)
    @blueprint.documented(parameters=[IF_MATCH_PARAMETER])
    @blueprint.takes(PositionActionSchema, example={"action": "close"})
    @blueprint.answers(200, PositionSchema, description="The position after it.")
    @blueprint.named("movePosition", *_WRITE, 412, 428)
    @blueprint.revisioned
    def post(self, values: dict[str, Any], position_id: UUID) -> Position:
        """Close a position, or offer it again; wishes for it are kept."""
        revision = _revision(position_id)
        return matchmaker().wishes.apply(
            position_id, **values, by=_me(), expected_revision=revision
        )


@blueprint.at("/positions/<uuid:position_id>/places")
class Places(MethodView):
    """How many students it takes."""

    @needs(Action.MANAGE_OWN_ACCOUNT)
    @blueprint.takes(PlacesInputSchema, example={"places": 3})
    @blueprint.answers(200, PositionSchema, description="The position after it.")
    @blueprint.named("setPlaces", *_WRITE)
    @blueprint.revisioned
    def put(self, values: dict[str, Any], position_id: UUID) -> Position:
        """Say how many students a position takes; no fewer than are placed there."""
        revision, asked = _revision(position_id), values["places"]
        try:
            return matchmaker().wishes.set_places(
                position_id, asked, by=_me(), expected_revision=revision
            )
        except InvalidInput as error:
            raise InvalidInput("places", error.reason) from error


@blueprint.at("/positions/<uuid:position_id>/students")
class Applicants(MethodView):
    """Who was proposed to a position."""

    @needs(Action.READ_OWN_ACCOUNT)
    @blueprint.answers(200, ApplicantListSchema, description="All who were proposed.")
    @blueprint.named("listApplicants", 401, 403, 404)
    def get(self, position_id: UUID) -> dict[str, Any]:
        """List the students who were proposed, the best fit first."""
        return {"items": matchmaker().wishes.applicants(position_id)}

    @needs(Action.MANAGE_OWN_ACCOUNT)
    @blueprint.takes(HostRanksInputSchema, example={"ranks": []})
    @blueprint.answers(200, ApplicantListSchema, description="All who were proposed.")
    @blueprint.named("rankApplicants", *_WRITE)
    def put(self, values: dict[str, Any], position_id: UUID) -> dict[str, Any]:
        """Say whom the host would rather have; nobody is refused by it."""
        matchmaker().wishes.rank_students(position_id, **values, by=_me())
        return {"items": matchmaker().wishes.applicants(position_id)}


def _me() -> UUID:
    return required_viewer().account_id


def _revision(position_id: UUID) -> int:
    return required_revision(lambda: matchmaker().wishes.position(position_id).revision)
