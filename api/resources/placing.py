"""Both sides of a placement: positions of hosts, wishes of students, and placements."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import url_for
from flask.views import MethodView

from api.auth import needs, required_viewer
from api.context import matchmaker
from api.etags import etag_of, required_revision
from api.idempotency import PARAMETER, once
from api.openapi import IF_MATCH_PARAMETER, PREFIX, Blueprint
from api.resources.paging import page_of
from api.schemas.base import PageQuerySchema
from api.schemas.placement import (
    AgreementInputSchema,
    PlacementActionSchema,
    PlacementPageSchema,
    PlacementSchema,
)
from api.schemas.position import (
    ApplicantListSchema,
    HostRanksInputSchema,
    PlacesInputSchema,
    PositionActionSchema,
    PositionInputSchema,
    PositionPageSchema,
    PositionSchema,
    WhySchema,
    WishesInputSchema,
)
from api.schemas.seat import ConsentInputSchema, SeatListSchema, SeatSchema
from matchmaker.errors import InvalidInput, NotPermitted
from matchmaker.models import PlacementParty, Position
from matchmaker.models.actions import Action, check, parties_of
from matchmaker.models.facts import HostFacts
from matchmaker.services.placements import PlacementView

blueprint = Blueprint(
    "placing",
    __name__,
    url_prefix=PREFIX,
    description="What hosts offer, what students wish for, and the placements that come of it. "
    "A seat is a cohort as one of its students has it. Needs a token.",
)
_WRITE = (400, 401, 403, 404, 409, 413, 415, 429)
_ONE = "5b0a8f0d-5e7b-4f4c-8d9c-0b1f9a668a35"
_Placement = tuple[PlacementView, dict[str, str]]


@blueprint.at("/positions")
class Positions(MethodView):
    """What one's organisations offer."""

    @needs(Action.READ_OWN_ACCOUNT)
    @blueprint.takes(PageQuerySchema, location="query")
    @blueprint.answers(200, PositionPageSchema, description="Some positions.")
    @blueprint.named("listPositions", 401, 403)
    def get(self, query: dict[str, Any]) -> dict[str, Any]:
        """List the positions that the organisations one belongs to offer."""
        return page_of(matchmaker().wishes.positions_of(required_viewer().organisations), **query)

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
        return made, {"Location": url_for("placing.OnePosition", position_id=made.id)}


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
        shown = wishes.view(seat_id, me).positions
        one = next(one for one in shown if one.position.id == offered_id)
        passages = () if found is None else found.reason.evidence
        open_ones = () if found is None else found.reason.uncovered
        sentences = () if found is None else found.sentences
        return {
            "position_id": offered_id,
            "title": one.position.title,
            "host": one.host,
            "fit": None if found is None else found.fit,
            "score": None if found is None else found.score,
            "evidence": [
                {"passage": each.text, "answers": sentences[each.answers]} for each in passages
            ],
            "uncovered": [sentences[at] for at in open_ones],
        }


@blueprint.at("/placements")
class Placements(MethodView):
    """One's own placements."""

    @needs(Action.READ_OWN_ACCOUNT)
    @blueprint.takes(PageQuerySchema, location="query")
    @blueprint.answers(200, PlacementPageSchema, description="Some placements.")
    @blueprint.named("listPlacements", 401, 403)
    def get(self, query: dict[str, Any]) -> dict[str, Any]:
        """List the placements of the students one is, and at the hosts one speaks for."""
        viewer = required_viewer()
        found = matchmaker().placements.list(students=viewer.claimed, hosts=viewer.organisations)
        return page_of(found, **query)


@blueprint.at("/placements/<uuid:placement_id>")
class OnePlacement(MethodView):
    """One placement."""

    @needs(Action.READ_OWN_ACCOUNT)
    @blueprint.answers(200, PlacementSchema, description="The placement.", tagged=True)
    @blueprint.named("readPlacement", 401, 403, 404)
    def get(self, placement_id: UUID) -> _Placement:
        """Read a placement as one of its parties."""
        return _placement(placement_id)


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
        party = _spoken_for(placement_id, values.get("party"))
        revision = _placement_revision(placement_id)
        matchmaker().placements.agree(placement_id, party, by=_me(), expected_revision=revision)
        return _placement(placement_id)


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
        revision = _placement_revision(placement_id)
        matchmaker().placements.apply(
            placement_id, **values, by=viewer.account_id, expected_revision=revision
        )
        return _placement(placement_id)


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


def _revision(position_id: UUID) -> int:
    return required_revision(lambda: matchmaker().wishes.position(position_id).revision)


def _placement(placement_id: UUID) -> _Placement:
    view = matchmaker().placements.view(placement_id)
    return view, {"ETag": etag_of(view.placement.revision)}


def _placement_revision(placement_id: UUID) -> int:
    return required_revision(lambda: matchmaker().placements.view(placement_id).placement.revision)


def _spoken_for(placement_id: UUID, party: PlacementParty | None) -> PlacementParty:
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
