"""Near-ties: whom the scores cannot tell apart stand in an order drawn by lot.

Below a certain difference the higher score is hardly more often the better partner
(``benchmarks/near_ties.py`` measures it). Keeping the order of such scores would let chance,
and whoever words a profile a little more like the challenges of the day, decide for ever.
Drawn anew for every challenge, and the same every time for one challenge, the places go round.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from uuid import UUID

from matchmaker.matching.policy import MatchingPolicy
from matchmaker.matching.ranking import DECIMALS, Scored

_NO_LOAD: Mapping[str, int] = MappingProxyType({})


def bands(ordered: Sequence[Scored], policy: MatchingPolicy) -> list[Sequence[Scored]]:
    """Cut a list into bands of near-ties, from the top.

    A band reaches from its best score down to ``policy.near_tie`` below it, never further:
    a long chain of small steps does not make one band. It ends where the fit word changes, so
    that nobody called "good" stands above somebody called "strong".

    Args:
        ordered: best first, by the sum before it is squashed.
        policy: says how near is near, and where fit words begin.

    """
    found: list[Sequence[Scored]] = []
    start = 0
    for end in range(1, len(ordered) + 1):
        if end < len(ordered) and _near(ordered[start], ordered[end], policy):
            continue
        found.append(ordered[start:end])
        start = end
    return found


def drawn(
    ordered: Sequence[Scored],
    seed: UUID,
    policy: MatchingPolicy,
    load: Mapping[str, int] = _NO_LOAD,
) -> list[Scored]:
    """Return the list with the order inside each band drawn by lot between families.

    Of families in one band the one with fewer introductions open comes first; between those with
    equally many the lot decides, drawn by a hash of family and challenge. Every family of a band
    places its best profile first, then every family that has one its second, and so on: a house
    gains nothing by registering more profiles, and its own stay in the order of their scores.

    Args:
        ordered: best first, by the sum before it is squashed.
        seed: the id of the challenge.
        policy: says how near is near.
        load: family, or profile without one, in hexadecimal -> introductions it has open.

    """
    return [one for band in bands(ordered, policy) for one in _drawn(band, seed, load)]


def _near(best: Scored, other: Scored, policy: MatchingPolicy) -> bool:
    return best.raw - other.raw < policy.near_tie and _word(best, policy) == _word(other, policy)


def _word(one: Scored, policy: MatchingPolicy) -> int:
    """Return how many fit words a score has reached."""
    score = round(one.score, DECIMALS)
    return sum(score >= least for least in policy.fit_from.values())


def _drawn(band: Sequence[Scored], seed: UUID, load: Mapping[str, int]) -> list[Scored]:
    if len(band) == 1:
        return list(band)
    turns: Counter[UUID] = Counter()
    lots: list[tuple[int, int, bytes, Scored]] = []
    for one in band:
        family = one.candidate.family_id or one.candidate.profile_id
        lot = hashlib.blake2b(family.bytes + seed.bytes, digest_size=8).digest()
        lots.append((turns[family], load.get(family.hex, 0), lot, one))
        turns[family] += 1
    return [one for *_, one in sorted(lots, key=lambda drawn: drawn[:3])]
