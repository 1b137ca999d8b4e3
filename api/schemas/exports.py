"""Exports and bulk writes on the wire."""

from __future__ import annotations

from marshmallow import fields, validate

from api.schemas.base import OutputSchema, StrictSchema, about, one_line
from api.schemas.imports import RowProblemSchema
from matchmaker.models import PartnerKind, ProfileKind, RowOutcome
from matchmaker.services.exporting import ExportFormat


class ExportQuerySchema(StrictSchema):
    """What to hand out, and how."""

    format = fields.Enum(
        ExportFormat,
        by_value=fields.String,
        metadata=about("How it is written; the header Accept says it otherwise.", "csv"),
    )
    kind = fields.Enum(
        ProfileKind,
        by_value=fields.String,
        metadata=about("Only these; csv holds one kind.", "expert"),
    )


class ExportFormSchema(StrictSchema):
    """What the page of exports asks for."""

    format = fields.Enum(ExportFormat, by_value=fields.String, required=True)
    kind = fields.Enum(ProfileKind, by_value=fields.String)
    partner_kind = fields.Enum(PartnerKind, by_value=fields.String)
    text = fields.String(validate=[validate.Length(max=100), one_line()])


class BulkRowSchema(OutputSchema):
    """What was done with one profile."""

    number = fields.Integer(metadata=about("Its place in the list, from 1.", 1))
    outcome = fields.Enum(
        RowOutcome, by_value=fields.String, metadata=about("What was done.", "new")
    )
    profile_id = fields.UUID(allow_none=True, metadata=about("The profile; null when refused."))
    name = fields.String(metadata=about("Name in it."))
    problems = fields.List(
        fields.Nested(RowProblemSchema), metadata=about("What has to change; empty unless refused.")
    )


class BulkSchema(OutputSchema):
    """What was done with each profile."""

    items = fields.List(fields.Nested(BulkRowSchema), metadata=about("In the order sent."))
