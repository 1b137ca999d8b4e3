"""The answers to the yearly mail to owners: all is right, or no such mail any more.

Both open by a mailed secret, without a sign-in. A GET changes nothing, because programs open links
before people do; to unsubscribe, a mail program may POST by itself (RFC 8058), so that address
takes no token of a form: its secret is one.
"""

from __future__ import annotations

from flask import Blueprint, render_template

from api.context import matchmaker
from matchmaker.models import LinkPurpose

blueprint = Blueprint("reminder_pages", __name__, url_prefix="/confirm-profile")
unsubscribing = Blueprint("unsubscribe_pages", __name__, url_prefix="/unsubscribe")


@blueprint.get("/<secret>")
def page(secret: str) -> str:
    """Show what the profile says in short, and a button."""
    found = matchmaker().reminders.peek(secret)
    return render_template("profile/confirm.html", profile=found.profile, secret=secret, done=False)


@blueprint.post("/<secret>")
def confirm(secret: str) -> str:
    """Take the owner's word that all is right."""
    profile = matchmaker().reminders.answer(
        secret,
        lambda profile_id, by: matchmaker().curation.confirm(profile_id, by=by, owner=True),
    )
    return render_template("profile/confirm.html", profile=profile, secret=secret, done=True)


@unsubscribing.get("/<secret>")
def unsubscribe_page(secret: str) -> str:
    """Show a button that ends the mails."""
    found = matchmaker().reminders.peek(secret, LinkPurpose.UNSUBSCRIBE)
    return render_template(
        "profile/unsubscribe.html", profile=found.profile, secret=secret, done=False
    )


@unsubscribing.post("/<secret>")
def unsubscribe(secret: str) -> str:
    """Ask about this profile no more."""
    profile = matchmaker().reminders.unsubscribe(secret)
    return render_template("profile/unsubscribe.html", profile=profile, secret=secret, done=True)
