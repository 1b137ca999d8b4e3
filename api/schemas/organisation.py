"""Organisations on the wire."""

from __future__ import annotations

from marshmallow import fields

from api.schemas.base import OutputSchema, SparsePageSchema, about, only_fields
from api.schemas.profile import ProfileQuerySchema, ProfileSchema, ProfileSummarySchema
from matchmaker.models import OrganisationType


class OrganisationFields(OutputSchema):
    """What only an organisation has."""

    organisation_type = fields.Enum(
        OrganisationType,
        by_value=fields.String,
        metadata=about("What sort of organisation.", "gts-institute"),
    )
    parent_id = fields.UUID(
        allow_none=True, metadata=about("The organisation it is a part of, if any.")
    )
    ror = fields.String(
        allow_none=True, metadata=about("Research Organization Registry, full address.")
    )
    cvr = fields.String(allow_none=True, metadata=about("Danish company number.", "56976116"))


class OrganisationSummarySchema(OrganisationFields, ProfileSummarySchema):
    """An organisation in a list."""

    sparse = True


class OrganisationSchema(OrganisationFields, ProfileSchema):
    """A firm, research group, institute, foreign partner or hub."""


class OrganisationListQuerySchema(ProfileQuerySchema):
    """Part of the list of organisations."""

    some_fields = only_fields(OrganisationSummarySchema)


class OrganisationPageSchema(SparsePageSchema):
    """Some organisations."""

    items = fields.List(fields.Nested(OrganisationSummarySchema), metadata=about("As asked."))
