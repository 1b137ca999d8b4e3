"""The web application, put together in the order in which it is read."""

from __future__ import annotations

from types import TracebackType

from flask import Flask

from api import (
    access_log,
    auth,
    error_handlers,
    health,
    languages,
    limits,
    pages,
    provider,
    reference,
    resources,
    security,
)
from api.context import EXTENSION
from api.openapi import make_api
from matchmaker.bootstrap import Matchmaker, build
from matchmaker.config import Settings


class Web(Flask):
    """Flask, but its log never quotes a person's text."""

    def log_exception(
        self,
        exc_info: (tuple[type, BaseException, TracebackType | None] | tuple[None, None, None]),
    ) -> None:
        """Write down where a mistake of ours is."""
        if exc_info[1] is not None:
            access_log.log_unexpected(exc_info[1])


def create_app(settings: Settings | None = None, matchmaker: Matchmaker | None = None) -> Flask:
    """Return the application.

    Args:
        settings: how this installation runs; the development defaults when None.
        matchmaker: the service to answer from; built from the settings when None.
    """
    settings = settings or (matchmaker.settings if matchmaker else Settings())
    app = Web("api")
    app.secret_key = settings.secret
    # In production over TLS only; elsewhere the cookie follows the connection.
    app.config["SESSION_COOKIE_SECURE"] = settings.environment == "production"
    app.json.ensure_ascii = False  # type: ignore[attr-defined]  # of Flask's default provider
    app.json.sort_keys = False  # type: ignore[attr-defined]  # fields stay as the schema has them
    app.extensions[EXTENSION] = matchmaker or build(settings)

    access_log.init_app(app)
    languages.init_app(app)
    csrf = security.init_app(app)
    error_handlers.init_app(app)
    limiter = limits.init_app(app, settings)
    auth.init_app(app)
    provider.init_app(app, settings)

    api = make_api(app)
    for resource in (*resources.BLUEPRINTS, health.blueprint):
        csrf.exempt(resource)  # no cookie opens the JSON API, so there is nothing to forge
        api.register_blueprint(resource)
    for page in pages.WITHOUT_FORM_TOKEN:
        csrf.exempt(page)
    for page in (*pages.BLUEPRINTS, reference.blueprint):
        app.register_blueprint(page)
    limits.apply(app, limiter)
    return app
