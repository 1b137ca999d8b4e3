"""One's own account: name, language, password, second factor, tokens, what belongs to it."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, Response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from api import auth
from api.auth import needs
from api.context import current_account, matchmaker
from api.pages.forms import Form, refused
from api.parsing import read_form
from api.schemas.account import TokenInputSchema
from matchmaker.errors import InvalidInput
from matchmaker.models import Account, LinkPurpose, Scope
from matchmaker.models.actions import Action

blueprint = Blueprint("account_pages", __name__, url_prefix="/account")

_Answer = AnyResponse | tuple[str, int]


@blueprint.get("")
@needs(Action.MANAGE_OWN_ACCOUNT)
def page() -> str:
    """Show everything about the account that is signed in."""
    return _page(Form(values={"name": _me().name, "language": _me().language}))


@blueprint.post("")
@needs(Action.MANAGE_OWN_ACCOUNT)
def revise() -> _Answer:
    """Change name and language."""
    name, language = request.form.get("name", ""), request.form.get("language", "")
    try:
        matchmaker().accounts.revise(_me().id, by=_me().id, name=name, language=language)
    except InvalidInput as error:
        return _page(refused(error)), 422
    return _back()


@blueprint.post("/digest")
@needs(Action.MANAGE_OWN_ACCOUNT)
def set_digest() -> AnyResponse:
    """Say whether the weekly mail is wanted."""
    wanted = request.form.get("digest") == "yes"
    matchmaker().accounts.revise(_me().id, by=_me().id, digest=wanted)
    return _back()


@blueprint.post("/password")
@needs(Action.MANAGE_OWN_ACCOUNT)
def change_password() -> _Answer:
    """Set a new password; this session goes on, every other one ends."""
    try:
        account = matchmaker().own_account.change_password(
            _me().id,
            present=request.form.get("present"),
            new=request.form.get("password", ""),
        )
    except InvalidInput as error:
        return _page(_without_passwords(error)), 422
    auth.start_session(account)
    return _back()


@blueprint.post("/email")
@needs(Action.MANAGE_OWN_ACCOUNT)
def request_email() -> _Answer | str:
    """Mail a link to a new address."""
    try:
        matchmaker().own_account.request_email(_me().id, request.form.get("email", ""))
    except InvalidInput as error:
        return _page(refused(error)), 422
    return render_template("sign_in/sent.html")


@blueprint.get("/email/<secret>")
@needs(Action.MANAGE_OWN_ACCOUNT)
def email_form(secret: str) -> str:
    """Show a button; opening the page changes nothing."""
    found = matchmaker().sign_in.peek(secret, LinkPurpose.CONFIRM_EMAIL)
    return render_template("account/email.html", email=found.email, secret=secret)


@blueprint.post("/email/<secret>")
@needs(Action.MANAGE_OWN_ACCOUNT)
def confirm_email(secret: str) -> AnyResponse:
    """Change the address to the one that the link was mailed to."""
    matchmaker().own_account.confirm_email(_me().id, secret)
    return _back()


@blueprint.post("/sign-out-everywhere")
@needs(Action.MANAGE_OWN_ACCOUNT)
def sign_out_everywhere() -> AnyResponse:
    """End every session of the account, this one too."""
    matchmaker().accounts.sign_out_everywhere(_me().id, by=_me().id)
    auth.end_session()
    return redirect(url_for("sign_in.page"), 303)


@blueprint.get("/second-factor")
@needs(Action.MANAGE_OWN_ACCOUNT)
def totp() -> str | AnyResponse:
    """Show the secret of a second factor that is being set up."""
    if _me().has_totp:
        return _back()
    secret = matchmaker().second_factor.begin(_me().id)
    return render_template("account/totp.html", secret=secret, form=Form())


@blueprint.get("/second-factor.svg")
@needs(Action.MANAGE_OWN_ACCOUNT)
def totp_picture() -> Response:
    """Draw the secret for the camera of a telephone; never kept by a browser."""
    picture = Response(matchmaker().second_factor.picture(_me().id), mimetype="image/svg+xml")
    picture.headers["Cache-Control"] = "no-store"
    return picture


@blueprint.post("/second-factor")
@needs(Action.MANAGE_OWN_ACCOUNT)
def confirm_totp() -> _Answer | str:
    """Let the second factor count, and show the recovery codes this once."""
    try:
        account, codes = matchmaker().second_factor.confirm(_me().id, request.form.get("code", ""))
    except InvalidInput as error:
        secret = matchmaker().second_factor.begin(_me().id)
        return render_template("account/totp.html", secret=secret, form=refused(error)), 422
    auth.start_session(account)
    return render_template("account/recovery.html", codes=codes)


@blueprint.post("/second-factor/remove")
@needs(Action.MANAGE_OWN_ACCOUNT)
def remove_totp() -> _Answer:
    """Take the second factor away."""
    try:
        account = matchmaker().second_factor.remove(_me().id, request.form.get("code", ""))
    except InvalidInput as error:
        return _page(refused(error)), 422
    auth.start_session(account)
    return _back()


@blueprint.post("/tokens")
@needs(Action.MANAGE_OWN_ACCOUNT)
def create_token() -> _Answer | str:
    """Make an API token and show it this once."""
    values, errors = read_form(TokenInputSchema(), request.form)
    if errors:
        return _page(refused(errors)), 422
    try:
        token, secret = matchmaker().tokens.create(_me().id, **values)
    except InvalidInput as error:
        return _page(refused(error)), 422
    return render_template("account/token.html", token=token, secret=secret)


@blueprint.post("/tokens/<uuid:token_id>/revoke")
@needs(Action.MANAGE_OWN_ACCOUNT)
def revoke_token(token_id: UUID) -> AnyResponse:
    """Let a token open nothing any more."""
    matchmaker().tokens.revoke(_me().id, token_id)
    return _back()


def _me() -> Account:
    account = current_account()
    assert account is not None  # noqa: S101 - every view here needs one
    return account


def _back() -> AnyResponse:
    return redirect(url_for("account_pages.page"), 303)


def _without_passwords(error: InvalidInput) -> Form:
    form = refused(error)
    return Form(errors=form.errors)


def _page(form: Form) -> str:
    service = matchmaker()
    account = service.accounts.get(_me().id)
    now = service.accounts.clock()
    return render_template(
        "account/page.html",
        account=account,
        belongings=service.belonging.of(account.id),
        tokens=[(token, token.works(now)) for token in service.tokens.all_of(account.id)],
        scopes=tuple(Scope),
        form=form,
    )
