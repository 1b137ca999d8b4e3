"""Cohorts: their students, supervisors and positions, before a round."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import url_for
from flask.views import MethodView

from api.auth import needs, required_viewer
from api.context import matchmaker
from api.etags import required_revision
from api.idempotency import PARAMETER, once
from api.openapi import PREFIX, Blueprint
from api.schemas.cohort import (
    ApprovalInputSchema,
    CohortInputSchema,
    CohortPageSchema,
    CohortSchema,
    ForbiddenPairInputSchema,
    ForbiddenPairPageSchema,
    ForbiddenPairSchema,
    OfferedPositionPageSchema,
    OfferedPositionSchema,
    ProposedListSchema,
    SupervisorInputSchema,
    SupervisorPageSchema,
    SupervisorPatchSchema,
    SupervisorSchema,
    VettingInputSchema,
)
from api.schemas.desk import CursorQuerySchema
from matchmaker.errors import NotFound
from matchmaker.models import Cohort, ForbiddenPair, Supervisor
from matchmaker.models.actions import Action
from matchmaker.services.cohort_reading import OfferedPosition
from matchmaker.services.cursors import CursorPage

blueprint = Blueprint(
    "cohorts",
    __name__,
    url_prefix=PREFIX,
    description="Students of one programme and period, and who places them. Needs a token.",
)
_WRITE = (400, 401, 403, 404, 409, 413, 415, 429)
_ONE, _OTHER = "5b0a8f0d-5e7b-4f4c-8d9c-0b1f9a668a35", "8a351f9a-5e7b-4f4c-8d9c-0d5e7b5b0a8f"


@blueprint.at("/cohorts")
class Cohorts(MethodView):
    """The cohorts that one manages; for staff all of them."""

    @needs(Action.LIST_COHORTS)
    @blueprint.takes(CursorQuerySchema, location="query")
    @blueprint.answers(200, CohortPageSchema, description="Some cohorts.")
    @blueprint.named("listCohorts", 401, 403)
    def get(self, query: dict[str, Any]) -> CursorPage[Cohort]:
        """List the cohorts that one manages; staff list all."""
        viewer = required_viewer()
        universities = None if viewer.is_staff else viewer.organisations
        return matchmaker().cohorts.page(universities, **query)

    @needs(Action.LIST_COHORTS)
    @once("createCohort")
    @blueprint.documented(parameters=[PARAMETER])
    @blueprint.takes(
        CohortInputSchema,
        example={
            "university_id": _ONE,
            "name": "Forår 2027",
            "starts_on": "2027-02-01",
            "ends_on": "2027-06-30",
        },
    )
    @blueprint.answers(201, CohortSchema, description="The cohort, empty.")
    @blueprint.named("createCohort", *_WRITE)
    @blueprint.revisioned
    def post(self, values: dict[str, Any]) -> tuple[Cohort, dict[str, str]]:
        """Make a cohort of a university that one is a member of; staff of any."""
        viewer, university = required_viewer(), values.pop("university_id")
        if not viewer.is_staff and university not in viewer.organisations:
            raise NotFound("organisation", university)
        made = matchmaker().cohorts.create(university, **values, by=viewer.account_id)
        return made, {"Location": url_for("cohorts.OneCohort", cohort_id=made.id)}


@blueprint.at("/cohorts/<uuid:cohort_id>")
class OneCohort(MethodView):
    """One cohort."""

    @needs(Action.LIST_COHORTS)
    @blueprint.answers(200, CohortSchema, description="The cohort.")
    @blueprint.named("readCohort", 401, 403, 404)
    @blueprint.revisioned
    def get(self, cohort_id: UUID) -> Cohort:
        """Read a cohort."""
        return matchmaker().cohorts.get(cohort_id)


@blueprint.at("/cohorts/<uuid:cohort_id>/supervisors")
class Supervisors(MethodView):
    """Who supervises students of a cohort."""

    @needs(Action.LIST_COHORTS)
    @blueprint.takes(CursorQuerySchema, location="query")
    @blueprint.answers(200, SupervisorPageSchema, description="Some supervisors.")
    @blueprint.named("listSupervisors", 401, 403, 404)
    def get(self, query: dict[str, Any], cohort_id: UUID) -> CursorPage[Supervisor]:
        """List the supervisors of a cohort."""
        return matchmaker().cohorts.supervisors(cohort_id, **query)

    @needs(Action.LIST_COHORTS)
    @once("addSupervisor")
    @blueprint.documented(parameters=[PARAMETER])
    @blueprint.takes(
        SupervisorInputSchema,
        example={"name": "Åse Ørum", "email": "aase@example.dk", "capacity": 4},
    )
    @blueprint.answers(201, SupervisorSchema, description="The supervisor.")
    @blueprint.named("addSupervisor", *_WRITE)
    @blueprint.revisioned
    def post(self, values: dict[str, Any], cohort_id: UUID) -> tuple[Supervisor, dict[str, str]]:
        """Name somebody who supervises, and how many students at most."""
        made = matchmaker().cohorts.add_supervisor(cohort_id, **values, by=_me())
        address = url_for("cohorts.OneSupervisor", cohort_id=cohort_id, supervisor_id=made.id)
        return made, {"Location": address}


@blueprint.at("/cohorts/<uuid:cohort_id>/supervisors/<uuid:supervisor_id>")
class OneSupervisor(MethodView):
    """One supervisor."""

    @needs(Action.LIST_COHORTS)
    @blueprint.answers(200, SupervisorSchema, description="The supervisor.")
    @blueprint.named("readSupervisor", 401, 403, 404)
    @blueprint.revisioned
    def get(self, cohort_id: UUID, supervisor_id: UUID) -> Supervisor:
        """Read a supervisor."""
        return matchmaker().cohorts.supervisor(cohort_id, supervisor_id)

    @needs(Action.LIST_COHORTS)
    @blueprint.takes(SupervisorPatchSchema, example={"capacity": 6})
    @blueprint.answers(200, SupervisorSchema, description="The supervisor after the change.")
    @blueprint.named("reviseSupervisor", *_WRITE)
    @blueprint.revisioned
    def patch(self, values: dict[str, Any], cohort_id: UUID, supervisor_id: UUID) -> Supervisor:
        """Change a supervisor; they take no fewer students than are placed with them."""
        service = matchmaker().cohorts
        seen = required_revision(lambda: service.supervisor(cohort_id, supervisor_id).revision)
        return service.revise_supervisor(
            cohort_id, supervisor_id, **values, by=_me(), expected_revision=seen
        )


@blueprint.at("/cohorts/<uuid:cohort_id>/positions")
class PositionsOfCohort(MethodView):
    """What hosts offer in the period of a cohort."""

    @needs(Action.LIST_COHORTS)
    @blueprint.takes(CursorQuerySchema, location="query")
    @blueprint.answers(200, OfferedPositionPageSchema, description="Some positions.")
    @blueprint.named("listPositionsOfCohort", 401, 403, 404)
    def get(self, query: dict[str, Any], cohort_id: UUID) -> CursorPage[OfferedPosition]:
        """List the positions of the period, and what was said of them."""
        return matchmaker().cohorts.offered_in(cohort_id, **query)


@blueprint.at("/cohorts/<uuid:cohort_id>/positions/<uuid:offered_id>/approval")
class Approval(MethodView):
    """What a university says of a position."""

    @needs(Action.LIST_COHORTS)
    @blueprint.takes(ApprovalInputSchema, example={"approved": True})
    @blueprint.answers(200, OfferedPositionSchema, description="The position after it.")
    @blueprint.named("approvePosition", *_WRITE)
    def put(self, values: dict[str, Any], cohort_id: UUID, offered_id: UUID) -> OfferedPosition:
        """Say whether the students of a cohort see a position; the last word counts."""
        service = matchmaker().cohorts
        service.offered(cohort_id, offered_id)  # of another period there is none
        service.approve(cohort_id, offered_id, **values, by=_me())
        return service.offered(cohort_id, offered_id)


@blueprint.at("/cohorts/<uuid:cohort_id>/forbidden-pairs")
class ForbiddenPairs(MethodView):
    """Students and positions that must not come together."""

    @needs(Action.LIST_COHORTS)
    @blueprint.takes(CursorQuerySchema, location="query")
    @blueprint.answers(200, ForbiddenPairPageSchema, description="Some forbidden pairs.")
    @blueprint.named("listForbiddenPairs", 401, 403, 404)
    def get(self, query: dict[str, Any], cohort_id: UUID) -> CursorPage[ForbiddenPair]:
        """List the pairs that no round of the cohort may bring together."""
        return matchmaker().cohorts.forbidden(cohort_id, **query)

    @needs(Action.LIST_COHORTS)
    @once("forbidPair")
    @blueprint.documented(parameters=[PARAMETER])
    @blueprint.takes(
        ForbiddenPairInputSchema,
        example={"student_id": _ONE, "position_id": _OTHER, "reason": "Arbejder der i forvejen"},
    )
    @blueprint.answers(201, ForbiddenPairSchema, description="The pair.")
    @blueprint.named("forbidPair", *_WRITE)
    def post(self, values: dict[str, Any], cohort_id: UUID) -> tuple[ForbiddenPair, dict[str, str]]:
        """Say that a student and a position must not come together, and why."""
        made = matchmaker().cohorts.forbid(cohort_id, **values, by=_me())
        address = url_for(
            "cohorts.OneForbiddenPair",
            cohort_id=cohort_id,
            student_id=made.student_id,
            offered_id=made.position_id,
        )
        return made, {"Location": address}


@blueprint.at("/cohorts/<uuid:cohort_id>/forbidden-pairs/<uuid:student_id>/<uuid:offered_id>")
class OneForbiddenPair(MethodView):
    """A student and a position that must not come together."""

    @needs(Action.LIST_COHORTS)
    @blueprint.answers_nothing(description="Rounds may bring them together again.")
    @blueprint.named("allowPair", 401, 403, 404, 429)
    def delete(self, cohort_id: UUID, student_id: UUID, offered_id: UUID) -> None:
        """Let a student and a position come together again."""
        matchmaker().cohorts.allow(cohort_id, student_id, offered_id, by=_me())


@blueprint.at("/cohorts/<uuid:cohort_id>/proposal")
class Proposal(MethodView):
    """Showing hosts who wishes for their positions."""

    @needs(Action.LIST_COHORTS)
    @blueprint.answers(200, ProposedListSchema, description="How many each host sees.")
    @blueprint.named("proposeStudents", 401, 403, 404, 429)
    def post(self, cohort_id: UUID) -> dict[str, Any]:
        """Show hosts those who wish for their positions now; wishes made later wait."""
        found = matchmaker().cohorts.propose(cohort_id, by=_me())
        return {"items": [{"position_id": one, "students": many} for one, many in found.items()]}


@blueprint.at("/hosts/<uuid:host_id>/vetting")
class Vetting(MethodView):
    """That a host exists and its contact is of it."""

    @needs(Action.VET_HOST)
    @blueprint.takes(VettingInputSchema, example={"capacity": None})
    @blueprint.answers_nothing(description="It is confirmed.")
    @blueprint.named("vetHost", *_WRITE)
    def put(self, values: dict[str, Any], host_id: UUID) -> None:
        """Confirm organisation and contact once, and how many students it takes over all."""
        matchmaker().cohorts.vet(host_id, **values, by=_me())


def _me() -> UUID:
    return required_viewer().account_id
