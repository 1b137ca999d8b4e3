"""Records of the files in ``seed_data``: the shape of an import, before it becomes a profile.

A record is called by a ``key`` that people can write; its id follows from the key, so that
loading twice finds what is there.
"""

from __future__ import annotations

import unicodedata
from uuid import UUID, uuid5

import marshmallow as ma
from marshmallow import fields, validate

from api.schemas.base import StrictSchema, language_code
from matchmaker.models import (
    ActivityType,
    CompanyNeed,
    EvidenceKind,
    OrganisationType,
    PlacementType,
    StudyLevel,
)

#: Names the ids that are made from keys.
NAMESPACE = UUID("5b0f1a5e-6d0c-4d0e-9c39-3a1f6f2f7d11")


def id_of(key: str) -> UUID:
    """Return the id that belongs to a key."""
    return uuid5(NAMESPACE, key)


def _key() -> fields.String:
    return fields.String(
        required=True,
        validate=validate.Regexp(
            r"^[a-z0-9]+(-[a-z0-9]+)*\Z", error="Use small letters, digits and single hyphens."
        ),
    )


def _text(least: int, most: int) -> fields.String:
    return fields.String(
        required=True, validate=[validate.Length(min=least, max=most), _without_control_characters]
    )


def _without_control_characters(text: str) -> None:
    """Refuse what no page can show and no database keeps; line breaks stay."""
    if any(unicodedata.category(one) in {"Cc", "Cs"} for one in text.replace("\n", "")):
        raise ma.ValidationError("Take out the control characters.")


class SeedPlaceSchema(StrictSchema):
    """Where somebody is."""

    city = _text(1, 80)
    postcode = fields.String(required=True, allow_none=True, validate=validate.Regexp(r"^\d{4}\Z"))
    municipality = fields.String(
        required=True, allow_none=True, validate=validate.Regexp(r"^\d{3}\Z")
    )
    country = fields.String(required=True, validate=validate.Regexp(r"^[A-Z]{2}\Z"))
    latitude = fields.Float(required=True, validate=validate.Range(-90, 90))
    longitude = fields.Float(required=True, validate=validate.Range(-180, 180))


class SeedEvidenceSchema(StrictSchema):
    """One item of evidence."""

    kind = fields.Enum(EvidenceKind, by_value=fields.String, required=True)
    title = _text(3, 120)
    text = _text(20, 1000)
    year = fields.Integer(
        required=True, allow_none=True, validate=validate.Range(min=1950, max=2100)
    )


class SeedProfileSchema(StrictSchema):
    """What every profile has."""

    key = _key()
    name = _text(2, 200)
    language = fields.String(required=True, validate=language_code())
    summary = _text(20, 400)
    description = _text(0, 2000)
    working_languages = fields.List(
        fields.String(validate=language_code()), required=True, validate=validate.Length(min=1)
    )
    place = fields.Nested(SeedPlaceSchema, required=True)
    website = fields.Url(required=True, allow_none=True, schemes={"http", "https"})
    source = _text(2, 300)
    fictional = fields.Boolean(required=True)
    evidence = fields.List(
        fields.Nested(SeedEvidenceSchema), required=True, validate=validate.Length(max=50)
    )


class SeedOrganisationSchema(SeedProfileSchema):
    """An organisation."""

    organisation_type = fields.Enum(OrganisationType, by_value=fields.String, required=True)
    #: Key of the organisation above it.
    parent = fields.String(required=True, allow_none=True)
    ror = fields.Url(required=True, allow_none=True, schemes={"https"})
    cvr = fields.String(required=True, allow_none=True, validate=validate.Regexp(r"^\d{8}\Z"))


class SeedExpertSchema(SeedProfileSchema):
    """An expert."""

    title = _text(2, 200)
    affiliation = _text(0, 200)
    capacity = fields.Integer(required=True, validate=validate.Range(min=0, max=50))
    on_leave_until = fields.Date(required=True, allow_none=True)
    can_travel_km = fields.Integer(
        required=True, allow_none=True, validate=validate.Range(min=0, max=20_000)
    )


class SeedStudentSchema(SeedProfileSchema):
    """A student."""

    programme = _text(2, 200)
    level = fields.Enum(StudyLevel, by_value=fields.String, required=True)
    institution = _text(2, 200)
    placement_types = fields.List(
        fields.Enum(PlacementType, by_value=fields.String),
        required=True,
        validate=validate.Length(min=1),
    )
    available_from = fields.Date(required=True, allow_none=True)
    available_to = fields.Date(required=True, allow_none=True)
    learning_goals = _text(0, 600)


class SeedActivitySchema(SeedProfileSchema):
    """An activity."""

    activity_type = fields.Enum(ActivityType, by_value=fields.String, required=True)
    organiser = _text(2, 200)
    starts_on = fields.Date(required=True, allow_none=True)
    ends_on = fields.Date(required=True, allow_none=True)
    eligibility = _text(0, 400)
    need = fields.Enum(CompanyNeed, by_value=fields.String, required=True)


class SeedChallengeSchema(StrictSchema):
    """A challenge that is judged, and perhaps shown as an example."""

    key = _key()
    title = _text(3, 120)
    text = _text(15, 10_000)
    language = fields.String(required=True, validate=validate.OneOf(["da", "en"]))
    municipality = fields.String(
        required=True, allow_none=True, validate=validate.Regexp(r"^\d{3}\Z")
    )
    industry_code = fields.String(
        required=True, allow_none=True, validate=validate.Regexp(r"^[A-Z0-9.]{1,10}\Z")
    )
    #: What a judge should know: is there one need, an unclear one, or none for a cluster?
    clarity = fields.String(required=True, validate=validate.OneOf(["clear", "vague", "off-topic"]))
    #: Offered on the home page to be tried.
    sample = fields.Boolean(load_default=False)


class SeedTranslationSchema(StrictSchema):
    """A judged challenge in the other of the two languages; it is called by the same key."""

    key = _key()
    language = fields.String(required=True, validate=validate.OneOf(["da", "en"]))
    title = _text(3, 120)
    text = _text(15, 10_000)
