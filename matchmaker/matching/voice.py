"""A second voice: an encoder that reads one language better is heard beside the first one.

The first encoder puts every language into one space, which costs it some of what it knows of
each. The voice reads English, and Danish word by word in English (``matching.glossing``). Where it
reads both challenge and passage it is asked too, and the cosine that is judged lies between the two
(``MatchingPolicy.voice_share``). Any other pair of languages is left as it is, to the last bit.

Two encoders spread their cosines differently: one that spreads them wider would push its own
language up. So the voice's are made as wide as the first one's, by what both make of the same
reference texts.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from matchmaker.matching.glossing import GLOSSED, digest, glossed, known_share

Floats = NDArray[np.float32]

#: The language that a voice reads, ISO 639-1: what English encoders without a hub can be had for.
LANGUAGE = "en"
#: The languages that it is given to read, this one first.
LANGUAGES = (LANGUAGE, GLOSSED)
#: What the voice finds between two Danish texts counts by this much: the first encoder reads both
#: as they are written, and word by word in English each has lost something.
BOTH_GLOSSED = 0.5
#: Share of a text's words that the glossary must know for the voice to be heard at all, and that
#: from which it is heard in full: news, of which it knows a fifth, become another text by glossing.
_UNCLEAR, _CLEAR = 0.2, 0.6


def as_read(text: str, language: str) -> str:
    """Return a text in one of ``LANGUAGES`` as the voice reads it.

    >>> as_read("Vi svejser aluminium", "da"), as_read("We weld aluminium", "en")
    ('weld aluminium', 'We weld aluminium')
    """
    return glossed(text) if language == GLOSSED else text


def clearness(terms: Sequence[str], language: str) -> float:
    """Return how much of a text the voice can read, from 0 to 1: all of one in its own language.

    Args:
        terms: of the text, as ``terms.passage_terms`` gives them.
        language: one of ``LANGUAGES``.

    """
    if language != GLOSSED:
        return 1.0
    return min(max((known_share(terms) - _UNCLEAR) / (_CLEAR - _UNCLEAR), 0.0), 1.0)


def fingerprint(of_encoder: str) -> str:
    """Return what the vectors of a voice are known by: its encoder's, and how it reads Danish.

    Args:
        of_encoder: ``EncoderSpec.fingerprint`` of the voice.

    """
    return f"{of_encoder}-{digest()}"


@dataclass(frozen=True)
class Gains:
    """What the voice finds nearer than the first encoder does, passage by passage.

    Attributes:
        whole: to the whole challenge, shape (p,); 0 where the voice has not read the passage.
        sentence: to the sentence that is nearest, likewise.
        clear: how much of passage and challenge the voice could read, from 0 to 1, shape (p,);
            what it finds counts by this much.

    """

    whole: Floats
    sentence: Floats
    clear: Floats


def gains(
    heard: tuple[NDArray[np.int64], Floats, Floats],
    asked: Floats,
    scale: float,
    whole: Floats,
    sentence: Floats,
) -> Gains:
    """Compare what the voice finds with what the first encoder found.

    Args:
        heard: which rows of the p passages the voice has read, its corrected unit rows of
            these, shape (n, dimension), and how clear challenge and passage are, shape (n,).
        asked: the voice's corrected unit rows of the challenge: the whole and each sentence.
        scale: what the voice's cosines are multiplied with.
        whole: the first encoder's cosine of each passage with the whole challenge, shape (p,).
        sentence: that with the nearest sentence, shape (p,).

    """
    rows, vectors, clear = heard
    # A sum of its own for every pair, as in scoring: the same in every company.
    found = np.vecdot(vectors[:, None, :], asked[None, :, :]) * np.float32(scale)
    gained = Gains(np.zeros_like(whole), np.zeros_like(sentence), np.zeros_like(whole))
    gained.clear[rows] = clear
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
