"""People whom a file brought: hidden until they, or staff with a legal basis, confirm."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response as AnyResponse

from api.auth import needs, required_viewer
from api.context import matchmaker
from api.pages.forms import Form
from api.pages.import_words import in_words
from api.pages.invitations import counted, invite_all
from api.parsing import identity, read_form
from api.schemas.imports import CursorQuerySchema
from matchmaker.errors import InvalidInput, NotFound
from matchmaker.models import BulkAction, BulkChange, Standing
from matchmaker.models.actions import Action
from matchmaker.models.profile_search import ProfileSearch

blueprint = Blueprint("imported_people", __name__, url_prefix="/imports/people")

#: People on one page.
PART = 50
#: Most characters of a legal basis.
BASIS_LENGTH = 300
_Answer = str | AnyResponse | tuple[str, int]


@blueprint.get("")
@needs(Action.CURATE)
def page() -> str:
    """List imported people who have not confirmed, and what was done last."""
    return _page(Form())


@blueprint.post("/confirm")
@needs(Action.CURATE)
def confirm() -> _Answer:
    """Confirm the chosen ones on a stated legal basis."""
    chosen = [one for one in map(identity, request.form.getlist("chosen")) if one is not None]
    basis = " ".join(request.form.get("legal_basis", "").split())
    errors = {}
    if not chosen:
        errors["chosen"] = gettext("Please choose at least one person.")
    if not 0 < len(basis) <= BASIS_LENGTH:
        errors["legal_basis"] = gettext(
            "Please say on what legal basis they are shown, in at most %(most)s characters.",
            most=BASIS_LENGTH,
        )
    if errors:
        return _page(Form(values=request.form, errors=errors)), 422
    try:
        action = matchmaker().bulk.apply(
            BulkChange.CONFIRM, chosen, {"legal_basis": basis}, by=required_viewer().account_id
        )
    except InvalidInput as error:
        return _page(Form(values=request.form, errors={"chosen": in_words(error.reason)})), 422
    return redirect(url_for("imported_people.page", done=action.id), 303)


@blueprint.post("/undo")
@needs(Action.CURATE)
def undo() -> AnyResponse:
    """Hide those again who were confirmed together."""
    action = identity(request.form.get("action", ""))
    if action is None:
        raise NotFound("bulk action", request.form.get("action", ""))
    matchmaker().bulk.undo(action, by=required_viewer().account_id)
    return redirect(url_for("imported_people.page"), 303)


@blueprint.post("/invite")
@needs(Action.CURATE)
def invite() -> _Answer:
    """Mail a link to each person whose address was written beside their name."""
    invited, form = invite_all()
    if form.errors:
        return _page(form, invited=invited), 422
    return redirect(url_for("imported_people.page", invited=invited), 303)


def _page(form: Form, *, invited: int | None = None) -> str:
    query, errors = read_form(CursorQuerySchema(), request.args)
    cursor = None if errors else query.get("cursor")
    done = identity(request.args.get("done", ""))
    found = matchmaker().desk.search(
        ProfileSearch(standings=(Standing.IMPORTED,)), cursor=cursor, limit=PART
    )
    return render_template(
        "imports/people.html",
        found=found,
        form=form,
        action=_action(done) if done else None,
        invited=counted() if invited is None else invited,
        chosen=request.form.getlist("chosen"),
        basis_length=BASIS_LENGTH,
    )


def _action(action_id: UUID) -> BulkAction | None:
    try:
        return matchmaker().bulk.get(action_id)
    except NotFound:
        return None
