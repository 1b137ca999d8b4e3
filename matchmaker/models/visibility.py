"""Visibility: who may see a profile, one of its fields, or one item of its evidence."""

from __future__ import annotations

import enum


class Visibility(enum.StrEnum):
    """Who may see it."""

    PUBLIC = "public"
    MEMBERS = "members"
    STAFF = "staff"

    def allows(self, viewer: Visibility) -> bool:
        """Return whether somebody who sees as much as ``viewer`` sees this too.

        >>> Visibility.MEMBERS.allows(Visibility.STAFF)
        True
        >>> Visibility.MEMBERS.allows(Visibility.PUBLIC)
        False
        """
        return _STRICTNESS[self] <= _STRICTNESS[viewer]


_STRICTNESS = {kind: place for place, kind in enumerate(Visibility)}
