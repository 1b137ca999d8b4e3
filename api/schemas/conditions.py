"""Conditions of a match run on the wire."""

from __future__ import annotations

from typing import Any

import marshmallow as ma
from marshmallow import fields, validate

from api.schemas.base import (
    LARGEST_PAGE,
    Number,
    StrictSchema,
    WholeNumber,
    about,
    language_code,
    one_line,
)
from matchmaker.models import Conditions, Dismissal, DismissalReason, PartnerKind
from matchmaker.services.steering import (
    MOST_DISMISSED,
    MOST_EXAMPLES,
    MOST_PLACE_WEIGHT,
    MOST_TERMS,
    NOTE_LENGTH,
    TERM_LENGTH,
)

#: Half the way around the earth: farther is no condition.
FARTHEST_KM = 20_000


class DismissalSchema(StrictSchema):
    """A profile that is not wanted in this list, and why."""

    profile_id = fields.UUID(required=True, metadata=about("Who is not wanted."))
    reason = fields.Enum(
        DismissalReason,
        by_value=fields.String,
        required=True,
        metadata=about(
            "Why not. After 'wrong-field' the question moves slightly away from this profile; "
            "the other reasons move nothing.",
            "already-known",
        ),
    )
    note = fields.String(
        load_default="",
        validate=[validate.Length(max=NOTE_LENGTH), one_line()],
        metadata=about("A line of your own; kept with the run.", "Worked with them in 2024."),
    )

    @ma.post_load
    def dismissal(self, data: dict[str, Any], **_kwargs: object) -> Dismissal:
        """Return it as the service takes it."""
        return Dismissal(**data)


def _terms(description: str, example: str) -> fields.List[Any]:
    return fields.List(
        fields.String(validate=[validate.Length(min=1, max=TERM_LENGTH), one_line()]),
        validate=validate.Length(max=MOST_TERMS),
        metadata=about(description, [example]),
    )


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
    required_terms = _terms(
        "Words or phrases that a partner must have in one of its passages: in any ending, as "
        "part of a Danish compound, or as the trade glossary calls it in the other language. "
        "All words of a phrase must be in the same passage.",
        "ISO 3834",
    )
    excluded_terms = _terms(
        "Words or phrases that a partner must not have in any passage, found in the same way.",
        "additive manufacturing",
    )
    more_like = fields.List(
        fields.UUID(),
        validate=validate.Length(max=MOST_EXAMPLES),
        metadata=about(
            "Profiles to find more of: the question moves towards their passages that answer it "
            "best. They stay in the list."
        ),
    )
    dismissed = fields.List(
        fields.Nested(DismissalSchema),
        validate=validate.Length(max=MOST_DISMISSED),
        metadata=about("Profiles that are left out of this list, each with the reason."),
    )
    place_weight = Number(
        allow_none=True,
        load_default=None,
        validate=validate.Range(min=0, max=MOST_PLACE_WEIGHT),
        metadata=about(
            "How much it counts that a partner is near, against what is usual: 0 not at all, 2 "
            "twice as much; null is as usual. Needs the place of the challenge.",
            0.5,
        ),
    )

    @ma.post_load
    def conditions(self, data: dict[str, Any], **_kwargs: object) -> Conditions:
        """Return them as the service takes them, each value once."""
        for name, field in self.fields.items():
            if name in data and isinstance(field, fields.List):
                data[name] = tuple(dict.fromkeys(data[name]))
        return Conditions(**data)
