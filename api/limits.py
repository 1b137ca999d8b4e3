"""How often one address may ask: little for what guesses secrets, much for ordinary writing."""

from __future__ import annotations

import time
from typing import Any

from flask import Flask, Response, request
from flask_limiter import Limiter, RateLimitExceeded
from flask_limiter.util import get_remote_address

from api.error_handlers import answer
from api.problems import TOO_MANY_REQUESTS, Problem
from matchmaker.config import Settings

#: Enough for somebody who mistypes, little for somebody who guesses.
SECRETS = "10 per minute; 60 per hour"
#: What sends mail to somebody.
MAILS = "5 per minute; 20 per hour"
TOKENS = "10 per minute"
#: All writing together.
WRITES = "300 per minute"
#: Endpoint -> limit of its POST; reading is not limited.
LIMITS = {
    "sign_in.by_password": SECRETS,
    "sign_in.with_code": SECRETS,
    "sign_in.use_link": SECRETS,
    "sign_in.request_link": MAILS,
    "reset.request_reset": MAILS,
    "reset.reset": SECRETS,
    "claim_pages.claim": SECRETS,
    # Both say whether there is an account of an address.
    "people_pages.delegate": SECRETS,
    "delegates.Delegates": SECRETS,
    "people_pages.invite": MAILS,
    "delegates.Invitation": MAILS,
    "reminder_pages.confirm": SECRETS,
    "keeping_pages.request_link": MAILS,
    "intake.Keeping": MAILS,
    "keep_link_pages.keep": SECRETS,
    "renewal_pages.renew": SECRETS,
    "unsubscribe_pages.unsubscribe": SECRETS,
    "account_pages.change_password": SECRETS,
    "account_pages.confirm_totp": SECRETS,
    "account_pages.remove_totp": SECRETS,
    "account_pages.request_email": MAILS,
    "account_pages.create_token": TOKENS,
    "account.Tokens": TOKENS,
}


def init_app(app: Flask, settings: Settings) -> Limiter:
    """Count requests that write, by the address they come from."""
    limiter = Limiter(
        get_remote_address,
        storage_uri=settings.rate_limit_storage,
        enabled=settings.rate_limits == "on",
        application_limits=[WRITES],
        application_limits_exempt_when=lambda: request.method in {"GET", "HEAD", "OPTIONS"},
        strategy="moving-window",
    )
    limiter.init_app(app)
    app.register_error_handler(RateLimitExceeded, lambda _error: _refuse(limiter))
    return limiter


def apply(app: Flask, limiter: Limiter) -> None:
    """Put the limits on their views; called when all are registered.

    Raises:
        KeyError: an endpoint of the table that is not there.

    """
    for endpoint, limit in LIMITS.items():
        view: Any = limiter.limit(limit, methods=["POST"])(app.view_functions[endpoint])
        app.view_functions[endpoint] = view


def _refuse(limiter: Limiter) -> Response:
    broken = limiter.current_limit
    seconds = max(1, int(broken.reset_at - time.time()) + 1) if broken else 60
    return answer(
        Problem(
            type=TOO_MANY_REQUESTS,
            detail=str(TOO_MANY_REQUESTS.meaning),
            headers={"Retry-After": str(seconds)},
        )
    )
