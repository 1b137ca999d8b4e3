"""Cohorts, their students and supervisors, and what universities say of positions, on the wire."""

from __future__ import annotations

from typing import Any, ClassVar

import marshmallow as ma
from flask_babel import lazy_gettext as _
from marshmallow import fields, validate

from api.schemas.base import OutputSchema, StrictSchema, WholeNumber, about, one_line
from api.schemas.desk import CursorPageSchema
from api.schemas.position import PositionSchema
from api.schemas.programme import day_field
from matchmaker.services.cohort_reading import OfferedPosition
from matchmaker.services.cohorts import MOST_NAME, MOST_REASON

#: Most students whom somebody supervises or a host takes.
MOST_STUDENTS = 9_999
_LENGTH = _("Please write {min} to {max} characters.")


def name_field(description: str, example: str, most: int = MOST_NAME, **options: Any) -> Any:
    """Return the field for a text on one line that has to say something."""
    return fields.String(
        validate=[validate.Length(min=1, max=most, error=_LENGTH), one_line()],
        metadata=about(description, example),
        **options,
    )


def reason_field(description: str, example: str, **options: Any) -> Any:
    """Return the field for a reason that people read."""
    return name_field(description, example, MOST_REASON, **options)


def _capacity_field(description: str, **options: Any) -> WholeNumber:
    return WholeNumber(
        validate=validate.Range(min=0, max=MOST_STUDENTS),
        metadata=about(description, 4),
        **options,
    )


class CohortInputSchema(StrictSchema):
    """A new cohort."""

    university_id = fields.UUID(
        required=True,
        metadata=about("The organisation that places them: one's own; for staff any."),
    )
    name = name_field("What it is called.", "Forår 2027", required=True)
    starts_on = day_field("First day of the period.", "2027-02-01", required=True)
    ends_on = day_field("Last day of the period.", "2027-06-30", required=True)


class CohortSchema(OutputSchema):
    """Students of one programme and period."""

    id = fields.UUID(metadata=about("Its id."))
    university_id = fields.UUID(metadata=about("The organisation that places them."))
    name = fields.String(metadata=about("What it is called.", "Forår 2027"))
    starts_on = fields.Date(metadata=about("First day of the period.", "2027-02-01"))
    ends_on = fields.Date(metadata=about("Last day of the period.", "2027-06-30"))
    created_at = fields.AwareDateTime(metadata=about("When it was made."))
    proposed_at = fields.AwareDateTime(
        allow_none=True,
        metadata=about("When hosts were last shown who wishes; null: they see nobody yet."),
    )
    revision = fields.Integer(metadata=about("Rises with every change; also the ETag.", 1))


class CohortPageSchema(CursorPageSchema):
    """Some cohorts."""

    items = fields.List(fields.Nested(CohortSchema), metadata=about("The newest first."))


def _email_field(**options: Any) -> fields.String:
    return fields.String(
        validate=[validate.Length(max=254), one_line()],
        metadata=about("Where they are reached.", "aase@example.dk"),
        **options,
    )


class SupervisorPatchSchema(StrictSchema):
    """Changes to a supervisor; what is left out stays."""

    rules: ClassVar = {"minProperties": 1}
    name = name_field("Their name.", "Åse Ørum")
    email = _email_field()
    capacity = _capacity_field("How many students they supervise at most.")

    @ma.validates_schema
    def something(self, values: dict[str, Any], **_kwargs: object) -> None:
        """Refuse a change of nothing."""
        if not values:
            raise ma.ValidationError(str(_("Send at least one field to change.")))


class SupervisorInputSchema(StrictSchema):
    """Somebody who supervises students of a cohort."""

    name = name_field("Their name.", "Åse Ørum", required=True)
    email = _email_field(required=True)
    capacity = _capacity_field("How many students they supervise at most.", required=True)


class SupervisorSchema(OutputSchema):
    """Somebody who supervises students of a cohort."""

    id = fields.UUID(metadata=about("Their id."))
    name = fields.String(metadata=about("Their name.", "Åse Ørum"))
    email = fields.String(metadata=about("Where they are reached.", "aase@example.dk"))
    capacity = fields.Integer(metadata=about("How many students they supervise at most.", 4))
    revision = fields.Integer(metadata=about("Rises with every change; also the ETag.", 1))


class SupervisorPageSchema(CursorPageSchema):
    """Some supervisors of a cohort."""

    items = fields.List(fields.Nested(SupervisorSchema), metadata=about("By name."))


class OfferedPositionSchema(OutputSchema):
    """A position as a coordinator sees it."""

    position = fields.Nested(PositionSchema, metadata=about("The position."))
    host = fields.String(metadata=about("Name of the organisation that offers it."))
    vetted = fields.Boolean(
        metadata=about("Whether staff confirmed organisation and contact.", examples=[True])
    )
    host_capacity = fields.Integer(
        allow_none=True,
        metadata=about("Students its host takes over all positions; null for no limit.", 4),
    )
    approved = fields.Boolean(
        allow_none=True,
        metadata=about("Whether students see it; null: nothing was said.", examples=[True]),
    )
    reason = fields.String(metadata=about("Why students do not see it; else empty."))
    marks = fields.Integer(metadata=about("How many students it interests.", 3))

    @ma.pre_dump
    def as_sent(self, offered: OfferedPosition, **_kwargs: object) -> dict[str, Any]:
        """Say in two fields what the university said."""
        said = offered.approval
        return {
            "position": offered.position,
            "host": offered.host,
            "vetted": offered.vetted,
            "host_capacity": offered.vetting.capacity if offered.vetting else None,
            "approved": None if said is None else said.approved,
            "reason": "" if said is None else said.reason,
            "marks": offered.marks,
        }


class OfferedPositionPageSchema(CursorPageSchema):
    """Some positions of the period of a cohort."""

    items = fields.List(
        fields.Nested(OfferedPositionSchema), metadata=about("By title; closed ones too.")
    )


class ApprovalInputSchema(StrictSchema):
    """Whether the students of a cohort see a position."""

    approved = fields.Boolean(
        required=True,
        truthy={True},
        falsy={False},
        metadata=about("Whether they see it.", examples=[True]),
    )
    reason = fields.String(
        load_default="",
        validate=[
            validate.Length(max=MOST_REASON, error=_("Please use at most {max} characters.")),
            one_line(),
        ],
        metadata=about("Why not; needed when they do not see it.", "Ligger uden for studiet"),
    )


class VettingInputSchema(StrictSchema):
    """That a host exists and its contact is of it."""

    capacity = _capacity_field(
        "How many students it takes over all positions; null for no limit of its own.",
        allow_none=True,
        load_default=None,
    )


class ForbiddenPairInputSchema(StrictSchema):
    """A student and a position that must not come together."""

    student_id = fields.UUID(required=True, metadata=about("A student of the cohort."))
    position_id = fields.UUID(required=True, metadata=about("The position."))
    reason = reason_field("Why not.", "Arbejder der i forvejen", required=True)


class ForbiddenPairSchema(OutputSchema):
    """A student and a position that must not come together, in no round of the cohort."""

    student_id = fields.UUID(metadata=about("The student."))
    position_id = fields.UUID(metadata=about("The position."))
    reason = fields.String(metadata=about("Why not.", "Arbejder der i forvejen"))
    at = fields.AwareDateTime(metadata=about("When that was said."))


class ForbiddenPairPageSchema(CursorPageSchema):
    """Some forbidden pairs of a cohort."""

    items = fields.List(fields.Nested(ForbiddenPairSchema), metadata=about("The oldest first."))


class ProposedSchema(OutputSchema):
    """How many students the host of a position can rank now."""

    position_id = fields.UUID(metadata=about("The position."))
    students = fields.Integer(metadata=about("How many it is shown.", 3))


class ProposedListSchema(OutputSchema):
    """What proposing did."""

    items = fields.List(
        fields.Nested(ProposedSchema), metadata=about("Positions that somebody wishes for.")
    )
