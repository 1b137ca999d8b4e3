"""Experts on the wire."""

from __future__ import annotations

from marshmallow import fields

from api.schemas.base import OutputSchema, SparsePageSchema, about, only_fields
from api.schemas.profile import ProfileSchema, ProfileSummarySchema, TextQuerySchema


class ExpertFields(OutputSchema):
    """What only an expert has."""

    title = fields.String(metadata=about("Role in words.", "Svejseingeniør"))
    affiliation = fields.String(metadata=about("Where they work, in words."))
    capacity = fields.Integer(
        allow_none=True,
        metadata=about("How many introductions may be open at once; null is not shown.", 3),
    )
    on_leave_until = fields.Date(
        allow_none=True, metadata=about("Last day of leave; not proposed until then.")
    )


class ExpertSummarySchema(ExpertFields, ProfileSummarySchema):
    """An expert in a list."""

    sparse = True


class ExpertSchema(ExpertFields, ProfileSchema):
    """A person with evidence of what they can do."""


class ExpertListQuerySchema(TextQuerySchema):
    """Part of the list of experts."""

    some_fields = only_fields(ExpertSummarySchema)


class ExpertPageSchema(SparsePageSchema):
    """Some experts."""

    items = fields.List(fields.Nested(ExpertSummarySchema), metadata=about("As asked."))
