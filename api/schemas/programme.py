"""Programmes, their targets and their reports on the wire."""

from __future__ import annotations

from typing import Any

import marshmallow as ma
from flask_babel import lazy_gettext as _
from marshmallow import fields, validate

from api.schemas.base import OutputSchema, StrictSchema, WholeNumber, about, choice, one_line
from api.schemas.exposure import FamilyExposureSchema, KindExposureSchema
from matchmaker.models import CollaborationKind, Currency, Measure, PartnerKind
from matchmaker.models.outcome import MOST_MINOR
from matchmaker.models.report import FunnelStep
from matchmaker.services.programmes import MOST_TARGETS, NAME_LENGTH, RATES

_DAY = {"invalid": _("Write the day as 2026-11-22.")}


def day_field(description: str, example: str, **options: Any) -> fields.Date:
    """Return the field for a day."""
    return fields.Date(error_messages=_DAY, metadata=about(description, example), **options)


def name_field(description: str, example: str, **options: Any) -> fields.String:
    """Return the field for what something is called."""
    return fields.String(
        validate=[
            validate.Length(max=NAME_LENGTH, error=_("Please use at most {max} characters.")),
            one_line(),
        ],
        metadata=about(description, example),
        **options,
    )


class ProgrammePatchSchema(StrictSchema):
    """Changes to a programme."""

    name = name_field("What it is called; no two are called the same.", "Robotter i småserier")
    funder = name_field("Who pays for it.", "Region Nordjylland")
    starts_on = day_field("First day.", "2026-01-01")
    ends_on = day_field("Last day.", "2028-12-31")
    currency = choice(Currency, "In which its sums are reported.", "EUR")
    ore_per_100_euro = WholeNumber(
        allow_none=True,
        validate=validate.Range(*RATES),
        metadata=about(
            "Øre that 100 euro are worth in this programme; null keeps the currencies apart.",
            74_600,
        ),
    )


class ProgrammeInputSchema(ProgrammePatchSchema):
    """A new programme."""

    name = name_field("What it is called.", "Robotter i småserier", required=True)
    starts_on = day_field("First day.", "2026-01-01", required=True)
    ends_on = day_field("Last day.", "2028-12-31", required=True)


class TargetInputSchema(StrictSchema):
    """What a programme wants to reach of one measure."""

    measure = choice(Measure, "What is counted.", "job", required=True)
    quantity = WholeNumber(
        required=True,
        validate=validate.Range(min=1, max=MOST_MINOR),
        metadata=about("How many; of money whole øre or euro cents.", 25),
    )
    currency = choice(Currency, "Of money, and of nothing else.", "EUR", allow_none=True)
    first_day = day_field("First day; of the programme when left out.", "2026-01-01")
    last_day = day_field("Last day; of the programme when left out.", "2026-12-31")
    area = fields.String(
        allow_none=True,
        validate=validate.Length(max=10),
        metadata=about("Municipality (LAU 1) or region (ISO 3166-2); null: everywhere.", "DK-81"),
    )


class TargetsInputSchema(StrictSchema):
    """All targets of a programme, in their order."""

    targets = fields.List(
        fields.Nested(TargetInputSchema),
        required=True,
        validate=validate.Length(max=MOST_TARGETS),
        metadata=about("They take the place of those there are."),
    )


class TargetSchema(OutputSchema):
    """What a programme wants to reach of one measure."""

    measure = choice(Measure, "What is counted.", "job")
    quantity = fields.Integer(metadata=about("How many; of money øre or euro cents.", 25))
    currency = choice(Currency, "Of money; null of what is counted.", "EUR", allow_none=True)
    first_day = fields.Date(metadata=about("First day.", "2026-01-01"))
    last_day = fields.Date(metadata=about("Last day.", "2026-12-31"))
    area = fields.String(allow_none=True, metadata=about("Where; null: everywhere.", "DK-81"))


class ProgrammeSchema(OutputSchema):
    """A programme with its targets."""

    id = fields.UUID(metadata=about("Its id."))
    name = fields.String(metadata=about("What it is called.", "Robotter i småserier"))
    funder = fields.String(metadata=about("Who pays for it, or empty.", "Region Nordjylland"))
    starts_on = fields.Date(metadata=about("First day.", "2026-01-01"))
    ends_on = fields.Date(metadata=about("Last day.", "2028-12-31"))
    currency = choice(Currency, "In which its sums are reported.", "EUR")
    ore_per_100_euro = fields.Integer(
        allow_none=True, metadata=about("Øre for 100 euro; null keeps them apart.", 74_600)
    )
    fictional = fields.Boolean(metadata=about("Made up to show how a report looks."))
    targets = fields.List(fields.Nested(TargetSchema), metadata=about("In their order."))
    revision = fields.Integer(metadata=about("Rises with every change; also the ETag.", 1))


class ProgrammeListSchema(OutputSchema):
    """All programmes."""

    items = fields.List(
        fields.Nested(ProgrammeSchema), metadata=about("Those that end last first.")
    )


class ReportQuerySchema(StrictSchema):
    """Which period."""

    first_day = day_field("First day; of the programme when left out.", "2026-01-01")
    last_day = day_field("Last day, the day with it; of the programme.", "2026-12-31")

    @ma.validates_schema
    def in_order(self, data: dict[str, Any], **_kwargs: object) -> None:
        """Refuse a period that ends before it begins."""
        first, last = data.get("first_day"), data.get("last_day")
        if first and last and last < first:
            raise ma.ValidationError(
                str(_("The last day is before the first one.")), field_name="last_day"
            )


class ReportFileQuerySchema(ReportQuerySchema):
    """Which period, and in which language a file is written."""

    language = fields.String(
        validate=validate.OneOf(["da", "en"], error=_("Use 'da' or 'en'.")),
        metadata=about("Language of the words; that of the request when left out.", "da"),
    )


class MeasureFigureSchema(OutputSchema):
    """How much there is of one measure."""

    measure = choice(Measure, "What is counted.", "job")
    currency = choice(Currency, "Of money; null of what is counted.", "EUR", allow_none=True)
    confirmed = fields.Integer(
        allow_none=True,
        metadata=about("What counts; hundredths of money or of a mean score; null: none.", 25),
    )
    waiting = fields.Integer(metadata=about("Reported and not confirmed yet.", 2))


class TargetFigureSchema(OutputSchema):
    """A target beside what was reached in its own period and area."""

    measure = choice(Measure, "What is counted.", "job")
    first_day = fields.Date(metadata=about("First day.", "2026-01-01"))
    last_day = fields.Date(metadata=about("Last day.", "2026-12-31"))
    area = fields.String(allow_none=True, metadata=about("Where; null: everywhere.", "DK-81"))
    currency = choice(Currency, "Of money; null of what is counted.", "EUR", allow_none=True)
    target = fields.Integer(metadata=about("What was wanted.", 25))
    actual = fields.Integer(allow_none=True, metadata=about("What is confirmed.", 20))
    waiting = fields.Integer(metadata=about("Reported and not confirmed yet.", 2))
    share = fields.Float(allow_none=True, metadata=about("Actual over target.", 0.8))


class StepFigureSchema(OutputSchema):
    """How many challenges have come to one step."""

    step = choice(FunnelStep, "The step.", "introduced")
    reached = fields.Integer(metadata=about("Came to this step or a later one.", 62))
    of_previous = fields.Float(allow_none=True, metadata=about("Share of the step before.", 0.8))
    of_all = fields.Float(allow_none=True, metadata=about("Share of all challenges.", 0.5))
    timed = fields.Integer(metadata=about("Whose time from the step before is known.", 60))
    median_days = fields.Float(allow_none=True, metadata=about("Median of that time.", 4.5))
    p90_days = fields.Float(
        allow_none=True, metadata=about("Nine tenths took no longer (nearest rank).", 12.0)
    )


class AreaFigureSchema(OutputSchema):
    """What there is in a municipality or region."""

    code = fields.String(
        allow_none=True, metadata=about("LAU 1 or ISO 3166-2; null: place unknown.", "851")
    )
    firms = fields.Integer(metadata=about("Firms with a collaboration.", 7))
    collaborations = fields.Integer(metadata=about("Collaborations.", 9))
    lines = fields.Integer(metadata=about("Confirmed lines of the ledger.", 31))


class KindFigureSchema(OutputSchema):
    """Collaborations of one kind, by state."""

    kind = choice(CollaborationKind, "What they do.", "sparring-week")
    running = fields.Integer(metadata=about("Still going on.", 3))
    completed = fields.Integer(metadata=about("Completed.", 8))
    broken_off = fields.Integer(metadata=about("Broken off.", 1))


class DemandFigureSchema(OutputSchema):
    """What firms of one industry asked for."""

    industry = fields.String(
        allow_none=True, metadata=about("NACE division; null: the firm did not say.", "25")
    )
    challenges = fields.Integer(metadata=about("Challenges.", 20))
    matched = fields.Integer(metadata=about("With a list.", 19))
    nobody = fields.Integer(metadata=about("Nobody fits well enough in the newest list.", 2))
    accepted = fields.Integer(metadata=about("Led to an introduction with two yeses.", 9))


class SupplyFigureSchema(OutputSchema):
    """Whom there is of one partner kind."""

    partner_kind = choice(PartnerKind, "Kind of partner.", "institute")
    profiles = fields.Integer(metadata=about("Live profiles.", 40))
    shown = fields.Integer(metadata=about("In at least one list of the period.", 33))
    introduced = fields.Integer(metadata=about("Introduced at least once.", 8))
    unneeded = fields.Integer(metadata=about("In no list of the period.", 7))


class NamedSchema(OutputSchema):
    """A challenge or profile that the report names."""

    id = fields.UUID(metadata=about("Its id."))
    name = fields.String(metadata=about("Title or name; may be empty."))


class ReportSchema(OutputSchema):
    """What came of a programme in a period: the figures of page, table and PDF."""

    programme = fields.Nested(ProgrammeSchema, metadata=about("The programme."))
    first_day = fields.Date(metadata=about("First day of the period.", "2026-01-01"))
    last_day = fields.Date(metadata=about("Last day of the period.", "2026-12-31"))
    made_at = fields.AwareDateTime(metadata=about("When it was added up."))
    measures = fields.List(
        fields.Nested(MeasureFigureSchema), metadata=about("Everything that is measured.")
    )
    targets = fields.List(
        fields.Nested(TargetFigureSchema), metadata=about("Targets that touch the period.")
    )
    funnel = fields.List(
        fields.Nested(StepFigureSchema),
        metadata=about("Of all challenges written in the period, whoever counts them later."),
    )
    municipalities = fields.List(
        fields.Nested(AreaFigureSchema), metadata=about("All 98, by code.")
    )
    regions = fields.List(fields.Nested(AreaFigureSchema), metadata=about("All five."))
    kinds = fields.List(fields.Nested(KindFigureSchema), metadata=about("Collaborations by kind."))
    demand = fields.List(fields.Nested(DemandFigureSchema), metadata=about("By industry."))
    supply = fields.List(fields.Nested(SupplyFigureSchema), metadata=about("By partner kind."))
    unanswered = fields.List(
        fields.Nested(NamedSchema), metadata=about("Challenges that find nobody, at most 20.")
    )
    unneeded = fields.List(
        fields.Nested(NamedSchema), metadata=about("Profiles that no list shows, at most 20.")
    )
    exposure_kinds = fields.List(
        fields.Nested(KindExposureSchema), metadata=about("Exposure by partner kind.")
    )
    exposure_families = fields.List(
        fields.Nested(FamilyExposureSchema), metadata=about("Exposure by organisation.")
    )
