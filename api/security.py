"""What every answer says to the browser, and what every form has to bring."""

from __future__ import annotations

from flask import Flask, Response, request
from flask.sessions import SecureCookieSessionInterface
from flask_wtf import CSRFProtect

#: Most bytes of a request. A challenge has at most 10,000 characters; this is generous.
MAX_REQUEST_BYTES = 256 * 1024
#: Most bytes of a file that is sent on a page; larger ones go through the shell.
MAX_UPLOAD_BYTES = 64 * 1024 * 1024

#: No inline script or style anywhere, nothing from elsewhere, no framing.
CONTENT_SECURITY_POLICY = (
    "default-src 'self'; base-uri 'none'; form-action 'self'; "
    "frame-ancestors 'none'; object-src 'none'"
)

HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    # The address of a challenge is the key to it, so it is not told to other sites.
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


class SessionCookies(SecureCookieSessionInterface):
    """Session cookies that follow the connection: secure exactly when the page came over TLS."""

    def get_cookie_secure(self, app: Flask) -> bool:
        """Return whether the cookie may only travel encrypted."""
        return request.is_secure or super().get_cookie_secure(app)


def init_app(app: Flask) -> CSRFProtect:
    """Limit requests, protect forms, set headers; return the guard, to exempt the JSON API."""
    app.config.update(
        MAX_CONTENT_LENGTH=MAX_REQUEST_BYTES,
        SESSION_COOKIE_NAME="matchmaker",
        SESSION_COOKIE_SAMESITE="Lax",
        # A token lives as long as the visit: nobody loses a long text to a clock.
        WTF_CSRF_TIME_LIMIT=None,
    )
    app.session_interface = SessionCookies()
    app.after_request(_set_headers)
    return CSRFProtect(app)


def _set_headers(response: Response) -> Response:
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    if request.endpoint != "static":
        # Kept by the reader's own browser at most, and asked for again each time.
        response.headers.setdefault("Cache-Control", "private, no-cache")
    return response
