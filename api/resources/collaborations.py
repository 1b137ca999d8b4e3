"""Collaborations and their ledger: what came of introductions."""

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
from api.schemas.collaboration import (
    CollaborationActionSchema,
    CollaborationInputSchema,
    CollaborationPageSchema,
    CollaborationPatchSchema,
    CollaborationQuerySchema,
    CollaborationSchema,
    LedgerLineSchema,
    LedgerSchema,
    OutcomeInputSchema,
    ReversalInputSchema,
    WaitingLinesSchema,
)
from api.schemas.desk import CursorQuerySchema
from matchmaker.models import Collaboration
from matchmaker.models.actions import Action
from matchmaker.services.outcomes import LedgerLine

blueprint = Blueprint(
    "collaborations",
    __name__,
    url_prefix=PREFIX,
    description="What firms and partners do together after an introduction, and what comes of it.",
)
_WRITE = (400, 401, 403, 404, 409, 413, 415, 429)
_INTRODUCTION = "5b0a8f0d-5e7b-4f4c-8d9c-0b1f9a668a35"


@blueprint.at("/collaborations")
class Collaborations(MethodView):
    """What one is a part of; staff see all."""

    @needs(Action.READ_OWN_ACCOUNT)
    @blueprint.takes(CollaborationQuerySchema, location="query")
    @blueprint.answers(200, CollaborationPageSchema, description="Some collaborations.")
    @blueprint.named("listCollaborations", 401, 403)
    def get(self, query: dict[str, Any]) -> dict[str, Any]:
        """List the collaborations that one is a part of; staff list all."""
        page = matchmaker().collaborations.page(required_viewer(), **query)
        return {"items": [one.collaboration for one in page.items], "next": page.next}

    @needs(Action.RUN_COLLABORATIONS)
    @once("beginCollaboration")
    @blueprint.documented(parameters=[PARAMETER])
    @blueprint.takes(
        CollaborationInputSchema,
        example={
            "introduction_id": _INTRODUCTION,
            "kind": "demonstration-project",
            "title": "Robotsvejsning af små serier",
            "starts_on": "2026-09-01",
        },
    )
    @blueprint.answers(201, CollaborationSchema, description="The collaboration, planned.")
    @blueprint.named("beginCollaboration", *_WRITE)
    @blueprint.revisioned
    def post(self, values: dict[str, Any]) -> tuple[Collaboration, dict[str, str]]:
        """Write down that two who were introduced do something together."""
        begun = matchmaker().collaborations.begin(**values, by=_me())
        address = url_for("collaborations.OneCollaboration", collaboration_id=begun.id)
        return begun, {"Location": address}


@blueprint.at("/collaborations/<uuid:collaboration_id>")
class OneCollaboration(MethodView):
    """One collaboration."""

    @needs(Action.READ_OWN_ACCOUNT)
    @blueprint.answers(200, CollaborationSchema, description="The collaboration.")
    @blueprint.named("readCollaboration", 401, 403, 404)
    @blueprint.revisioned
    def get(self, collaboration_id: UUID) -> Collaboration:
        """Read a collaboration."""
        return matchmaker().collaborations.get(collaboration_id)

    @needs(Action.RUN_COLLABORATIONS)
    @blueprint.takes(CollaborationPatchSchema, example={"ends_on": "2026-12-01"})
    @blueprint.answers(200, CollaborationSchema, description="The collaboration after it.")
    @blueprint.named("reviseCollaboration", *_WRITE)
    @blueprint.revisioned
    def patch(self, changes: dict[str, Any], collaboration_id: UUID) -> Collaboration:
        """Change title, kind, programme or days."""
        revision = _revision(collaboration_id)
        return matchmaker().collaborations.revise(
            collaboration_id, expected_revision=revision, by=_me(), **changes
        )


@blueprint.at("/collaborations/<uuid:collaboration_id>/state")
class CollaborationStates(MethodView):
    """Where it is on its way."""

    @needs(Action.RUN_COLLABORATIONS)
    @blueprint.documented(parameters=[IF_MATCH_PARAMETER])
    @blueprint.takes(CollaborationActionSchema, example={"action": "start"})
    @blueprint.answers(200, CollaborationSchema, description="The collaboration after it.")
    @blueprint.named("moveCollaboration", *_WRITE, 412, 428)
    @blueprint.revisioned
    def post(self, values: dict[str, Any], collaboration_id: UUID) -> Collaboration:
        """Start it, complete it, or break it off."""
        revision = _revision(collaboration_id)
        return matchmaker().collaborations.act(
            collaboration_id, **values, expected_revision=revision, by=_me()
        )


@blueprint.at("/collaborations/<uuid:collaboration_id>/outcomes")
class Outcomes(MethodView):
    """The ledger of one collaboration."""

    @needs(Action.READ_OWN_ACCOUNT)
    @blueprint.answers(200, LedgerSchema, description="Every line, those taken off too.")
    @blueprint.named("readLedger", 401, 403, 404)
    def get(self, collaboration_id: UUID) -> dict[str, Any]:
        """Read every line as it was written; none is ever changed."""
        return {"items": matchmaker().outcomes.ledger(collaboration_id)}

    @needs(Action.MANAGE_OWN_ACCOUNT)
    @once("recordOutcome")
    @blueprint.documented(parameters=[PARAMETER])
    @blueprint.takes(
        OutcomeInputSchema, example={"kind": "job", "on_day": "2026-10-01", "quantity": 2}
    )
    @blueprint.answers(201, LedgerLineSchema, description="The line.")
    @blueprint.named("recordOutcome", *_WRITE)
    def post(
        self, values: dict[str, Any], collaboration_id: UUID
    ) -> tuple[LedgerLine, dict[str, str]]:
        """Write a line: of staff it counts at once, of others when it is confirmed."""
        line = matchmaker().outcomes.record(collaboration_id, by=required_viewer(), **values)
        address = url_for("collaborations.OneOutcome", outcome_id=line.outcome.id)
        return line, {"Location": address}


@blueprint.at("/outcomes")
class WaitingOutcomes(MethodView):
    """What waits to be confirmed."""

    @needs(Action.CONFIRM_OUTCOME)
    @blueprint.takes(CursorQuerySchema, location="query")
    @blueprint.answers(200, WaitingLinesSchema, description="Some lines.")
    @blueprint.named("listWaitingOutcomes", 401, 403)
    def get(self, query: dict[str, Any]) -> dict[str, Any]:
        """List the lines that nobody has confirmed."""
        page = matchmaker().outcomes.waiting(**query)
        return {
            "items": [
                LedgerLine(
                    outcome=one.outcome, words=one.words, confirmation=None, reversed_by=None
                )
                for one in page.items
            ],
            "next": page.next,
        }


@blueprint.at("/outcomes/<uuid:outcome_id>")
class OneOutcome(MethodView):
    """One line."""

    @needs(Action.READ_OWN_ACCOUNT)
    @blueprint.answers(200, LedgerLineSchema, description="The line.")
    @blueprint.named("readOutcome", 401, 403, 404)
    def get(self, outcome_id: UUID) -> LedgerLine:
        """Read a line of the ledger."""
        return matchmaker().outcomes.get(outcome_id)


@blueprint.at("/outcomes/<uuid:outcome_id>/confirmation")
class Confirmation(MethodView):
    """That what shows a line was seen."""

    @needs(Action.CONFIRM_OUTCOME)
    @blueprint.answers(200, LedgerLineSchema, description="The line, confirmed.")
    @blueprint.named("confirmOutcome", 401, 403, 404, 409, 429)
    def post(self, outcome_id: UUID) -> LedgerLine:
        """Confirm a line: it counts from now on."""
        return matchmaker().outcomes.confirm(outcome_id, by=_me())


@blueprint.at("/outcomes/<uuid:outcome_id>/reversal")
class Reversal(MethodView):
    """What takes a line off."""

    @needs(Action.CONFIRM_OUTCOME)
    @once("reverseOutcome")
    @blueprint.documented(parameters=[PARAMETER])
    @blueprint.takes(ReversalInputSchema, example={"reason": "Talt to gange"})
    @blueprint.answers(201, LedgerLineSchema, description="The counter line.")
    @blueprint.named("reverseOutcome", *_WRITE)
    def post(self, values: dict[str, Any], outcome_id: UUID) -> tuple[LedgerLine, dict[str, str]]:
        """Take a line off by a counter line, which stays beside it with the reason."""
        counter = matchmaker().outcomes.reverse(outcome_id, by=_me(), **values)
        address = url_for("collaborations.OneOutcome", outcome_id=counter.outcome.id)
        return counter, {"Location": address}


@blueprint.at("/outcomes/<uuid:outcome_id>/words")
class OutcomeWords(MethodView):
    """What people wrote into a line."""

    @needs(Action.CONFIRM_OUTCOME)
    @blueprint.answers(200, LedgerLineSchema, description="The line, without its words.")
    @blueprint.named("eraseOutcomeWords", 401, 403, 404, 429)
    def delete(self, outcome_id: UUID) -> LedgerLine:
        """Erase evidence and reason of a line for good; the line and its figures stay."""
        return matchmaker().outcomes.erase_words(outcome_id, by=_me())


def _me() -> UUID:
    return required_viewer().account_id


def _revision(collaboration_id: UUID) -> int:
    return required_revision(lambda: matchmaker().collaborations.get(collaboration_id).revision)
