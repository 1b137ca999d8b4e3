"""Collaborations and their ledger: those who are a part of one report, staff confirm."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from api.auth import needs, required_viewer
from api.context import matchmaker
from api.pages.amounts import count_of, minor_of, without_number
from api.pages.forms import Form, refused
from api.parsing import read_form
from api.report.words import quantity
from api.schemas.collaboration import (
    CollaborationActionSchema,
    CollaborationInputSchema,
    CollaborationPatchSchema,
    CollaborationQuerySchema,
    OutcomeInputSchema,
    ReversalInputSchema,
)
from api.schemas.desk import CursorQuerySchema
from matchmaker.errors import InvalidInput, StaleRevision
from matchmaker.models import (
    Collaboration,
    CollaborationAction,
    CollaborationKind,
    CollaborationState,
    Currency,
    Measure,
    Outcome,
    OutcomeKind,
)
from matchmaker.models.actions import Action, allowed
from matchmaker.models.facts import facts_of
from matchmaker.models.outcome import MONEY
from matchmaker.services.outcomes import LedgerLine

blueprint = Blueprint("collaboration_pages", __name__)

_Answer = Response | str | tuple[str, int]
#: What staff do with a button.
MOVES = (
    CollaborationAction.START,
    CollaborationAction.COMPLETE,
    CollaborationAction.BREAK_OFF,
)


@blueprint.get("/collaborations")
@needs(Action.READ_OWN_ACCOUNT)
def page() -> str | tuple[str, int]:
    """Show the collaborations that one is a part of; staff see all."""
    query, errors = read_form(CollaborationQuerySchema(), request.args)
    found = matchmaker().collaborations.page(required_viewer(), **({} if errors else query))
    shown = render_template(
        "collaboration/list.html",
        found=found,
        form=Form(values=request.args),
        states=tuple(CollaborationState),
        waiting=_waiting_any(),
    )
    return (shown, 422) if errors else shown


@blueprint.get("/collaborations/new")
@needs(Action.RUN_COLLABORATIONS)
def new() -> str:
    """Ask what two who were introduced do together."""
    return _new(Form(values=request.args))


@blueprint.post("/collaborations/new")
@needs(Action.RUN_COLLABORATIONS)
def begin() -> _Answer:
    """Write down that they do something together."""
    values, errors = read_form(CollaborationInputSchema(), _sent())
    if errors:
        return _new(refused(errors)), 422
    try:
        begun = matchmaker().collaborations.begin(**values, by=_me())
    except InvalidInput as error:
        return _new(refused(error)), 422
    return _to(begun.id)


@blueprint.get("/collaborations/<uuid:collaboration_id>")
@needs(Action.READ_OWN_ACCOUNT)
def one(collaboration_id: UUID) -> str:
    """Show a collaboration with its ledger."""
    return _page(collaboration_id, Form())


@blueprint.get("/collaborations/<uuid:collaboration_id>/edit")
@needs(Action.RUN_COLLABORATIONS)
def edit(collaboration_id: UUID) -> str:
    """Show the form to change a collaboration."""
    found = matchmaker().collaborations.get(collaboration_id)
    values = {
        "kind": found.kind.value,
        "title": found.title,
        "programme_id": str(found.programme_id or ""),
        "starts_on": found.starts_on.isoformat(),
        "ends_on": found.ends_on.isoformat() if found.ends_on else "",
        "revision": str(found.revision),
    }
    return _edit(found, Form(values=values))


@blueprint.post("/collaborations/<uuid:collaboration_id>/edit")
@needs(Action.RUN_COLLABORATIONS)
def revise(collaboration_id: UUID) -> _Answer:
    """Change a collaboration."""
    found = matchmaker().collaborations.get(collaboration_id)
    values, errors = read_form(CollaborationPatchSchema(), _sent())
    if errors:
        return _edit(found, refused(errors)), 422
    # A form sends all of its fields; an empty one takes away what was there.
    changes = {"programme_id": None, "ends_on": None, **values}
    try:
        matchmaker().collaborations.revise(
            collaboration_id, expected_revision=_revision(found), by=_me(), **changes
        )
    except InvalidInput as error:
        return _edit(found, refused(error)), 422
    return _to(collaboration_id)


@blueprint.post("/collaborations/<uuid:collaboration_id>/state")
@needs(Action.RUN_COLLABORATIONS)
def move(collaboration_id: UUID) -> _Answer:
    """Start, complete or break off."""
    found = matchmaker().collaborations.get(collaboration_id)
    values, errors = read_form(CollaborationActionSchema(), _sent())
    if errors:
        return _page(collaboration_id, refused(errors)), 422
    matchmaker().collaborations.act(
        collaboration_id, values["action"], expected_revision=_revision(found), by=_me()
    )
    return _to(collaboration_id)


@blueprint.post("/collaborations/<uuid:collaboration_id>/outcomes")
@needs(Action.MANAGE_OWN_ACCOUNT)
def record(collaboration_id: UUID) -> _Answer:
    """Write a line of the ledger."""
    sent = _sent()
    kind = sent.get("kind", "")
    is_money = kind in {one.value for one in MONEY}
    number = minor_of(sent.get("quantity", "")) if is_money else count_of(sent.get("quantity", ""))
    # The number is read here, as people write it; the schema gets any that it takes.
    values, errors = read_form(OutcomeInputSchema(), without_number(sent))
    if errors:
        return _page(collaboration_id, refused(errors)), 422
    if number is None:
        form = refused(InvalidInput("quantity", "Use a whole number."))
        return _page(collaboration_id, form), 422
    try:
        values["quantity"] = number
        matchmaker().outcomes.record(collaboration_id, by=required_viewer(), **values)
    except InvalidInput as error:
        return _page(collaboration_id, refused(error)), 422
    return _to(collaboration_id, anchor="ledger")


@blueprint.get("/outcomes/waiting")
@needs(Action.CONFIRM_OUTCOME)
def waiting() -> str | tuple[str, int]:
    """Show the lines that wait to be confirmed."""
    query, errors = read_form(CursorQuerySchema(), request.args)
    found = matchmaker().outcomes.waiting(**({} if errors else query))
    shown = render_template("collaboration/waiting.html", found=found, amount=amount)
    return (shown, 422) if errors else shown


@blueprint.post("/outcomes/<uuid:outcome_id>/confirm")
@needs(Action.CONFIRM_OUTCOME)
def confirm(outcome_id: UUID) -> Response:
    """Confirm a line: it counts from now on."""
    line = matchmaker().outcomes.confirm(outcome_id, by=_me())
    if request.form.get("back") == "waiting":
        return redirect(url_for("collaboration_pages.waiting"), 303)
    return _to(line.outcome.collaboration_id, anchor="ledger")


@blueprint.get("/outcomes/<uuid:outcome_id>/reverse")
@needs(Action.CONFIRM_OUTCOME)
def reverse_form(outcome_id: UUID) -> str:
    """Ask why a line is taken off."""
    return _reverse(outcome_id, Form())


@blueprint.post("/outcomes/<uuid:outcome_id>/reverse")
@needs(Action.CONFIRM_OUTCOME)
def reverse(outcome_id: UUID) -> _Answer:
    """Take a line off by a counter line."""
    values, errors = read_form(ReversalInputSchema(), _sent())
    if errors:
        return _reverse(outcome_id, refused(errors)), 422
    try:
        counter = matchmaker().outcomes.reverse(outcome_id, by=_me(), **values)
    except InvalidInput as error:
        return _reverse(outcome_id, refused(error)), 422
    return _to(counter.outcome.collaboration_id, anchor="ledger")


@blueprint.get("/outcomes/<uuid:outcome_id>/words")
@needs(Action.CONFIRM_OUTCOME)
def erase_words_form(outcome_id: UUID) -> str:
    """Ask whether the words of a line shall go for good."""
    line = matchmaker().outcomes.get(outcome_id)
    return render_template("collaboration/erase_words.html", line=line, amount=amount)


@blueprint.post("/outcomes/<uuid:outcome_id>/words")
@needs(Action.CONFIRM_OUTCOME)
def erase_words(outcome_id: UUID) -> Response:
    """Make the words of a line unreadable; the line stays."""
    line = matchmaker().outcomes.erase_words(outcome_id, by=_me())
    return _to(line.outcome.collaboration_id, anchor="ledger")


def amount(outcome: Outcome) -> str:
    """Return how much a line says, in words."""
    measure = Measure(outcome.kind.value)
    if outcome.kind is OutcomeKind.SATISFACTION:
        return str(outcome.quantity)
    return quantity(measure, outcome.quantity, outcome.currency)


def _page(collaboration_id: UUID, form: Form) -> str:
    service = matchmaker()
    collaboration = service.collaborations.get(collaboration_id)
    firm, partner = service.collaborations.names(collaboration)
    ledger = service.outcomes.ledger(collaboration_id)
    viewer, facts = required_viewer(), facts_of(collaboration)
    programme = (
        service.programmes.get(collaboration.programme_id) if collaboration.programme_id else None
    )
    return render_template(
        "collaboration/page.html",
        one=collaboration,
        firm=firm,
        partner=partner,
        programme=programme,
        ledger=ledger,
        pending=_pending(ledger),
        amount=amount,
        form=form,
        kinds=tuple(OutcomeKind),
        currencies=tuple(Currency),
        moves=[move for move in MOVES if move in collaboration.actions()],
        runs=allowed(viewer, Action.RUN_COLLABORATIONS, facts),
        reports=allowed(viewer, Action.REPORT_OUTCOME, facts)
        and CollaborationAction.RECORD in collaboration.actions(),
        confirms=allowed(viewer, Action.CONFIRM_OUTCOME, facts),
    )


def _pending(ledger: Sequence[LedgerLine]) -> list[LedgerLine]:
    """Return the patents that are still pending, at least in part."""
    found = []
    for line in ledger:
        if line.outcome.kind is not OutcomeKind.PATENT_PENDING or not line.stands:
            continue
        granted = sum(
            other.outcome.quantity
            for other in ledger
            if other.stands and other.outcome.follows_id == line.outcome.id
        )
        if granted < line.outcome.quantity:
            found.append(line)
    return found


def _new(form: Form) -> str:
    return render_template("collaboration/new.html", form=form, **_choices())


def _edit(collaboration: Collaboration, form: Form) -> str:
    return render_template("collaboration/edit.html", one=collaboration, form=form, **_choices())


def _choices() -> dict[str, Any]:
    return {
        "kinds": tuple(CollaborationKind),
        "programmes": [(str(one.id), one.name) for one in matchmaker().programmes.all()],
    }


def _reverse(outcome_id: UUID, form: Form) -> str:
    line = matchmaker().outcomes.get(outcome_id)
    return render_template("collaboration/reverse.html", line=line, amount=amount, form=form)


def _sent() -> MultiDict[str, str]:
    """Return the sent form without what belongs to the form itself."""
    return MultiDict(
        (name, value)
        for name, value in request.form.items(multi=True)
        if name not in {"csrf_token", "revision"}
    )


def _waiting_any() -> bool:
    return required_viewer().is_staff and bool(matchmaker().outcomes.waiting(limit=1).items)


def _me() -> UUID:
    return required_viewer().account_id


def _revision(present: Collaboration) -> int:
    """Return the revision that a form was made from."""
    stated = request.form.get("revision", "")
    if not stated.isdecimal():
        raise StaleRevision(0, present.revision)
    return int(stated[:9])


def _to(collaboration_id: UUID, anchor: str | None = None) -> Response:
    return redirect(
        url_for("collaboration_pages.one", collaboration_id=collaboration_id, _anchor=anchor), 303
    )
