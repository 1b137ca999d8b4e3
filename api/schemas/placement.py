"""Placements on the wire."""

from __future__ import annotations

from flask_babel import lazy_gettext as _
from marshmallow import fields, validate

from api.schemas.base import OutputSchema, StrictSchema, about, choice, one_line
from api.schemas.desk import CursorPageSchema
from matchmaker.models import (
    JobStage,
    PlacementAction,
    PlacementEnding,
    PlacementParty,
    PlacementState,
)
from matchmaker.services.cohorts import MOST_REASON


class AgreementInputSchema(StrictSchema):
    """For whom one agrees."""

    party = choice(
        PlacementParty, "The party that agrees; may be left out by who speaks for one.", "host"
    )


class RefusalInputSchema(AgreementInputSchema):
    """For whom one says no, and why."""

    reason = fields.String(
        required=True,
        validate=[validate.Length(min=1, max=MOST_REASON), one_line()],
        metadata=about("Why; all parties of the placement can read it.", "Maskinen er solgt"),
    )


class PlacementActionSchema(StrictSchema):
    """What happens to a placement."""

    action = fields.Enum(
        PlacementAction,
        by_value=fields.String,
        required=True,
        validate=validate.OneOf(
            [PlacementAction.START, PlacementAction.COMPLETE, PlacementAction.BREAK_OFF],
            error=_("Use start, complete or break-off."),
        ),
        metadata=about("One of start, complete, break-off.", "start"),
    )
    reason = fields.String(
        load_default="",
        validate=[validate.Length(max=MOST_REASON), one_line()],
        metadata=about("Why it is broken off; needed for that.", "Firmaet lukker"),
    )


class PlacementSchema(OutputSchema):
    """A student at a host."""

    id = fields.UUID(attribute="placement.id", metadata=about("Its id."))
    round_id = fields.UUID(
        attribute="placement.round_id", metadata=about("The round that it came of.")
    )
    student_id = fields.UUID(attribute="placement.student_id", metadata=about("The student."))
    student = fields.String(metadata=about("Their name."))
    host_id = fields.UUID(attribute="position.host_id", metadata=about("The host."))
    host = fields.String(metadata=about("Its name."))
    position_id = fields.UUID(attribute="placement.position_id", metadata=about("The position."))
    title = fields.String(attribute="position.title", metadata=about("What it is called."))
    starts_on = fields.Date(
        attribute="position.starts_on", metadata=about("First day.", "2027-02-01")
    )
    ends_on = fields.Date(attribute="position.ends_on", metadata=about("Last day.", "2027-06-30"))
    supervisor = fields.String(
        attribute="supervisor.name",
        dump_default=None,
        allow_none=True,
        metadata=about("Who supervises; null: nobody.", "Åse Ørum"),
    )
    state = choice(
        PlacementState, "Where it is on its way.", "offered", attribute="placement.state"
    )
    actions = fields.Function(
        lambda one: [action.value for action in one.placement.actions()],
        metadata=about(
            "What its state allows.",
            ["agree", "break-off"],
            type="array",
            items={"type": "string"},
        ),
    )
    parties = fields.Function(
        lambda one: [party.value for party in one.placement.parties()],
        metadata=about(
            "Who has to agree.",
            ["student", "host", "university"],
            type="array",
            items={"type": "string"},
        ),
    )
    agreed = fields.Dict(
        attribute="placement.agreed",
        keys=fields.String(),
        values=fields.String(),
        metadata=about("Party -> when it agreed.", {"student": "2027-01-04T10:00:00+00:00"}),
    )
    answer_by = fields.AwareDateTime(
        attribute="placement.answer_by",
        allow_none=True,
        metadata=about("Until when all have to agree; null: no time is set."),
    )
    ending = choice(
        PlacementEnding,
        "How it came to nothing; null: it has not.",
        "declined",
        attribute="placement.ending",
        allow_none=True,
    )
    declined_by = choice(
        PlacementParty,
        "Who said no; null: nobody.",
        "host",
        attribute="placement.declined_by",
        allow_none=True,
    )
    job = choice(
        JobStage,
        "The job that came of it; null: none that anybody told of.",
        "offered",
        attribute="placement.job",
        allow_none=True,
    )
    reason = fields.String(
        attribute="placement.reason", metadata=about("Why it was broken off; else empty.")
    )
    created_at = fields.AwareDateTime(
        attribute="placement.created_at", metadata=about("When it was offered.")
    )
    updated_at = fields.AwareDateTime(
        attribute="placement.updated_at", metadata=about("When it was last changed.")
    )
    revision = fields.Integer(
        attribute="placement.revision",
        metadata=about("Rises with every change; also the ETag.", 1),
    )


class PlacementPageSchema(CursorPageSchema):
    """Some placements."""

    items = fields.List(
        fields.Nested(PlacementSchema),
        metadata=about("One's own: the latest first. Of a round: by name of the student."),
    )
