"""Codes of public lists: a plain search, and a list that follows the typing with script."""

from __future__ import annotations

from flask import Blueprint, render_template, request

from api.pages.forms import Form
from api.parsing import read_form
from api.schemas.codes import CodeQuerySchema
from matchmaker.errors import NotFound
from matchmaker.services.codes import CodeList, look_up

blueprint = Blueprint("code_pages", __name__, url_prefix="/codes")


@blueprint.get("/<codes>")
def page(codes: str) -> str | tuple[str, int]:
    """Show the codes of a list that fit; htmx asks for the part that changes."""
    try:
        wanted = CodeList(codes)
    except ValueError:
        raise NotFound("list of codes", codes) from None
    query, errors = read_form(CodeQuerySchema(), request.args)
    form = Form(
        values={name: request.args[name] for name in request.args},
        errors={error.field: error.detail for error in errors},
    )
    found = [] if errors else look_up(wanted, query["q"], limit=query["limit"])
    part = request.headers.get("HX-Request") == "true"
    shown = render_template(
        "codes/found.html" if part else "codes/page.html",
        codes=wanted,
        lists=tuple(CodeList),
        found=found,
        form=form,
    )
    return (shown, 422) if errors else shown
