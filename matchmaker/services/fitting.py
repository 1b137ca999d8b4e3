"""FittingService: what judgements say of everybody, and the policy that fits them best."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from matchmaker.errors import InvalidInput
from matchmaker.matching import calibration, fitting
from matchmaker.matching.fitting import Judged
from matchmaker.matching.policy import MatchingPolicy
from matchmaker.matching.projection import Projection, learned

Progress = Callable[[int, int], None]
#: Parts into which the challenges are dealt to see what a fit is worth on others.
FOLDS = 5


@dataclass(frozen=True, kw_only=True)
class Fitted:
    """A fitted policy and what it is worth.

    Attributes:
        policy: the weights, the scale of the score and the fit words.
        quality: mean nDCG@10 on the judgements it was fitted to, before and after.
        held_out: the same on challenges that a fit to the others did not see.
        reliability: share of relevant matches by fit word, and how many were judged; each
            challenge under a projection that was learned from others.
        held_out_reliability: the same where the fit words were set by others too.
        projection: the map of questions that the weights and fit words belong to.

    """

    policy: MatchingPolicy
    quality: tuple[float, float]
    held_out: float
    reliability: Mapping[str, tuple[float, int]]
    held_out_reliability: Mapping[str, tuple[float, int]]
    projection: Projection


def fit(
    own: Sequence[Judged],
    others: Sequence[Sequence[Judged]],
    start: MatchingPolicy,
    fingerprint: str,
    progress: Progress | None = None,
) -> Fitted:
    """Fit projection and weights, the latter to other sets as well, and then the fit words.

    The projection is learned from the project's judgements. What it makes of the challenges that
    it learned from is better than what it makes of others, so everything that follows from the
    scores is measured on challenges whose projection was learned without them.

    Args:
        own: the project's judgements, with challenges that nobody can answer among them.
        others: judgements of other sets; each set weighs as much as the project's own.
        start: the policy that stands.
        fingerprint: of the encoder whose vectors these are.
        progress: called with how many steps were taken and how many there are.

    Raises:
        InvalidInput: too few challenges were judged to keep some back.

    """
    taught = {one.challenge for one in own if one.answerable and one.grades.max(initial=0) > 0}
    if len(taught) < FOLDS:
        reason = f"Judge at least {FOLDS} challenges that somebody answers; here are {len(taught)}."
        raise InvalidInput("judgements", reason)

    def project(lists: Sequence[Judged]) -> Projection:
        lessons = [one.lesson(start) for one in lists if one.answerable]
        return Projection(fingerprint, *learned(lessons, start.whole_share))

    steps = FOLDS + sum(map(len, fitting.TRIED.values())) * 2
    # Challenges are dealt out, not wordings: a translation of what was seen is no test.
    fold_of = {name: number % FOLDS for number, name in enumerate(_shuffled(own))}
    unseen: list[Judged] = []
    for fold in range(FOLDS):
        projection = project([one for one in own if fold_of[one.challenge] != fold])
        unseen += [one.under(projection) for one in own if fold_of[one.challenge] == fold]
        if progress is not None:
            progress(fold + 1, steps)
    whole = project(own)
    sets = [unseen, *([one.under(whole) for one in lists] for lists in others)]

    def measure(policy: MatchingPolicy) -> float:
        return sum(fitting.quality(one, policy) for one in sets) / len(sets)

    def report(tried: int, _: int) -> None:
        if progress is not None:
            progress(FOLDS + tried, steps)

    projected = replace(start, projected=True)
    best = calibration.calibrated(unseen, fitting.weights(projected, measure, report))
    counts: dict[str, list[tuple[float, int]]] = {}
    for fold in range(FOLDS):
        policy = calibration.calibrated(
            [one for one in unseen if fold_of[one.challenge] != fold], best
        )
        tested = [one for one in unseen if fold_of[one.challenge] == fold]
        for word, one in calibration.reliability(tested, policy).items():
            counts.setdefault(word.value, []).append((one.share, one.judged))
    return Fitted(
        policy=best,
        quality=(
            fitting.quality(own, replace(start, projected=False)),
            fitting.quality([one.under(whole) for one in own], best),
        ),
        held_out=fitting.quality(unseen, best),
        reliability={
            word.value: (one.share, one.judged)
            for word, one in calibration.reliability(unseen, best).items()
        },
        held_out_reliability={word: _together(parts) for word, parts in counts.items()},
        projection=whole,
    )


def _shuffled(judged: Sequence[Judged]) -> list[str]:
    names = sorted({one.challenge for one in judged})
    return [names[place] for place in np.random.default_rng(20261122).permutation(len(names))]


def _together(parts: Sequence[tuple[float, int]]) -> tuple[float, int]:
    count = sum(number for _, number in parts)
    share = sum(share * number for share, number in parts) / count if count else 0.0
    return round(share, 3), count


def document(fitted: Fitted, version: int, fitted_by: Mapping[str, Any]) -> dict[str, Any]:
    """Return the policy file: name, version, the values that were fitted, and the run."""
    policy = fitted.policy
    return {
        "name": policy.name,
        "version": version,
        "values": {
            **{name: getattr(policy, name) for name in fitting.TRIED},
            "midpoint": policy.midpoint,
            "spread": policy.spread,
            "fit_from": {word.value: least for word, least in policy.fit_from.items()},
            "aside_weight": policy.aside_weight,
            "aside_usual": policy.aside_usual,
            "aside_margin": policy.aside_margin,
            "answer_from": policy.answer_from,
            "projected": policy.projected,
        },
        "fitted": {
            **fitted_by,
            "ndcg@10": {
                "before": round(fitted.quality[0], 4),
                "after": round(fitted.quality[1], 4),
                "held out": round(fitted.held_out, 4),
            },
            "relevant by fit word": fitted.reliability,
            "relevant by fit word, held out": fitted.held_out_reliability,
        },
    }
