"""What every profile shows, whatever its kind."""

from __future__ import annotations

from typing import Any

import marshmallow as ma
from flask_babel import lazy_gettext as _
from marshmallow import fields, validate

from api.schemas.base import (
    OutputSchema,
    PageQuerySchema,
    SparsePageSchema,
    about,
    choice,
    one_line,
    only_fields,
)
from api.schemas.place import PlaceSchema
from matchmaker.models import EvidenceKind, IdentifierScheme, PartnerKind, ProfileKind
from matchmaker.models.profile_search import ListOrder


class TextQuerySchema(PageQuerySchema):
    """Part of a list, narrowed by words."""

    text = fields.String(
        validate=[
            validate.Length(max=100, error=_("Please use at most {max} characters.")),
            one_line(),
        ],
        metadata=about("Only those with this in name or summary, in any case.", "svejs"),
    )

    sort = choice(
        ListOrder,
        "By name or by last change; a minus turns it round. The id decides between equals.",
        "-updated_at",
        load_default=ListOrder.NAME,
        attribute="order",
    )
    cursor = fields.String(
        validate=validate.Length(max=2_000),
        metadata=about(
            "`next` of the part before, asked for in the same order; costs the same however far "
            "on it is, and misses nothing when profiles come and go."
        ),
    )

    @ma.post_load
    def blank_is_nothing(self, data: dict[str, Any], **_kwargs: object) -> dict[str, Any]:
        """Take a search for blanks as no search."""
        if not data.get("text", "x").strip():
            del data["text"]
        return data


class ProfileQuerySchema(TextQuerySchema):
    """Part of a list, narrowed by words and kind of partner."""

    partner_kind = fields.Enum(
        PartnerKind,
        by_value=fields.String,
        metadata=about("Only this kind of partner.", "institute"),
    )


class EvidenceSchema(OutputSchema):
    """One thing that shows what a profile can do."""

    id = fields.UUID(metadata=about("Matches refer to it."))
    kind = fields.Enum(
        EvidenceKind, by_value=fields.String, metadata=about("What sort of thing.", "equipment")
    )
    title = fields.String(metadata=about("In a few words.", "Røntgendiffraktion"))
    text = fields.String(metadata=about("What it is and what it is used for."))
    language = fields.String(metadata=about("ISO 639-1 code of the text.", "da"))
    year = fields.Integer(allow_none=True, metadata=about("Year, if it has one.", 2024))


class ProfileSummarySchema(OutputSchema):
    """A profile in a list."""

    id = fields.UUID(metadata=about("Id of the profile."))
    kind = fields.Enum(
        ProfileKind, by_value=fields.String, metadata=about("Kind of profile.", "expert")
    )
    partner_kind = fields.Enum(
        PartnerKind, by_value=fields.String, metadata=about("What a firm sees.", "expert")
    )
    name = fields.String(metadata=about("Name."))
    summary = fields.String(metadata=about("What this partner does for a manufacturer."))
    language = fields.String(metadata=about("ISO 639-1 code of the texts.", "da"))
    working_languages = fields.List(
        fields.String(), metadata=about("ISO 639-1 codes.", ["da", "en"])
    )
    place = fields.Nested(PlaceSchema, metadata=about("Where they are."))
    can_travel_km = fields.Integer(
        allow_none=True, metadata=about("Farthest they go to meet a firm; null is any.", 100)
    )
    website = fields.String(allow_none=True, metadata=about("Address on the web."))
    source = fields.String(metadata=about("Where the facts come from."))
    fictional = fields.Boolean(metadata=about("Invented for demonstration.", examples=[False]))
    updated_at = fields.AwareDateTime(metadata=about("When it was last changed."))
    revision = fields.Integer(metadata=about("Rises with every change; also the ETag.", 1))


class IdentifierSchema(OutputSchema):
    """A number by which others know a profile."""

    scheme = fields.Enum(
        IdentifierScheme, by_value=fields.String, metadata=about("Who gives the numbers.", "cvr")
    )
    value = fields.String(metadata=about("The number, in one spelling.", "56976116"))
    uri = fields.String(allow_none=True, metadata=about("Address that means the same, or null."))


class ProfileSchema(ProfileSummarySchema):
    """What every profile shows, whatever its kind."""

    description = fields.String(metadata=about("A longer text, or empty."))
    evidence = fields.List(
        fields.Nested(EvidenceSchema), metadata=about("What shows what they can do.")
    )
    identifiers = fields.List(
        fields.Nested(IdentifierSchema), metadata=about("Numbers in public registers.")
    )


class ListedProfileSchema(ProfileSummarySchema):
    """A profile in a list of all kinds."""

    sparse = True


class ProfileListQuerySchema(ProfileQuerySchema):
    """Part of the list of all kinds."""

    some_fields = only_fields(ListedProfileSchema)


class ProfilePageSchema(SparsePageSchema):
    """Some profiles."""

    items = fields.List(fields.Nested(ListedProfileSchema), metadata=about("As asked."))
