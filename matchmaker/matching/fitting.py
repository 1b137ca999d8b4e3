"""Fitting: the weights of the policy from judgements. Small, readable, and never downwards.

A handful of weights is tried one after the other, each over a short list of values none of which
is below 0: more nearness, more shared words or a shorter way can never make a match worse. What is
kept is what puts the judged profiles in the best order (nDCG@10, mean over the lists that people
read). Fit words and floor are then set so that each word means a stated share of relevant
profiles. Nothing about a person enters: the features are nearness in meaning, words and place.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from matchmaker.matching import scoring
from matchmaker.matching.measures import RELEVANT
from matchmaker.matching.policy import MatchingPolicy
from matchmaker.matching.projection import Lesson, Projection
from matchmaker.models import Fit

Floats = NDArray[np.float32]

#: Values that are tried for each weight, in the order in which the weights are tried.
TRIED: Mapping[str, Sequence[Any]] = MappingProxyType(
    {
        # More would order a little better still, and let chance words speak for challenges that
        # nobody can answer.
        "lexical_weight": (0.1, 0.15, 0.2, 0.25),
        "lexical_weight_across": (0.25, 0.35, 0.45),
        "whole_share": (0.4, 0.5, 0.6, 0.7, 0.8),
        "pooling": (
            (1.0,),
            (1.0, 1.0),
            (1.0, 0.5, 0.33),
            (1.0, 1.0, 1.0),
            (1.0, 0.8, 0.6, 0.4, 0.2),
            (1.0, 1.0, 1.0, 0.5),
            (1.0, 1.0, 1.0, 1.0, 1.0),
        ),
        "character_weight": (0.01, 0.02, 0.03, 0.05),
        # Judges who read texts do not see places, and whoever took part in projects near by did so
        # partly by habit: neither is the whole truth, so the asker may count place up to thrice.
        "place_weight": (0.02, 0.03, 0.04, 0.05),
    }
)
#: Less than this is no gain: the value that stands is kept.
LEAST_GAIN = 0.0005
_ROUNDS = 2
_DEPTH = 10
#: Share of relevant profiles that each fit word promises, and what the fit aims at: a little more.
PROMISED = MappingProxyType({Fit.STRONG: 0.9, Fit.GOOD: 0.6, Fit.POSSIBLE: 0.3})
_MARGIN = 0.01
#: Fewer judged matches than this say nothing about a word.
_FEWEST = 25
#: Share of the challenges that nobody can answer which must be told so, one less rather than one
#: more: who could be helped and is sent away loses more than who reads a list in vain.
_REFUSED = 0.9


@dataclass(frozen=True, kw_only=True)
class Judged:
    """One list that was judged: everybody for one wording of one challenge.

    Attributes:
        features: of all passages, profile after profile, without any projection.
        space: corrected vectors of all passages there are, shape (all, d); one array for all lists.
        rows: row of each passage in it, shape (p,).
        question: corrected vectors of the wording, shape (1 + sentences, d).
        bounds: first row of each profile, and the end; shape (profiles + 1,).
        items: number of the item of evidence that each passage belongs to.
        nearness: of each profile to the firm, shape (profiles,).
        grades: of each profile, -1 where nobody judged it, shape (profiles,).
        lists: which profiles stand in each list that is measured, boolean (lists, profiles).
        challenge: wordings of one challenge carry the same.
        aside: how near the challenge is to questions that no cluster answers.
        answerable: whether a cluster can answer the challenge at all.

    """

    features: scoring.PassageFeatures
    space: Floats
    rows: NDArray[np.int64]
    question: Floats
    bounds: NDArray[np.int64]
    items: NDArray[np.int64]
    nearness: Floats
    grades: NDArray[np.int64]
    lists: NDArray[np.bool_]
    challenge: str
    aside: float
    answerable: bool

    def raw(self, policy: MatchingPolicy) -> Floats:
        """Return the weighted sum of each profile."""
        pooled = scoring.pooled(
            scoring.combined(self.features, policy), self.bounds, policy.pooling, self.items
        )
        return pooled + np.float32(policy.place_weight) * self.nearness

    def under(self, projection: Projection) -> Judged:
        """Return the same list with the question moved by a projection."""
        question = projection.apply(self.question, projection.fingerprint)
        cosines = (self.space @ question.T)[self.rows]
        moved = replace(self.features, whole=cosines[:, 0], sentence=cosines[:, 1:].max(axis=1))
        return replace(self, features=moved)

    def lesson(self, policy: MatchingPolicy) -> Lesson:
        """Return what was said of the judged profiles, by the passages that speak for them now."""
        combined = scoring.combined(self.features, policy)
        words = combined - scoring.combined(
            self.features,
            replace(policy, lexical_weight=0, lexical_weight_across=0, character_weight=0),
        )
        chosen = []
        known = np.flatnonzero(self.grades >= 0)
        for profile in known:
            first, end = self.bounds[profile], self.bounds[profile + 1]
            best = first + np.argsort(-combined[first:end], kind="stable")
            _, places = np.unique(self.items[best], return_index=True)
            kept = best[np.sort(places)][: len(policy.pooling)]
            chosen.append(np.pad(kept, (0, len(policy.pooling) - len(kept)), mode="edge"))
        shown = np.array(chosen)
        return Lesson(
            question=self.question,
            passages=self.space[self.rows[shown]],
            words=words[shown],
            grades=self.grades[known],
        )


def quality(judged: Sequence[Judged], policy: MatchingPolicy) -> float:
    """Return the mean nDCG@10 over all lists that hold somebody relevant."""
    return float(np.mean(list(chain.from_iterable(_ndcgs(one, policy) for one in judged))))


def _ndcgs(one: Judged, policy: MatchingPolicy) -> list[float]:
    if not one.answerable:
        return []
    raw = one.raw(policy)
    gains = np.clip(one.grades, 0, None)
    discounts = 1 / np.log2(np.arange(2, _DEPTH + 2))
    found = []
    for members in one.lists:
        ideal = np.sort(gains[members])[::-1][:_DEPTH]
        if not ideal.any():
            continue
        order = np.argsort(-raw[members], kind="stable")[:_DEPTH]
        best = gains[members][order]
        found.append(float(best @ discounts[: len(best)] / (ideal @ discounts[: len(ideal)])))
    return found


def weights(
    start: MatchingPolicy,
    measure: Callable[[MatchingPolicy], float],
    progress: Callable[[int, int], None] | None = None,
) -> MatchingPolicy:
    """Return the policy with the weights that measure best, tried one at a time, twice over.

    Args:
        start: the policy that stands; its values are kept unless others gain something.
        measure: what is to become as large as possible.
        progress: called with how many policies were tried and how many there are.

    """
    best, reached = start, measure(start)
    total = _ROUNDS * sum(map(len, TRIED.values()))
    tried = 0
    for _ in range(_ROUNDS):
        for name, values in TRIED.items():
            for value in values:
                other = replace(best, **{name: value})
                found = measure(other)
                if found > reached + LEAST_GAIN:
                    best, reached = other, found
                tried += 1
                if progress is not None:
                    progress(tried, total)
    return best


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

    What parts the answerable challenges from the others best, an answerable one counting thrice:
    who could be helped and is sent away loses more than who reads a list in vain.
    """
    gaps = np.array([float(one.raw(policy).max()) - one.aside for one in judged])
    costs = np.array([3.0 if one.answerable else -1.0 for one in judged])
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
