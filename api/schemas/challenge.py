"""Challenges on the wire."""

from __future__ import annotations

from typing import Any, ClassVar

import marshmallow as ma
from flask_babel import lazy_gettext as _
from marshmallow import fields, validate

from api.schemas.base import OutputSchema, Pattern, StrictSchema, about, language_code, one_line
from api.schemas.place import PlaceSchema
from matchmaker.models import ChallengeAction, ChallengeState, ClosingReason, Side

#: Shown in the reference; a test submits it.
EXAMPLE = {
    "title": "Skæve aksler efter varmebehandling",
    "text": (
        "Vi drejer og fræser aksler i rustfrit stål. Efter varmebehandlingen slår de sig op til "
        "0,3 mm, og vi kasserer hver femte. Vi leder efter nogen, der kan måle restspændinger "
        "og hjælpe os med at ændre rækkefølgen af operationerne."
    ),
    "place": "9220",
    "industry_code": "25.62",
}


def text_field(**options: Any) -> fields.String:
    """Return the field for the words of the firm."""
    return fields.String(
        validate=validate.Length(
            min=15,
            max=10_000,
            error=_("Please write between {min} and {max} characters."),
        ),
        metadata=about(
            "The problem in the firm's own words, in Danish or English (Norwegian, Swedish and "
            "German are read too): what is made, what goes wrong, what has been tried. At least "
            "three words. Kept as it is written; control characters are taken out.",
            EXAMPLE["text"],
        ),
        **options,
    )


def title_field() -> fields.String:
    """Return the field for a few words above the text."""
    return fields.String(
        validate=validate.Length(max=120, error=_("Please use at most {max} characters.")),
        metadata=about("A few words to recognise it by.", EXAMPLE["title"]),
    )


def language_field() -> fields.String:
    """Return the field for the language of the text."""
    return fields.String(
        allow_none=True,
        validate=language_code(),
        metadata=about("ISO 639-1 code of the text; recognised when it is left out.", "da"),
    )


def place_field() -> fields.String:
    """Return the field for where the firm is."""
    return fields.String(
        allow_none=True,
        validate=[
            validate.Length(max=80, error=_("Please use at most {max} characters.")),
            one_line(),
        ],
        metadata=about(
            "Where the firm is: a Danish postcode, town or municipality. Needed for distances.",
            "9220",
            "Ikast",
        ),
    )


def industry_code_field() -> fields.String:
    """Return the field for the firm's line of business."""
    return fields.String(
        allow_none=True,
        validate=Pattern(
            r"^[0-9]{2}(\.?[0-9]{1,2}){0,2}$",
            error=_("Use a NACE or DB07 code such as 25.62 or 25.62.00."),
        ),
        metadata=about("NACE or DB07 code of the firm's line of business.", "25.62"),
    )


class ChallengeInputSchema(StrictSchema):
    """A new challenge."""

    text = text_field(required=True)
    title = title_field()
    language = language_field()
    place = place_field()
    industry_code = industry_code_field()
    organisation_id = fields.UUID(
        allow_none=True,
        metadata=about(
            "For those with a token: whose members may read it too, one of your organisations."
        ),
    )


class ChallengePatchSchema(StrictSchema):
    """Changes to a challenge: only the fields that are sent."""

    #: For the OpenAPI description, beside what the fields say.
    rules: ClassVar = {"minProperties": 1}

    text = text_field()
    title = title_field()
    language = language_field()
    place = place_field()
    industry_code = industry_code_field()

    @ma.validates_schema
    def something_changes(self, data: dict[str, Any], **_kwargs: object) -> None:
        """Refuse a change of nothing."""
        if not data:
            raise ma.ValidationError(str(_("Send at least one field to change.")))


class AllowedActions(fields.List[ChallengeAction]):
    """The actions that the present state of an entity allows."""

    def get_value(self, obj: Any, *_args: object, **_kwargs: object) -> Any:
        """Ask the entity."""
        return obj.actions()


class ChallengeSchema(OutputSchema):
    """A challenge as it is stored."""

    id = fields.UUID(
        metadata=about("Not guessable: without an account, who has it may read and change it.")
    )
    title = fields.String(metadata=about("A few words, or empty.", EXAMPLE["title"]))
    text = fields.String(metadata=about("The firm's own words.", EXAMPLE["text"]))
    language = fields.String(metadata=about("ISO 639-1 code, recognised or given.", "da"))
    place = fields.Nested(PlaceSchema, metadata=about("Where the firm is."))
    industry_code = fields.String(
        allow_none=True, metadata=about("NACE or DB07 code, if it was given.", "25.62")
    )
    state = fields.Enum(
        ChallengeState,
        by_value=fields.String,
        metadata=about("Where it is on its way.", "submitted"),
    )
    actions = AllowedActions(
        fields.Enum(ChallengeAction, by_value=fields.String),
        metadata=about("What its state allows now.", ["revise", "match", "withdraw"]),
    )
    waits_for = fields.Enum(
        Side,
        by_value=fields.String,
        allow_none=True,
        metadata=about("Whose turn it is; null when nobody's.", "staff"),
    )
    confidential = fields.Boolean(
        metadata=about(
            "Partners read no more than what the firm shares before both sides accept.",
            examples=[False],
        )
    )
    warnings_accepted = fields.Boolean(
        metadata=about("The firm leaves its words as they are despite warnings.", examples=[False])
    )
    opened_at = fields.AwareDateTime(
        allow_none=True, metadata=about("When it was first opened; null before.")
    )
    expires_at = fields.AwareDateTime(
        allow_none=True,
        metadata=about("When it has to be renewed; null before it is open."),
    )
    closing_reason = fields.Enum(
        ClosingReason,
        by_value=fields.String,
        allow_none=True,
        metadata=about("Why it was closed; null as long as it is not.", "solved"),
    )
    sample = fields.Boolean(
        metadata=about("Shipped with the product to be tried out.", examples=[False])
    )
    created_at = fields.AwareDateTime(metadata=about("When it was first written."))
    updated_at = fields.AwareDateTime(metadata=about("When it was last changed."))
    revision = fields.Integer(metadata=about("Rises with every change; also the ETag.", 1))
