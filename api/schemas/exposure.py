"""Exposure on the wire: who was shown how often, by partner kind and family of organisations."""

from __future__ import annotations

from typing import Any

import marshmallow as ma
from flask_babel import lazy_gettext as _
from marshmallow import fields

from api.schemas.base import OutputSchema, PageQuerySchema, PageSchema, about
from matchmaker.models import PartnerKind


class ExposureQuerySchema(PageQuerySchema):
    """Which period, and which part of the families."""

    first_day = fields.Date(
        allow_none=True,
        load_default=None,
        error_messages={"invalid": _("Write the day as 2026-11-22.")},
        metadata=about("Only match runs from this day on, in UTC.", "2026-01-01"),
    )
    last_day = fields.Date(
        allow_none=True,
        load_default=None,
        error_messages={"invalid": _("Write the day as 2026-11-22.")},
        metadata=about("Only match runs until this day, the day with it, in UTC.", "2026-12-31"),
    )

    @ma.validates_schema
    def in_order(self, data: dict[str, Any], **_kwargs: object) -> None:
        """Refuse a period that ends before it begins."""
        first, last = data.get("first_day"), data.get("last_day")
        if first and last and last < first:
            raise ma.ValidationError(
                str(_("The last day is before the first one.")), field_name="last_day"
            )


class KindExposureSchema(OutputSchema):
    """What was shown of one partner kind."""

    partner_kind = fields.Enum(
        PartnerKind, by_value=fields.String, metadata=about("Kind of partner.", "institute")
    )
    considered = fields.Integer(
        metadata=about("Runs in which one of them was compared with the challenge.", 120)
    )
    fitting = fields.Integer(metadata=about("Runs in which one of them fitted well enough.", 70))
    shown = fields.Integer(metadata=about("Runs in which one of them was in the list.", 64))
    places = fields.Integer(metadata=about("Places they had in all lists together.", 88))
    first = fields.Integer(metadata=about("How many of the places were at the top.", 9))
    first_three = fields.Integer(metadata=about("How many were among the first three.", 30))
    mean_rank = fields.Float(
        allow_none=True, metadata=about("Mean of the ranks; null without a place.", 5.4)
    )
    folded = fields.Integer(
        metadata=about("How often one was only named under a place that says the same.", 2)
    )
    exposure = fields.Float(
        metadata=about("Sum of 1/log2(rank + 1) over the places: the first counts 1.", 41.2)
    )
    exposure_share = fields.Float(
        metadata=about("Mean share of the exposure of a list, 0 to 1.", 0.24)
    )
    merit_share = fields.Float(
        metadata=about("Mean share of the scores of all who fitted, 0 to 1.", 0.22)
    )
    ratio = fields.Float(
        allow_none=True,
        metadata=about("Exposure share over merit share; null when nothing was due.", 1.09),
    )


class FamilyExposureSchema(KindExposureSchema):
    """What was shown of one organisation with all its parts."""

    family_id = fields.UUID(metadata=about("The organisation at the top of the family."))
    name = fields.String(metadata=about("Its name.", "Institut for Materialer"))


class ExposureReportSchema(PageSchema):
    """Exposure in a period. No row stands for a person."""

    first_day = fields.Date(
        allow_none=True, metadata=about("First day, in UTC; null: from the start.", "2026-01-01")
    )
    last_day = fields.Date(
        allow_none=True, metadata=about("Last day, in UTC; null: until now.", "2026-12-31")
    )
    runs = fields.Integer(metadata=about("Match runs of the period.", 140))
    lists = fields.Integer(metadata=about("How many of them have a list.", 127))
    kinds = fields.List(
        fields.Nested(KindExposureSchema), metadata=about("Every partner kind that was considered.")
    )
    items = fields.List(
        fields.Nested(FamilyExposureSchema),
        metadata=about("Some families of organisations, the most exposed first."),
    )
