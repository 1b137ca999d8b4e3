"""Exposure: how often a partner kind or a family of organisations was shown, and how high."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from matchmaker.models.profile import PartnerKind


@dataclass(frozen=True, kw_only=True)
class Exposure:
    """What match runs showed of one partner kind, or of one organisation with all its parts.

    No row stands for a person: experts, students and activities are counted by kind.
    """

    partner_kind: PartnerKind
    #: The organisation at the top of the family, and its name; None in a row of a partner kind.
    family_id: UUID | None = None
    name: str | None = None
    #: Runs in which at least one of them was compared with the challenge, and in which one fitted.
    considered: int = 0
    fitting: int = 0
    #: Runs in which at least one of them was in the list, and places they had in all.
    shown: int = 0
    places: int = 0
    #: Places at the top of a list, and among its first three.
    first: int = 0
    first_three: int = 0
    #: Mean of the ranks, None when there was none.
    mean_rank: float | None = None
    #: How often one of them was only named under another place, because both say the same.
    folded: int = 0
    #: Sum over the places of 1/log2(rank + 1): the first place counts 1, the third a half.
    exposure: float = 0.0
    #: Share of the exposure that lists gave, 0 to 1: the mean over the runs with a list.
    exposure_share: float = 0.0
    #: Share of the scores of all who fitted, 0 to 1: the mean over the runs in which one did.
    merit_share: float = 0.0

    @property
    def ratio(self) -> float | None:
        """Exposure for merit: 1 is as much as was due; None when nothing was."""
        return self.exposure_share / self.merit_share if self.merit_share else None
