"""Placements: read by their parties, agreed, begun and ended."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask.views import MethodView

from api.auth import needs, required_viewer
from api.context import matchmaker
from api.etags import etag_of, required_revision
from api.openapi import IF_MATCH_PARAMETER, PREFIX, Blueprint
from api.schemas.desk import CursorQuerySchema
from api.schemas.placement import (
    AgreementInputSchema,
    PlacementActionSchema,
    PlacementPageSchema,
    PlacementSchema,
    RefusalInputSchema,
)
from matchmaker.errors import InvalidInput, NotPermitted
from matchmaker.models import PlacementParty
from matchmaker.models.actions import Action, parties_of
from matchmaker.services.cursors import CursorPage
from matchmaker.services.placements import PlacementView

blueprint = Blueprint(
    "placements",
    __name__,
    url_prefix=PREFIX,
    description="A student at a host, from the offer to its end. Needs a token.",
)
_WRITE = (400, 401, 403, 404, 409, 413, 415, 429)
_Placement = tuple[PlacementView, dict[str, str]]


@blueprint.at("/placements")
class Placements(MethodView):
    """One's own placements."""

    @needs(Action.READ_OWN_ACCOUNT)
    @blueprint.takes(CursorQuerySchema, location="query")
    @blueprint.answers(200, PlacementPageSchema, description="Some placements.")
    @blueprint.named("listPlacements", 401, 403)
    def get(self, query: dict[str, Any]) -> CursorPage[PlacementView]:
        """List the placements of the students one is, and at the hosts one speaks for."""
        viewer = required_viewer()
        return matchmaker().placements.page(
            students=viewer.claimed, hosts=viewer.organisations, **query
        )


@blueprint.at("/placements/<uuid:placement_id>")
class OnePlacement(MethodView):
    """One placement."""

    @needs(Action.READ_OWN_ACCOUNT)
    @blueprint.answers(200, PlacementSchema, description="The placement.", tagged=True)
    @blueprint.named("readPlacement", 401, 403, 404)
    def get(self, placement_id: UUID) -> _Placement:
        """Read a placement as one of its parties."""
        return tagged_placement(placement_id)


@blueprint.at("/placements/<uuid:placement_id>/agreement")
class Agreement(MethodView):
    """The word of a party."""

    @needs(Action.MANAGE_OWN_ACCOUNT)
    @blueprint.documented(parameters=[IF_MATCH_PARAMETER])
    @blueprint.takes(AgreementInputSchema, example={"party": "student"})
    @blueprint.answers(200, PlacementSchema, description="The placement after it.", tagged=True)
    @blueprint.named("agreeToPlacement", *_WRITE, 412, 428)
    def post(self, values: dict[str, Any], placement_id: UUID) -> _Placement:
        """Agree for a party that one speaks for; with the last one it is agreed."""
        party = spoken_for(placement_id, values.get("party"))
        revision = revision_of(placement_id)
        matchmaker().placements.agree(placement_id, party, by=_me(), expected_revision=revision)
        return tagged_placement(placement_id)


@blueprint.at("/placements/<uuid:placement_id>/refusal")
class Refusal(MethodView):
    """The no of a party."""

    @needs(Action.MANAGE_OWN_ACCOUNT)
    @blueprint.documented(parameters=[IF_MATCH_PARAMETER])
    @blueprint.takes(RefusalInputSchema, example={"party": "student", "reason": "Jeg er syg"})
    @blueprint.answers(200, PlacementSchema, description="The placement after it.", tagged=True)
    @blueprint.named("declinePlacement", *_WRITE, 412, 428)
    def post(self, values: dict[str, Any], placement_id: UUID) -> _Placement:
        """Say no for a party that one speaks for; the place is free again, and all are told."""
        party = spoken_for(placement_id, values.get("party"))
        revision = revision_of(placement_id)
        matchmaker().placements.decline(
            placement_id, party, values["reason"], by=_me(), expected_revision=revision
        )
        return tagged_placement(placement_id)


@blueprint.at("/placements/<uuid:placement_id>/state")
class PlacementStates(MethodView):
    """Where it is on its way."""

    @needs(Action.MANAGE_OWN_ACCOUNT)
    @blueprint.documented(parameters=[IF_MATCH_PARAMETER])
    @blueprint.takes(PlacementActionSchema, example={"action": "start"})
    @blueprint.answers(200, PlacementSchema, description="The placement after it.", tagged=True)
    @blueprint.named("movePlacement", *_WRITE, 412, 428)
    def post(self, values: dict[str, Any], placement_id: UUID) -> _Placement:
        """Start it, complete it, or break it off with a reason; the place is free again then."""
        viewer = required_viewer()
        matchmaker().access.check_placement(viewer, Action.MANAGE_PLACEMENT, placement_id)
        revision = revision_of(placement_id)
        matchmaker().placements.apply(
            placement_id, **values, by=viewer.account_id, expected_revision=revision
        )
        return tagged_placement(placement_id)


def _me() -> UUID:
    return required_viewer().account_id


def tagged_placement(placement_id: UUID) -> _Placement:
    """Return a placement with its tag."""
    view = matchmaker().placements.view(placement_id)
    return view, {"ETag": etag_of(view.placement.revision)}


def revision_of(placement_id: UUID) -> int:
    """Return the revision that the request was made from."""
    return required_revision(lambda: matchmaker().placements.view(placement_id).placement.revision)


def spoken_for(placement_id: UUID, party: PlacementParty | None) -> PlacementParty:
    """Return for whom one agrees.

    Raises:
        NotPermitted: one speaks for nobody.
        InvalidInput: for another one, or for several without saying which.

    """
    spoken = parties_of(required_viewer(), matchmaker().placements.facts(placement_id))
    if not spoken:
        raise NotPermitted("agree-to-placement")
    if party is None and len(spoken) == 1:
        return spoken[0]
    if party is None or party not in spoken:
        raise InvalidInput("party", "Name the party that you speak for.")
    return party
