"""Conditions of a match run on the wire."""

from __future__ import annotations

from typing import Any

import marshmallow as ma
from marshmallow import fields, validate

from api.schemas.base import LARGEST_PAGE, StrictSchema, WholeNumber, about, language_code
from matchmaker.models import Conditions, PartnerKind

#: Half the way around the earth: farther is no condition.
FARTHEST_KM = 20_000


class ConditionsSchema(StrictSchema):
    """What is asked for beyond the text; what is left out removes nobody."""

    partner_kinds = fields.List(
        fields.Enum(PartnerKind, by_value=fields.String),
        validate=validate.Length(max=20),
        metadata=about("Only these kinds of partner.", ["expert", "institute"]),
    )
    languages = fields.List(
        fields.String(validate=language_code()),
        validate=validate.Length(max=20),
        metadata=about("ISO 639-1 codes; one of them must be a working language.", ["da"]),
    )
    within_km = WholeNumber(
        allow_none=True,
        validate=validate.Range(min=1, max=FARTHEST_KM),
        metadata=about("Farthest away, in kilometres; needs the place of the challenge.", 150),
    )
    limit = WholeNumber(
        load_default=Conditions.limit,
        dump_default=Conditions.limit,
        validate=validate.Range(min=1, max=LARGEST_PAGE),
        metadata=about("Most matches in the list.", 20),
    )

    @ma.post_load
    def conditions(self, data: dict[str, Any], **_kwargs: object) -> Conditions:
        """Return them as the service takes them, each value once."""
        for name in ("partner_kinds", "languages"):
            if name in data:
                data[name] = tuple(dict.fromkeys(data[name]))
        return Conditions(**data)
