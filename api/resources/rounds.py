"""Assignment rounds: opened, run, adjusted, published."""

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
from api.schemas.desk import CursorQuerySchema
from api.schemas.placement import PlacementPageSchema
from api.schemas.round import (
    LockCostInputSchema,
    LockCostListSchema,
    LockCostQuerySchema,
    LockInputSchema,
    PublicationInputSchema,
    ReplaySchema,
    RoundInputSchema,
    RoundPageSchema,
    RoundRunSchema,
    RoundSchema,
    RoundSummarySchema,
)
from matchmaker.errors import NotFound
from matchmaker.matching.assignment.outcome import Method
from matchmaker.models import AssignmentRound, RoundRun
from matchmaker.models.actions import Action
from matchmaker.services.cursors import CursorPage
from matchmaker.services.placements import PlacementView
from matchmaker.services.round_answers import RoundView

blueprint = Blueprint(
    "rounds",
    __name__,
    url_prefix=PREFIX,
    description="Rounds that place the students of a cohort: three methods side by side, locks "
    "made by hand, and one answer that people publish. Needs a token.",
)
_DEED = (400, 401, 403, 404, 409, 412, 428, 429)
_WRITE = (*_DEED, 413, 415)
_ONE, _OTHER = "5b0a8f0d-5e7b-4f4c-8d9c-0b1f9a668a35", "8a351f9a-5e7b-4f4c-8d9c-0d5e7b5b0a8f"
_Round = tuple[RoundView, dict[str, str]]


@blueprint.at("/cohorts/<uuid:cohort_id>/rounds")
class RoundsOfCohort(MethodView):
    """The rounds of a cohort."""

    @needs(Action.LIST_COHORTS)
    @blueprint.takes(CursorQuerySchema, location="query")
    @blueprint.answers(200, RoundPageSchema, description="Some rounds.")
    @blueprint.named("listRounds", 401, 403, 404)
    def get(self, query: dict[str, Any], cohort_id: UUID) -> CursorPage[AssignmentRound]:
        """List the rounds of a cohort."""
        return matchmaker().assignment.page(cohort_id, **query)

    @needs(Action.LIST_COHORTS)
    @once("openRound")
    @blueprint.documented(parameters=[PARAMETER])
    @blueprint.takes(RoundInputSchema, example={})
    @blueprint.answers(201, RoundSummarySchema, description="The round, open.")
    @blueprint.named("openRound", 400, 401, 403, 404, 409, 413, 415, 429)
    @blueprint.revisioned
    def post(
        self, values: dict[str, Any], cohort_id: UUID
    ) -> tuple[AssignmentRound, dict[str, str]]:
        """Open a round; it takes whoever and whatever earlier ones left."""
        opened = matchmaker().assignment.open(cohort_id, **values, by=_me())
        return opened, {"Location": url_for("rounds.OneRound", round_id=opened.id)}


@blueprint.at("/rounds/<uuid:round_id>")
class OneRound(MethodView):
    """One round."""

    @needs(Action.LIST_COHORTS)
    @blueprint.answers(
        200, RoundSchema, description="The round, its answers side by side.", tagged=True
    )
    @blueprint.named("readRound", 401, 403, 404)
    def get(self, round_id: UUID) -> _Round:
        """Read a round with the answers to its latest input, and what does not take part."""
        return _seen(round_id)


@blueprint.at("/rounds/<uuid:round_id>/run")
class Run(MethodView):
    """Asking the methods."""

    @needs(Action.LIST_COHORTS)
    @blueprint.answers(200, RoundRunSchema, description="How far the latest run is.")
    @blueprint.named("readRun", 401, 403, 404)
    def get(self, round_id: UUID) -> dict[str, Any]:
        """Read how far the methods are, or how the latest run ended."""
        found = matchmaker().round_jobs.run_of(round_id)
        if found is None:
            raise NotFound("run", round_id)
        return _told(found)

    @needs(Action.LIST_COHORTS)
    @blueprint.documented(parameters=[IF_MATCH_PARAMETER])
    @blueprint.answers(202, RoundRunSchema, description="The methods are at work.")
    @blueprint.named("runRound", *_DEED, 422)
    def post(self, round_id: UUID) -> tuple[dict[str, Any], dict[str, str]]:
        """Have all three methods asked about what is stored now; answers are kept all at once."""
        revision = _revision(round_id)
        run = matchmaker().round_jobs.start(round_id, by=_me(), expected_revision=revision)
        return _told(run), {"Location": url_for("rounds.Run", round_id=round_id)}

    @needs(Action.LIST_COHORTS)
    @blueprint.answers(200, RoundRunSchema, description="The run, about to stop.")
    @blueprint.named("stopRun", 401, 403, 404, 409, 429)
    def delete(self, round_id: UUID) -> dict[str, Any]:
        """Have the methods stop; no answer of the run is kept."""
        return _told(matchmaker().round_jobs.stop(round_id, by=_me()))


@blueprint.at("/rounds/<uuid:round_id>/locks")
class Locks(MethodView):
    """Pairs that are decided by hand."""

    @needs(Action.LIST_COHORTS)
    @blueprint.documented(parameters=[IF_MATCH_PARAMETER])
    @blueprint.takes(
        LockInputSchema,
        example={"student_id": _ONE, "position_id": _OTHER, "reason": "Bor ved siden af"},
    )
    @blueprint.answers(200, RoundSchema, description="The round with the lock.", tagged=True)
    @blueprint.named("lockPair", *_WRITE)
    def post(self, values: dict[str, Any], round_id: UUID) -> _Round:
        """Decide a pair by hand, with a reason; every further run keeps it."""
        revision = _revision(round_id)
        matchmaker().assignment.lock(round_id, **values, by=_me(), expected_revision=revision)
        return _seen(round_id)


@blueprint.at("/rounds/<uuid:round_id>/locks/<uuid:lock_id>")
class OneLock(MethodView):
    """One lock."""

    @needs(Action.LIST_COHORTS)
    @blueprint.documented(parameters=[IF_MATCH_PARAMETER])
    @blueprint.answers(200, RoundSchema, description="The round without the lock.", tagged=True)
    @blueprint.named("liftLock", *_DEED)
    def delete(self, round_id: UUID, lock_id: UUID) -> _Round:
        """Lift a lock."""
        revision = _revision(round_id)
        matchmaker().assignment.unlock(round_id, lock_id, by=_me(), expected_revision=revision)
        return _seen(round_id)


@blueprint.at("/rounds/<uuid:round_id>/lock-costs")
class LockCosts(MethodView):
    """What locks cost."""

    @needs(Action.LIST_COHORTS)
    @blueprint.takes(LockCostQuerySchema, location="query")
    @blueprint.answers(200, LockCostListSchema, description="Lock by lock.")
    @blueprint.named("readLockCosts", 401, 403, 404)
    def get(self, query: dict[str, Any], round_id: UUID) -> dict[str, Any]:
        """Read who would move without each lock of the latest input, once they are weighed."""
        found = matchmaker().lock_costs.read(round_id, query["method"])
        return {"weighed": found is not None, "items": found or ()}

    @needs(Action.LIST_COHORTS)
    @blueprint.documented(parameters=[IF_MATCH_PARAMETER])
    @blueprint.takes(LockCostInputSchema, example={"method": "stable"})
    @blueprint.answers(202, RoundRunSchema, description="The method is at work.")
    @blueprint.named("weighLocks", *_WRITE)
    def post(self, values: dict[str, Any], round_id: UUID) -> tuple[dict[str, Any], dict[str, str]]:
        """Have a method answer the latest input again without each lock; watched as a run is."""
        revision = _revision(round_id)
        run = matchmaker().round_jobs.weigh(
            round_id, **values, by=_me(), expected_revision=revision
        )
        return _told(run), {"Location": url_for("rounds.Run", round_id=round_id)}


@blueprint.at("/rounds/<uuid:round_id>/publication")
class Publication(MethodView):
    """Publishing an answer."""

    @needs(Action.LIST_COHORTS)
    @blueprint.documented(parameters=[IF_MATCH_PARAMETER])
    @blueprint.takes(PublicationInputSchema, example={"answer_id": _ONE})
    @blueprint.answers(
        200, RoundSchema, description="The round; its placements are offered.", tagged=True
    )
    @blueprint.named("publishRound", *_WRITE)
    def post(self, values: dict[str, Any], round_id: UUID) -> _Round:
        """Offer the placements of one answer; refused when what was asked is no longer true."""
        revision = _revision(round_id)
        matchmaker().assignment.publish(round_id, **values, by=_me(), expected_revision=revision)
        return _seen(round_id)


@blueprint.at("/rounds/<uuid:round_id>/cancellation")
class Cancellation(MethodView):
    """Ending a round without placements."""

    @needs(Action.LIST_COHORTS)
    @blueprint.documented(parameters=[IF_MATCH_PARAMETER])
    @blueprint.answers(200, RoundSchema, description="The round, cancelled.", tagged=True)
    @blueprint.named("cancelRound", *_DEED)
    def post(self, round_id: UUID) -> _Round:
        """End a round without placing anybody; what it was asked and answered is kept."""
        revision = _revision(round_id)
        matchmaker().assignment.cancel(round_id, by=_me(), expected_revision=revision)
        return _seen(round_id)


@blueprint.at("/rounds/<uuid:round_id>/replay")
class Replay(MethodView):
    """Asking again."""

    @needs(Action.LIST_COHORTS)
    @blueprint.answers(200, ReplaySchema, description="Method by method.")
    @blueprint.named("replayRound", 401, 403, 404)
    def get(self, round_id: UUID) -> dict[str, Any]:
        """Ask the latest input again, and say whether the kept answers come back."""
        found = matchmaker().assignment.replay(round_id)
        return {"items": [{"method": method, "same": same} for method, same in found.items()]}


@blueprint.at("/rounds/<uuid:round_id>/placements")
class PlacementsOfRound(MethodView):
    """What came of a round."""

    @needs(Action.LIST_COHORTS)
    @blueprint.takes(CursorQuerySchema, location="query")
    @blueprint.answers(200, PlacementPageSchema, description="Some placements.")
    @blueprint.named("listPlacementsOfRound", 401, 403, 404)
    def get(self, query: dict[str, Any], round_id: UUID) -> CursorPage[PlacementView]:
        """List the placements that a round offered, by name of the student."""
        return matchmaker().placements.page_of_round(round_id, **query)


def _me() -> UUID:
    return required_viewer().account_id


def _revision(round_id: UUID) -> int:
    return required_revision(lambda: matchmaker().assignment.get(round_id).revision)


def _seen(round_id: UUID) -> _Round:
    view = matchmaker().assignment.view(round_id)
    return view, {"ETag": etag_of(view.round.revision)}


def _told(run: RoundRun) -> dict[str, Any]:
    told = {name: getattr(run, name) for name in RoundRunSchema().fields if name != "lost"}
    for name in ("method", "weighs"):
        told[name] = None if told[name] is None else Method(told[name])
    return {**told, "lost": matchmaker().round_jobs.is_lost(run)}
