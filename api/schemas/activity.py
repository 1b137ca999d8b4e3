"""Activities on the wire."""

from __future__ import annotations

from marshmallow import fields

from api.schemas.base import OutputSchema, SparsePageSchema, about, only_fields
from api.schemas.profile import ProfileSchema, ProfileSummarySchema, TextQuerySchema
from matchmaker.models import ActivityType, CompanyNeed


class ActivityFields(OutputSchema):
    """What only an activity has."""

    activity_type = fields.Enum(
        ActivityType, by_value=fields.String, metadata=about("What sort of activity.", "open-lab")
    )
    organiser = fields.String(metadata=about("Who holds it."))
    starts_on = fields.Date(allow_none=True, metadata=about("First day; null is all year."))
    ends_on = fields.Date(allow_none=True, metadata=about("Last day; null is all year."))
    eligibility = fields.String(metadata=about("Who can take part, in one sentence."))
    need = fields.Enum(
        CompanyNeed,
        by_value=fields.String,
        metadata=about("Which need of a firm it serves.", "new-materials"),
    )


class ActivitySummarySchema(ActivityFields, ProfileSummarySchema):
    """An activity in a list."""

    sparse = True


class ActivitySchema(ActivityFields, ProfileSchema):
    """Something that a firm can join."""


class ActivityListQuerySchema(TextQuerySchema):
    """Part of the list of activities."""

    some_fields = only_fields(ActivitySummarySchema)


class ActivityPageSchema(SparsePageSchema):
    """Some activities."""

    items = fields.List(fields.Nested(ActivitySummarySchema), metadata=about("As asked."))
