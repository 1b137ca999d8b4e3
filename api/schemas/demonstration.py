"""The file of the demonstration: a programme, its firms and partners, what happened to each."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from marshmallow import fields, post_load, validate

from api.schemas.base import StrictSchema
from api.schemas.programme import ProgrammeInputSchema, TargetInputSchema
from api.schemas.seed import id_of
from matchmaker.models import (
    CollaborationKind,
    CollaborationState,
    Currency,
    Organisation,
    OrganisationType,
    OutcomeKind,
    Visibility,
)
from matchmaker.models.gazetteer import find_place
from matchmaker.services.demonstration import Demonstration

#: When the records were written.
_WRITTEN = datetime(2026, 11, 30, tzinfo=UTC)


class _PartSchema(StrictSchema):
    key = fields.String(required=True)
    name = fields.String(required=True)
    place = fields.String(required=True, validate=lambda one: find_place(one) is not None)


class _FirmSchema(_PartSchema):
    industry_code = fields.String(required=True)


class _PartnerSchema(_PartSchema):
    organisation_type = fields.Enum(OrganisationType, by_value=fields.String, required=True)
    summary = fields.String(required=True)


class _CollaborationSchema(StrictSchema):
    kind = fields.Enum(CollaborationKind, by_value=fields.String, required=True)
    title = fields.String(required=True)
    starts_on = fields.Date(required=True)
    ends_on = fields.Date(required=True)
    state = fields.Enum(CollaborationState, by_value=fields.String, required=True)


class _OutcomeSchema(StrictSchema):
    kind = fields.Enum(OutcomeKind, by_value=fields.String, required=True)
    on_day = fields.Date(required=True)
    quantity = fields.Integer(required=True, strict=True)
    currency = fields.Enum(Currency, by_value=fields.String, load_default=None)
    evidence = fields.String(required=True)
    #: Kind of an earlier line that it goes on from.
    follows = fields.Enum(OutcomeKind, by_value=fields.String, load_default=None)
    #: Why it is taken off again.
    reversed = fields.String(load_default="")
    #: Reported by the firm and not confirmed.
    waiting = fields.Boolean(load_default=False)


class _JourneySchema(StrictSchema):
    firm = fields.String(required=True)
    partner = fields.String(required=True)
    title = fields.String(required=True)
    text = fields.String(required=True, validate=validate.Length(min=15))
    submitted = fields.Date(required=True)
    opened = fields.Date()
    shortlisted = fields.Date()
    introduced = fields.Date()
    accepted = fields.Date()
    met = fields.Date()
    collaboration = fields.Nested(_CollaborationSchema)
    outcomes = fields.List(fields.Nested(_OutcomeSchema))


class DemonstrationSchema(StrictSchema):
    """All of it."""

    programme = fields.Nested(ProgrammeInputSchema, required=True)
    targets = fields.List(fields.Nested(TargetInputSchema), required=True)
    firms = fields.List(fields.Nested(_FirmSchema), required=True)
    partners = fields.List(fields.Nested(_PartnerSchema), required=True)
    journeys = fields.List(fields.Nested(_JourneySchema), required=True)

    @post_load
    def whole(self, data: dict[str, Any], **_kwargs: object) -> Demonstration:
        """Return it with profiles in place of keys."""
        profiles = {one["key"]: _profile(one) for one in (*data["firms"], *data["partners"])}
        industries = {one["key"]: one["industry_code"] for one in data["firms"]}
        journeys = [
            {
                **one,
                "firm": profiles[one["firm"]],
                "partner": profiles[one["partner"]],
                "industry_code": industries[one["firm"]],
            }
            for one in data["journeys"]
        ]
        return Demonstration(
            programme=data["programme"],
            targets=data["targets"],
            profiles=list(profiles.values()),
            journeys=journeys,
        )


def _profile(record: dict[str, Any]) -> Organisation:
    """Return a made-up organisation that only staff see."""
    place = find_place(record["place"])
    assert place is not None  # noqa: S101 - the schema has looked
    return Organisation(
        id=id_of(record["key"]),
        name=record["name"],
        language="da",
        organisation_type=record.get("organisation_type", OrganisationType.FIRM),
        summary=record.get("summary", "Opdigtet firma, som viser, hvordan en rapport ser ud."),
        working_languages=["da", "en"],
        city=place.city,
        postcode=place.postcode,
        latitude=place.latitude,
        longitude=place.longitude,
        visibility=Visibility.STAFF,
        fictional=True,
        source="fictional",
        updated_at=_WRITTEN,
    )
