"""What a party of a placement says by a mailed link, without an account.

A GET changes nothing, because programs open links before people do; a button answers.
"""

from __future__ import annotations

from collections.abc import Callable

from flask import Blueprint, render_template, request
from werkzeug.wrappers import Response

from api.context import matchmaker
from api.pages.forms import Form
from api.pages.placements import document_of, going_from, scores_from
from api.pages.placing import in_words
from matchmaker.errors import InvalidInput, LinkSpent
from matchmaker.models import EvaluationQuestion, Going, LinkPurpose
from matchmaker.services.placement_links import LinkedPlacement

blueprint = Blueprint("placement_links", __name__, url_prefix="/placement")

_Answer = str | tuple[str, int]
_TEMPLATES = {
    LinkPurpose.PLACEMENT: "placing/link.html",
    LinkPurpose.PLACEMENT_CHECK: "placing/link_check.html",
    LinkPurpose.PLACEMENT_EVALUATION: "placing/link_evaluation.html",
}


@blueprint.get("/<secret>")
def page(secret: str) -> _Answer:
    """Show what is offered, the agreement, and two buttons."""
    return _page(LinkPurpose.PLACEMENT, secret)


@blueprint.post("/<secret>")
def answer(secret: str) -> _Answer:
    """Agree, or decline with a reason."""
    links = matchmaker().placement_links
    if request.form.get("deed") == "decline":
        return _answered(
            LinkPurpose.PLACEMENT,
            secret,
            lambda: links.decline(secret, request.form.get("reason", "")),
        )
    return _answered(LinkPurpose.PLACEMENT, secret, lambda: links.agree(secret))


@blueprint.get("/<secret>/agreement.pdf")
def agreement(secret: str) -> Response:
    """Hand out the agreement as long as the link shows the placement."""
    seen = matchmaker().placement_links.peek(secret, LinkPurpose.PLACEMENT)
    if seen.is_gone:
        raise LinkSpent
    return document_of(seen.view)


@blueprint.get("/check/<secret>")
def check_page(secret: str) -> _Answer:
    """Ask how it goes."""
    return _page(LinkPurpose.PLACEMENT_CHECK, secret)


@blueprint.post("/check/<secret>")
def answer_check(secret: str) -> _Answer:
    """Take how it goes."""
    return _answered(
        LinkPurpose.PLACEMENT_CHECK,
        secret,
        lambda: matchmaker().placement_links.check(
            secret,
            going_from(),
            note=request.form.get("note", ""),
            needs_help=request.form.get("needs_help") == "yes",
        ),
    )


@blueprint.get("/evaluation/<secret>")
def evaluation_page(secret: str) -> _Answer:
    """Ask how it was."""
    return _page(LinkPurpose.PLACEMENT_EVALUATION, secret)


@blueprint.post("/evaluation/<secret>")
def evaluate(secret: str) -> _Answer:
    """Take how it was."""
    return _answered(
        LinkPurpose.PLACEMENT_EVALUATION,
        secret,
        lambda: matchmaker().placement_links.evaluate(
            secret, scores_from(), text=request.form.get("text", "")
        ),
    )


def _page(purpose: LinkPurpose, secret: str) -> _Answer:
    seen = matchmaker().placement_links.peek(secret, purpose)
    shown = _shown(purpose, secret, seen, Form())
    return (shown, 410) if seen.is_gone else shown


def _answered(purpose: LinkPurpose, secret: str, deed: Callable[[], LinkedPlacement]) -> _Answer:
    links = matchmaker().placement_links
    try:
        seen = deed()
    except InvalidInput as error:
        return _shown(purpose, secret, links.peek(secret, purpose), in_words(error)), 422
    except LinkSpent:
        # Of a link that we know, its page says why it takes no answer.
        return _shown(purpose, secret, links.peek(secret, purpose), Form()), 410
    return _shown(purpose, secret, seen, Form(), done=True)


def _shown(
    purpose: LinkPurpose, secret: str, seen: LinkedPlacement, form: Form, *, done: bool = False
) -> str:
    return render_template(
        _TEMPLATES[purpose],
        seen=seen,
        view=seen.view,
        secret=secret,
        form=form,
        done=done,
        goings=tuple(Going),
        questions=tuple(EvaluationQuestion),
    )
