"""What belongs to the running request."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from flask import current_app, g

if TYPE_CHECKING:
    from matchmaker.bootstrap import Matchmaker
    from matchmaker.models import Account
    from matchmaker.models.facts import Viewer

#: Where ``create_app`` keeps the service in ``app.extensions``.
EXTENSION = "matchmaker"


def matchmaker() -> Matchmaker:
    """Return the service of the app that answers this request."""
    return cast("Matchmaker", current_app.extensions[EXTENSION])


def current_viewer() -> Viewer | None:
    """Return who is signed in, as far as permission depends on them; None for nobody."""
    return cast("Viewer | None", g.get("viewer"))


def current_account() -> Account | None:
    """Return the account that is signed in; None for nobody."""
    return cast("Account | None", g.get("account"))
