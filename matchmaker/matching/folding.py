"""Folding: profiles that say the same share one place in the list.

An institute and its section described alike, or one partner registered twice, would take two
places to tell a firm one thing. Two profiles are folded when the passages that carry them say
the same and they belong together: one family, or names that are all but equal. Unrelated
partners are never folded, whatever they write: nobody loses a place to a copy of his words.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from functools import lru_cache
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from matchmaker.matching.policy import MatchingPolicy
from matchmaker.matching.ranking import Scored

Floats = NDArray[np.float32]
#: Places of two profiles in the list, the better first.
Pair = tuple[int, int]
#: A matrix product rounds differently in different company; what is this near is looked at again.
_ROUNDING = 1e-3
_WORD = re.compile(r"\w+")


@dataclass(frozen=True)
class Place:
    """One place in the list: who stands there, and who is named under it."""

    scored: Scored
    folded: list[Scored] = field(default_factory=list)


def alike(ordered: Sequence[Scored], carrying: Floats, policy: MatchingPolicy) -> list[Pair]:
    """Return the pairs of one partner kind whose carrying passages say the same.

    Args:
        ordered: best first.
        carrying: unit vector of the passage that carries each, shape (profiles, dimension).
        policy: says from which cosine on two passages say the same; equal texts have 1.

    """
    if len(ordered) < 2:
        return []
    near = np.triu(carrying @ carrying.T >= policy.alike_from - _ROUNDING, k=1)
    rows, columns = np.nonzero(near)
    return [
        (first, second)
        for first, second in zip(rows.tolist(), columns.tolist(), strict=True)
        if ordered[first].candidate.partner_kind is ordered[second].candidate.partner_kind
        and np.vecdot(carrying[first], carrying[second]) >= policy.alike_from
    ]


def of_one_family(ordered: Sequence[Scored], pair: Pair) -> bool:
    """Return whether two places belong to parts of one organisation."""
    first, second = (ordered[place].candidate.family_id for place in pair)
    return first is not None and first == second


def of_one_name(first: str, second: str, policy: MatchingPolicy) -> bool:
    """Return whether two names are all but equal: case, signs and word order do not count."""
    least = policy.same_name_from
    one, other = _plain(first), _plain(second)
    # What two names have in common is at most the shorter one: most pairs end here.
    if 2 * min(len(one), len(other)) < least * (len(one) + len(other)):
        return False
    compared = SequenceMatcher(None, one, other, autojunk=False)
    return compared.quick_ratio() >= least and compared.ratio() >= least


def fold(
    ordered: Sequence[Scored],
    pairs: Sequence[Pair],
    names: Mapping[UUID, str],
    policy: MatchingPolicy,
) -> list[Place]:
    """Return the places of a list, each with those who are folded under it.

    Everybody is compared with those who keep a place of their own, never along a chain: who is
    named under a place says what the one at the place says.

    Args:
        ordered: best first.
        pairs: what :func:`alike` returned.
        names: of those who are alike without being of one family, by profile.
        policy: says which names are one.

    """
    under: dict[int, list[int]] = {}
    for first, second in pairs:
        under.setdefault(second, []).append(first)
    place_of: dict[int, Place] = {}
    for position, one in enumerate(ordered):
        for better in under.get(position, ()):
            if better in place_of and _together(ordered, (better, position), names, policy):
                place_of[better].folded.append(one)
                break
        else:
            place_of[position] = Place(one)
    return list(place_of.values())


def _together(
    ordered: Sequence[Scored], pair: Pair, names: Mapping[UUID, str], policy: MatchingPolicy
) -> bool:
    if of_one_family(ordered, pair):
        return True
    first, second = (names.get(ordered[place].candidate.profile_id) for place in pair)
    return first is not None and second is not None and of_one_name(first, second, policy)


@lru_cache(maxsize=1 << 12)
def _plain(name: str) -> str:
    return " ".join(sorted(_WORD.findall(unicodedata.normalize("NFKC", name).casefold())))
