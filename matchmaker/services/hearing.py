"""Hearing: what the second voice adds to what the first encoder found in some passages."""

from __future__ import annotations

from dataclasses import replace

from matchmaker.matching import voice
from matchmaker.matching.scoring import PassageFeatures
from matchmaker.services.question import Floats, Ids, Question
from matchmaker.services.replica import IndexReplica


def heard(
    replica: IndexReplica,
    question: Question,
    ids: Ids,
    whole: Floats,
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
        whole: the first encoder's cosine of each with the whole challenge as it was asked, without
            what examples add, shape (p,).
        features: of them.

    """
    if question.voiced is None or replica.voice is None:
        return features
    rows, read = replica.voice.rows.of(ids)
    if not len(rows):
        return features
    languages = [question.language] * len(question.voiced)
    asked = replica.voice.query_correction.apply(question.voiced, languages)
    gains = voice.gains(
        (rows, read),
        asked,
        replica.voice.scale,
        whole,
        features.sentence,
    )
    return replace(features, gains=gains)
