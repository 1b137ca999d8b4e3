"""Which language a page speaks: ``?lang=``, then the cookie, then the browser, then Danish.

The JSON API speaks English to everybody, so that a program can rely on its words.
"""

from __future__ import annotations

from flask import Flask, Response, request
from flask_babel import Babel

#: Danish first: it is what a visitor gets who asks for neither.
LANGUAGES = ("da", "en")
PARAMETER = "lang"
COOKIE = "lang"
ONE_YEAR = 365 * 24 * 3600


def init_app(app: Flask) -> None:
    """Translate pages; the catalogues are in ``api/translations``."""
    app.config.update(BABEL_DEFAULT_LOCALE=LANGUAGES[0], LANGUAGES=LANGUAGES)
    Babel(app, locale_selector=chosen_language)
    app.jinja_env.globals.update(chosen_language=chosen_language, languages=LANGUAGES)
    app.after_request(_remember)


def chosen_language() -> str:
    """Return the language of this request."""
    if request.path.startswith("/api/"):
        return "en"
    for wish in (request.args.get(PARAMETER), request.cookies.get(COOKIE)):
        if wish in LANGUAGES:
            return wish
    return request.accept_languages.best_match(LANGUAGES) or LANGUAGES[0]


def _remember(response: Response) -> Response:
    wish = request.args.get(PARAMETER)
    if wish in LANGUAGES:
        response.set_cookie(
            COOKIE, wish, max_age=ONE_YEAR, samesite="Lax", httponly=True, secure=request.is_secure
        )
    if response.mimetype == "text/html":
        response.vary.update(("Accept-Language", "Cookie"))
    return response
