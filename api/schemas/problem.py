"""The shape of a refusal, RFC 9457."""

from __future__ import annotations

import marshmallow as ma
from marshmallow import fields

from api.schemas.base import about


class FieldErrorSchema(ma.Schema):
    """One value that has to change, and where it is."""

    pointer = fields.String(metadata=about("JSON pointer into the body that was sent.", "#/text"))
    parameter = fields.String(metadata=about("Name of a query parameter.", "limit"))
    header = fields.String(metadata=about("Name of a header.", "If-Match"))
    detail = fields.String(
        required=True, metadata=about("What to change.", "Missing data for required field.")
    )


class ProblemSchema(ma.Schema):
    """A refusal (RFC 9457). Some types have further members; their pages name them."""

    class Meta:
        """Further members are part of the standard."""

        unknown = ma.INCLUDE

    type = fields.String(
        required=True,
        metadata=about(
            "Kind of problem; the address of a page that explains it.",
            "/problems/validation",
            format="uri-reference",
        ),
    )
    title = fields.String(
        required=True, metadata=about("The kind in words.", "Some values have to change")
    )
    status = fields.Integer(required=True, metadata=about("The HTTP status once more.", 422))
    detail = fields.String(
        required=True,
        metadata=about("What is wrong this time.", "Some values have to change; see 'errors'."),
    )
    instance = fields.String(
        required=True,
        metadata=about(
            "Number of this request, also in the log and in X-Request-ID.",
            "urn:uuid:0b1f9a66-9a35-4f4c-8d9c-5b0a8f0d5e7b",
            format="uri",
        ),
    )
    errors = fields.List(
        fields.Nested(FieldErrorSchema), metadata=about("Each value that has to change.")
    )
