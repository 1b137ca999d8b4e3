"""Calibration: a score that is a share, fit words that keep a promise, and when nobody fits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from matchmaker.matching import scoring
from matchmaker.matching.fitting import Floats, Judged
from matchmaker.matching.measures import RELEVANT
from matchmaker.matching.policy import MatchingPolicy
from matchmaker.models import Fit

#: Share of relevant profiles that each fit word promises, and what the fit aims at: as much more as
#: words that were set by some challenges lose on others (with 0.01 "strong" held 89 % there).
PROMISED = MappingProxyType({Fit.STRONG: 0.9, Fit.GOOD: 0.6, Fit.POSSIBLE: 0.3})
_MARGIN = 0.02
#: Fewer judged matches than this say nothing about a word.
_FEWEST = 25
#: Share of the challenges that nobody can answer which must be told so, one less rather than one
#: more: who could be helped and is sent away loses more than who reads a list in vain.
_REFUSED = 0.9


def calibrated(judged: Sequence[Judged], policy: MatchingPolicy) -> MatchingPolicy:
    """Return the policy with a score that is a share, and with fit words that keep their promise.

    The score is the logistic curve through "relevant or not" over the weighted sum of everybody
    who was judged. Each fit word begins where the judged matches from there up to the next word
    hold a little more than the promised share of relevant ones. Nearness to the firm is no part
    of a score: it moves somebody up the list and makes nobody fit.
    """
    weighed, policy = policy, replace(policy, place_weight=0.0)
    sums, asides, relevant = _judged_sums(judged, policy)
    usual = float(asides.mean(dtype=np.float64))
    rows = np.stack([sums, asides - usual], axis=1).astype(np.float64)
    midpoint, spread, weight = _logistic(rows, relevant)
    policy = replace(
        policy,
        midpoint=round(midpoint, 4),
        spread=round(spread, 4),
        aside_weight=round(max(weight, 0.0), 3),
        aside_usual=round(usual, 3),
    )
    scores = _scores(sums, asides, policy)
    begins: dict[Fit, float] = {}
    upper = np.inf
    for word, share in PROMISED.items():
        begins[word] = upper = _begin(scores, relevant, upper, share + _MARGIN)
    refused = [
        float(scoring.score(one.raw(policy), policy, one.aside).max())
        for one in judged
        if not one.answerable
    ]
    answer = float(np.quantile(refused, _REFUSED, method="lower")) if refused else 0.0
    return replace(
        policy,
        place_weight=weighed.place_weight,
        aside_margin=round(_margin(judged, policy), 4),
        fit_from=MappingProxyType({word: round(least, 3) for word, least in begins.items()}),
        answer_from=round(min(max(answer + 0.005, begins[Fit.POSSIBLE]), begins[Fit.STRONG]), 3),
    )


def _margin(judged: Sequence[Judged], policy: MatchingPolicy) -> float:
    """Return how far the best sum must be above what is near aside for anybody to fit.

    What parts the answerable challenges from the others best, an answerable one counting twice:
    who could be helped and is sent away loses more than who reads a list in vain.
    """
    gaps = np.array([float(one.raw(policy).max()) - one.aside for one in judged])
    costs = np.array([2.0 if one.answerable else -1.0 for one in judged])
    order = np.argsort(gaps)
    # What it costs to put the limit above the first n, and the widest room at the lowest cost.
    lost = np.concatenate([[0.0], np.cumsum(costs[order])])
    rising = gaps[order]
    room = np.diff(np.concatenate([rising[:1], rising, rising[-1:]]))
    least = np.flatnonzero(lost == lost.min())
    above = int(least[np.argmax(room[least])])
    return float(rising[max(above - 1, 0)] + room[above] / 2)


def _judged_sums(
    judged: Sequence[Judged], policy: MatchingPolicy
) -> tuple[Floats, Floats, NDArray[np.bool_]]:
    """Return the sum of everybody who was judged, the challenge's nearness aside, and relevance."""
    sums, asides, relevant = [], [], []
    for one in judged:
        if one.answerable:
            known = one.grades >= 0
            sums.append(one.raw(policy)[known])
            asides.append(np.full(int(known.sum()), one.aside, dtype=np.float32))
            relevant.append(one.grades[known] >= RELEVANT)
    return np.concatenate(sums), np.concatenate(asides), np.concatenate(relevant)


def _scores(sums: Floats, asides: Floats, policy: MatchingPolicy) -> Floats:
    unusual = policy.aside_weight * (asides - policy.aside_usual)
    return scoring.score(sums - unusual, policy)


def _logistic(rows: NDArray[np.float64], relevant: NDArray[np.bool_]) -> tuple[float, float, float]:
    """Return midpoint, spread and weight of the second column of the logistic curve (Platt).

    By Newton's method; the columns are the sum, and what goes off it times the weight.
    """
    rows = np.concatenate([rows, np.ones((len(rows), 1))], axis=1)
    # Targets a little inside 0 and 1 keep the curve finite where the two do not overlap.
    count = relevant.sum()
    targets = np.where(relevant, (count + 1) / (count + 2), 1 / (len(rows) - count + 2))
    slope = np.zeros(rows.shape[1])
    for _ in range(50):
        share = 1 / (1 + np.exp(-rows @ slope))
        gradient = rows.T @ (targets - share)
        hessian = (rows * (share * (1 - share))[:, None]).T @ rows + 1e-9 * np.eye(len(slope))
        step = np.linalg.solve(hessian, gradient)
        slope += step
        if np.abs(step).max() < 1e-9:
            break
    of_sum, of_aside, constant = slope
    return float(-constant / of_sum), float(1 / of_sum), float(-of_aside / of_sum)


def _begin(scores: Floats, relevant: NDArray[np.bool_], upper: float, share: float) -> float:
    """Return the lowest score from which up to ``upper`` the share of relevant ones is reached."""
    inside = scores < upper
    order = np.argsort(-scores[inside], kind="stable")
    falling = scores[inside][order]
    shares = np.cumsum(relevant[inside][order]) / np.arange(1, len(falling) + 1)
    enough = np.flatnonzero(shares[_FEWEST - 1 :] >= share)
    if not len(enough):
        return float(min(upper, 1.0))
    return float(falling[enough[-1] + _FEWEST - 1])


@dataclass(frozen=True)
class Reliability:
    """How often a fit word was right: share of relevant among judged matches, and how many."""

    share: float
    judged: int


def reliability(judged: Sequence[Judged], policy: MatchingPolicy) -> dict[Fit, Reliability]:
    """Return what the fit words of a policy are worth on these judgements."""
    sums, asides, relevant = _judged_sums(judged, replace(policy, place_weight=0.0))
    scores = _scores(sums, asides, policy)
    found: dict[Fit, Reliability] = {}
    upper = np.inf
    for word in PROMISED:
        own = (scores >= policy.fit_from[word]) & (scores < upper)
        upper = policy.fit_from[word]
        share = float(relevant[own].mean()) if own.any() else 0.0
        found[word] = Reliability(round(share, 3), int(own.sum()))
    return found
