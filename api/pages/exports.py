"""Every profile that the reader may see, as a file."""

from __future__ import annotations

import enum

from flask import Blueprint, Response, current_app, render_template, request, stream_with_context
from flask_babel import gettext

from api.context import current_viewer, matchmaker
from api.pages.forms import Form
from api.pages.labels import label, plural
from api.parsing import read_form
from api.schemas.exports import ExportFormSchema
from matchmaker.models import PartnerKind, ProfileKind
from matchmaker.services.exporting import ExportFormat

blueprint = Blueprint("export_pages", __name__, url_prefix="/export")


@blueprint.get("")
def page() -> str:
    """Ask what to export, and how."""
    return _page(Form(values={"format": ExportFormat.CSV.value}))


@blueprint.get("/profiles")
def profiles() -> Response | tuple[str, int]:
    """Hand out the profiles as a file, piece by piece."""
    query, errors = read_form(ExportFormSchema(), request.args)
    sentences = {error.field: str(error.detail) for error in errors}
    if not errors and query["format"] is ExportFormat.CSV and query.get("kind") is None:
        sentences["kind"] = gettext("A table holds one kind; please say which.")
    if sentences:
        return _page(Form(values=request.args, errors=sentences)), 422
    chosen: ExportFormat = query.pop("format")
    pieces = matchmaker().exports.seen_by(current_viewer(), chosen, **query)
    ending = "jsonld" if chosen is ExportFormat.JSON_LD else chosen.value
    name = f"{query.get('kind') or 'profile'}s.{ending}"
    return current_app.response_class(
        stream_with_context(pieces),
        mimetype=chosen.media_type,
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


def _page(form: Form) -> str:
    viewer = current_viewer()
    return render_template(
        "imports/export.html",
        form=form,
        kinds=_options(ProfileKind),
        partner_kinds=[(one.value, plural(one)) for one in PartnerKind],
        formats=_options(ExportFormat),
        staff=viewer is not None and viewer.is_staff,
    )


def _options(kind: type[enum.StrEnum]) -> list[tuple[str, str]]:
    return [(member.value, label(member)) for member in kind]
