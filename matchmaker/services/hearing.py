"""Hearing: what the second voice adds to what the first encoder found in some passages."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from matchmaker.matching import voice
from matchmaker.matching.scoring import PassageFeatures
from matchmaker.services.question import Floats, Ids, Question
from matchmaker.services.replica import IndexReplica


def heard(
    replica: IndexReplica,
    question: Question,
    ids: Ids,
    vectors: Floats,
    features: PassageFeatures,
) -> PassageFeatures:
    """Return the features with what the voice gains, where it has read challenge and passage.

    What it gains is about the challenge as it was asked. Examples move the whole challenge in
    the space of the first encoder, where passages of every language have a place, and that
    movement counts wholly for all of them.

    Args:
        replica: holds what the voice made of the passages. Whoever calls holds its lock.
        question: what is asked.
        ids: of the p passages.
        vectors: the first encoder's corrected rows of them, shape (p, dimension).
        features: of them.

    """
    if question.voiced is None or replica.voice is None:
        return features
    rows, read = replica.voice.rows.of(ids)
    if not len(rows):
        return features
    languages = [question.language] * len(question.voiced)
    asked = replica.voice.query_correction.apply(question.voiced, languages)
    first = replica.query_correction.apply(question.vectors[:1], languages[:1])[0]
    gains = voice.gains(
        (rows, read),
        asked,
        replica.voice.scale,
        np.vecdot(vectors, first[None, :]),
        features.sentence,
    )
    return replace(features, gains=gains)
