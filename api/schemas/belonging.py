"""Who looks after profiles, on the wire."""

from __future__ import annotations

from marshmallow import fields, validate

from api.schemas.account import language_field
from api.schemas.base import OutputSchema, StrictSchema, about


class EmailInputSchema(StrictSchema):
    """Whose address it is."""

    email = fields.String(
        required=True,
        validate=validate.Length(min=3, max=254),
        metadata=about("Where mail reaches them.", "jens@example.dk"),
    )


class InvitationInputSchema(EmailInputSchema):
    """Who is asked to own a profile."""

    language = language_field()


class DelegateSchema(OutputSchema):
    """Somebody who may edit a profile for its owner."""

    id = fields.UUID(metadata=about("Id of their account."))
    name = fields.String(metadata=about("What they are called, or empty.", "Jens Falk"))
    email = fields.String(metadata=about("Where mail reaches them.", "jens@example.dk"))
    since = fields.AwareDateTime(metadata=about("Since when."))


class DelegatesSchema(OutputSchema):
    """Everybody who may edit a profile for its owner."""

    items = fields.List(fields.Nested(DelegateSchema), metadata=about("The first first."))
