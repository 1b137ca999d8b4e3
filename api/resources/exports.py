"""Exports, and many profiles written at once."""

from __future__ import annotations

from typing import Any

from flask import Response, current_app, request, stream_with_context
from flask.views import MethodView

from api.auth import needs, required_viewer
from api.context import current_viewer, matchmaker
from api.idempotency import PARAMETER, once
from api.openapi import PREFIX, Blueprint
from api.parsing import read_json
from api.problems import MALFORMED_REQUEST, Refused
from api.schemas.exports import BulkSchema, ExportQuerySchema
from matchmaker.models import ProfileKind
from matchmaker.models.actions import Action
from matchmaker.services.exporting import ExportFormat

#: Largest body of a bulk write, in bytes.
MOST_BULK = 16 * 1024 * 1024
_LINES = "application/jsonl"
_BODY = {
    "required": True,
    "description": "A list of at most 1,000 profiles in the shape that we answer with, "
    "or one on each line.",
    "content": {
        "application/json": {
            "schema": {"type": "array", "minItems": 1, "maxItems": 1000},
            "example": [{"kind": "expert", "name": "Eva Holm", "language": "en", "summary": "…"}],
        },
        _LINES: {"schema": {"type": "string"}},
    },
}
_CONTENT = {
    one.media_type: {"schema": {"type": "object" if one is ExportFormat.JSON_LD else "string"}}
    for one in ExportFormat
}

blueprint = Blueprint(
    "exchange",
    __name__,
    url_prefix=PREFIX,
    description="Many profiles at once, out and in.",
)


@blueprint.at("/exports/profiles")
class ProfileExport(MethodView):
    """Every profile that one may see."""

    @blueprint.documented(responses={"200": {"description": "The profiles.", "content": _CONTENT}})
    @blueprint.takes(ExportQuerySchema, location="query")
    @blueprint.named("exportProfiles", 401, 403)
    def get(self, query: dict[str, Any]) -> Response:
        """Hand out profiles as JSON Lines, as a table of one kind, or as JSON-LD.

        As much as one may see: without a token what is public, with one what members see and
        all of one's own, and to staff everything, those included who are not live.
        """
        chosen: ExportFormat = query.get("format") or _accepted()
        kind: ProfileKind | None = query.get("kind")
        pieces = matchmaker().exports.seen_by(current_viewer(), chosen, kind=kind)
        ending = "jsonld" if chosen is ExportFormat.JSON_LD else chosen.value
        name = f"{kind or 'profile'}s.{ending}"
        return current_app.response_class(
            stream_with_context(pieces),
            mimetype=chosen.media_type,
            headers={"Content-Disposition": f'attachment; filename="{name}"'},
        )


def _accepted() -> ExportFormat:
    offered: dict[str, ExportFormat] = {
        one.media_type: one for one in (ExportFormat.JSONL, *ExportFormat)
    }
    best: str | None = request.accept_mimetypes.best_match(list(offered))
    return offered[best or _LINES]


def _allow_many() -> None:
    """Take larger bodies here than elsewhere."""
    request.max_content_length = MOST_BULK


@blueprint.at("/profiles/bulk")
class BulkProfiles(MethodView):
    """Many profiles."""

    @needs(Action.CURATE)
    @once("upsertProfiles")
    @blueprint.documented(requestBody=_BODY, parameters=[PARAMETER])
    @blueprint.answers(200, BulkSchema, description="What was done with each.")
    @blueprint.named("upsertProfiles", 400, 401, 403, 409, 413, 415, 429)
    def put(self) -> dict[str, Any]:
        """Store profiles, new or known by id or identifier; each is taken or refused by itself.

        New people are hidden until they, or staff, confirm.
        """
        return {"items": matchmaker().upserts.upsert(_profiles(), by=required_viewer().account_id)}


def _profiles() -> list[Any]:
    body = request.get_data(cache=True)
    if request.mimetype in {_LINES, "application/x-ndjson"}:
        return [read_json(line) for line in body.splitlines() if line.strip()]
    given = read_json(body)
    if not isinstance(given, list):
        raise Refused(MALFORMED_REQUEST, "Send a list of profiles, or one on each line as JSONL.")
    return given


blueprint.before_request(_allow_many)
