"""Ranking: one list over all partner kinds, above the floor, within the slate rule."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from matchmaker.matching.candidates import Candidate
from matchmaker.matching.policy import MatchingPolicy, SlateRule

#: Scores and sums are compared to this many decimals; closer ones are a tie.
DECIMALS = 6


@dataclass(frozen=True, kw_only=True)
class Scored:
    """A candidate with its score and the row it had while scoring."""

    candidate: Candidate
    score: float
    #: The weighted sum before it was squashed into a score: orders those whose scores are all 1.
    raw: float
    row: int


def in_order(scored: Sequence[Scored], seed: UUID) -> list[Scored]:
    """Return the candidates best first.

    Ties are broken by a hash of challenge and profile: the same every time for one challenge,
    and no profile gains by its name over many.
    """
    return sorted(
        scored,
        key=lambda one: (
            -round(one.raw, DECIMALS),
            hashlib.blake2b(one.candidate.profile_id.bytes + seed.bytes, digest_size=8).digest(),
        ),
    )


def above_floor(
    ordered: Sequence[Scored], policy: MatchingPolicy, needed: float | None = None
) -> list[Scored]:
    """Return those that fit well enough to be shown; nobody when not even the best does.

    Args:
        ordered: all who were scored.
        policy: names the floor.
        needed: what the best must score at least; None for what the policy says of any challenge.

    """
    best = max((round(one.score, DECIMALS) for one in ordered), default=0.0)
    if not ordered or best < (policy.answer_from if needed is None else round(needed, DECIMALS)):
        return []
    return [one for one in ordered if round(one.score, DECIMALS) >= policy.floor]


def slate(ordered: Sequence[Scored], rule: SlateRule, limit: int) -> list[Scored]:
    """Return at most ``limit`` candidates in order, within the minimum and maximum of the rule.

    Places for the minimum of each kind are given first, to its best candidates, but never more
    than half of the list; the rest goes to the best of all. A single kind is asked for without
    a maximum: nobody is crowded out.
    """
    kinds = {one.candidate.partner_kind for one in ordered}
    chosen: list[Scored] = []
    per_kind: Counter[str] = Counter()
    per_family: Counter[UUID] = Counter()

    def take(one: Scored) -> None:
        chosen.append(one)
        per_kind[one.candidate.partner_kind] += 1
        if one.candidate.family_id is not None:
            per_family[one.candidate.family_id] += 1

    def family_is_full(one: Scored) -> bool:
        family = one.candidate.family_id
        return family is not None and per_family[family] >= rule.per_family

    if len(kinds) > 1:
        for one in ordered:
            wanted = rule.minimum.get(one.candidate.partner_kind, 0)
            short = per_kind[one.candidate.partner_kind] < wanted
            if len(chosen) < limit // 2 and short and not family_is_full(one):
                take(one)
    held = {id(one) for one in chosen}
    for one in ordered:
        if len(chosen) >= limit:
            break
        kind = one.candidate.partner_kind
        full = len(kinds) > 1 and per_kind[kind] >= rule.maximum.get(kind, limit)
        if id(one) not in held and not full and not family_is_full(one):
            take(one)
    place = {id(one): at for at, one in enumerate(ordered)}
    return sorted(chosen, key=lambda one: place[id(one)])
