"""Reasons: which passage carried a match, what it answers, and what nothing answers."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from matchmaker.matching.candidates import Candidate
from matchmaker.models import Place, distance_km

Floats = NDArray[np.float32]
#: Most passages shown for one match.
MOST_PASSAGES = 2


@dataclass(frozen=True)
class Carrier:
    """A passage that carried a match: its row, and the sentence it answers."""

    row: int
    answers: int


def carriers(combined: Floats, similarities: Floats, answered_from: float) -> tuple[Carrier, ...]:
    """Return the passages to show for one profile, the strongest first.

    The first is the one that would be missed most: a profile scores by its best passages, and the
    list of the others' scores without the highest is, place by place, no higher than without any
    other, so that every mean that only rises with its terms falls most. (Measured on whole
    rankings in ``tests/quality/test_evidence_quality.py``.)

    The second is shown only when it answers a sentence that the first does not: more of the
    same would not help anybody decide.

    Args:
        combined: score of each passage of the profile, shape (p,).
        similarities: corrected cosine of each passage with each sentence, shape (p, s).
        answered_from: cosine from which a sentence counts as answered.

    """
    first = int(np.argmax(combined))
    chosen = [Carrier(first, int(np.argmax(similarities[first])))]
    for row in np.argsort(-combined, kind="stable")[1:]:
        answers = int(np.argmax(similarities[row]))
        new = answers not in {carrier.answers for carrier in chosen}
        if new and similarities[row, answers] >= answered_from:
            chosen.append(Carrier(int(row), answers))
        if len(chosen) == MOST_PASSAGES:
            break
    return tuple(chosen)


def uncovered(similarities: Floats, answered_from: float, answered: set[int]) -> tuple[int, ...]:
    """Return the positions of the sentences that no passage of the profile answers.

    Args:
        similarities: corrected cosine of each passage with each sentence, shape (p, s).
        answered_from: cosine from which a sentence counts as answered.
        answered: sentences that shown passages stand for; they are never called unanswered.

    """
    best = similarities.max(axis=0)
    return tuple(
        position
        for position, cosine in enumerate(best)
        if cosine < answered_from and position not in answered
    )


def distance(one: Candidate | Place, other: Place) -> int | None:
    """Return whole kilometres between two places, None when either is unknown."""
    if one.latitude is None or one.longitude is None:
        return None
    if other.latitude is None or other.longitude is None:
        return None
    return round(distance_km(one.latitude, one.longitude, other.latitude, other.longitude))
