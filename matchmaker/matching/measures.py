"""Measures of ranking quality, as the field defines them (trec_eval), and their intervals."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

Id = TypeVar("Id")
#: From this grade on a profile counts as relevant where a measure knows only yes and no.
RELEVANT = 2
DRAWS = 2_000


def ndcg(ranked: Sequence[Id], grades: Mapping[Id, int], k: int) -> float:
    """Return the normalised discounted cumulative gain at k; the gain is the grade.

    Profiles that nobody judged count as grade 0. Without any relevant profile it is 0.

    >>> round(ndcg(["a", "b"], {"a": 1, "b": 3}, 10), 3)
    0.797
    """
    discounts = 1 / np.log2(np.arange(2, k + 2))
    gains = np.array([grades.get(one, 0) for one in ranked[:k]], dtype=float)
    best = np.array(sorted(grades.values(), reverse=True)[:k], dtype=float)
    ideal = float(best @ discounts[: len(best)])
    return float(gains @ discounts[: len(gains)]) / ideal if ideal else 0.0


def recall(ranked: Sequence[Id], grades: Mapping[Id, int], k: int) -> float:
    """Return the share of relevant profiles among the first k.

    >>> recall(["a", "b"], {"b": 2, "c": 3}, 2)
    0.5
    """
    relevant = {one for one, grade in grades.items() if grade >= RELEVANT}
    return len(relevant & set(ranked[:k])) / len(relevant) if relevant else 0.0


def reciprocal_rank(ranked: Sequence[Id], grades: Mapping[Id, int]) -> float:
    """Return one over the rank of the first relevant profile, 0 when there is none.

    >>> reciprocal_rank(["a", "b"], {"b": 2})
    0.5
    """
    for rank, one in enumerate(ranked, start=1):
        if grades.get(one, 0) >= RELEVANT:
            return 1 / rank
    return 0.0


@dataclass(frozen=True)
class Interval:
    """A mean with its 95 % bootstrap interval over queries."""

    value: float
    low: float
    high: float

    @classmethod
    def of(cls, values: Sequence[float]) -> Interval:
        """Return the mean of one value per query; the draws are seeded, so it is repeatable."""
        sample = np.asarray(values, dtype=np.float64)
        return cls.of_ratio(sample, np.ones(len(sample)))

    @classmethod
    def of_ratio(cls, parts: NDArray[np.float64], wholes: NDArray[np.float64]) -> Interval:
        """Return the sum of the parts over the sum of the wholes, one of each per query."""
        if not len(parts):
            return cls(0.0, 0.0, 0.0)
        rng = np.random.default_rng(20261122)
        # How often each query is drawn: all that the sums depend on.
        drawn = rng.multinomial(len(parts), np.full(len(parts), 1 / len(parts)), DRAWS)
        sums = drawn @ wholes
        ratios = (drawn @ parts)[sums > 0] / sums[sums > 0]
        low, high = np.quantile(ratios, [0.025, 0.975])
        return cls(float(parts.sum() / wholes.sum()), float(low), float(high))
