"""What follows a placement, on the wire: checks, evaluations, jobs, and what waits for somebody."""

from __future__ import annotations

from typing import Any

import marshmallow as ma
from flask_babel import lazy_gettext as _
from marshmallow import fields, validate

from api.schemas.base import OutputSchema, StrictSchema, WholeNumber, about, choice, one_line
from api.schemas.collaboration import LedgerLineSchema
from api.schemas.contest import ContestSchema
from api.schemas.placement import PlacementSchema
from matchmaker.models import (
    EvaluationAction,
    EvaluationQuestion,
    EvaluationState,
    Going,
    JobStage,
    PlacementParty,
)
from matchmaker.models.followup import SCORES
from matchmaker.services.followups import NOTE_LENGTH, TEXT_LENGTH
from matchmaker.services.outcomes import TEXT_LENGTH as EVIDENCE_LENGTH


class CheckInputSchema(StrictSchema):
    """What a party says half-way."""

    going = choice(Going, "How it goes.", "well", required=True)
    note = fields.String(
        load_default="",
        validate=[validate.Length(max=NOTE_LENGTH), one_line()],
        metadata=about("A line of one's own.", "Maskinen kom for sent"),
    )
    needs_help = fields.Boolean(
        load_default=False, metadata=about("Whether the university should help.")
    )


class HelpInputSchema(StrictSchema):
    """What was done about it."""

    note = fields.String(
        required=True,
        validate=[validate.Length(min=1, max=NOTE_LENGTH), one_line()],
        metadata=about("In a line.", "Talt med værten, ny plan aftalt"),
    )


class CheckSchema(OutputSchema):
    """What a party was asked half-way, and what it said."""

    party = choice(PlacementParty, "Who.", "student")
    asked_at = fields.AwareDateTime(metadata=about("When it was asked."))
    answered_at = fields.AwareDateTime(
        allow_none=True, metadata=about("When it answered; null: it has not.")
    )
    going = choice(Going, "How it goes; null: not said.", "well", allow_none=True)
    note = fields.String(metadata=about("A line of its own."))
    needs_help = fields.Boolean(metadata=about("Whether it asks for help."))
    helped_at = fields.AwareDateTime(
        allow_none=True, metadata=about("When a coordinator has seen to it; null: not yet.")
    )
    help_note = fields.String(metadata=about("What was done."))


class ChecksSchema(OutputSchema):
    """What the parties said half-way."""

    items = fields.List(
        fields.Nested(CheckSchema),
        metadata=about("One's own; coordinators read all. Empty before half of it is over."),
    )


def _score(question: EvaluationQuestion, description: str) -> WholeNumber:
    return WholeNumber(
        required=True,
        data_key=question.value,
        attribute=question.value,
        validate=validate.Range(*SCORES),
        metadata=about(f"{description}: from 1 (not at all) to 5 (fully).", 4),
    )


class ScoresSchema(StrictSchema):
    """What student and host are asked, each from 1 to 5."""

    as_agreed = _score(EvaluationQuestion.AS_AGREED, "It was what had been agreed")
    useful = _score(EvaluationQuestion.USEFUL, "It was of use")
    together = _score(EvaluationQuestion.TOGETHER, "They worked well together")
    again = _score(EvaluationQuestion.AGAIN, "They would do it again")


class EvaluationInputSchema(StrictSchema):
    """What student or host say afterwards."""

    scores = fields.Nested(ScoresSchema, required=True, metadata=about("Each question."))
    text = fields.String(
        load_default="",
        validate=validate.Length(max=TEXT_LENGTH),
        metadata=about("For the other party; a coordinator reads it first.", "God vejledning"),
    )


class ModerationInputSchema(StrictSchema):
    """Whether the other party reads it."""

    action = fields.Enum(
        EvaluationAction,
        by_value=fields.String,
        required=True,
        validate=validate.OneOf(
            [EvaluationAction.RELEASE, EvaluationAction.HOLD_BACK],
            error=_("Use release or hold-back."),
        ),
        metadata=about("One of release, hold-back.", "release"),
    )
    reason = fields.String(
        load_default="",
        validate=[validate.Length(max=NOTE_LENGTH), one_line()],
        metadata=about("Why; needed to hold it back.", "Nævner en tredje person"),
    )


class EvaluationSchema(OutputSchema):
    """What student or host were asked afterwards, as far as one may read it."""

    party = choice(PlacementParty, "Who.", "student", attribute="evaluation.party")
    state = choice(
        EvaluationState, "Where it is on its way.", "given", attribute="evaluation.state"
    )
    until = fields.AwareDateTime(
        attribute="evaluation.until", metadata=about("Until when it can be given.")
    )
    shown = fields.Boolean(metadata=about("Whether the other party reads it."))
    scores = fields.Dict(
        keys=fields.String(),
        values=fields.Integer(),
        allow_none=True,
        metadata=about("Question -> 1 to 5; null: not for you to read yet.", {"useful": 4}),
    )
    text = fields.String(
        allow_none=True, metadata=about("What it says; null: not for you to read yet.")
    )
    moderation = fields.String(
        allow_none=True, metadata=about("Why it is released or held back; null: not for you.")
    )

    @ma.pre_dump
    def as_read(self, row: dict[str, Any], **_kwargs: object) -> dict[str, Any]:
        """Leave out what the one who reads may not know yet."""
        one, readable, own = row["seen"], row["readable"], row["own"]
        evaluation = one.evaluation
        return {
            "evaluation": evaluation,
            "shown": one.shown,
            "scores": evaluation.scores if readable else None,
            "text": evaluation.text if readable else None,
            "moderation": evaluation.moderation if own else None,
        }


class EvaluationsSchema(OutputSchema):
    """What student and host said afterwards."""

    items = fields.List(
        fields.Nested(EvaluationSchema), metadata=about("Empty before it is completed.")
    )


class JobInputSchema(StrictSchema):
    """A job that came of a placement."""

    stage = choice(JobStage, "Offered, or offered and accepted.", "accepted", required=True)
    on_day = fields.Date(load_default=None, metadata=about("When; left out: today.", "2027-07-01"))
    evidence = fields.String(
        load_default="",
        validate=validate.Length(max=EVIDENCE_LENGTH),
        metadata=about("What shows it.", "Kontrakt af 1. juli"),
    )


class OutcomesOfPlacementSchema(OutputSchema):
    """What the ledger says of a placement."""

    collaboration_id = fields.UUID(
        allow_none=True, metadata=about("Whose ledger it is; null: nothing is counted yet.")
    )
    items = fields.List(fields.Nested(LedgerLineSchema), metadata=about("As they were written."))


class CalledForHelpSchema(OutputSchema):
    """A placement that needs help."""

    placement = fields.Nested(PlacementSchema, attribute="view", metadata=about("The placement."))
    check = fields.Nested(CheckSchema, metadata=about("What was said."))


class ToModerateSchema(OutputSchema):
    """A text that nobody has looked at."""

    placement = fields.Nested(PlacementSchema, attribute="view", metadata=about("The placement."))
    party = choice(PlacementParty, "Who said it.", "host", attribute="evaluation.party")
    given_at = fields.AwareDateTime(
        attribute="evaluation.given_at", metadata=about("When it was said.")
    )


class WorkSchema(OutputSchema):
    """What waits for a coordinator."""

    contests = fields.List(
        fields.Nested(ContestSchema), metadata=about("To answer, the oldest first.")
    )
    help = fields.List(
        fields.Nested(CalledForHelpSchema), metadata=about("Placements that need help.")
    )
    lost = fields.List(
        fields.Nested(PlacementSchema),
        metadata=about("The last placement of students who lost it and have no other."),
    )
    texts = fields.List(
        fields.Nested(ToModerateSchema),
        metadata=about("Evaluations to read before they are shown."),
    )
    offers = fields.List(
        fields.Nested(PlacementSchema), metadata=about("Offers that not all have agreed to.")
    )


class AgreedToAllSchema(OutputSchema):
    """How many placements a university agreed to."""

    agreed = fields.Integer(metadata=about("How many.", 12))
