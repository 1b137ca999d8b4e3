"""Candidates: which profiles are looked at closely.

Each order (one per sentence and source) gives its first ``depth`` eligible profiles, and its
first ``depth_per_kind`` of every partner kind, so that a rare kind is not crowded out. What
comes out depends on the orders and on who is eligible only, not on how the orders were
searched: that is what lets a planner choose (see ``matchmaker.services.search``).
"""

from __future__ import annotations

from collections.abc import Container, Sequence
from dataclasses import dataclass
from itertools import islice
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from matchmaker.models import PartnerKind


@dataclass(frozen=True, kw_only=True)
class Candidate:
    """A profile that passed eligibility, with what the judgement needs to know of it."""

    profile_id: UUID
    partner_kind: PartnerKind
    family_id: UUID | None
    #: Degrees, WGS 84; None when the place is not known.
    latitude: float | None = None
    longitude: float | None = None
    #: ISO 639-1 codes of the languages one can work with them in.
    working_languages: tuple[str, ...] = ()


def profile_order(passages: NDArray[np.int64], owner_of: NDArray[np.int32]) -> NDArray[np.int32]:
    """Return the profiles behind passages in order of their best one, each once.

    Args:
        passages: passage ids, best first; -1 pads the end.
        owner_of: profile number by passage id; -1 where there is none.

    """
    owners = owner_of[passages[passages >= 0]]
    owners = owners[owners >= 0]
    _, first = np.unique(owners, return_index=True)
    return np.asarray(owners[np.sort(first)], dtype=np.int32)


@dataclass(frozen=True)
class Share:
    """The beginning of one order, over all kinds or of one kind, and how many are wanted of it."""

    looked: NDArray[np.int32]
    wanted: int
    #: How long the order is that ``looked`` is the beginning of.
    whole: int

    def eligible(self, known: Container[int]) -> list[int]:
        """Return the first eligible ones, as many as are wanted or there are."""
        found = (number for number in self.looked.tolist() if number in known)
        return list(islice(found, self.wanted))


def shares(
    order: NDArray[np.int32],
    kind_of: NDArray[np.int8],
    *,
    depth: int,
    depth_per_kind: int,
    kinds: Sequence[int],
    slack: float,
) -> list[Share]:
    """Return what one order is asked for: first over all kinds, then of each kind.

    Each share is the beginning of an order of its own, so what it gives cannot depend on how
    far it was looked into.

    Args:
        order: profile numbers, best first.
        kind_of: code of the partner kind by profile number.
        depth: how many over all kinds.
        depth_per_kind: how many of each kind.
        kinds: codes of the kinds that are asked for.
        slack: how many times as many are looked at, because some will not be eligible.
    """
    wanted = [Share(order[: int(slack * depth)], depth, len(order))]
    kinds_of_order = kind_of[order]
    for kind in kinds:
        own = order[kinds_of_order == kind]
        wanted.append(Share(own[: int(slack * depth_per_kind) + 1], depth_per_kind, len(own)))
    return wanted
