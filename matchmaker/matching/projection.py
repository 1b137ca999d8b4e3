"""Projection: where the words of firms point in the encoder's space, learned from judgements.

An encoder knows which texts are alike, not which partner answers which problem: "the seam is
porous" and "we run ultrasonic testing" are not alike. A linear map of the questions' vectors,
close to the identity, moves them to where the partners stand that people judged relevant.
Vectors of profiles stay as they are, so that nothing is indexed again. Like the one-sided
adapters that are trained on frozen encoders (Rocchio's idea of 1971, as one matrix for all
questions instead of one shift for each).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from matchmaker.matching.languages import Vectors, unit

Doubles = NDArray[np.float64]

#: Name of the fitted map beside this module.
FITTED = "fitted_projection.npz"
#: Directions that the map changes; more gain nothing on questions that it was not fitted to.
RANK = 32
#: What one unit of the squared size of the map costs: the larger, the nearer to the identity.
STIFFNESS = 0.1
#: A difference of this much between two sums makes one profile e times as likely as the other.
TEMPERATURE = 0.05
_STEPS = 20


@dataclass(frozen=True)
class Projection:
    """A map of question vectors, for one encoder.

    Attributes:
        fingerprint: of the encoder whose space it was fitted in; any other is left alone.
        left, right: shape (dimension, rank); the map is identity + left @ right.T.

    """

    fingerprint: str
    left: Vectors
    right: Vectors

    def apply(self, vectors: Vectors, fingerprint: str) -> Vectors:
        """Return unit rows moved to where the relevant partners stand.

        Args:
            vectors: corrected unit rows, shape (n, dimension).
            fingerprint: of the encoder that made them.

        """
        if fingerprint != self.fingerprint or not len(vectors):
            return vectors
        moved = np.asarray(vectors + (vectors @ self.left) @ self.right.T, dtype=np.float32)
        return unit(moved)

    def save(self, path: Path) -> None:
        """Write the map; half precision is finer than what judgements can tell."""
        with path.open("wb") as file:
            np.savez_compressed(
                file,
                fingerprint=np.array(self.fingerprint),
                left=self.left.astype(np.float16),
                right=self.right.astype(np.float16),
            )


@cache
def fitted_projection() -> Projection:
    """Return the map that is shipped."""
    source = resources.files(__package__).joinpath(FITTED)
    with source.open("rb") as file, np.load(file) as stored:
        return Projection(
            str(stored["fingerprint"]),
            stored["left"].astype(np.float32),
            stored["right"].astype(np.float32),
        )


@dataclass(frozen=True, kw_only=True)
class Lesson:
    """What people said of some profiles for one wording of one challenge.

    Attributes:
        question: corrected unit vectors, the whole challenge first; shape (1 + sentences, d).
        passages: corrected unit vectors of the best k passages of each profile, shape (n, k, d).
        heed: how much the encoder's own cosine counts in the sum of each, shape (n, k).
        words: what all else adds to it: shared words, and the voice; shape (n, k).
        grades: of each profile, shape (n,).

    """

    question: Vectors
    passages: Vectors
    heed: Vectors
    words: Vectors
    grades: NDArray[np.int64]


def learned(lessons: Sequence[Lesson], whole_share: float) -> tuple[Vectors, Vectors]:
    """Return (left, right) of the map under which relevant profiles come first most often.

    Maximises the likelihood of the graded profiles in a choice among all that were judged for the
    challenge (ListNet, Cao et al. 2007), less ``STIFFNESS`` times the squared size of the map.

    Args:
        lessons: what was judged.
        whole_share: how much the whole challenge counts against the nearest sentence.

    """
    # Only a fit needs it, and every start would pay for it.
    from scipy.optimize import minimize

    dimension = lessons[0].question.shape[1]
    taught = [one for one in lessons if one.grades.any()]

    def loss(flat: Doubles) -> tuple[float, Doubles]:
        change = flat.reshape(dimension, dimension)
        total = STIFFNESS * float(flat @ flat)
        slope = 2 * STIFFNESS * change
        for one in taught:
            lost, gradient = _lost(one, change, whole_share)
            total += lost / len(taught)
            slope += gradient / len(taught)
        return total, slope.ravel()

    found = minimize(
        loss,
        np.zeros(dimension * dimension),
        jac=True,
        method="L-BFGS-B",
        options={"maxiter": _STEPS},
    )
    left, sizes, right = np.linalg.svd(found.x.reshape(dimension, dimension))
    kept = min(RANK, dimension)
    return (
        np.asarray(left[:, :kept] * sizes[:kept], dtype=np.float32),
        np.asarray(right[:kept].T, dtype=np.float32),
    )


def _lost(lesson: Lesson, change: Doubles, whole_share: float) -> tuple[float, Doubles]:
    """Return how unlikely the judged order is under a map, and the slope of that."""
    moved = lesson.question + lesson.question @ change
    lengths = np.linalg.norm(moved, axis=1, keepdims=True)
    question = moved / lengths
    count, each, dimension = lesson.passages.shape
    rows = lesson.passages.reshape(-1, dimension)
    cosines = rows @ question.T
    nearest = 1 + cosines[:, 1:].argmax(axis=1)
    shares = np.zeros_like(cosines)
    shares[:, 0] = whole_share
    shares[np.arange(len(rows)), nearest] = 1 - whole_share
    shares *= lesson.heed.reshape(-1, 1)
    sums = ((cosines * shares).sum(axis=1) + lesson.words.ravel()).reshape(count, each).mean(axis=1)
    gains = np.exp2(lesson.grades) - 1.0
    wanted = gains / gains.sum()
    logits = sums / TEMPERATURE
    logits -= logits.max()
    log_chance = logits - np.log(np.exp(logits).sum())
    # Back through pooling, cosine and the length of the moved question.
    of_profile = (np.exp(log_chance) - wanted) / TEMPERATURE / each
    weights = np.repeat(of_profile, each)[:, None] * shares
    of_question = weights.T @ rows
    along = (of_question * question).sum(axis=1, keepdims=True)
    slope = lesson.question.T @ ((of_question - along * question) / lengths)
    return float(-(wanted * log_chance).sum()), slope
