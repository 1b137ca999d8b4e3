"""Signing in by an OpenID Connect provider: away to it, and back."""

from __future__ import annotations

from flask import Blueprint, abort, render_template, request, session
from werkzeug.wrappers import Response

from api import auth
from api.context import matchmaker
from api.pages.sign_in import signed_in
from api.provider import Failure, ProviderFailed, provider
from matchmaker.errors import SignInRefused

blueprint = Blueprint("provider_pages", __name__, url_prefix="/sign-in/provider")

#: Where somebody goes on after the sign-in, kept in the session meanwhile.
_FOLLOWING = "provider_next"
_STATUS = {Failure.INCOMPLETE: 422, Failure.UNAVAILABLE: 503}


@blueprint.get("")
def away() -> Response | tuple[str, int]:
    """Send somebody to the provider. Nobody is signed in by that."""
    found = provider() or abort(404)
    try:
        answer = found.send_away()
    except ProviderFailed as error:
        return _refused(error.failure.value, _STATUS[error.failure])
    session[_FOLLOWING] = auth.safe_next(request.args.get("next"))
    return answer


@blueprint.get("/back")
def back() -> Response | tuple[str, int]:
    """Take somebody back; without the state of this very session it signs nobody in."""
    found = provider() or abort(404)
    following = auth.safe_next(session.pop(_FOLLOWING, None))
    try:
        account = matchmaker().provider_sign_in.by_identity(found.take_back())
    except ProviderFailed as error:
        return _refused(error.failure.value, _STATUS[error.failure])
    except SignInRefused:
        return _refused("unknown", 403)
    return signed_in(account, following)


def _refused(why: str, status: int) -> tuple[str, int]:
    contact = matchmaker().settings.mail_from
    return render_template("sign_in/provider_refused.html", why=why, contact=contact), status
