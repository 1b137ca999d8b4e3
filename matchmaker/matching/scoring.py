"""Scoring: similarities of passages and shared words, pooled to one score per profile.

Every number depends on the profile and the challenge alone, never on who else was looked
at, so that a fit word means the same in every list.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from matchmaker.matching.languages import unit
from matchmaker.matching.policy import MatchingPolicy

Floats = NDArray[np.float32]


def whole_vector(sentences: Floats, lengths: NDArray[np.int64]) -> Floats:
    """Return one unit vector for the whole challenge: its sentences, weighted by length.

    Args:
        sentences: unit rows, shape (n, dimension).
        lengths: words per sentence; the weight is the square root, so that a long remark
            counts more than a short one, but not in proportion.
    """
    weights = np.sqrt(np.maximum(lengths, 1)).astype(np.float32)
    whole: Floats = unit((sentences * weights[:, None]).sum(axis=0, keepdims=True))[0]
    return whole


@dataclass(frozen=True, kw_only=True)
class PassageScores:
    """Scores of the passages of the candidates, row by row.

    Attributes:
        dense: nearness in meaning, 0..1.
        lexical: shared words, 0..1.
        similarities: corrected cosine of each passage with each sentence, (passages, sentences).
    """

    dense: Floats
    lexical: Floats
    similarities: Floats

    def combined(self, policy: MatchingPolicy) -> Floats:
        """Return one score per passage."""
        return np.asarray(
            policy.dense_weight * self.dense + policy.lexical_weight * self.lexical,
            dtype=np.float32,
        )


def passage_scores(
    passages: Floats,
    sentences: Floats,
    whole: Floats,
    lexical: Floats,
    lexical_scale: float,
    policy: MatchingPolicy,
) -> PassageScores:
    """Score passages against a challenge.

    Args:
        passages: corrected unit rows, shape (p, dimension).
        sentences: corrected unit rows, shape (s, dimension).
        whole: corrected unit vector of the whole challenge.
        lexical: BM25 score of each passage, shape (p,).
        lexical_scale: BM25 score that counts as 1.
        policy: weights and ranges.
    """
    similarities = passages @ sentences.T
    cosine = policy.whole_share * (passages @ whole)
    cosine += (1 - policy.whole_share) * similarities.max(axis=1, initial=-1.0)
    low, high = policy.dense_range
    return PassageScores(
        dense=np.clip((cosine - low) / (high - low), 0, 1),
        lexical=np.clip(lexical / max(lexical_scale, 1e-6), 0, 1),
        similarities=similarities,
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
