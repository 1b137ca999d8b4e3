"""Exposure: what the kept match runs have shown."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask.views import MethodView

from api.context import matchmaker
from api.openapi import PREFIX, Blueprint
from api.resources.paging import page_of
from api.schemas.exposure import ExposureQuerySchema, ExposureReportSchema

blueprint = Blueprint(
    "exposure",
    __name__,
    url_prefix=PREFIX,
    description="How often each partner kind and organisation was shown, and how high.",
)


@blueprint.at("/exposure")
class Exposures(MethodView):
    """Exposure in a period."""

    @blueprint.takes(ExposureQuerySchema, location="query")
    @blueprint.answers(200, ExposureReportSchema, description="The report.")
    @blueprint.named("readExposure")
    def get(self, query: dict[str, Any]) -> dict[str, Any]:
        """Read who was shown in a period, how high, and what their scores merit.

        Added up from the match runs that are kept: by partner kind, and by organisation with all
        its parts. Persons and activities are counted by kind only, and no text is in it.
        """
        days: dict[str, date | None] = {name: query.pop(name) for name in ("first_day", "last_day")}
        report = matchmaker().exposure.report(**days)
        return {**vars(report), **page_of(report.families, **query)}
