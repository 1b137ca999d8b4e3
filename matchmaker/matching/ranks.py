"""Ranks of the judged profiles among everybody, and the measures that depend on them alone.

Equal scores are put in order at random, and a measure is the mean over the draws: neither the
order of a file nor an id may help anybody.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

#: Orders of equal scores that are drawn.
TIE_DRAWS = 20

Scores = NDArray[np.float64]
Ranks = NDArray[np.int64]


def drawn_ranks(scores: Scores, judged: NDArray[np.int64], seed: int) -> Ranks:
    """Return the rank of each judged profile in every draw, from 1; shape (draws, judged).

    Args:
        scores: of all profiles, shape (profiles,).
        judged: which of them are asked about, each once.
        seed: of the draws.

    >>> drawn_ranks(np.array([.1, .9, .5]), np.array([0, 1]), seed=0)[0].tolist()
    [3, 1]
    """
    rng = np.random.default_rng(seed)
    rising = np.sort(scores)
    own = scores[judged]
    better = len(scores) - np.searchsorted(rising, own, side="right")
    equal = len(scores) - better - np.searchsorted(rising, own, side="left")
    ranks = np.tile(better + 1, (TIE_DRAWS, 1))
    for value in np.unique(own[equal > 1]):
        group = np.flatnonzero(own == value)
        size = int(equal[group[0]])
        for draw in range(TIE_DRAWS):
            ranks[draw, group] += rng.choice(size, len(group), replace=False)
    return np.asarray(ranks, dtype=np.int64)


def strict(scores: Scores, decimals: int, ids: Sequence[str]) -> Scores:
    """Return scores in the same order without a tie: rounded, and equal ones by falling id.

    >>> strict(np.array([.5, .5, .7]), 5, ["a", "b", "c"]).tolist()
    [0.0, 1.0, 2.0]
    """
    order = np.lexsort((np.asarray(ids), np.round(scores, decimals)))
    distinct = np.empty(len(scores))
    distinct[order] = np.arange(len(scores))
    return distinct


def reciprocal_rank(ranks: Ranks, relevant: NDArray[np.bool_]) -> float:
    """Return one over the rank of the first relevant profile.

    Args:
        ranks: from :func:`drawn_ranks`.
        relevant: which of the judged profiles are relevant, at least one.

    """
    return float((1 / ranks[:, relevant].min(axis=1)).mean())


def success(ranks: Ranks, relevant: NDArray[np.bool_], k: int) -> float:
    """Return the share of draws with a relevant profile among the first k."""
    return float((ranks[:, relevant].min(axis=1) <= k).mean())


def recall(ranks: Ranks, relevant: NDArray[np.bool_], k: int) -> float:
    """Return the share of relevant profiles among the first k."""
    return float((ranks[:, relevant] <= k).mean())


def ndcg(ranks: Ranks, grades: Scores, k: int) -> float:
    """Return the normalised discounted cumulative gain at k; the gain is the grade.

    A grade below 0 gains nothing.
    """
    gains = np.maximum(grades, 0)
    best = np.sort(gains)[::-1][:k]
    ideal = float(best @ (1 / np.log2(np.arange(2, len(best) + 2))))
    counted = np.where(ranks <= k, gains / np.log2(ranks + 1), 0).sum(axis=1)
    return float(counted.mean()) / ideal if ideal else 0.0


def rank_measures(
    scores: Scores, judged: NDArray[np.int64], grades: Sequence[float], above: float, seed: int
) -> dict[str, float]:
    """Return all measures of one query; nothing when none of the judged is relevant.

    Args:
        scores: of all profiles.
        judged: numbers of the judged profiles.
        grades: one for each of them.
        above: grades above this are relevant.
        seed: of the order of equal scores.

    """
    graded = np.asarray(grades, dtype=np.float64)
    relevant = graded > above
    if not relevant.any():
        return {}
    ranks = drawn_ranks(scores, judged, seed)
    return {
        "mrr": reciprocal_rank(ranks, relevant),
        **{f"success@{k}": success(ranks, relevant, k) for k in (1, 5, 10)},
        "ndcg@10": ndcg(ranks, graded, 10),
        **{f"recall@{k}": recall(ranks, relevant, k) for k in (10, 50)},
    }
