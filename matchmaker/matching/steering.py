"""Steering: examples pull the question, profiles of another field push it away a little.

Relevance feedback as in Rocchio, "Relevance feedback in information retrieval" (1971), in a
form that keeps the scale of the scores, so that a fit word goes on meaning much the same.
Towards examples, a share of the question is replaced by their direction, made shorter because
two profiles of one field are nearer to each other than a challenge is to either. Away from
others, a share of what points to them is taken out.

Only the vector of the whole challenge moves. The sentences stay as they were asked, so that
what counts as answered, and by which passage, stays true.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from matchmaker.matching.languages import unit

Floats = NDArray[np.float32]
#: Share of the question that is replaced by the direction of the examples.
TOWARDS = 0.5
#: How long that direction is. On the judged challenges of the seed data a challenge has a mean
#: cosine of 0.17 with the profiles that answer it (0.10 with others), and those have one of
#: 0.28 (0.18) among each other: being as near to an example as its own field counts as much as
#: answering the challenge.
REACH = 0.6
#: Share of what points to a profile of another field that is taken out. On the same challenges,
#: with a judged zero taken out, a tenth helps a little and a half harms.
AWAY = 0.1
#: Passages of a profile that stand for it: those that carried the match.
CARRYING = 3


def carrying(passages: Floats, question: Floats) -> Floats:
    """Return the direction of the passages of a profile that answer a question best.

    Args:
        passages: corrected unit rows of one profile, shape (p, dimension), p at least 1.
        question: corrected unit rows, the whole and each sentence.

    Returns:
        Unit vector, shape (dimension,).

    """
    # A sum of its own for every pair, as in scoring: the same in every company.
    nearness = np.vecdot(passages[:, None, :], question[None, :, :]).max(axis=1)
    best = np.argsort(-nearness, kind="stable")[:CARRYING]
    return _direction(passages[best])


def steered(whole: Floats, examples: Sequence[Floats], others: Sequence[Floats]) -> Floats:
    """Return the whole question, moved; shorter than before, so that scores keep their scale.

    Args:
        whole: corrected unit vector of the whole challenge, shape (dimension,).
        examples: what :func:`carrying` gave for profiles to find more of.
        others: the same for profiles of another field.

    """
    if len(others):
        away = _direction(np.stack(others))
        whole = whole - AWAY * max(float(np.vecdot(away, whole)), 0.0) * away
    if len(examples):
        whole = (1 - TOWARDS) * whole + TOWARDS * REACH * _direction(np.stack(examples))
    return np.asarray(whole, dtype=np.float32)


def _direction(vectors: Floats) -> Floats:
    return np.asarray(unit(vectors.mean(axis=0, keepdims=True))[0], dtype=np.float32)
