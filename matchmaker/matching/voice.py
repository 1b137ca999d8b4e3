"""A second voice: an encoder that reads one language better is heard beside the first one.

The first encoder puts every language into one space, which costs it some of what it knows of
each. Where challenge and passage are both in the language of the voice, the voice is asked too,
and the cosine that is judged lies between the two (``MatchingPolicy.voice_share``). Any other
pair of languages is left as it is, to the last bit.

Two encoders spread their cosines differently: one that spreads them wider would push its own
language up. So the voice's are made as wide as the first one's, by what both make of the same
reference texts.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

#: The language that a voice reads, ISO 639-1: what English encoders without a hub can be had for.
LANGUAGE = "en"


@dataclass(frozen=True)
class Gains:
    """What the voice finds nearer than the first encoder does, passage by passage.

    Attributes:
        whole: to the whole challenge, shape (p,); 0 where the voice has not read the passage.
        sentence: to the sentence that is nearest, likewise.

    """

    whole: Floats
    sentence: Floats


def gains(
    heard: tuple[NDArray[np.int64], Floats],
    asked: Floats,
    scale: float,
    whole: Floats,
    sentence: Floats,
) -> Gains:
    """Compare what the voice finds with what the first encoder found.

    Args:
        heard: which rows of the p passages the voice has read, and its corrected unit rows of
            these, shape (n, dimension).
        asked: the voice's corrected unit rows of the challenge: the whole and each sentence.
        scale: what the voice's cosines are multiplied with.
        whole: the first encoder's cosine of each passage with the whole challenge, shape (p,).
        sentence: that with the nearest sentence, shape (p,).

    """
    rows, vectors = heard
    # A sum of its own for every pair, as in scoring: the same in every company.
    found = np.vecdot(vectors[:, None, :], asked[None, :, :]) * np.float32(scale)
    gained = Gains(np.zeros_like(whole), np.zeros_like(sentence))
    gained.whole[rows] = found[:, 0] - whole[rows]
    gained.sentence[rows] = found[:, 1:].max(axis=1) - sentence[rows]
    return gained


def scale_of(first: Floats, voice: Floats) -> float:
    """Return what makes the cosines of the voice spread as those of the first encoder do.

    Args:
        first: corrected cosines of queries with texts.
        voice: those of the same pairs by the voice.

    >>> scale_of(np.float32([-0.1, 0.1]), np.float32([-0.2, 0.2]))
    0.5

    """
    spread = float(voice.std())
    return round(float(first.std()) / spread, 4) if spread > 0 else 1.0
