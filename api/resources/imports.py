"""Imports: preview a file, read the plan, apply it; and what columns mean, saved under names."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any
from uuid import UUID

from flask import request, url_for
from flask.views import MethodView

from api.auth import needs, required_viewer
from api.context import matchmaker
from api.idempotency import HEADER, PARAMETER, once
from api.openapi import PREFIX, Blueprint
from api.schemas.imports import (
    CursorQuerySchema,
    ImportMappingInputSchema,
    ImportMappingListSchema,
    ImportMappingSchema,
    ImportQuerySchema,
    ImportRowPartSchema,
    ImportRowQuerySchema,
    ImportRunPartSchema,
    ImportRunQuerySchema,
    ImportRunSchema,
    StudentFileQuerySchema,
)
from matchmaker.models import ImportFormat, ImportMapping, ImportRow, ImportRun, ProfileKind
from matchmaker.models.actions import Action
from matchmaker.services.cursors import CursorPage

#: Largest file over the web, in bytes; larger ones go through the shell.
MOST_UPLOAD = 64 * 1024 * 1024
_PIECE = 1 << 20
_BODY = {
    "required": True,
    "description": "The file as it is, at most 64 MiB.",
    "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
}

blueprint = Blueprint(
    "imports",
    __name__,
    url_prefix=PREFIX,
    description="Profiles from files: looked at first, then written.",
)


@blueprint.at("/imports")
class Imports(MethodView):
    """All imports."""

    @needs(Action.READ_DESK)
    @blueprint.takes(ImportRunQuerySchema, location="query")
    @blueprint.answers(200, ImportRunPartSchema, description="Some imports, newest first.")
    @blueprint.named("listImports", 401, 403)
    def get(self, query: dict[str, Any]) -> CursorPage[ImportRun]:
        """List imports, newest first."""
        return matchmaker().imports.page(**query)

    @needs(Action.CURATE)
    @once("previewImport")
    @blueprint.documented(requestBody=_BODY, parameters=[PARAMETER])
    @blueprint.takes(ImportQuerySchema, location="query")
    @blueprint.answers(201, ImportRunSchema, description="The plan; nothing is written yet.")
    @blueprint.named("previewImport", 400, 401, 403, 404, 409, 413, 429)
    def post(self, query: dict[str, Any]) -> tuple[ImportRun, dict[str, str]]:
        """Say what the file in the body would change; no profile is touched."""
        run = _previewed(**query)
        return run, {"Location": url_for("imports.OneImport", import_id=run.id)}


@blueprint.at("/cohorts/<uuid:cohort_id>/imports")
class ImportsOfCohort(MethodView):
    """Files that bring students into a cohort."""

    @needs(Action.READ_IMPORT)
    @blueprint.takes(CursorQuerySchema, location="query")
    @blueprint.answers(200, ImportRunPartSchema, description="Some imports, newest first.")
    @blueprint.named("listImportsOfCohort", 401, 403, 404)
    def get(self, query: dict[str, Any], cohort_id: UUID) -> CursorPage[ImportRun]:
        """List the imports into a cohort, newest first."""
        return matchmaker().imports.page(cohort_id=cohort_id, **query)

    @needs(Action.RUN_IMPORT)
    @once("previewImportOfCohort")
    @blueprint.documented(requestBody=_BODY, parameters=[PARAMETER])
    @blueprint.takes(StudentFileQuerySchema, location="query")
    @blueprint.answers(201, ImportRunSchema, description="The plan; nothing is written yet.")
    @blueprint.named("previewImportOfCohort", 400, 401, 403, 404, 409, 413, 429)
    def post(self, query: dict[str, Any], cohort_id: UUID) -> tuple[ImportRun, dict[str, str]]:
        """Say which students of one's university a file would bring.

        Applied, it takes them into the cohort. CSV, Excel or JSON Lines; columns are recognised,
        as in the university's last file where they have its names. A row about a profile that is
        no student of the university is refused.
        """
        run = _previewed(cohort_id=cohort_id, **query)
        return run, {"Location": url_for("imports.OneImport", import_id=run.id)}


def _previewed(
    *,
    format: ImportFormat,
    kind: ProfileKind | None = None,
    mapping: str | None = None,
    file_name: str,
    cohort_id: UUID | None = None,
) -> ImportRun:
    with tempfile.TemporaryDirectory(prefix="matchmaker-") as folder:
        path = Path(folder) / "upload"
        with path.open("wb") as file:
            if HEADER in request.headers:
                file.write(request.get_data(cache=True))  # read already, to know it again
            while piece := request.stream.read(_PIECE):
                file.write(piece)
        return matchmaker().imports.preview(
            path,
            format=format,
            kind=kind,
            mapping=mapping,
            file_name=file_name,
            cohort_id=cohort_id,
        )


def _allow_files() -> None:
    """Take larger bodies here than elsewhere."""
    request.max_content_length = MOST_UPLOAD


@blueprint.at("/imports/<uuid:import_id>")
class OneImport(MethodView):
    """One import."""

    @needs(Action.READ_IMPORT)
    @blueprint.answers(200, ImportRunSchema, description="The import.")
    @blueprint.named("readImport", 401, 403, 404)
    def get(self, import_id: UUID) -> ImportRun:
        """Read how far an import is."""
        return matchmaker().imports.get(import_id)


@blueprint.at("/imports/<uuid:import_id>/rows")
class RowsOfImport(MethodView):
    """The rows of one import."""

    @needs(Action.READ_IMPORT)
    @blueprint.takes(ImportRowQuerySchema, location="query")
    @blueprint.answers(200, ImportRowPartSchema, description="Some rows, in the order of the file.")
    @blueprint.named("listImportRows", 401, 403, 404)
    def get(self, query: dict[str, Any], import_id: UUID) -> CursorPage[ImportRow]:
        """List rows with what is done with each, or why it is refused."""
        return matchmaker().imports.rows(import_id, **query)


@blueprint.at("/imports/<uuid:import_id>/apply")
class ApplyImport(MethodView):
    """Writing what was planned."""

    @needs(Action.RUN_IMPORT)
    @blueprint.answers(200, ImportRunSchema, description="The import, done.")
    @blueprint.named("applyImport", 401, 403, 404, 409, 422, 429)
    def post(self, import_id: UUID) -> ImportRun:
        """Write the plan; goes on where an interrupted call stopped."""
        return matchmaker().imports.apply(import_id, by=required_viewer().account_id)


@blueprint.at("/imports/<uuid:import_id>/cancel")
class CancelImport(MethodView):
    """Giving up a plan."""

    @needs(Action.RUN_IMPORT)
    @blueprint.answers(200, ImportRunSchema, description="The import, cancelled.")
    @blueprint.named("cancelImport", 401, 403, 404, 409, 429)
    def post(self, import_id: UUID) -> ImportRun:
        """Give up a plan; what is written already stays."""
        return matchmaker().imports.cancel(import_id, by=required_viewer().account_id)


@blueprint.at("/import-mappings")
class ImportMappings(MethodView):
    """Saved mappings."""

    @needs(Action.READ_DESK)
    @blueprint.answers(200, ImportMappingListSchema, description="All of them, by name.")
    @blueprint.named("listImportMappings", 401, 403)
    def get(self) -> dict[str, Any]:
        """List what columns mean, as saved."""
        return {"items": matchmaker().imports.mappings()}


@blueprint.at("/import-mappings/<mapping_name>")
class OneImportMapping(MethodView):
    """One saved mapping."""

    @needs(Action.READ_DESK)
    @blueprint.answers(200, ImportMappingSchema, description="The mapping.")
    @blueprint.named("readImportMapping", 401, 403, 404)
    def get(self, mapping_name: str) -> ImportMapping:
        """Read a saved mapping."""
        return matchmaker().imports.mapping(mapping_name)

    @needs(Action.CURATE)
    @blueprint.takes(
        ImportMappingInputSchema, example={"kind": "expert", "columns": {"Navn": "name"}}
    )
    @blueprint.answers(200, ImportMappingSchema, description="The mapping, saved.")
    @blueprint.named("saveImportMapping", 400, 401, 403, 404, 413, 415, 429)
    def put(self, body: dict[str, Any], mapping_name: str) -> ImportMapping:
        """Save what columns mean under a name; an earlier one of the name is replaced."""
        return matchmaker().imports.save_mapping(mapping_name, **body)

    @needs(Action.CURATE)
    @blueprint.answers_nothing(description="It is deleted.")
    @blueprint.named("forgetImportMapping", 401, 403, 404, 429)
    def delete(self, mapping_name: str) -> None:
        """Delete a saved mapping."""
        matchmaker().imports.forget_mapping(mapping_name)


blueprint.before_request(_allow_files)
