"""Making a challenge one's own, and renewing it: mailed links with a button; a GET never acts."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from api.auth import needs
from api.context import current_viewer, matchmaker
from api.languages import chosen_language
from api.pages.forms import Form, refused
from api.pages.sign_in import signed_in
from matchmaker.errors import InvalidInput
from matchmaker.models.actions import Action

blueprint = Blueprint("keeping_pages", __name__, url_prefix="/challenges/<uuid:challenge_id>")
links = Blueprint("keep_link_pages", __name__, url_prefix="/keep-challenge")
renewals = Blueprint("renewal_pages", __name__, url_prefix="/renew-challenge")


@blueprint.post("/keep")
@needs(Action.KEEP_CHALLENGE)
def request_link(challenge_id: UUID) -> str | Response | tuple[str, int]:
    """Mail the link that keeps a challenge; who is signed in keeps it at once."""
    viewer = current_viewer()
    if viewer is not None and "mine" in request.form:
        matchmaker().keeping.take(challenge_id, viewer)
        return redirect(url_for("challenge_pages.page", challenge_id=challenge_id), 303)
    challenge = matchmaker().challenges.get(challenge_id)
    email = request.form.get("email", "")
    try:
        matchmaker().keeping.request(challenge_id, email, language=chosen_language())
    except InvalidInput as error:
        form = refused(error)
        return render_template("challenge/keep.html", challenge=challenge, form=form), 422
    return render_template("challenge/keep.html", challenge=challenge, form=Form(), sent=email)


@links.get("/<secret>")
def page(secret: str) -> str:
    """Show what would be kept, and a button."""
    email, challenge = matchmaker().keeping.peek(secret)
    return render_template(
        "challenge/keep_link.html", email=email, challenge=challenge, secret=secret
    )


@links.post("/<secret>")
def keep(secret: str) -> Response:
    """Make the challenge the reader's, and sign them in."""
    kept = matchmaker().keeping.keep(secret)
    following = url_for("challenge_pages.page", challenge_id=kept.challenge.id)
    return signed_in(kept.account, following)


@blueprint.post("/renew")
@needs(Action.RENEW_CHALLENGE)
def renew_own(challenge_id: UUID) -> Response:
    """Keep a challenge open for as long again."""
    viewer = current_viewer()
    matchmaker().challenge_desk.renew(challenge_id, by=viewer.account_id if viewer else None)
    return redirect(url_for("challenge_pages.page", challenge_id=challenge_id), 303)


@renewals.get("/<secret>")
def renewal(secret: str) -> str:
    """Show the challenge that a mail asks about, and a button."""
    challenge = matchmaker().challenge_desk.peek_renewal(secret)
    return render_template("challenge/renew.html", challenge=challenge, secret=secret, done=False)


@renewals.post("/<secret>")
def renew(secret: str) -> str:
    """Renew the challenge."""
    challenge = matchmaker().challenge_desk.renew_by_link(secret)
    return render_template("challenge/renew.html", challenge=challenge, secret=secret, done=True)
