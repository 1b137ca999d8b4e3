"""One import: what it would change, how far it is, and what it left to do."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping
from typing import Any
from uuid import UUID

from flask import (
    Blueprint,
    Response,
    current_app,
    redirect,
    render_template,
    request,
    stream_with_context,
    url_for,
)
from flask_babel import gettext
from werkzeug.wrappers import Response as AnyResponse

from api.auth import needs, required_viewer
from api.context import matchmaker
from api.pages.import_words import field_name, in_words
from api.parsing import read_form
from api.schemas.imports import ImportRowQuerySchema
from matchmaker.models import ImportRow, ImportRun, ImportState, Queue, RowOutcome
from matchmaker.models.actions import Action
from matchmaker.services.cursors import CursorPage
from matchmaker.services.exchange.cells import guarded
from matchmaker.services.import_jobs import AT_WORK

blueprint = Blueprint("import_run_pages", __name__, url_prefix="/imports")

#: Characters of a value that are shown before and after.
SHOWN_LENGTH = 300
_PART = 500


@blueprint.get("/<uuid:import_id>")
@needs(Action.READ_IMPORT)
def page(import_id: UUID) -> str | AnyResponse:
    """Show an import: its rows when they have been looked at, else how far that is."""
    service = matchmaker()
    run = service.imports.get(import_id)
    if run.state is ImportState.RECEIVED:
        return redirect(url_for("import_pages.columns", import_id=import_id), 303)
    query, errors = read_form(ImportRowQuerySchema(), request.args)
    query = {"outcome": _first_outcome(run), **({} if errors else query)}
    found: CursorPage[ImportRow] = CursorPage([], None)
    if run.state is not ImportState.READING:
        found = service.imports.rows(import_id, **query)
    return render_template(
        "imports/run.html",
        run=run,
        counts=[(one, getattr(run, one.value)) for one in RowOutcome],
        outcome=query["outcome"],
        begun="cursor" in request.args,
        found=found,
        reason=in_words(run.reason),
        has_plan=service.import_jobs.has_plan(run),
        is_staff=required_viewer().is_staff,
        waiting=_waiting(run),
        indexing=service.import_jobs.is_indexing,
        **_progress(run),
    )


@blueprint.get("/<uuid:import_id>/progress")
@needs(Action.READ_IMPORT)
def progress(import_id: UUID) -> Response | str:
    """Show how far an import is, as htmx asks for it; the whole page when it stands still."""
    run = matchmaker().imports.get(import_id)
    shown = _progress(run)
    if request.headers.get("HX-Request") != "true" or not shown["at_work"]:
        answer = current_app.response_class(status=303)
        address = url_for("import_run_pages.page", import_id=import_id)
        if request.headers.get("HX-Request") == "true":
            answer.status_code, answer.headers["HX-Redirect"] = 200, address
        answer.headers["Location"] = address
        return answer
    return render_template("imports/progress.html", run=run, **shown)


@blueprint.post("/<uuid:import_id>/apply")
@needs(Action.RUN_IMPORT)
def apply(import_id: UUID) -> AnyResponse:
    """Have a plan written."""
    matchmaker().import_jobs.apply(import_id, by=required_viewer().account_id)
    return _to(import_id)


@blueprint.post("/<uuid:import_id>/go-on")
@needs(Action.RUN_IMPORT)
def go_on(import_id: UUID) -> AnyResponse:
    """Go on with an import whose process has died."""
    matchmaker().import_jobs.go_on(import_id, by=required_viewer().account_id)
    return _to(import_id)


@blueprint.post("/<uuid:import_id>/cancel")
@needs(Action.RUN_IMPORT)
def cancel(import_id: UUID) -> AnyResponse:
    """Give an import up; what is written stays. Done twice it is as good as once."""
    if matchmaker().imports.get(import_id).state is not ImportState.CANCELLED:
        matchmaker().import_jobs.cancel(import_id, by=required_viewer().account_id)
    return _to(import_id)


@blueprint.post("/<uuid:import_id>/index")
@needs(Action.CURATE)
def index(import_id: UUID) -> AnyResponse:
    """Have what was written indexed."""
    matchmaker().imports.get(import_id)
    matchmaker().import_jobs.index()
    return _to(import_id)


@blueprint.get("/<uuid:import_id>/backlog")
@needs(Action.CURATE)
def backlog(import_id: UUID) -> str | AnyResponse:
    """Show what waits for the index, as htmx asks for it."""
    run = matchmaker().imports.get(import_id)
    if request.headers.get("HX-Request") != "true":
        return _to(import_id)
    indexing = matchmaker().import_jobs.is_indexing
    return render_template(
        "imports/backlog.html", run=run, waiting=_waiting(run), indexing=indexing
    )


@blueprint.get("/<uuid:import_id>/refused.csv")
@needs(Action.READ_IMPORT)
def refused_rows(import_id: UUID) -> Response:
    """Hand out the refused rows with everything that has to change in them."""
    matchmaker().imports.get(import_id)
    answer = current_app.response_class(
        stream_with_context(_refused(import_id)), mimetype="text/csv"
    )
    answer.headers["Content-Disposition"] = 'attachment; filename="refused.csv"'
    return answer


def _refused(import_id: UUID) -> Iterator[str]:
    # The mark tells spreadsheets that this is UTF-8.
    head = (gettext("Row"), gettext("Name"), gettext("Column"), gettext("Reason"))
    yield "\ufeff" + _line(head)
    cursor: str | None = None
    while True:
        part = matchmaker().imports.rows(
            import_id, outcome=RowOutcome.REFUSED, cursor=cursor, limit=_PART
        )
        for row in part.items:
            for one in row.problems:
                yield _line((str(row.number), row.name, one["column"], in_words(one["reason"])))
        cursor = part.next
        if cursor is None:
            return


def _line(cells: tuple[str, ...]) -> str:
    line = io.StringIO()
    csv.writer(line).writerow([guarded(cell) for cell in cells])
    return line.getvalue()


def _first_outcome(run: ImportRun) -> RowOutcome:
    """Return the outcome that is looked at first: what has to be mended, then what changes."""
    order = (RowOutcome.REFUSED, RowOutcome.CHANGED, RowOutcome.NEW, RowOutcome.UNCHANGED)
    return next((one for one in order if getattr(run, one.value)), RowOutcome.NEW)


def _progress(run: ImportRun) -> dict[str, Any]:
    jobs = matchmaker().import_jobs
    lost = jobs.is_lost(run)
    read = run.new + run.changed + run.unchanged + run.refused
    return {"lost": lost, "at_work": run.state in AT_WORK and not lost, "read": read}


def _waiting(run: ImportRun) -> int:
    if run.state is not ImportState.DONE:
        return 0
    return matchmaker().desk.count(Queue.WAITING)


def _to(import_id: UUID) -> AnyResponse:
    return redirect(url_for("import_run_pages.page", import_id=import_id), 303)


def changes_in_words(changes: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    """Return what a row changes: the name of the field, what stood there, what will."""
    return [
        (field_name(name), _value(before), _value(after))
        for name, (before, after) in changes.items()
    ]


def _value(value: object) -> str:
    if value is None or value in ("", [], {}):
        return "–"
    if isinstance(value, bool):
        return str(gettext("yes") if value else gettext("no"))
    if isinstance(value, list):
        words = [_item(one) if isinstance(one, dict) else str(one) for one in value]
        return _short("; ".join(words))
    return _short(str(value))


def _item(item: Mapping[str, Any]) -> str:
    said = ": ".join(str(item[name]) for name in ("title", "text") if item.get(name))
    return f"{said} ({item['year']})" if item.get("year") else said


def _short(text: str) -> str:
    return text if len(text) <= SHOWN_LENGTH else f"{text[: SHOWN_LENGTH - 1]}…"


blueprint.add_app_template_filter(changes_in_words, "changes_in_words")
blueprint.add_app_template_filter(in_words, "in_words")
