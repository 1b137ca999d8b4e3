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
from matchmaker.matching.policy import MatchingPolicy
from matchmaker.matching.projection import Lesson, Projection
from matchmaker.matching.voice import Gains

Floats = NDArray[np.float32]

#: Values that are tried for each weight, in the order in which the weights are tried.
TRIED: Mapping[str, Sequence[Any]] = MappingProxyType(
    {
        # More would order a little better still, and let chance words speak for challenges that
        # nobody can answer.
        "lexical_weight": (0.1, 0.15, 0.2, 0.25),
        "lexical_weight_across": (0.25, 0.35, 0.45, 0.55, 0.65),
        "whole_share": (0.4, 0.5, 0.6, 0.7, 0.8),
        "voice_share": (0.3, 0.4, 0.5),
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
        "place_weight": (0.02, 0.03, 0.04, 0.05, 0.06, 0.08),
    }
)
#: Less than this is no gain: the value that stands is kept.
LEAST_GAIN = 0.0005
_ROUNDS = 2
_DEPTH = 10


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
        whole, sentence = cosines[:, 0], cosines[:, 1:].max(axis=1)
        gains = self.features.gains
        if gains is not None:
            # What the voice found stays: it gains more or less over what the encoder finds now.
            gains = Gains(
                np.where(self.heard, gains.whole + self.features.whole - whole, 0),
                np.where(self.heard, gains.sentence + self.features.sentence - sentence, 0),
                gains.clear,
            )
        moved = replace(self.features, whole=whole, sentence=sentence, gains=gains)
        return replace(self, features=moved)

    @property
    def heard(self) -> NDArray[np.bool_]:
        """Whether the voice has read each passage, shape (p,)."""
        gains = self.features.gains
        if gains is None:
            return np.zeros(len(self.rows), dtype=bool)
        return np.asarray(gains.clear > 0)

    def lesson(self, policy: MatchingPolicy) -> Lesson:
        """Return what was said of the judged profiles, by the passages that speak for them now."""
        combined = scoring.combined(self.features, policy)
        gains = self.features.gains
        clear = np.float32(0) if gains is None else gains.clear
        heed = np.broadcast_to(1 - np.float32(policy.voice_share) * clear, combined.shape)
        own = policy.whole_share * self.features.whole
        own += (1 - policy.whole_share) * self.features.sentence
        words = combined - heed * own
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
            heed=heed[shown],
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
