"""The tally of one run: how many of each family were looked at, and what share they merit.

Kept with every run, so that what was shown can later be held against what would have been due
(see :mod:`matchmaker.storage.exposure`). Persons and activities are counted by kind alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from matchmaker.matching.ranking import Scored
from matchmaker.models import PartnerKind

#: Kinds that are no organisation: no report names one of them.
WITHOUT_FAMILY = frozenset({PartnerKind.EXPERT, PartnerKind.STUDENT, PartnerKind.ACTIVITY})
_DECIMALS = 6


def tally(considered: Sequence[Scored], fitting: Sequence[Scored]) -> list[list[Any]]:
    """Return ``[[family, kind, considered, fitting, merit], ...]`` as ``MatchRun.tally`` has it.

    Family is in hexadecimal, null for persons and activities. Merit is the share of a family and
    kind in the scores of all who fit, 0 to 1; the shares of a run add up to 1.

    Args:
        considered: everybody who was scored.
        fitting: those above the floor, one for each place: who says the same merits it once.

    """
    rows: dict[tuple[UUID | None, PartnerKind], list[float]] = {}
    for one in considered:
        rows.setdefault(_key(one), [0, 0, 0.0])[0] += 1
    whole = sum(one.score for one in fitting)
    for one in fitting:
        row = rows[_key(one)]
        row[1] += 1
        row[2] += one.score / whole if whole else 0.0
    return [
        [family.hex if family else None, kind.value, seen, fits, round(merit, _DECIMALS)]
        for (family, kind), (seen, fits, merit) in rows.items()
    ]


def _key(one: Scored) -> tuple[UUID | None, PartnerKind]:
    kind = one.candidate.partner_kind
    return (None if kind in WITHOUT_FAMILY else one.candidate.family_id), kind
