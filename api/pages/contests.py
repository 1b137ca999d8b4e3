"""Contests: who was ranked asks a person to look at it, coordinators and staff answer."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from flask import Blueprint, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from api.auth import needs, required_viewer
from api.context import matchmaker
from api.pages.forms import Form
from api.pages.labels import label
from api.pages.placing import in_words
from matchmaker.errors import Duplicate, InvalidInput, TransitionNotAllowed
from matchmaker.matching.assignment.outcome import Method
from matchmaker.models import Contest, ContestVerdict
from matchmaker.models.actions import Action, allowed

blueprint = Blueprint("contest_pages", __name__)

_Answer = Response | str | tuple[str, int]


@blueprint.get("/contests")
@needs(Action.READ_OWN_ACCOUNT)
def page() -> str:
    """List what one has contested, and what came of it."""
    return render_template(
        "placing/contests.html",
        contests=matchmaker().contests.of_profiles(required_viewer().claimed),
    )


@blueprint.get("/contests/<uuid:contest_id>")
@needs(Action.READ_OWN_ACCOUNT)
def one(contest_id: UUID) -> str:
    """Show a contest to who made it, and to those who answer."""
    return _one(contest_id, Form())


@blueprint.post("/contests/<uuid:contest_id>")
@needs(Action.MANAGE_OWN_ACCOUNT)
def answer(contest_id: UUID) -> _Answer:
    """Answer a contest."""
    try:
        matchmaker().contests.answer(
            contest_id,
            _verdict(),
            request.form.get("answer", ""),
            by=required_viewer().account_id,
        )
    except InvalidInput as error:
        return _one(contest_id, in_words(error)), 422
    except TransitionNotAllowed:
        said = gettext("Somebody has answered this meanwhile.")
        return _one(contest_id, Form(errors={"state": str(said)})), 409
    return redirect(url_for("contest_pages.one", contest_id=contest_id), 303)


@blueprint.get("/my/placing/<uuid:seat_id>/contest")
@needs(Action.READ_OWN_ACCOUNT)
def result_form(seat_id: UUID) -> str:
    """Ask what is wrong with the result of the last round."""
    return _form("placing/contest_new.html", Form(), _back_to_seat(seat_id))


@blueprint.post("/my/placing/<uuid:seat_id>/contest")
@needs(Action.MANAGE_OWN_ACCOUNT)
def contest_result(seat_id: UUID) -> _Answer:
    """Contest the result of the last round."""
    me = matchmaker().access.student_of(required_viewer(), seat_id)
    return _made(
        lambda text, by: matchmaker().contests.contest_result(seat_id, me, text, by=by),
        _back_to_seat(seat_id),
    )


@blueprint.get("/my/placing/<uuid:seat_id>/positions/<uuid:offered_id>/contest")
@needs(Action.READ_OWN_ACCOUNT)
def order_form(seat_id: UUID, offered_id: UUID) -> str:
    """Ask what is wrong with where a position stands."""
    return _form("placing/contest_new.html", Form(), _back_to_why(seat_id, offered_id))


@blueprint.post("/my/placing/<uuid:seat_id>/positions/<uuid:offered_id>/contest")
@needs(Action.MANAGE_OWN_ACCOUNT)
def contest_order(seat_id: UUID, offered_id: UUID) -> _Answer:
    """Contest where a position stands, or the reason."""
    me = matchmaker().access.student_of(required_viewer(), seat_id)
    return _made(
        lambda text, by: matchmaker().contests.contest_order(seat_id, me, offered_id, text, by=by),
        _back_to_why(seat_id, offered_id),
    )


@blueprint.get("/profiles/<uuid:profile_id>/contest")
@needs(Action.CONTEST_RANKING)
def ranking_form(profile_id: UUID) -> str:
    """Ask what is wrong with how one is ranked."""
    return _form("placing/contest_new.html", Form(), _back_to_profile(profile_id))


@blueprint.post("/profiles/<uuid:profile_id>/contest")
@needs(Action.CONTEST_RANKING)
def contest_ranking(profile_id: UUID) -> _Answer:
    """Contest how one's profile is ranked."""
    return _made(
        lambda text, by: matchmaker().contests.contest_ranking(profile_id, text, by=by),
        _back_to_profile(profile_id),
    )


def method_word(method: str) -> str:
    """Return what a method of assignment is called, in the language of the page."""
    return label(Method(method))


def _back_to_seat(seat_id: UUID) -> tuple[str, str]:
    said = gettext("Contest the result of the round")
    return url_for("student_pages.seat", seat_id=seat_id), str(said)


def _back_to_why(seat_id: UUID, offered_id: UUID) -> tuple[str, str]:
    said = gettext("Contest where a position stands, or the reason")
    return url_for("student_pages.why", seat_id=seat_id, offered_id=offered_id), str(said)


def _back_to_profile(profile_id: UUID) -> tuple[str, str]:
    said = gettext("Contest how my profile is ranked")
    back = url_for("own_pages.page", _anchor=f"profile-{profile_id}")
    return back, str(said)


def _verdict() -> ContestVerdict:
    chosen = request.form.get("verdict", "")
    if chosen not in set(ContestVerdict):
        raise InvalidInput("verdict", "Please choose one.")
    return ContestVerdict(chosen)


def _form(template: str, form: Form, about: tuple[str, str]) -> str:
    back, heading = about
    return render_template(template, form=form, back=back, heading=heading)


def _made(deed: Callable[[str, UUID], Contest], about: tuple[str, str]) -> _Answer:
    try:
        made = deed(request.form.get("text", ""), required_viewer().account_id)
    except InvalidInput as error:
        return _form("placing/contest_new.html", in_words(error), about), 422
    except Duplicate as known:
        # It waits for its answer: asking twice brings none earlier.
        return redirect(url_for("contest_pages.one", contest_id=known.existing_id), 303)
    return redirect(url_for("contest_pages.one", contest_id=made.id), 303)


def _one(contest_id: UUID, form: Form) -> str:
    service = matchmaker()
    facts = service.contests.facts(contest_id)
    view = service.contests.view(contest_id)
    contest = view.contest
    answers = allowed(required_viewer(), Action.ANSWER_CONTEST, facts)
    rankings = (
        service.contests.rankings(contest.profile_id, contest.cohort_id)
        if answers and contest.cohort_id
        else ()
    )
    return render_template(
        "placing/contest.html",
        view=view,
        contest=contest,
        answers=answers,
        rankings=rankings,
        verdicts=tuple(ContestVerdict),
        form=form,
    )
