"""Introductions: one's own, one of them, and everything that is done with it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from flask import Blueprint, current_app, redirect, render_template, request, url_for
from flask_babel import gettext
from marshmallow import Schema
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from api.auth import needs, required_viewer
from api.context import matchmaker
from api.pages.forms import Form
from api.pages.introduction_words import sentences, spared_words
from api.parsing import read_form
from api.schemas.desk import CursorQuerySchema
from api.schemas.introduction import (
    AnswerInputSchema,
    ConclusionInputSchema,
    IntroductionInputSchema,
    IntroductionPatchSchema,
    MeetingFormSchema,
)
from matchmaker.errors import InvalidInput, NotFound, Protected, StaleRevision
from matchmaker.models import (
    Answer,
    Conclusion,
    DeclineReason,
    IntroductionState,
    Party,
)
from matchmaker.models.actions import Action
from matchmaker.services.cursors import CursorPage
from matchmaker.services.introduction_views import IntroductionView

blueprint = Blueprint("introduction_pages", __name__, url_prefix="/introductions")
desk = Blueprint("introduction_desk", __name__, url_prefix="/desk/introductions")

#: Where times of meetings are written and read.
ZONE = ZoneInfo("Europe/Copenhagen")
#: States in which staff have something to do, in the order of their day.
FOR_STAFF = (
    IntroductionState.DRAFTED,
    IntroductionState.OFFERED,
    IntroductionState.ACCEPTED,
    IntroductionState.MET,
    IntroductionState.DECLINED,
    IntroductionState.EXPIRED,
    IntroductionState.WITHDRAWN,
    IntroductionState.CONCLUDED,
)
_Answered = Response | str | tuple[str, int]


@blueprint.get("")
@needs(Action.LIST_INTRODUCTIONS)
def page() -> str | tuple[str, int]:
    """Show one's own introductions, those changed last first."""
    query, errors = read_form(CursorQuerySchema(), request.args)
    found: CursorPage[IntroductionView] = CursorPage([], None)
    if not errors:
        found = matchmaker().introductions.page(required_viewer(), **query)
    shown = render_template("introduction/list.html", found=found)
    return (shown, 422) if errors else shown


@blueprint.post("")
@needs(Action.MANAGE_INTRODUCTION)
def draft() -> _Answered:
    """Draft an introduction; its page shows the words."""
    values, errors = read_form(IntroductionInputSchema(), request.form)
    if errors:
        raise InvalidInput(errors[0].field, str(errors[0].detail))
    one = matchmaker().introductions.draft(**values, by=_by())
    return redirect(url_for(".one", introduction_id=one.id), 303)


@blueprint.get("/<uuid:introduction_id>")
@needs(Action.READ_INTRODUCTION)
def one(introduction_id: UUID) -> str:
    """Show an introduction as the reader may see it, with what they may do."""
    return _page(introduction_id, Form())


@blueprint.get("/<uuid:introduction_id>/meeting.ics")
@needs(Action.READ_INTRODUCTION)
def calendar(introduction_id: UUID) -> Response:
    """Hand out the proposed meeting for a calendar."""
    file = matchmaker().introductions.calendar(introduction_id, required_viewer())
    if file is None:
        raise NotFound("meeting", introduction_id)
    response = current_app.response_class(file, mimetype="text/calendar")
    response.headers["Content-Disposition"] = "attachment; filename=meeting.ics"
    return response


@blueprint.post("/<uuid:introduction_id>/revise")
@needs(Action.MANAGE_INTRODUCTION)
def revise(introduction_id: UUID) -> _Answered:
    """Change the words of a draft; a field that was emptied is a change too."""
    emptied = {"firm_text": "", "partner_text": "", "firm_email": None, "partner_email": None}
    return _deed(
        introduction_id,
        IntroductionPatchSchema(),
        lambda values: matchmaker().introductions.revise(
            introduction_id,
            by=_by(),
            expected_revision=_revision(),
            **{name: values.get(name, nothing) for name, nothing in emptied.items()},
        ),
    )


@blueprint.post("/<uuid:introduction_id>/offer")
@needs(Action.MANAGE_INTRODUCTION)
def offer(introduction_id: UUID) -> _Answered:
    """Ask both parties by mail."""
    return _deed(
        introduction_id,
        None,
        lambda _values: matchmaker().introductions.offer(
            introduction_id, by=_by(), expected_revision=_revision()
        ),
    )


@blueprint.post("/<uuid:introduction_id>/answer")
@needs(Action.ANSWER_INTRODUCTION)
def answer(introduction_id: UUID) -> _Answered:
    """Take a yes or a no of the one who is signed in."""

    def deed(values: dict[str, Any]) -> object:
        spoken = matchmaker().introductions.view(introduction_id, required_viewer()).parties
        party: Party = values.pop("party", spoken[0])
        if party not in spoken:
            raise InvalidInput("party", "Name the party that you speak for.")
        return matchmaker().introductions.answer(introduction_id, party, by=_by(), **values)

    return _deed(introduction_id, AnswerInputSchema(), deed)


@blueprint.post("/<uuid:introduction_id>/withdraw")
@needs(Action.MANAGE_INTRODUCTION)
def withdraw(introduction_id: UUID) -> _Answered:
    """Take an introduction back."""
    return _deed(
        introduction_id,
        None,
        lambda _values: matchmaker().introductions.withdraw(
            introduction_id, by=_by(), expected_revision=_revision()
        ),
    )


@blueprint.post("/<uuid:introduction_id>/meeting")
@needs(Action.ARRANGE_INTRODUCTION)
def meeting(introduction_id: UUID) -> _Answered:
    """Propose a meeting, or move it."""

    def deed(values: dict[str, Any]) -> object:
        values["starts_at"] = values["starts_at"].replace(tzinfo=ZONE)
        return matchmaker().introductions.propose_meeting(introduction_id, by=_by(), **values)

    return _deed(introduction_id, MeetingFormSchema(), deed)


@blueprint.post("/<uuid:introduction_id>/met")
@needs(Action.ARRANGE_INTRODUCTION)
def met(introduction_id: UUID) -> _Answered:
    """Note that they have met."""
    return _deed(
        introduction_id,
        None,
        lambda _values: matchmaker().introductions.meet(
            introduction_id, by=_by(), expected_revision=_revision()
        ),
    )


@blueprint.post("/<uuid:introduction_id>/conclude")
@needs(Action.MANAGE_INTRODUCTION)
def conclude(introduction_id: UUID) -> _Answered:
    """Note what came of it."""
    return _deed(
        introduction_id,
        ConclusionInputSchema(),
        lambda values: matchmaker().introductions.conclude(
            introduction_id, by=_by(), expected_revision=_revision(), **values
        ),
    )


@desk.get("")
@needs(Action.READ_DESK)
def queue() -> str | tuple[str, int]:
    """Show the introductions of one state, to be worked through."""
    query, errors = read_form(CursorQuerySchema(), request.args)
    state = _state()
    counts = matchmaker().introductions.counts()
    found: CursorPage[IntroductionView] = CursorPage([], None)
    if not errors:
        found = matchmaker().introductions.page(required_viewer(), states=[state], **query)
    ended = {IntroductionState.DECLINED, IntroductionState.EXPIRED}
    following = {
        seen.introduction.challenge_id: matchmaker().shortlist.next_for(
            seen.introduction.challenge_id
        )
        for seen in (found.items if state in ended else ())
    }
    shown = render_template(
        "desk/introductions.html",
        states=FOR_STAFF,
        state=state,
        counts=counts,
        found=found,
        following=following,
        names=matchmaker().profiles.named({one for one in following.values() if one}),
    )
    return (shown, 422) if errors else shown


def _deed(
    introduction_id: UUID, schema: Schema | None, act: Callable[[dict[str, Any]], object]
) -> _Answered:
    """Do something with the values of the form; show the page again with what is wrong."""
    sent = {name: value for name, value in request.form.items() if value}
    values, errors = read_form(schema, _without_frame(sent)) if schema else ({}, ())
    if errors:
        return _page(introduction_id, sentences(errors)), 422
    try:
        act(values)
    except InvalidInput as error:
        return _page(introduction_id, sentences(error)), 422
    except Protected as error:
        return _page(introduction_id, Form(errors={"offer": spared_words(error.rule)})), 409
    except StaleRevision:
        words = gettext("Somebody changed it meanwhile. Look at it once more.")
        return _page(introduction_id, Form(errors={"offer": words})), 412
    return redirect(url_for(".one", introduction_id=introduction_id), 303)


def _without_frame(sent: dict[str, str]) -> MultiDict[str, str]:
    """Return what the form says, without what every form of ours carries."""
    frame = {"csrf_token", "revision"}
    return MultiDict({name: value for name, value in sent.items() if name not in frame})


def _page(introduction_id: UUID, form: Form) -> str:
    seen = matchmaker().introductions.view(introduction_id, required_viewer())
    return render_template(
        "introduction/page.html",
        seen=seen,
        one=seen.introduction,
        form=form,
        can={action.value for action in seen.actions},
        reasons=tuple(DeclineReason),
        conclusions=tuple(Conclusion),
        parties=tuple(Party),
        yes=Answer.ACCEPTED,
        zone=ZONE,
    )


def _by() -> UUID:
    return required_viewer().account_id


def _revision() -> int:
    try:
        return int(request.form.get("revision", ""))
    except ValueError:
        raise NotFound("revision", request.form.get("revision", "")) from None


def _state() -> IntroductionState:
    try:
        return IntroductionState(request.args.get("state", IntroductionState.DRAFTED.value))
    except ValueError:
        raise NotFound("state", request.args.get("state", "")) from None
