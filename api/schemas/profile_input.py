"""Profiles as they are written: one schema for a new one of each kind, one for its changes."""

from __future__ import annotations

from typing import Any

import marshmallow as ma
from marshmallow import fields, validate

from api.schemas.base import (
    Number,
    StrictSchema,
    WholeNumber,
    about,
    choice,
    language_code,
    one_line,
)
from matchmaker.models import (
    HIDEABLE,
    ActivityType,
    CompanyNeed,
    EvidenceKind,
    OrganisationType,
    PlacementType,
    StudyLevel,
    Visibility,
)
from matchmaker.services.profile_checks import MOST_ITEMS

#: Half the way around the earth, in kilometres.
_FARTHEST_KM = 20_000
_MOST_PLACES = 100


def _line(description: str, *examples: str, most: int = 500, **more: Any) -> fields.String:
    checks = [validate.Length(max=most), one_line()]
    return fields.String(validate=checks, metadata=about(description, *examples), **more)


def _text(description: str, *, most: int, **more: Any) -> fields.String:
    return fields.String(validate=validate.Length(max=most), metadata=about(description), **more)


class EvidenceInputSchema(StrictSchema):
    """One item of evidence: with its id as it is stored already, without as a new one."""

    id = fields.UUID(metadata=about("Of the item that is changed; without it is new."))
    kind = choice(EvidenceKind, "What sort of thing.", "equipment")
    title = _line("In a few words.", "Røntgendiffraktion")
    text = _text("What it is and what it is used for.", most=10_000)
    language = fields.String(
        validate=language_code(), metadata=about("ISO 639-1 code of the text.", "da")
    )
    year = WholeNumber(
        allow_none=True,
        validate=validate.Range(min=1800, max=2200),
        metadata=about("Year, if it has one.", 2024),
    )
    pinned = fields.Boolean(metadata=about("Always show this one.", examples=[False]))
    excluded = fields.Boolean(metadata=about("Never match on this one.", examples=[False]))
    visibility = choice(Visibility, "Who may see it.", "public")


class ProfilePatchSchema(StrictSchema):
    """Changes of what every profile has; only what is sent is changed."""

    name = _line("Name.", "Ida Berg")
    language = fields.String(
        validate=language_code(), metadata=about("ISO 639-1 code of the texts.", "da")
    )
    summary = _text("What this partner does for a manufacturer.", most=2_000)
    description = _text("A longer text.", most=20_000)
    working_languages = fields.List(
        fields.String(validate=language_code()),
        validate=validate.Length(max=20),
        metadata=about("ISO 639-1 codes.", ["da", "en"]),
    )
    place = fields.String(
        allow_none=True,
        validate=[validate.Length(max=_MOST_PLACES), one_line()],
        metadata=about("Danish postcode, town or municipality; null is none.", "9220 Aalborg Øst"),
    )
    city = _line("Town, of a place outside Denmark.", "Göteborg", allow_none=True)
    country = fields.String(
        validate=validate.Regexp("^[A-Z]{2}$"), metadata=about("ISO 3166-1 alpha-2 code.", "SE")
    )
    latitude = Number(
        allow_none=True,
        validate=validate.Range(min=-90, max=90),
        metadata=about("Degrees north, WGS 84.", 57.71),
    )
    longitude = Number(
        allow_none=True,
        validate=validate.Range(min=-180, max=180),
        metadata=about("Degrees east, WGS 84.", 11.97),
    )
    can_travel_km = WholeNumber(
        allow_none=True,
        validate=validate.Range(min=0, max=_FARTHEST_KM),
        metadata=about("Farthest they go to meet a firm; null is any.", 100),
    )
    website = _line("Address on the web.", "https://example.dk", allow_none=True)
    source = _line("Where the facts come from.")
    visibility = choice(Visibility, "Who may see the profile.", "public")
    field_visibility = fields.Dict(
        keys=fields.String(validate=validate.OneOf(sorted(HIDEABLE))),
        values=fields.String(validate=validate.OneOf([one.value for one in Visibility])),
        metadata=about("Fields that fewer may see.", {"affiliation": "members"}),
    )
    evidence = fields.List(
        fields.Nested(EvidenceInputSchema),
        validate=validate.Length(max=MOST_ITEMS),
        metadata=about("All items in their order; one that is left out is removed."),
    )

    @ma.post_load
    def apart(self, data: dict[str, Any], **_kwargs: object) -> dict[str, Any]:
        """Return fields and evidence as the service takes them."""
        evidence = data.pop("evidence", None)
        return {"fields": data, "evidence": evidence}


class ExpertPatchSchema(ProfilePatchSchema):
    """Changes of an expert."""

    title = _line("Role in words.", "Svejseingeniør")
    affiliation = _line("Where they work, in words.")
    capacity = WholeNumber(
        validate=validate.Range(min=0, max=1000),
        metadata=about("How many introductions may be open at once.", 3),
    )
    on_leave_until = fields.Date(
        allow_none=True, metadata=about("Last day of leave; not proposed until then.")
    )


class OrganisationPatchSchema(ProfilePatchSchema):
    """Changes of an organisation."""

    organisation_type = choice(OrganisationType, "What sort of organisation.", "gts-institute")
    parent_id = fields.UUID(
        allow_none=True, metadata=about("The organisation it is a part of, if any.")
    )
    ror = _line("Research Organization Registry, full address.", allow_none=True)
    cvr = _line("Danish company number.", "56976116", allow_none=True)


class StudentPatchSchema(ProfilePatchSchema):
    """Changes of a student."""

    programme = _line("Study programme.", "Produktionsteknik")
    level = choice(StudyLevel, "Level of the programme.", "master")
    institution = _line("Where they study, in words.")
    placement_types = fields.List(
        fields.String(validate=validate.OneOf([one.value for one in PlacementType])),
        validate=validate.Length(max=3),
        metadata=about("What they can come for.", ["internship"]),
    )
    available_from = fields.Date(allow_none=True, metadata=about("First day."))
    available_to = fields.Date(allow_none=True, metadata=about("Last day."))
    learning_goals = _text("What they want to learn.", most=5_000)


class ActivityPatchSchema(ProfilePatchSchema):
    """Changes of an activity."""

    activity_type = choice(ActivityType, "What sort of activity.", "open-lab")
    organiser = _line("Who holds it.")
    starts_on = fields.Date(allow_none=True, metadata=about("First day; null is all year."))
    ends_on = fields.Date(allow_none=True, metadata=about("Last day; null is all year."))
    eligibility = _line("Who can take part, in one sentence.")
    need = choice(CompanyNeed, "Which need of a firm it serves.", "knowledge-and-testing")


class DraftSchema(
    ExpertPatchSchema, OrganisationPatchSchema, StudentPatchSchema, ActivityPatchSchema
):
    """Changes of a profile of any kind that are tried out, not stored."""


class _New:
    """What a new profile has to say, whatever its kind."""

    name = _line("Name.", "Ida Berg", required=True)
    language = fields.String(
        required=True,
        validate=language_code(),
        metadata=about("ISO 639-1 code of the texts.", "da"),
    )
    summary = _text("What this partner does for a manufacturer.", most=2_000, required=True)


class ExpertInputSchema(_New, ExpertPatchSchema):
    """A new expert."""


class OrganisationInputSchema(_New, OrganisationPatchSchema):
    """A new organisation."""

    organisation_type = choice(
        OrganisationType, "What sort of organisation.", "gts-institute", required=True
    )


class StudentInputSchema(_New, StudentPatchSchema):
    """A new student."""

    programme = _line("Study programme.", "Produktionsteknik", required=True)
    level = choice(StudyLevel, "Level of the programme.", "master", required=True)
    institution = _line("Where they study, in words.", required=True)


class ActivityInputSchema(_New, ActivityPatchSchema):
    """A new activity."""

    activity_type = choice(ActivityType, "What sort of activity.", "open-lab", required=True)
    need = choice(
        CompanyNeed, "Which need of a firm it serves.", "knowledge-and-testing", required=True
    )
