"""What follows a placement: how it goes, how it was, what came of it; and what waits for whom."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask.views import MethodView

from api.auth import needs, required_viewer
from api.context import matchmaker
from api.openapi import IF_MATCH_PARAMETER, PREFIX, Blueprint
from api.resources.placements import revision_of, spoken_for, tagged_placement
from api.schemas.followup import (
    AgreedToAllSchema,
    CheckInputSchema,
    ChecksSchema,
    EvaluationInputSchema,
    EvaluationsSchema,
    HelpInputSchema,
    JobInputSchema,
    ModerationInputSchema,
    OutcomesOfPlacementSchema,
    WorkSchema,
)
from api.schemas.placement import PlacementSchema
from matchmaker.errors import NotFound
from matchmaker.models import EvaluationQuestion, PlacementParty, Role
from matchmaker.models.actions import Action, allowed, check, parties_of
from matchmaker.services.placements import PlacementView
from matchmaker.services.placing_work import Work

blueprint = Blueprint(
    "followups",
    __name__,
    url_prefix=PREFIX,
    description="How placements go, how they were, what came of them. Needs a token.",
)
_WRITE = (400, 401, 403, 404, 409, 413, 415, 429)
_AT = "/placements/<uuid:placement_id>"


@blueprint.at(f"{_AT}/checks")
class Checks(MethodView):
    """What the parties said half-way."""

    @needs(Action.READ_OWN_ACCOUNT)
    @blueprint.answers(200, ChecksSchema, description="What was asked and said.")
    @blueprint.named("listPlacementChecks", 401, 403, 404)
    def get(self, placement_id: UUID) -> dict[str, Any]:
        """Read what one's own party said half-way; coordinators read all."""
        return _checks(placement_id)


@blueprint.at(f"{_AT}/checks/<party>")
class OneCheck(MethodView):
    """What one party says half-way."""

    @needs(Action.MANAGE_OWN_ACCOUNT)
    @blueprint.takes(CheckInputSchema, example={"going": "partly", "needs_help": True})
    @blueprint.answers(200, ChecksSchema, description="What was asked and said.")
    @blueprint.named("answerPlacementCheck", *_WRITE)
    def put(self, values: dict[str, Any], placement_id: UUID, party: str) -> dict[str, Any]:
        """Say how it goes, for a party that one speaks for; once."""
        mine = spoken_for(placement_id, _party(party))
        going = values.pop("going")
        matchmaker().followups.answer_check(placement_id, mine, going, **values, by=_me())
        return _checks(placement_id)


@blueprint.at(f"{_AT}/checks/<party>/help")
class Help(MethodView):
    """What was done about it."""

    @needs(Action.MANAGE_OWN_ACCOUNT)
    @blueprint.takes(HelpInputSchema, example={"note": "Talt med værten, ny plan aftalt"})
    @blueprint.answers(200, ChecksSchema, description="What was asked and said.")
    @blueprint.named("helpPlacement", *_WRITE)
    def put(self, values: dict[str, Any], placement_id: UUID, party: str) -> dict[str, Any]:
        """Write down that a coordinator has seen to what a party needs help with."""
        _check_managing(placement_id)
        matchmaker().followups.help(placement_id, _party(party), values["note"], by=_me())
        return _checks(placement_id)


@blueprint.at(f"{_AT}/evaluations")
class Evaluations(MethodView):
    """What student and host said afterwards."""

    @needs(Action.READ_OWN_ACCOUNT)
    @blueprint.answers(200, EvaluationsSchema, description="What was asked and said.")
    @blueprint.named("listPlacementEvaluations", 401, 403, 404)
    def get(self, placement_id: UUID) -> dict[str, Any]:
        """Read how it was; what the other party said once it is released and both have spoken."""
        return _evaluations(placement_id)


@blueprint.at(f"{_AT}/evaluations/<party>")
class OneEvaluation(MethodView):
    """What student or host say afterwards."""

    @needs(Action.MANAGE_OWN_ACCOUNT)
    @blueprint.takes(
        EvaluationInputSchema,
        example={"scores": {"as-agreed": 4, "useful": 5, "together": 5, "again": 5}},
    )
    @blueprint.answers(200, EvaluationsSchema, description="What was asked and said.")
    @blueprint.named("evaluatePlacement", *_WRITE)
    def put(self, values: dict[str, Any], placement_id: UUID, party: str) -> dict[str, Any]:
        """Say how it was, as student or host; once."""
        mine = spoken_for(placement_id, _party(party))
        scores = {EvaluationQuestion(one): score for one, score in values["scores"].items()}
        matchmaker().followups.evaluate(placement_id, mine, scores, text=values["text"], by=_me())
        return _evaluations(placement_id)


@blueprint.at(f"{_AT}/evaluations/<party>/moderation")
class Moderation(MethodView):
    """Whether the other party reads it."""

    @needs(Action.MANAGE_OWN_ACCOUNT)
    @blueprint.takes(ModerationInputSchema, example={"action": "release"})
    @blueprint.answers(200, EvaluationsSchema, description="What was asked and said.")
    @blueprint.named("moderatePlacementEvaluation", *_WRITE)
    def put(self, values: dict[str, Any], placement_id: UUID, party: str) -> dict[str, Any]:
        """Release what a party said, or hold it back with a reason."""
        _check_managing(placement_id)
        action = values.pop("action")
        matchmaker().followups.moderate(placement_id, _party(party), action, **values, by=_me())
        return _evaluations(placement_id)


@blueprint.at(f"{_AT}/outcomes")
class OutcomesOfPlacement(MethodView):
    """What the ledger says of it."""

    @needs(Action.READ_OWN_ACCOUNT)
    @blueprint.answers(200, OutcomesOfPlacementSchema, description="The lines.")
    @blueprint.named("listPlacementOutcomes", 401, 403, 404)
    def get(self, placement_id: UUID) -> dict[str, Any]:
        """Read what a placement counts in the ledger."""
        ledger = matchmaker().placement_ledger.read(placement_id)
        whose = ledger.collaboration.id if ledger.collaboration else None
        return {"collaboration_id": whose, "items": ledger.lines}


@blueprint.at(f"{_AT}/job")
class Job(MethodView):
    """The job that came of it."""

    @needs(Action.MANAGE_OWN_ACCOUNT)
    @blueprint.documented(parameters=[IF_MATCH_PARAMETER])
    @blueprint.takes(
        JobInputSchema, example={"stage": "accepted", "evidence": "Kontrakt af 1. juli"}
    )
    @blueprint.answers(200, PlacementSchema, description="The placement after it.", tagged=True)
    @blueprint.named("recordPlacementJob", *_WRITE, 412, 428)
    def put(
        self, values: dict[str, Any], placement_id: UUID
    ) -> tuple[PlacementView, dict[str, str]]:
        """Record that the student was offered a job, or has accepted it; one line in the ledger."""
        check(required_viewer(), Action.RECORD_JOB, matchmaker().placements.facts(placement_id))
        stage, revision = values.pop("stage"), revision_of(placement_id)
        matchmaker().placement_ledger.record_job(
            placement_id, stage, **values, by=_me(), expected_revision=revision
        )
        return tagged_placement(placement_id)


@blueprint.at("/placing-work")
class PlacingWork(MethodView):
    """What waits for a coordinator."""

    @needs(Action.READ_PLACING_WORK)
    @blueprint.answers(200, WorkSchema, description="All of it, the most urgent first.")
    @blueprint.named("readPlacingWork", 401, 403)
    def get(self) -> Work:
        """Read what waits at one's universities; staff read all."""
        viewer = required_viewer()
        return matchmaker().placing_work.of(None if viewer.is_staff else viewer.organisations)


@blueprint.at("/placing-work/agreement")
class AgreementToAll(MethodView):
    """The word of a university on all that waits for it."""

    @needs(Action.MANAGE_OWN_ACCOUNT)
    @blueprint.answers(200, AgreedToAllSchema, description="To how many it agreed.")
    @blueprint.named("agreeToAllPlacements", 401, 403, 429)
    def post(self) -> dict[str, int]:
        """Agree for one's universities to every offer that waits for them."""
        viewer = required_viewer()
        coordinates = viewer.role is Role.UNIVERSITY
        universities = viewer.organisations if coordinates else frozenset[UUID]()
        agreed = matchmaker().placing_work.agree_to_all(universities, by=viewer.account_id)
        return {"agreed": agreed}


def _me() -> UUID:
    return required_viewer().account_id


def _party(name: str) -> PlacementParty:
    if name not in set(PlacementParty):
        raise NotFound("party", name)
    return PlacementParty(name)


def _check_managing(placement_id: UUID) -> None:
    access = matchmaker().access
    access.check_placement(required_viewer(), Action.MANAGE_PLACEMENT, placement_id)


def _checks(placement_id: UUID) -> dict[str, Any]:
    viewer, facts = required_viewer(), matchmaker().placements.facts(placement_id)
    found, mine = matchmaker().followups.checks(placement_id), parties_of(viewer, facts)
    all_ = allowed(viewer, Action.MANAGE_PLACEMENT, facts)
    return {"items": [one for one in found if all_ or one.party in mine]}


def _evaluations(placement_id: UUID) -> dict[str, Any]:
    viewer, facts = required_viewer(), matchmaker().placements.facts(placement_id)
    mine = parties_of(viewer, facts)
    manages = allowed(viewer, Action.MANAGE_PLACEMENT, facts)
    rows = []
    for party, seen in matchmaker().followups.evaluations(placement_id).items():
        own = manages or party in mine
        rows.append({"seen": seen, "own": own, "readable": own or seen.shown})
    return {"items": rows}
