"""The answer to a mailed offer, without an account.

A GET changes nothing, because programs open links before people do; a button answers.
"""

from __future__ import annotations

from flask import Blueprint, render_template, request
from werkzeug.datastructures import MultiDict

from api.context import matchmaker
from api.pages.forms import Form
from api.pages.introduction_words import sentences
from api.parsing import read_form
from api.schemas.introduction import LinkAnswerSchema
from matchmaker.errors import InvalidInput
from matchmaker.models import DeclineReason
from matchmaker.services.introduction_views import IntroductionView

blueprint = Blueprint("introduction_links", __name__, url_prefix="/introduction")


@blueprint.get("/<secret>")
def page(secret: str) -> str:
    """Show what the offer says, and two buttons."""
    return _page(matchmaker().introduction_links.peek(secret), secret, Form())


@blueprint.post("/<secret>")
def answer(secret: str) -> str | tuple[str, int]:
    """Take the answer, and show what is waited for now."""
    links = matchmaker().introduction_links
    seen = links.peek(secret)
    sent = MultiDict(
        {name: value for name, value in request.form.items() if value and name != "csrf_token"}
    )
    values, errors = read_form(LinkAnswerSchema(), sent)
    if errors:
        return _page(seen, secret, sentences(errors)), 422
    try:
        answered = links.answer(secret, **values)
    except InvalidInput as error:
        return _page(seen, secret, sentences(error)), 422
    return _page(answered, secret, Form(), done=True)


def _page(seen: IntroductionView, secret: str, form: Form, *, done: bool = False) -> str:
    return render_template(
        "introduction/link.html",
        seen=seen,
        one=seen.introduction,
        secret=secret,
        form=form,
        can=set() if done else {action.value for action in seen.actions},
        reasons=tuple(DeclineReason),
    )
