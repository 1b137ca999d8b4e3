"""Files that bring profiles: sent, and their columns told what they mean."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from contextlib import suppress
from typing import Any
from uuid import UUID, uuid4

from flask import Blueprint, redirect, render_template, request, session, url_for
from flask_babel import gettext
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.wrappers import Response as AnyResponse

from api.auth import needs
from api.context import matchmaker
from api.pages.forms import Form
from api.pages.import_words import FIELD_NAMES, field_name, in_words
from api.pages.labels import label
from api.parsing import read_form
from api.schemas.imports import CursorQuerySchema, UploadFormSchema
from api.security import MAX_UPLOAD_BYTES
from matchmaker.errors import InvalidInput, NotFound
from matchmaker.models import (
    ActivityType,
    CompanyNeed,
    ImportFormat,
    ImportState,
    OrganisationType,
    ProfileKind,
    StudyLevel,
    Visibility,
)
from matchmaker.models.actions import Action
from matchmaker.services.exchange.fields import fields_of
from matchmaker.services.exchange.mapping import suggested, targets
from matchmaker.services.import_jobs import Look

blueprint = Blueprint("import_pages", __name__, url_prefix="/imports")

#: Rows of the file beside its columns.
SAMPLE_ROWS = 3
#: Characters of a cell that are shown there.
SAMPLE_LENGTH = 80
#: What every row may be given alike, with the values to choose from; empty: any text.
FIXED: Mapping[str, type[enum.StrEnum] | tuple[str, ...]] = {
    "organisation_type": OrganisationType,
    "activity_type": ActivityType,
    "need": CompanyNeed,
    "programme": (),
    "level": StudyLevel,
    "institution": (),
    "language": ("da", "en"),
    "source": (),
    "visibility": Visibility,
}
_Answer = str | AnyResponse | tuple[str, int]


@blueprint.url_value_preprocessor
def allow_files(_endpoint: str | None, _values: dict[str, Any] | None) -> None:
    """Take larger bodies here, before the guard of forms reads them; from strangers never."""
    if "account" in session:
        request.max_content_length = MAX_UPLOAD_BYTES


@blueprint.errorhandler(RequestEntityTooLarge)
def _too_large(_error: RequestEntityTooLarge) -> tuple[str, int]:
    return _upload(Form(errors={"file": too_large()})), 413


def too_large() -> str:
    """Return what is said of a file that is too large."""
    return str(
        gettext(
            "The file has more than %(most)s MB. Split it, or have it imported in the shell.",
            most=MAX_UPLOAD_BYTES // 1024 // 1024,
        )
    )


@blueprint.get("")
@needs(Action.CURATE)
def page() -> str:
    """List imports, newest first, and the saved mappings."""
    query, errors = read_form(CursorQuerySchema(), request.args)
    service = matchmaker()
    return render_template(
        "imports/list.html",
        found=service.imports.page(**({} if errors else query)),
        mappings=service.imports.mappings(),
        lost=service.import_jobs.is_lost,
    )


@blueprint.get("/new")
@needs(Action.CURATE)
def form() -> str:
    """Ask for a file."""
    return _upload(Form())


@blueprint.post("/new")
@needs(Action.CURATE)
def receive() -> _Answer:
    """Take a file; a table then needs to be told what its columns mean."""
    values, errors = read_form(UploadFormSchema(), request.form)
    sent = request.files.get("file")
    if errors or sent is None or not sent.filename:
        sentences = {error.field: gettext("Please choose one of these.") for error in errors}
        if sent is None or not sent.filename:
            sentences["file"] = gettext("Please choose a file.")
        return _upload(Form(values=request.form, errors=sentences)), 422
    run_id = values.pop("id", None) or uuid4()
    name = " ".join(sent.filename.split())
    try:
        run = matchmaker().import_jobs.receive(run_id, sent.stream, file_name=name, **values)
    except InvalidInput as error:
        beside = {"format": "format", "kind": "kind", "mapping": "mapping", "columns": "mapping"}
        at = beside.get(error.field, "file")
        return _upload(Form(values=request.form, errors={at: in_words(error.reason)})), 422
    except NotFound:
        sentence = gettext("This mapping is no longer saved.")
        return _upload(Form(values=request.form, errors={"mapping": sentence})), 422
    return _to(run.id)


def _upload(form: Form) -> str:
    return render_template(
        "imports/upload.html",
        form=form,
        run_id=form.value("id") or uuid4(),
        kinds=_options(ProfileKind),
        formats=_options(ImportFormat),
        mappings=[(one.name, f"{one.name} ({label(one.kind)})") for one in _mappings()],
        most=MAX_UPLOAD_BYTES // 1024 // 1024,
    )


@blueprint.get("/<uuid:import_id>/columns")
@needs(Action.READ_IMPORT)
def columns(import_id: UUID) -> _Answer:
    """Show what the columns are taken for, with the first rows; all of it can be changed."""
    run = matchmaker().imports.get(import_id)
    if run.state is not ImportState.RECEIVED:
        return _to(import_id)
    look = matchmaker().import_jobs.look(import_id)
    # Saved mappings are the cluster's; a university's next file remembers its last one.
    name = request.args.get("mapping", "") if look.run.cohort_id is None else ""
    answer = Form()
    if run.reason:
        answer = Form(errors={"columns": in_words(run.reason)})
    meant, fixed = look.columns.columns, look.columns.fixed
    if name:
        try:
            saved = matchmaker().imports.mapping(name)
        except NotFound:
            answer = Form(errors={"mapping": gettext("This mapping is no longer saved.")})
        else:
            meant, fixed = saved.columns, saved.fixed
    return _columns(look, meant, fixed, answer)


@blueprint.post("/<uuid:import_id>/columns")
@needs(Action.RUN_IMPORT)
def name_columns(import_id: UUID) -> _Answer:
    """Take what the columns mean, keep it under a name if asked, and look at the rows."""
    service = matchmaker()
    if service.imports.get(import_id).state is not ImportState.RECEIVED:
        return _to(import_id)  # sent twice
    look = service.import_jobs.look(import_id)
    header = look.glance.header
    meant = {
        name: target
        for place, name in enumerate(header)
        if (target := request.form.get(f"column-{place}", ""))
    }
    fixed = {
        name: value
        for name in FIXED
        if (value := request.form.get(f"fixed-{name}", "").strip()) and name not in meant.values()
    }
    name = request.form.get("mapping_name", "").strip() if look.run.cohort_id is None else ""
    try:
        run = service.import_jobs.name_columns(import_id, meant, fixed)
        if name and run.kind is not None:
            service.imports.save_mapping(name, kind=run.kind, columns=meant, fixed=fixed)
    except InvalidInput as error:
        at = "mapping_name" if error.field == "name" else "columns"
        answer = Form(values=request.form, errors={at: in_words(error.reason)})
        return _columns(look, meant, fixed, answer), 422
    service.import_jobs.read(import_id)
    return _to(import_id)


@blueprint.post("/mappings/forget")
@needs(Action.CURATE)
def forget_mapping() -> AnyResponse:
    """Forget a saved mapping; one that is gone is as good as forgotten."""
    with suppress(NotFound):
        matchmaker().imports.forget_mapping(request.form.get("name", ""))
    return redirect(url_for("import_pages.page"), 303)


def _columns(look: Look, meant: Mapping[str, str], fixed: Mapping[str, str], answer: Form) -> str:
    kind = look.run.kind
    assert kind is not None  # noqa: S101 - a table is not received without
    known, seen = targets(kind), look.glance
    guessed = suggested(kind, seen.header, seen.sample)
    # Where students of a cohort study is known.
    said = set() if look.run.cohort_id is None else {"institution"}
    rows = [
        {
            "name": f"column-{place}",
            "header": header,
            "target": meant.get(header, ""),
            "guessed": guessed.get(header) is not None and guessed[header] == meant.get(header),
            "sample": _sample(seen.sample, place),
        }
        for place, header in enumerate(seen.header)
    ]
    return render_template(
        "imports/columns.html",
        run=look.run,
        rows=rows,
        form=answer,
        targets=[(one, field_name(one)) for one in known if one in FIELD_NAMES.keys() - said],
        fixed=[
            (f"fixed-{one}", field_name(one), _choices(values), fixed.get(one, ""))
            for one, values in FIXED.items()
            if one in known and one not in said
        ],
        required=[
            field_name(one.name)
            for one in fields_of(kind).values()
            if one.required and one.name not in said
        ],
        mappings=[] if said else [one for one in _mappings() if one.kind is kind],
    )


def _sample(rows: Any, place: int) -> list[str]:
    cells = [row[place] for row in rows if place < len(row)]
    words = [" ".join(str(one).split()) for one in cells if one is not None]
    shown = [one for one in words if one][:SAMPLE_ROWS]
    return [one if len(one) <= SAMPLE_LENGTH else f"{one[: SAMPLE_LENGTH - 1]}…" for one in shown]


def _choices(values: type[enum.StrEnum] | tuple[str, ...]) -> list[tuple[str, str]]:
    if isinstance(values, tuple):
        return [(one, one) for one in values]
    return _options(values)


def _mappings() -> Any:
    return matchmaker().imports.mappings()


def _options(kind: type[enum.StrEnum]) -> list[tuple[str, str]]:
    return [(member.value, label(member)) for member in kind]


def _to(import_id: UUID) -> AnyResponse:
    return redirect(url_for("import_run_pages.page", import_id=import_id), 303)
