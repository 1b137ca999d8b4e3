"""Programmes: what they want, what came of them, and the same as CSV and PDF."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Blueprint, redirect, render_template, request, url_for
from flask_babel import get_locale
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from api.auth import needs, required_viewer
from api.context import matchmaker
from api.pages.amounts import count_of, minor_of, without_number
from api.pages.forms import Form, refused
from api.pages.programme_report import file_of, shown
from api.parsing import read_form
from api.report.words import area_name, quantity
from api.schemas.programme import (
    ProgrammeInputSchema,
    ReportQuerySchema,
    TargetInputSchema,
)
from matchmaker.errors import InvalidInput, StaleRevision
from matchmaker.models import Currency, Measure, Programme, ProgrammeTarget
from matchmaker.models.actions import Action
from matchmaker.models.municipalities import municipalities, regions
from matchmaker.services.programmes import Report

blueprint = Blueprint("programme_pages", __name__, url_prefix="/programmes")

_Answer = Response | str | tuple[str, int]


@blueprint.get("")
@needs(Action.READ_PROGRAMMES)
def page() -> str:
    """Show all programmes, and the form for a new one."""
    return _list(Form(values={"currency": Currency.EUR.value}))


@blueprint.post("")
@needs(Action.MANAGE_PROGRAMMES)
def create() -> _Answer:
    """Store a new programme."""
    try:
        values = _read(ProgrammeInputSchema())
        made = matchmaker().programmes.create(**values, by=_me())
    except InvalidInput as error:
        return _list(refused(error)), 422
    except _Refused as refusal:
        return _list(refusal.form), 422
    return _to(made.id)


@blueprint.get("/<uuid:programme_id>")
@needs(Action.READ_PROGRAMMES)
def one(programme_id: UUID) -> _Answer:
    """Show what came of a programme in a period."""
    query, errors = read_form(ReportQuerySchema(), request.args)
    form = Form(
        values=request.args.to_dict(),
        errors=refused(errors).errors if errors else {},
    )
    report = matchmaker().programmes.report(programme_id, **({} if errors else query))
    page = _report(report, form)
    return (page, 422) if errors else page


@blueprint.get("/<uuid:programme_id>/report.csv")
@needs(Action.READ_PROGRAMMES)
def as_table(programme_id: UUID) -> _Answer:
    """Hand out the figures as a table."""
    return _file(programme_id, "csv")


@blueprint.get("/<uuid:programme_id>/report.pdf")
@needs(Action.READ_PROGRAMMES)
def as_document(programme_id: UUID) -> _Answer:
    """Hand out the report as a document, in the language of the page."""
    return _file(programme_id, "pdf")


@blueprint.get("/<uuid:programme_id>/edit")
@needs(Action.MANAGE_PROGRAMMES)
def edit(programme_id: UUID) -> str:
    """Show the forms to change a programme and its targets."""
    return _edit(matchmaker().programmes.get(programme_id), None)


@blueprint.post("/<uuid:programme_id>/edit")
@needs(Action.MANAGE_PROGRAMMES)
def revise(programme_id: UUID) -> _Answer:
    """Change a programme."""
    present = matchmaker().programmes.get(programme_id)
    try:
        values = {"funder": "", "ore_per_100_euro": None, **_read(ProgrammeInputSchema())}
        matchmaker().programmes.revise(
            programme_id, expected_revision=_revision(present), by=_me(), **values
        )
    except InvalidInput as error:
        return _edit(present, refused(error)), 422
    except _Refused as refusal:
        return _edit(present, refusal.form), 422
    return _to(programme_id)


@blueprint.post("/<uuid:programme_id>/targets")
@needs(Action.MANAGE_PROGRAMMES)
def add_target(programme_id: UUID) -> _Answer:
    """Add a target behind those there are."""
    present = matchmaker().programmes.get(programme_id)
    sent = _sent()
    measure, number = sent.get("measure", ""), sent.get("quantity", "")
    is_money = measure in {one.value for one in Measure if one.is_money}
    in_hundredths = is_money or measure == Measure.SATISFACTION
    wanted = minor_of(number) if in_hundredths else count_of(number)
    values, errors = read_form(TargetInputSchema(), without_number(sent))
    if errors:
        return _edit(present, refused(errors)), 422
    if wanted is None:
        return _edit(present, refused(InvalidInput("quantity", "Use a whole number."))), 422
    try:
        given = [*map(_given, present.targets), {**values, "quantity": wanted}]
        _set(present, given)
    except InvalidInput as error:
        # Which of several it is, the service says before the name; here there is one form.
        last = InvalidInput(error.field.rpartition("/")[2], error.reason)
        return _edit(present, refused(last)), 422
    return _to_edit(programme_id)


@blueprint.post("/<uuid:programme_id>/targets/<int:position>/remove")
@needs(Action.MANAGE_PROGRAMMES)
def remove_target(programme_id: UUID, position: int) -> _Answer:
    """Take one target away."""
    present = matchmaker().programmes.get(programme_id)
    _set(present, [_given(one) for one in present.targets if one.position != position])
    return _to_edit(programme_id)


def _set(present: Programme, given: list[dict[str, Any]]) -> None:
    matchmaker().programmes.set_targets(
        present.id, given, expected_revision=_revision(present), by=_me()
    )


def _given(target: ProgrammeTarget) -> dict[str, Any]:
    names = ("measure", "quantity", "currency", "first_day", "last_day", "area")
    return {name: getattr(target, name) for name in names}


class _Refused(Exception):
    """A form that can't be taken as it was sent."""

    def __init__(self, form: Form) -> None:
        self.form = form


def _read(schema: ProgrammeInputSchema) -> dict[str, Any]:
    """Return a programme from its form, in which the rate stands in kroner.

    Raises:
        _Refused: with the form and a sentence at each wrong field.

    """
    sent = _sent()
    rate = sent.pop("rate", "").strip()
    ore = minor_of(rate) if rate else None
    if ore is not None:
        sent["ore_per_100_euro"] = str(ore)
    values, errors = read_form(schema, sent)
    if errors or (rate and ore is None):
        form = refused(errors)
        if "ore_per_100_euro" in form.errors or (rate and ore is None):
            sentence = refused(InvalidInput("ore_per_100_euro", "")).errors["ore_per_100_euro"]
            kept = {k: v for k, v in form.errors.items() if k != "ore_per_100_euro"}
            form = Form(values=form.values, errors={**kept, "rate": sentence})
        raise _Refused(form)
    return dict(values)


def _file(programme_id: UUID, ending: str) -> _Answer:
    query, errors = read_form(ReportQuerySchema(), request.args)
    if errors:
        return one(programme_id)
    return file_of(matchmaker().programmes.report(programme_id, **query), ending)


def _report(report: Report, form: Form) -> str:
    return render_template("programme/page.html", **shown(report, form))


def _list(form: Form) -> str:
    return render_template(
        "programme/list.html",
        programmes=matchmaker().programmes.all(),
        form=form,
        currencies=tuple(Currency),
    )


def _edit(programme: Programme, form: Form | None) -> str:
    rate = programme.ore_per_100_euro
    own = {
        "name": programme.name,
        "funder": programme.funder,
        "starts_on": programme.starts_on.isoformat(),
        "ends_on": programme.ends_on.isoformat(),
        "currency": programme.currency.value,
        "rate": f"{rate // 100},{rate % 100:02}" if rate else "",
    }
    sent = form is not None and "measure" in form.values
    language = get_locale().language
    areas = [(one.code, one.name(language)) for one in regions().values()]
    areas += sorted(
        ((one.code, one.name(language)) for one in municipalities().values()),
        key=lambda one: one[1],
    )
    return render_template(
        "programme/edit.html",
        programme=programme,
        form=Form(values=own) if form is None or sent else form,
        target_form=form if form is not None and sent else Form(),
        currencies=tuple(Currency),
        measures=tuple(Measure),
        areas=areas,
        area_name=area_name,
        quantity=quantity,
    )


def _sent() -> MultiDict[str, str]:
    return MultiDict(
        (name, value)
        for name, value in request.form.items(multi=True)
        if name not in {"csrf_token", "revision"}
    )


def _me() -> UUID:
    return required_viewer().account_id


def _revision(present: Programme) -> int:
    """Return the revision that a form was made from."""
    stated = request.form.get("revision", "")
    if not stated.isdecimal():
        raise StaleRevision(0, present.revision)
    return int(stated[:9])


def _to(programme_id: UUID) -> Response:
    return redirect(url_for("programme_pages.one", programme_id=programme_id), 303)


def _to_edit(programme_id: UUID) -> Response:
    address = url_for("programme_pages.edit", programme_id=programme_id, _anchor="targets")
    return redirect(address, 303)
