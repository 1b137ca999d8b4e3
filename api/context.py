"""What belongs to the running request."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from flask import current_app

if TYPE_CHECKING:
    from matchmaker.bootstrap import Matchmaker

#: Where ``create_app`` keeps the service in ``app.extensions``.
EXTENSION = "matchmaker"


def matchmaker() -> Matchmaker:
    """Return the service of the app that answers this request."""
    return cast("Matchmaker", current_app.extensions[EXTENSION])
