"""Who shares a place in the list: reads what the judgement of :mod:`folding` needs."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from sqlalchemy.orm import Session

from matchmaker.matching import folding
from matchmaker.matching.policy import MatchingPolicy
from matchmaker.matching.ranking import Scored
from matchmaker.services.replica import IndexReplica
from matchmaker.storage import profiles


def places(
    session: Session,
    replica: IndexReplica,
    fitting: Sequence[Scored],
    passages: NDArray[np.int64],
    bounds: NDArray[np.int64],
    combined: NDArray[np.float32],
    policy: MatchingPolicy,
) -> list[folding.Place]:
    """Return those who fit by place, each with those who say the same.

    Names are read only of those for whom they decide: mostly of nobody.

    Args:
        session: to read names with.
        replica: holds the vectors.
        fitting: those above the floor, best first.
        passages: passage id of each row.
        bounds: first row of each profile, and the end; ``Scored.row`` counts in it.
        combined: score of each row.
        policy: says what is the same.

    """
    if not fitting:
        return []
    best = [
        bounds[one.row] + np.argmax(combined[bounds[one.row] : bounds[one.row + 1]])
        for one in fitting
    ]
    carrying = replica.index.vectors(passages[np.array(best, dtype=np.int64)])
    pairs = folding.alike(fitting, carrying, policy)
    strangers = {
        fitting[place].candidate.profile_id
        for pair in pairs
        if not folding.of_one_family(fitting, pair)
        for place in pair
    }
    names = profiles.names(session, strangers) if strangers else {}
    return folding.fold(fitting, pairs, names, policy)
