"""Addresses written beside names: whoever reads one is asked to take over the profile."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from flask import request
from flask_babel import get_locale, gettext

from api.auth import required_viewer
from api.context import matchmaker
from api.pages.forms import Form
from api.parsing import identity
from matchmaker.errors import Duplicate, InvalidInput, NotFound

_FIELD = "email-"


def invite_all(among: Collection[UUID] | None = None) -> tuple[int, Form]:
    """Mail a link to each person whose address was sent beside their name.

    Args:
        among: whom one may invite; None for everybody.

    Returns:
        How many were invited, and the form without them; its errors are beside those who were not.

    """
    given: dict[UUID, str] = {}
    for name, value in request.form.items():
        profile_id = identity(name.removeprefix(_FIELD)) if name.startswith(_FIELD) else None
        if profile_id is not None and value.strip():
            given[profile_id] = value.strip()
    errors, invited = {}, 0
    if not given:
        errors["chosen"] = gettext("Please write an address beside at least one person.")
    for profile_id, email in given.items():
        if among is not None and profile_id not in among:
            errors[f"{_FIELD}{profile_id}"] = gettext("This profile is no longer there.")
            continue
        try:
            matchmaker().belonging.invite(
                profile_id,
                email,
                by=required_viewer().account_id,
                language=get_locale().language,
            )
            invited += 1
        except InvalidInput:
            errors[f"{_FIELD}{profile_id}"] = gettext(
                "Please write one e-mail address, such as ida@example.dk."
            )
        except Duplicate:
            errors[f"{_FIELD}{profile_id}"] = gettext("Somebody owns this profile already.")
        except NotFound:
            errors[f"{_FIELD}{profile_id}"] = gettext("This profile is no longer there.")
    # Whoever has been invited is not asked for again.
    kept = {
        name: value
        for name, value in request.form.items()
        if not name.startswith(_FIELD) or name in errors
    }
    return invited, Form(values=kept, errors=errors)


def counted() -> int | None:
    """Return how many were invited just now, as the address says it."""
    text = request.args.get("invited", "")
    return int(text) if text.isdecimal() and len(text) < 4 else None
