"""Signing in and out: by password, by a mailed link, with a second factor."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from api import auth
from api.context import current_viewer, matchmaker
from api.pages.forms import Form
from matchmaker.errors import SignInRefused
from matchmaker.models import Account, LinkPurpose

blueprint = Blueprint("sign_in", __name__, url_prefix="/sign-in")


@blueprint.get("")
def page() -> str | Response:
    """Show both ways to sign in; somebody who is signed in goes on."""
    following = auth.safe_next(request.args.get("next"))
    if current_viewer() is not None:
        return redirect(following, 303)
    return _page(following)


@blueprint.post("")
def by_password() -> Response | tuple[str, int]:
    """Sign in by password."""
    following = auth.safe_next(request.form.get("next"))
    email = request.form.get("email", "")
    try:
        account = matchmaker().sign_in.by_password(email, request.form.get("password", ""))
    except SignInRefused:
        return _page(following, email=email, refused=True), 422
    return signed_in(account, following)


@blueprint.get("/code")
def code_form() -> str | Response:
    """Ask for the second factor."""
    if auth.half_signed_in() is None:
        return redirect(url_for(".page"), 303)
    return render_template("sign_in/code.html", refused=False)


@blueprint.post("/code")
def with_code() -> Response | tuple[str, int]:
    """Take the second factor."""
    half = auth.half_signed_in()
    if half is None:
        return redirect(url_for(".page"), 303)
    account_id, epoch, following = half
    try:
        account = matchmaker().sign_in.with_code(account_id, epoch, request.form.get("code", ""))
    except SignInRefused:
        return render_template("sign_in/code.html", refused=True), 422
    auth.start_session(account)
    return redirect(following, 303)


@blueprint.post("/link")
def request_link() -> str:
    """Mail a sign-in link; the answer is the same for every address."""
    matchmaker().sign_in.request_link(request.form.get("email", ""))
    return render_template("sign_in/sent.html")


@blueprint.get("/link/<secret>")
def link(secret: str) -> str:
    """Show a button; opening the page changes nothing, so that mail scanners may."""
    found = matchmaker().sign_in.peek(secret, LinkPurpose.SIGN_IN)
    return render_template("sign_in/link.html", email=found.email, secret=secret)


@blueprint.post("/link/<secret>")
def use_link(secret: str) -> Response:
    """Sign in by a mailed link."""
    return signed_in(matchmaker().sign_in.by_link(secret), "/")


@blueprint.post("/out")
def sign_out() -> Response:
    """Sign out of this browser."""
    auth.end_session()
    return redirect(url_for("home.page"), 303)


def signed_in(account: Account, following: str) -> Response:
    """Begin the session of an account, or ask for its second factor first."""
    if account.has_totp:
        auth.start_half(account, following)
        return redirect(url_for("sign_in.code_form"), 303)
    auth.start_session(account)
    return redirect(following, 303)


def _page(following: str, *, email: str = "", refused: bool = False) -> str:
    return render_template(
        "sign_in/page.html",
        following=following,
        refused=refused,
        form=Form(values={"email": email}),
    )
