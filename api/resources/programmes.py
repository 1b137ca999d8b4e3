"""Programmes: targets, and the report of what came of them as JSON, table and PDF."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Response, current_app, url_for
from flask.views import MethodView
from flask_babel import force_locale, get_locale

from api.auth import needs, required_viewer
from api.context import matchmaker
from api.etags import required_revision
from api.idempotency import PARAMETER, once
from api.openapi import PREFIX, Blueprint
from api.report.figures_file import file_name, table_of
from api.report.pdf import pdf_of
from api.schemas.programme import (
    ProgrammeInputSchema,
    ProgrammeListSchema,
    ProgrammePatchSchema,
    ProgrammeSchema,
    ReportFileQuerySchema,
    ReportQuerySchema,
    ReportSchema,
    TargetsInputSchema,
)
from api.schemas.report_share import NewShareSchema, ShareInputSchema, ShareSchema, SharesSchema
from matchmaker.models import Programme, ReportShare
from matchmaker.models.actions import Action
from matchmaker.services.programmes import Report

blueprint = Blueprint(
    "programmes",
    __name__,
    url_prefix=PREFIX,
    description="The frames that pay for and count activities, and what came of them.",
)
_WRITE = (400, 401, 403, 409, 413, 415, 429)
_EXAMPLE = {"name": "Robotter i småserier", "starts_on": "2026-01-01", "ends_on": "2028-12-31"}


@blueprint.at("/programmes")
class Programmes(MethodView):
    """All programmes."""

    @needs(Action.READ_PROGRAMMES)
    @blueprint.answers(200, ProgrammeListSchema, description="The programmes.")
    @blueprint.named("listProgrammes", 401, 403)
    def get(self) -> dict[str, Any]:
        """List all programmes with their targets."""
        return {"items": matchmaker().programmes.all()}

    @needs(Action.MANAGE_PROGRAMMES)
    @once("createProgramme")
    @blueprint.documented(parameters=[PARAMETER])
    @blueprint.takes(ProgrammeInputSchema, example=_EXAMPLE)
    @blueprint.answers(201, ProgrammeSchema, description="The programme.")
    @blueprint.named("createProgramme", *_WRITE)
    @blueprint.revisioned
    def post(self, values: dict[str, Any]) -> tuple[Programme, dict[str, str]]:
        """Store a new programme."""
        made = matchmaker().programmes.create(**values, by=_me())
        return made, {"Location": url_for("programmes.OneProgramme", programme_id=made.id)}


@blueprint.at("/programmes/<uuid:programme_id>")
class OneProgramme(MethodView):
    """One programme."""

    @needs(Action.READ_PROGRAMMES)
    @blueprint.answers(200, ProgrammeSchema, description="The programme.")
    @blueprint.named("readProgramme", 401, 403, 404)
    @blueprint.revisioned
    def get(self, programme_id: UUID) -> Programme:
        """Read a programme with its targets."""
        return matchmaker().programmes.get(programme_id)

    @needs(Action.MANAGE_PROGRAMMES)
    @blueprint.takes(ProgrammePatchSchema, example={"ore_per_100_euro": 74_600})
    @blueprint.answers(200, ProgrammeSchema, description="The programme after the change.")
    @blueprint.named("reviseProgramme", *_WRITE, 404)
    @blueprint.revisioned
    def patch(self, changes: dict[str, Any], programme_id: UUID) -> Programme:
        """Change a programme."""
        return matchmaker().programmes.revise(
            programme_id, expected_revision=_revision(programme_id), by=_me(), **changes
        )


@blueprint.at("/programmes/<uuid:programme_id>/targets")
class Targets(MethodView):
    """What a programme wants to reach."""

    @needs(Action.MANAGE_PROGRAMMES)
    @blueprint.takes(TargetsInputSchema, example={"targets": [{"measure": "job", "quantity": 25}]})
    @blueprint.answers(200, ProgrammeSchema, description="The programme after the change.")
    @blueprint.named("setTargets", *_WRITE, 404)
    @blueprint.revisioned
    def put(self, values: dict[str, Any], programme_id: UUID) -> Programme:
        """Replace all targets of a programme."""
        return matchmaker().programmes.set_targets(
            programme_id, values["targets"], expected_revision=_revision(programme_id), by=_me()
        )


@blueprint.at("/programmes/<uuid:programme_id>/report")
class ProgrammeReport(MethodView):
    """What came of a programme."""

    @needs(Action.READ_PROGRAMMES)
    @blueprint.takes(ReportQuerySchema, location="query")
    @blueprint.answers(200, ReportSchema, description="The report.")
    @blueprint.named("readReport", 401, 403, 404)
    def get(self, query: dict[str, Any], programme_id: UUID) -> dict[str, Any]:
        """Read target and actual, funnel, coverage, supply and demand, and exposure."""
        return plain(matchmaker().programmes.report(programme_id, **query))


def plain(report: Report) -> dict[str, Any]:
    """Return a report as its schema reads it."""
    return {
        **vars(report),
        "first_day": report.span.first_day,
        "last_day": report.span.last_day,
        "unanswered": [{"id": one, "name": name} for one, name in report.unanswered],
        "unneeded": [{"id": one, "name": name} for one, name in report.unneeded],
        "exposure_kinds": report.exposure.kinds,
        "exposure_families": report.exposure.families,
    }


def _as_file(media_type: str) -> dict[str, Any]:
    schema = {"type": "string"} if media_type == "text/csv" else {}
    content = {media_type: {"schema": schema}}
    return {"200": {"description": "The report.", "content": content}}


@blueprint.at("/programmes/<uuid:programme_id>/report.csv")
class ReportTable(MethodView):
    """The report as a table."""

    @needs(Action.READ_PROGRAMMES)
    @blueprint.documented(responses=_as_file("text/csv"))
    @blueprint.takes(ReportFileQuerySchema, location="query")
    @blueprint.named("readReportAsTable", 401, 403, 404)
    def get(self, query: dict[str, Any], programme_id: UUID) -> Response:
        """Read the figures of the report as one table, a figure in each row."""
        return _sent("csv", "text/csv", query, programme_id)


@blueprint.at("/programmes/<uuid:programme_id>/report.pdf")
class ReportDocument(MethodView):
    """The report as a document."""

    @needs(Action.READ_PROGRAMMES)
    @blueprint.documented(responses=_as_file("application/pdf"))
    @blueprint.takes(ReportFileQuerySchema, location="query")
    @blueprint.named("readReportAsPdf", 401, 403, 404)
    def get(self, query: dict[str, Any], programme_id: UUID) -> Response:
        """Read the report as a document for whoever pays."""
        return _sent("pdf", "application/pdf", query, programme_id)


@blueprint.at("/programmes/<uuid:programme_id>/shares")
class Shares(MethodView):
    """Links that show the report without an account."""

    @needs(Action.MANAGE_PROGRAMMES)
    @blueprint.answers(200, SharesSchema, description="The links.")
    @blueprint.named("listReportShares", 401, 403, 404)
    def get(self, programme_id: UUID) -> dict[str, Any]:
        """List the links of a programme, those that have ended too; without their secrets."""
        return {"items": matchmaker().report_shares.all_of(programme_id)}

    @needs(Action.MANAGE_PROGRAMMES)
    @blueprint.takes(ShareInputSchema, example={"name": "Region Midtjylland"})
    @blueprint.answers(201, NewShareSchema, description="The link with its path.")
    @blueprint.named("shareReport", 400, 401, 403, 404, 413, 415, 429)
    def post(
        self, values: dict[str, Any], programme_id: UUID
    ) -> tuple[dict[str, Any], dict[str, str]]:
        """Make a link. Its `path` is shown this once."""
        share, secret = matchmaker().report_shares.create(programme_id, by=_me(), **values)
        address = url_for("programmes.OneShare", programme_id=programme_id, share_id=share.id)
        path = url_for("shared_report_pages.report", secret=secret)
        shown = {name: getattr(share, name) for name in ShareSchema().fields}
        return {**shown, "path": path}, {"Location": address}


@blueprint.at("/programmes/<uuid:programme_id>/shares/<uuid:share_id>")
class OneShare(MethodView):
    """One link to a report."""

    @needs(Action.MANAGE_PROGRAMMES)
    @blueprint.answers(200, ShareSchema, description="The link, ended.")
    @blueprint.named("endReportShare", 401, 403, 404, 429)
    def delete(self, programme_id: UUID, share_id: UUID) -> ReportShare:
        """End a link: it opens nothing any more."""
        return matchmaker().report_shares.end(programme_id, share_id, by=_me())


def _sent(ending: str, media_type: str, query: dict[str, Any], programme_id: UUID) -> Response:
    language = query.pop("language", None) or get_locale().language
    report = matchmaker().programmes.report(programme_id, **query)
    with force_locale(language):
        content = table_of(report) if ending == "csv" else pdf_of(report)
        name = file_name(report, ending)
    return current_app.response_class(
        content,
        mimetype=media_type,
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


def _me() -> UUID:
    return required_viewer().account_id


def _revision(programme_id: UUID) -> int:
    return required_revision(lambda: matchmaker().programmes.get(programme_id).revision)
