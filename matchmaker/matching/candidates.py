"""Candidates: which profiles are looked at closely.

Each order (one per sentence and source) gives its first ``depth`` eligible profiles, and its
first ``depth_per_kind`` of every partner kind, so that a rare kind is not crowded out. What
comes out depends on the orders and on who is eligible only, not on how the orders were
searched: that is what lets a planner choose (see ``matchmaker.services.search``).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from matchmaker.models import PartnerKind


@dataclass(frozen=True, kw_only=True)
class Candidate:
    """A profile that passed eligibility, with what the slate needs to know of it."""

    profile_id: UUID
    partner_kind: PartnerKind
    family_id: UUID | None


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


def to_check(
    order: NDArray[np.int32],
    kind_of: NDArray[np.int8],
    *,
    depth: int,
    depth_per_kind: int,
    kinds: Sequence[int],
) -> NDArray[np.int32]:
    """Return the profiles of an order that have to be eligible, if it is to give its share.

    Args:
        order: profile numbers, best first.
        kind_of: code of the partner kind by profile number, as the index knows it: a hint that
            saves questions, never an answer.
        depth: how many over all kinds.
        depth_per_kind: how many of each kind.
        kinds: codes of the kinds that are asked for.

    """
    wanted = np.zeros(len(order), dtype=bool)
    wanted[:depth] = True
    codes = kind_of[order]
    for kind in kinds:
        wanted[np.flatnonzero(codes == kind)[:depth_per_kind]] = True
    return order[wanted]


@dataclass(frozen=True)
class Shortage:
    """What one order still lacks: profiles over all kinds, and of which kinds."""

    overall: bool
    kinds: frozenset[PartnerKind]

    def __bool__(self) -> bool:
        """Return whether anything is lacking."""
        return self.overall or bool(self.kinds)


def first_eligible(
    checked: Sequence[int],
    eligible: Mapping[int, PartnerKind],
    *,
    depth: int,
    depth_per_kind: int,
    kinds: Sequence[PartnerKind],
) -> tuple[list[int], Shortage]:
    """Return the profiles that one order contributes, and what it lacks.

    Args:
        checked: profile numbers of the order, best first, of those that were asked about.
        eligible: profile number to partner kind, of those that may be proposed.
        depth: how many over all kinds.
        depth_per_kind: how many of each kind.
        kinds: the partner kinds that are asked for.

    """
    taken: list[int] = []
    count = dict.fromkeys(kinds, 0)
    overall = 0
    for number in checked:
        kind = eligible.get(number)
        if kind is None:
            continue
        if overall < depth or count.get(kind, depth_per_kind) < depth_per_kind:
            taken.append(number)
        overall += 1
        count[kind] = count.get(kind, 0) + 1
    lacking = frozenset(kind for kind in kinds if count[kind] < depth_per_kind)
    return taken, Shortage(overall < depth, lacking)
