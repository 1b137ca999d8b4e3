"""Pairs that people put in order, and how many of them the scores put in order too.

The loss is that of the gold standard of reviewers and papers (Stelmakh et al., "A Gold
Standard Dataset for the Reviewer Assignment Problem", 2023): the weights of the pairs in the
wrong order over those of all pairs, where a tie is half wrong.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import TypeVar

import numpy as np

from matchmaker.matching.measures import Interval

Id = TypeVar("Id")


@dataclass(frozen=True)
class PairCounts:
    """Pairs of one query, or of one profile."""

    #: Sum of the weights of wrong pairs, and of all.
    lost: float = 0.0
    weight: float = 0.0
    #: Number of pairs in the right order, a tie counted as half, and of all.
    right: float = 0.0
    pairs: int = 0


def compare(scored: Iterable[tuple[float, float, float]]) -> PairCounts:
    """Count pairs given as (score of the better, score of the worse, weight).

    >>> compare([(.9, .1, 2.0), (.1, .9, 1.0), (.5, .5, 1.0)])
    PairCounts(lost=1.5, weight=4.0, right=1.5, pairs=3)
    """
    lost = weight = right = 0.0
    pairs = 0
    for better, worse, counts in scored:
        wrong = 0.5 if better == worse else float(better < worse)
        lost += wrong * counts
        weight += counts
        right += 1 - wrong
        pairs += 1
    return PairCounts(lost, weight, right, pairs)


def compare_order(grades: Mapping[Id, float], scores: Mapping[Id, float]) -> PairCounts:
    """Count the pairs of an ordering: those of different grades, weighted by the difference.

    >>> compare_order({"a": 5, "b": 3, "c": 3}, {"a": .2, "b": .1, "c": .4})
    PairCounts(lost=2.0, weight=4.0, right=1.0, pairs=2)
    """
    ordered = sorted(grades, key=lambda one: -grades[one])
    return compare(
        (scores[better], scores[worse], grades[better] - grades[worse])
        for better, worse in combinations(ordered, 2)
        if grades[better] > grades[worse]
    )


def pair_measures(counts: Sequence[PairCounts], name: str = "pairwise") -> dict[str, Interval]:
    """Return loss and accuracy over all pairs; the intervals are over queries or profiles."""
    counted = [one for one in counts if one.pairs]
    if not counted:
        return {}
    lost, weight, right, pairs = np.array(
        [(one.lost, one.weight, one.right, one.pairs) for one in counted], dtype=np.float64
    ).T
    measures = {f"{name}_accuracy": Interval.of_ratio(right, pairs)}
    if weight.sum() > 0:
        measures = {f"{name}_loss": Interval.of_ratio(lost, weight), **measures}
    return measures
