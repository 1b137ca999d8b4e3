"""Links to the report of a programme: staff make and end them, whoever has one reads the report."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from api.auth import needs, required_viewer
from api.context import matchmaker
from api.pages.forms import Form, refused
from api.pages.programme_report import file_of, shown
from api.parsing import read_form
from api.schemas.programme import ReportQuerySchema
from api.schemas.report_share import ShareInputSchema
from matchmaker.errors import InvalidInput
from matchmaker.models.actions import Action

blueprint = Blueprint("share_pages", __name__, url_prefix="/programmes/<uuid:programme_id>/links")
#: The secret in the address is all that opens these; nobody signs in.
shared = Blueprint("shared_report_pages", __name__, url_prefix="/shared-report/<secret>")

_Answer = Response | str | tuple[str, int]


@blueprint.get("")
@needs(Action.MANAGE_PROGRAMMES)
def page(programme_id: UUID) -> str:
    """Show the links of a programme, and the form for a new one."""
    return _list(programme_id, Form(values={"days": "90"}))


@blueprint.post("")
@needs(Action.MANAGE_PROGRAMMES)
def create(programme_id: UUID) -> _Answer:
    """Make a link and show it this once."""
    values, errors = read_form(ShareInputSchema(), request.form)
    if errors:
        return _list(programme_id, refused(errors)), 422
    try:
        share, secret = matchmaker().report_shares.create(
            programme_id, by=required_viewer().account_id, **values
        )
    except InvalidInput as error:
        return _list(programme_id, refused(error)), 422
    address = url_for("shared_report_pages.report", secret=secret, _external=True)
    return render_template("programme/share_made.html", share=share, address=address)


@blueprint.post("/<uuid:share_id>/end")
@needs(Action.MANAGE_PROGRAMMES)
def end(programme_id: UUID, share_id: UUID) -> Response:
    """Let a link open nothing any more."""
    matchmaker().report_shares.end(programme_id, share_id, by=required_viewer().account_id)
    return redirect(url_for(".page", programme_id=programme_id), 303)


@shared.get("")
def report(secret: str) -> _Answer:
    """Show the report that a link is about."""
    query, errors = read_form(ReportQuerySchema(), request.args)
    form = Form(values=request.args.to_dict(), errors=refused(errors).errors if errors else {})
    found = matchmaker().report_shares.report(secret, **({} if errors else query))
    page = render_template("programme/shared.html", secret=secret, **shown(found, form))
    return (page, 422) if errors else page


@shared.get("/report.csv")
def as_table(secret: str) -> _Answer:
    """Hand out the figures as a table."""
    return _file(secret, "csv")


@shared.get("/report.pdf")
def as_document(secret: str) -> _Answer:
    """Hand out the report as a document, in the language of the page."""
    return _file(secret, "pdf")


def _file(secret: str, ending: str) -> _Answer:
    query, errors = read_form(ReportQuerySchema(), request.args)
    if errors:
        return report(secret)
    return file_of(matchmaker().report_shares.report(secret, **query), ending)


def _list(programme_id: UUID, form: Form) -> str:
    service = matchmaker()
    now = service.report_shares.clock()
    return render_template(
        "programme/shares.html",
        programme=service.programmes.get(programme_id),
        shares=[(one, one.works(now)) for one in service.report_shares.all_of(programme_id)],
        form=form,
    )
