"""Concealing: a profile as somebody may see it, while what is stored stays as it is."""

from __future__ import annotations

import enum
from collections.abc import Iterable

from sqlalchemy.orm.attributes import set_committed_value

from matchmaker.models import Profile, Visibility


def conceal(profile: Profile, viewer: Visibility) -> None:
    """Take out of a profile, as it was read, the fields and evidence that a viewer may not see.

    Nothing is marked as changed: a session that holds the profile writes none of this.
    """
    hidden = profile.hidden_fields(viewer)
    empty_fields(profile, hidden)
    if hidden and "identifiers" in profile.__dict__:  # a hidden number is hidden there too
        shown = [one for one in profile.identifiers if one.scheme not in hidden]
        set_committed_value(profile, "identifiers", shown)
    if "evidence" in profile.__dict__:  # the list has been read
        set_committed_value(profile, "evidence", profile.visible_evidence(viewer))


def empty_fields(profile: Profile, names: Iterable[str]) -> None:
    """Empty these fields of a profile as it was read; a field with a fixed choice keeps it."""
    for name in names:
        value = getattr(profile, name)
        if not isinstance(value, enum.Enum):
            empty = type(value)() if isinstance(value, str | list) else None
            set_committed_value(profile, name, empty)
