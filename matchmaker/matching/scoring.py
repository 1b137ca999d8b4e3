"""Scoring: similarities of passages and shared words, pooled to one score per profile.

Every number depends on the profile and the challenge alone, never on who else was looked
at, so that a fit word means the same in every list.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from matchmaker.matching.policy import MatchingPolicy

Floats = NDArray[np.float32]


@dataclass(frozen=True, kw_only=True)
class PassageScores:
    """Scores of the passages of the candidates, row by row.

    Attributes:
        combined: weighted sum of nearness and shared words.
        similarities: corrected cosine of each passage with each sentence, (passages, sentences).

    """

    combined: Floats
    similarities: Floats


def passage_scores(
    passages: Floats, whole: Floats, sentences: Floats, lexical: Floats, policy: MatchingPolicy
) -> PassageScores:
    """Score passages against a challenge.

    Args:
        passages: corrected unit rows, shape (p, dimension).
        whole: corrected unit vector of the whole challenge.
        sentences: corrected unit rows, shape (s, dimension), s at least 1.
        lexical: shared words of each passage on the scale of its language, shape (p,).
        policy: weights.

    """
    # A sum of its own for every pair: a matrix product rounds differently in different company,
    # and a stored run must be replayed to the same scores.
    similarities = np.vecdot(passages[:, None, :], sentences[None, :, :])
    cosine = policy.whole_share * np.vecdot(passages, whole[None, :])
    cosine += (1 - policy.whole_share) * similarities.max(axis=1)
    combined = policy.dense_weight * cosine
    combined += policy.lexical_weight * np.minimum(lexical, policy.lexical_cap)
    return PassageScores(combined=np.asarray(combined, dtype=np.float32), similarities=similarities)


def score(combined: Floats, policy: MatchingPolicy) -> Floats:
    """Return scores from 0 to 1 for weighted sums: same order, a scale that can be read."""
    return np.asarray(
        1 / (1 + np.exp((policy.midpoint - combined) / policy.spread)), dtype=np.float32
    )


def pooled(scores: Floats, bounds: NDArray[np.int64], count: int) -> Floats:
    """Return the mean of the best ``count`` scores of each profile.

    The single best passage is noisy, the mean over all of them punishes broad profiles, a sum
    rewards size. A profile with fewer passages is measured by those it has.

    Args:
        scores: one per passage, profile after profile.
        bounds: first row of each profile, and the end; shape (profiles + 1,).
        count: how many passages count, 1 or more.

    >>> pooled(np.float32([.9, .3, .6, .5]), np.array([0, 3, 4]), 2)
    array([0.75, 0.5 ], dtype=float32)

    """
    sizes = np.diff(bounds)
    owner = np.repeat(np.arange(len(sizes)), sizes)
    order = np.lexsort((-scores, owner))
    place = np.arange(len(scores)) - bounds[:-1][owner]
    kept = place < count
    sums = np.bincount(owner[kept], weights=scores[order][kept], minlength=len(sizes))
    return np.asarray(sums / np.clip(sizes, 1, count), dtype=np.float32)
