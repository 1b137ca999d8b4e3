"""Scoring: similarities of passages and shared words, pooled to one score per profile.

Every number depends on the profile and the challenge alone, never on who else was looked
at, so that a fit word means the same in every list.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from matchmaker.matching.policy import MatchingPolicy
from matchmaker.matching.voice import Gains
from matchmaker.models import EvidenceKind, distance_km

Floats = NDArray[np.float32]
#: Evidence kinds by their code; a passage that is no evidence has -1.
EVIDENCE_KINDS = tuple(EvidenceKind)


@dataclass(frozen=True, kw_only=True)
class PassageFeatures:
    """What is measured of the passages of the candidates, row by row, before any weight.

    Attributes:
        whole: corrected cosine with the whole challenge, shape (p,).
        sentence: corrected cosine with the sentence that is nearest, shape (p,).
        lexical: shared words, on the scale of the passage's language, shape (p,).
        character: words written alike, on the same kind of scale, shape (p,).
        across: whether passage and challenge are in different languages, boolean (p,).
        similarities: corrected cosine of each passage with each sentence, shape (p, s).
        gains: what the second voice adds; None where it was not heard.

    """

    whole: Floats
    sentence: Floats
    lexical: Floats
    character: Floats
    across: NDArray[np.bool_]
    similarities: Floats
    gains: Gains | None = None


def passage_features(
    passages: Floats,
    whole: Floats,
    sentences: Floats,
    lexical: Floats,
    character: Floats,
    across: NDArray[np.bool_],
) -> PassageFeatures:
    """Measure passages against a challenge.

    Args:
        passages: corrected unit rows, shape (p, dimension).
        whole: corrected unit vector of the whole challenge.
        sentences: corrected unit rows, shape (s, dimension), s at least 1.
        lexical: shared words of each passage on the scale of its language, shape (p,).
        character: words written alike, likewise.
        across: whether each passage is in another language than the challenge, shape (p,).

    """
    # A sum of its own for every pair: a matrix product rounds differently in different company,
    # and a stored run must be replayed to the same scores.
    similarities = np.vecdot(passages[:, None, :], sentences[None, :, :])
    return PassageFeatures(
        whole=np.vecdot(passages, whole[None, :]),
        sentence=similarities.max(axis=1),
        lexical=lexical,
        character=character,
        across=across,
        similarities=similarities,
    )


def combined(features: PassageFeatures, policy: MatchingPolicy) -> Floats:
    """Return the weighted sum of the features of each passage, shape (p,)."""
    whole, sentence = features.whole, features.sentence
    if features.gains is not None and policy.voice_share:
        share = np.float32(policy.voice_share) * features.gains.clear
        whole = whole + share * features.gains.whole
        sentence = sentence + share * features.gains.sentence
    cosine = policy.whole_share * whole + (1 - policy.whole_share) * sentence
    total = policy.dense_weight * cosine
    # Across languages meaning is read less sharply, so the words that a glossary knows count more.
    weights = np.where(features.across, policy.lexical_weight_across, policy.lexical_weight)
    total += weights * np.minimum(features.lexical, policy.lexical_cap)
    total += policy.character_weight * np.minimum(features.character, policy.lexical_cap)
    return np.asarray(total, dtype=np.float32)


def evidence_factors(
    kinds: NDArray[np.int8], years: NDArray[np.int16], this_year: int, policy: MatchingPolicy
) -> Floats:
    """Return what the score of each passage is multiplied with for what it is and how old.

    Args:
        kinds: place in ``EVIDENCE_KINDS`` of each passage, -1 for a text of the profile itself.
        years: year of each passage, 0 where none is known: that never counts against it.
        this_year: from which age is counted.
        policy: names the weight of each kind and the years after which half is left.

    """
    by_kind = np.array([policy.evidence_weights[kind] for kind in EVIDENCE_KINDS] + [1.0])
    factors = by_kind[kinds]
    if policy.recency_half_life:
        age = np.where(years > 0, np.clip(this_year - years, 0, None), 0)
        factors = factors * 0.5 ** (age / policy.recency_half_life)
    return np.asarray(factors, dtype=np.float32)


def nearness(
    latitudes: Sequence[float | None],
    longitudes: Sequence[float | None],
    latitude: float | None,
    longitude: float | None,
    policy: MatchingPolicy,
) -> Floats:
    """Return how near each profile is to the firm: 1 next door, 1/e after ``place_km``.

    0 where either place is unknown: nearness is an advantage, its lack is no fault.
    """
    if latitude is None or longitude is None:
        return np.zeros(len(latitudes), dtype=np.float32)
    return np.array(
        [
            0.0
            if one is None or other is None
            else np.exp(-distance_km(latitude, longitude, one, other) / policy.place_km)
            for one, other in zip(latitudes, longitudes, strict=True)
        ],
        dtype=np.float32,
    )


def score(raw: Floats, policy: MatchingPolicy, aside: float | None = None) -> Floats:
    """Return scores from 0 to 1 for weighted sums: same order, a scale that can be read.

    With midpoint and spread fitted to judgements, a score is the share of relevant profiles
    among those with such a sum.

    Args:
        raw: weighted sums, shape (n,).
        policy: names the scale.
        aside: how near the challenge is to questions that no cluster answers; None where that
            is not known, which counts as usual.

    """
    unusual = 0.0 if aside is None else policy.aside_weight * (aside - policy.aside_usual)
    exponent = (policy.midpoint + unusual - raw) / policy.spread
    return np.asarray(1 / (1 + np.exp(exponent)), dtype=np.float32)


def pooled(
    scores: Floats,
    bounds: NDArray[np.int64],
    weights: Sequence[float],
    items: NDArray[np.int64] | None = None,
) -> Floats:
    """Return the weighted mean of the best scores of each profile.

    The single best passage is noisy, the mean over all of them punishes broad profiles, a sum
    rewards size. A profile with fewer passages is measured by those it has.

    Args:
        scores: one per passage, profile after profile.
        bounds: first row of each profile, and the end; shape (profiles + 1,).
        weights: of the best passage, the second best, ...; falling, the first above 0.
        items: number of the item of evidence that each passage belongs to; of the passages of
            one item only the best counts. None when each has its own.

    >>> pooled(np.float32([.9, .3, .6, .5]), np.array([0, 3, 4]), (1, 1))
    array([0.75, 0.5 ], dtype=float32)

    """
    sizes = np.diff(bounds)
    owner = np.repeat(np.arange(len(sizes)), sizes)
    if items is not None:
        best = _best_of_items(scores, items)
        if len(best) < len(scores):
            scores, owner = scores[best], owner[best]
            sizes = np.bincount(owner, minlength=len(sizes))
            bounds = np.concatenate([[0], np.cumsum(sizes)])
    order = np.lexsort((-scores, owner))
    place = np.arange(len(scores)) - bounds[:-1][owner]
    kept = place < len(weights)
    shares = np.array(weights, dtype=np.float64)[place[kept]]
    parts = scores[order][kept] * shares
    sums = np.bincount(owner[kept], weights=parts, minlength=len(sizes))
    whole = np.bincount(owner[kept], weights=shares, minlength=len(sizes))
    return np.asarray(sums / np.where(whole > 0, whole, 1.0), dtype=np.float32)


def _best_of_items(scores: Floats, items: NDArray[np.int64]) -> NDArray[np.intp]:
    """Return the row of the best passage of each item, in the order of the rows."""
    order = np.lexsort((-scores, items))
    first = np.ones(len(order), dtype=bool)
    first[1:] = np.diff(items[order]) != 0
    return np.sort(order[first])
