"""How near challenges lie to passages and to one another, over all challenges at once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

import numpy as np
from numpy.typing import NDArray

from matchmaker.matching.policy import MatchingPolicy

Floats = NDArray[np.float32]
Ints = NDArray[np.int64]
#: Most pairs of sentences shown for two challenges.
MOST_PAIRS = 2


@dataclass(frozen=True, kw_only=True)
class SimilarityRule:
    """The numbers that two challenges are compared by. Frozen: a change is a new version."""

    version: int = 1
    #: Weight of shared words, against the cosines.
    lexical_weight: float = 0.15
    #: Imagined challenges: they draw the mean of a language to that of all, and what is usual
    #: for a sentence to nothing.
    prior: int = 5
    #: Weighted sum from which two challenges are called similar.
    floor: float = 0.45
    #: Cosine from which two sentences are shown as saying the same, and how much that has to
    #: be above what the sentence has with the best sentence of any challenge on average.
    corresponds_from: float = 0.3
    above_usual: float = 0.15


SIMILARITY = SimilarityRule()


def of_passages(cosines: Floats, starts: Ints, policy: MatchingPolicy) -> Floats:
    """Return how near each challenge lies to the passages of one profile, shape (challenges,).

    The dense part of the score, rounded as a matrix product rounds: good enough to choose who
    is judged, not to be shown.

    Args:
        cosines: of each passage with each row of the challenges, shape (passages, rows).
        starts: first row of each challenge: the whole; its sentences follow.
        policy: how whole and best sentence are weighed, and how many passages count.

    """
    share = policy.whole_share
    each = share * cosines[:, starts] + (1 - share) * best_sentences(cosines, starts)
    best = -np.sort(-each, axis=0)[: len(policy.pooling)]
    weights = policy.pooling[: len(best)]
    return np.asarray(np.average(best, axis=0, weights=weights), dtype=np.float32)


def of_challenges(
    cosines: Floats,
    starts: Ints,
    lexical: Floats,
    languages: Sequence[str],
    at: int,
    policy: MatchingPolicy,
    rule: SimilarityRule,
) -> Floats:
    """Return how similar each challenge is to one of them, shape (challenges,).

    The one itself gets minus infinity: it is never in its own list.

    Args:
        cosines: of the whole, then of each sentence of the one, with each row of the
            challenges, shape (1 + sentences, rows).
        starts: first row of each challenge: the whole; its sentences follow.
        lexical: shared words of each challenge on the scale of its language, (challenges,).
        languages: the language of each challenge.
        at: position of the one.
        policy: how whole and best sentence are weighed.
        rule: the weight of shared words, and how far languages are levelled.

    """
    share = policy.whole_share
    found = share * cosines[0, starts]
    found = found + (1 - share) * best_sentences(cosines[1:], starts).max(axis=0)
    found += rule.lexical_weight * np.minimum(lexical, policy.lexical_cap)
    found[at] = -np.inf
    others = np.flatnonzero(np.isfinite(found))
    if len(others):
        spoken = [languages[one] for one in others.tolist()]
        found[others] = levelled(found[others], spoken, rule.prior)
    return np.asarray(found, dtype=np.float32)


def levelled(scores: Floats, languages: Sequence[str], prior: int) -> Floats:
    """Return the scores with every language at the same mean.

    Challenges of one language still lie a little nearer to one another after the correction
    of their vectors. The mean of a language is drawn to that of all by ``prior`` imagined
    challenges, so that one challenge in a language of its own is not levelled away.

    >>> scores = levelled(np.float32([0.5, 0.3, 0.2, 0.0]), ["da", "da", "en", "en"], 0)
    >>> scores.round(3).astype(float).round(3).tolist()
    [0.35, 0.15, 0.35, 0.15]
    """
    overall = float(scores.mean())
    level = np.zeros(len(scores), dtype=np.float32)
    of_language = np.asarray(languages)
    for language in set(languages):
        own = of_language == language
        level[own] = (scores[own] - overall).sum() / (np.count_nonzero(own) + prior)
    return np.asarray(scores - level, dtype=np.float32)


def best_sentences(cosines: Floats, starts: Ints) -> Floats:
    """Return the cosine with the best sentence of each challenge, shape (asked, challenges).

    >>> best_sentences(np.float32([[9, 1, 2, 9, 3]]), np.array([0, 3]))
    array([[2., 3.]], dtype=float32)
    """
    sentences = cosines.copy()
    sentences[:, starts] = -np.inf  # the whole is no sentence
    return np.asarray(np.maximum.reduceat(sentences, starts, axis=1), dtype=np.float32)


def usual(cosines: Floats, starts: Ints, at: int, rule: SimilarityRule) -> Floats:
    """Return what each sentence has with the best sentence of a challenge on average.

    "We are twenty people in a machine shop" is near to a sentence of nearly every challenge,
    and says nothing about a problem that two of them share. Where there are few challenges
    little is known of what is usual, so imagined ones without any nearness are counted in.

    Args:
        cosines: of each sentence of one challenge with each row of all, (sentences, rows).
        starts: first row of each challenge: the whole; its sentences follow.
        at: position of the one among the challenges; it is not counted.
        rule: how many challenges are imagined.

    """
    best = best_sentences(cosines, starts)
    total = best.sum(axis=1) - best[:, at]
    return np.asarray(total / max(len(starts) - 1 + rule.prior, 1), dtype=np.float32)


def corresponding(cosines: Floats, usually: Floats, rule: SimilarityRule) -> list[tuple[int, int]]:
    """Return pairs of sentences that say the same, the clearest first, each sentence once.

    Args:
        cosines: of the sentences of one challenge with those of another, (mine, theirs).
        usually: what :func:`usual` gives for mine, shape (mine,).
        rule: from which cosine on.

    """
    clearness = cosines - usually[:, None]
    mine: set[int] = set()
    theirs: set[int] = set()

    def pairs() -> Iterator[tuple[int, int]]:
        for flat in np.argsort(-clearness, axis=None, kind="stable").tolist():
            one, other = divmod(flat, cosines.shape[1])
            if clearness[one, other] < rule.above_usual:
                return
            same = cosines[one, other] >= rule.corresponds_from
            if same and one not in mine and other not in theirs:
                mine.add(one)
                theirs.add(other)
                yield one, other

    return list(islice(pairs(), MOST_PAIRS))
