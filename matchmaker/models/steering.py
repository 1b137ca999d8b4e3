"""What an asker says about a list: not this one, because of that."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID


class DismissalReason(enum.StrEnum):
    """Why somebody does not want a profile in their list."""

    WRONG_FIELD = "wrong-field"
    TOO_FAR = "too-far"
    TOO_BIG = "too-big"
    ALREADY_KNOWN = "already-known"
    COMPETITOR = "competitor"
    NO_CAPACITY = "no-capacity"
    WRONG_LANGUAGE = "wrong-language"
    OTHER = "other"


@dataclass(frozen=True, kw_only=True)
class Dismissal:
    """A profile that is not wanted in this list, and why."""

    profile_id: UUID
    reason: DismissalReason
    #: A line of the asker's own; may be empty.
    note: str = ""

    def as_json(self) -> dict[str, str]:
        """Return plain values, as stored with the run."""
        return {
            "profile_id": str(self.profile_id),
            "reason": self.reason.value,
            "note": self.note,
        }

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> Dismissal:
        """Return the dismissal that :meth:`as_json` wrote."""
        return cls(
            profile_id=UUID(values["profile_id"]),
            reason=DismissalReason(values["reason"]),
            note=values["note"],
        )
