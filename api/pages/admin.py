"""For administrators: accounts, and the audit log."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from typing import Any
from uuid import UUID

from flask import (
    Blueprint,
    Response,
    redirect,
    render_template,
    request,
    stream_with_context,
    url_for,
)
from werkzeug.wrappers import Response as AnyResponse

from api.auth import needs, required_viewer
from api.context import matchmaker
from api.pages.forms import Form, refused
from api.parsing import read_form
from api.schemas.account import AccountInputSchema, AccountQuerySchema, RoleSchema
from api.schemas.audit import AuditQuerySchema, filter_of
from matchmaker.errors import InvalidInput, NotFound
from matchmaker.models import AuditAction, AuditEntry, Role
from matchmaker.models.actions import Action
from matchmaker.services.profiles import Page

blueprint = Blueprint("admin", __name__, url_prefix="/admin")

_Answer = AnyResponse | tuple[str, int]
_COLUMNS = ("at", "account", "action", "subject_kind", "subject_id", "before", "after")


@blueprint.get("/accounts")
@needs(Action.MANAGE_ACCOUNTS)
def accounts() -> str | tuple[str, int]:
    """List accounts, narrowed by role and words."""
    query, errors = read_form(AccountQuerySchema(), request.args)
    page = _accounts(query if not errors else {}, Form(values=dict(request.args)))
    return (page, 422) if errors else page


@blueprint.post("/accounts")
@needs(Action.MANAGE_ACCOUNTS)
def create() -> _Answer | str:
    """Make an account; without a password its owner is mailed a link."""
    values, errors = read_form(AccountInputSchema(), request.form)
    if errors:
        return _accounts({}, refused(errors)), 422
    try:
        made = matchmaker().accounts.create(**values, by=required_viewer().account_id, send=True)
    except InvalidInput as error:
        return _accounts({}, refused(error)), 422
    return _to(made.account.id)


@blueprint.get("/accounts/<uuid:account_id>")
@needs(Action.MANAGE_ACCOUNTS)
def account(account_id: UUID) -> str:
    """Show one account."""
    return _account(account_id, Form())


@blueprint.post("/accounts/<uuid:account_id>/role")
@needs(Action.MANAGE_ACCOUNTS)
def change_role(account_id: UUID) -> _Answer:
    """Give an account another role."""
    values, errors = read_form(RoleSchema(), request.form)
    if errors:
        return _account(account_id, refused(errors)), 422
    matchmaker().accounts.change_role(
        account_id, values["role"], by=required_viewer().account_id, expected_revision=_revision()
    )
    return _to(account_id)


@blueprint.post("/accounts/<uuid:account_id>/disable")
@needs(Action.MANAGE_ACCOUNTS)
def disable(account_id: UUID) -> AnyResponse:
    """Shut an account."""
    matchmaker().accounts.disable(
        account_id, by=required_viewer().account_id, expected_revision=_revision()
    )
    return _to(account_id)


@blueprint.post("/accounts/<uuid:account_id>/enable")
@needs(Action.MANAGE_ACCOUNTS)
def enable(account_id: UUID) -> AnyResponse:
    """Open a shut account again."""
    matchmaker().accounts.enable(
        account_id, by=required_viewer().account_id, expected_revision=_revision()
    )
    return _to(account_id)


@blueprint.post("/accounts/<uuid:account_id>/sign-out")
@needs(Action.MANAGE_ACCOUNTS)
def sign_out(account_id: UUID) -> AnyResponse:
    """End every session of an account."""
    matchmaker().accounts.sign_out_everywhere(account_id, by=required_viewer().account_id)
    return _to(account_id)


@blueprint.post("/accounts/<uuid:account_id>/memberships")
@needs(Action.MANAGE_ACCOUNTS)
def join(account_id: UUID) -> _Answer:
    """Make an account a member of an organisation."""
    try:
        organisation_id = UUID(request.form.get("organisation_id", "").strip())
        matchmaker().belonging.join(account_id, organisation_id, by=required_viewer().account_id)
    except (ValueError, NotFound):
        error = InvalidInput("organisation_id", "There is no organisation with this id.")
        return _account(account_id, refused(error)), 422
    return _to(account_id)


@blueprint.post("/accounts/<uuid:account_id>/memberships/<uuid:organisation_id>/end")
@needs(Action.MANAGE_ACCOUNTS)
def leave(account_id: UUID, organisation_id: UUID) -> AnyResponse:
    """End a membership."""
    matchmaker().belonging.leave(account_id, organisation_id, by=required_viewer().account_id)
    return _to(account_id)


@blueprint.get("/audit")
@needs(Action.READ_AUDIT)
def audit() -> str | tuple[str, int]:
    """Show who changed what, newest first."""
    query, errors = read_form(AuditQuerySchema(), request.args)
    found: Page[Any] = Page([], 0, 0, 20)
    if not errors:
        offset, limit = query.pop("offset"), query.pop("limit")
        found = matchmaker().audit.page(filter_of(query), offset=offset, limit=limit)
    form = Form(
        values={name: request.args[name] for name in request.args},
        errors={error.field: str(error.detail) for error in errors},
    )
    page = render_template("admin/audit.html", found=found, form=form, deeds=tuple(AuditAction))
    return (page, 422) if errors else page


@blueprint.get("/audit.csv")
@needs(Action.READ_AUDIT)
def export() -> Response:
    """Send everything that the filter finds as CSV, oldest first, row by row."""
    query, errors = read_form(AuditQuerySchema(), request.args)
    if errors:
        query = {}
    entries = matchmaker().audit.every(filter_of(query), by=required_viewer().account_id)
    rows = Response(stream_with_context(_csv(entries)), mimetype="text/csv")
    rows.headers["Content-Disposition"] = "attachment; filename=audit.csv"
    return rows


def _csv(entries: Iterator[AuditEntry]) -> Iterator[str]:
    yield _line(_COLUMNS)
    for one in entries:
        yield _line(
            (
                one.at.isoformat(),
                str(one.account_id or ""),
                one.action.value,
                one.subject_kind,
                str(one.subject_id),
                json.dumps(one.before, ensure_ascii=False) if one.before else "",
                json.dumps(one.after, ensure_ascii=False) if one.after else "",
            )
        )


def _line(cells: tuple[str, ...]) -> str:
    line = io.StringIO()
    csv.writer(line).writerow([neutral(cell) for cell in cells])
    return line.getvalue()


def neutral(cell: str) -> str:
    """Return a cell that no spreadsheet takes for a formula.

    >>> neutral("=1+1"), neutral("Ida"), neutral("-")
    ("'=1+1", 'Ida', "'-")
    """
    return f"'{cell}" if cell.startswith(("=", "+", "-", "@", "\t", "\r")) else cell


def _accounts(query: dict[str, Any], form: Form) -> str:
    return render_template(
        "admin/accounts.html",
        found=matchmaker().accounts.page(**query),
        form=form,
        roles=tuple(Role),
        asked=query,
    )


def _account(account_id: UUID, form: Form) -> str:
    return render_template(
        "admin/account.html",
        account=matchmaker().accounts.get(account_id),
        belongings=matchmaker().belonging.of(account_id),
        roles=tuple(Role),
        form=form,
    )


def _to(account_id: UUID) -> AnyResponse:
    return redirect(url_for("admin.account", account_id=account_id), 303)


def _revision() -> int | None:
    """Return the revision that the form was made from; None when it was sent without."""
    text = request.form.get("revision", "")
    return int(text) if text.isdecimal() else None
