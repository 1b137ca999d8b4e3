"""One click ends the weekly mail: a mailed secret, no sign-in; a GET only shows the button."""

from __future__ import annotations

from flask import Blueprint, render_template

from api.context import matchmaker

unsubscribing = Blueprint("digest_pages", __name__, url_prefix="/unsubscribe/digest")


@unsubscribing.get("/<secret>")
def unsubscribe_page(secret: str) -> str:
    """Show a button that ends the mails."""
    matchmaker().digests.peek(secret)
    return render_template("account/unsubscribe.html", secret=secret, done=False)


@unsubscribing.post("/<secret>")
def unsubscribe(secret: str) -> str:
    """Send the weekly mail no more."""
    matchmaker().digests.unsubscribe(secret)
    return render_template("account/unsubscribe.html", secret=secret, done=True)
