"""What differs between two lists of one challenge: new, gone, up, down, another fit word."""

from __future__ import annotations

import enum
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from matchmaker.models import Fit, Match


class Movement(enum.StrEnum):
    """What happened to a place."""

    NEW = "new"
    GONE = "gone"
    UP = "up"
    DOWN = "down"
    SAME = "same"


@dataclass(frozen=True, kw_only=True)
class Change:
    """One profile in two lists; None where it is in no place."""

    profile_id: UUID
    rank_before: int | None
    rank: int | None
    fit_before: Fit | None
    fit: Fit | None

    @property
    def movement(self) -> Movement:
        """Where it went."""
        if self.rank_before is None:
            return Movement.NEW
        if self.rank is None:
            return Movement.GONE
        if self.rank == self.rank_before:
            return Movement.SAME
        return Movement.UP if self.rank < self.rank_before else Movement.DOWN

    @property
    def fit_changed(self) -> bool:
        """Whether another word is said of it than before."""
        both = self.fit_before is not None and self.fit is not None
        return both and self.fit is not self.fit_before


def changes(before: Sequence[Match], after: Sequence[Match]) -> list[Change]:
    """Return what differs, in the order of the later list; those that are gone come last.

    A place that moved only because others came or went is told as well: it is another place.
    """
    old, new = _by_profile(before), _by_profile(after)
    every = [*new, *(one for one in old if one not in new)]
    found = [
        Change(
            profile_id=one,
            rank_before=old[one].rank if one in old else None,
            rank=new[one].rank if one in new else None,
            fit_before=old[one].fit if one in old else None,
            fit=new[one].fit if one in new else None,
        )
        for one in every
    ]
    return [one for one in found if one.movement is not Movement.SAME or one.fit_changed]


def _by_profile(matches: Sequence[Match]) -> Mapping[UUID, Match]:
    return {match.profile_id: match for match in matches}
