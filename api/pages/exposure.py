"""The page about exposure: who was shown how often, beside what their scores merit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flask import Blueprint, render_template, request
from flask_babel import format_decimal

from api.context import matchmaker
from api.pages.forms import Form
from api.pages.labels import plural
from api.parsing import read_form
from api.schemas.exposure import ExposureQuerySchema
from matchmaker.models import Exposure

blueprint = Blueprint("exposure_pages", __name__)


@dataclass(frozen=True, kw_only=True)
class Row:
    """One row of a table, with the lengths of its two bars."""

    exposure: Exposure
    #: Share of the longest bar of the table, 0 to 100.
    shown_bar: float
    due_bar: float

    @property
    def words(self) -> str:
        """Who it is."""
        return self.exposure.name or plural(self.exposure.partner_kind)

    @property
    def shown(self) -> str:
        """Share of the exposure, in per cent."""
        return _percent(self.exposure.exposure_share)

    @property
    def due(self) -> str:
        """Share of the scores, in per cent."""
        return _percent(self.exposure.merit_share)

    @property
    def mean_rank(self) -> str:
        """Mean rank; a dash without a place."""
        rank = self.exposure.mean_rank
        return "–" if rank is None else str(format_decimal(rank, "0.0"))


@blueprint.get("/exposure")
def page() -> str | tuple[str, int]:
    """Show the report of a period; ``?offset=`` shows another part of the families."""
    query, errors = read_form(ExposureQuerySchema(), request.args)
    form = Form(
        values={name: request.args[name] for name in request.args},
        errors={error.field: error.detail for error in errors},
    )
    offset, limit = query.pop("offset", 0), query.pop("limit", 20)
    report = matchmaker().exposure.report(**query)
    shown = render_template(
        "exposure.html",
        report=report,
        kinds=rows(report.kinds),
        families=rows(report.families)[offset : offset + limit],
        offset=offset,
        limit=limit,
        form=form,
    )
    return (shown, 422) if errors else shown


def rows(exposures: Sequence[Exposure]) -> list[Row]:
    """Return the rows of a table; the longest bar of all takes the whole width."""
    longest = max((max(one.exposure_share, one.merit_share) for one in exposures), default=0.0)
    return [
        Row(
            exposure=one,
            shown_bar=round(100 * one.exposure_share / longest, 1) if longest else 0.0,
            due_bar=round(100 * one.merit_share / longest, 1) if longest else 0.0,
        )
        for one in exposures
    ]


def _percent(share: float) -> str:
    return f"{format_decimal(100 * share, '0.0')} %"
