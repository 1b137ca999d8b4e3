"""Codes of public lists on the wire."""

from __future__ import annotations

from marshmallow import fields, validate

from api.schemas.base import OutputSchema, StrictSchema, about, one_line


class CodeQuerySchema(StrictSchema):
    """What to look for in a list of codes."""

    q = fields.String(
        load_default="",
        validate=[validate.Length(max=100), one_line()],
        metadata=about("A code or its beginning, or words in Danish or English.", "svejs"),
    )
    limit = fields.Integer(
        load_default=20,
        validate=validate.Range(min=1, max=100),
        metadata=about("How many to answer with at most.", 20),
    )


class CodeSchema(OutputSchema):
    """One code with its names."""

    code = fields.String(metadata=about("The code.", "25.62"))
    da = fields.String(metadata=about("Danish name, or empty.", "Maskinforarbejdning"))
    en = fields.String(metadata=about("English name, or empty.", "Machining"))


class CodeListSchema(OutputSchema):
    """Codes that fit."""

    items = fields.List(fields.Nested(CodeSchema), metadata=about("The nearest first."))
