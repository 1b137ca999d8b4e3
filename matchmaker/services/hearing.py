"""Hearing: what the second voice adds to what the first encoder found in some passages."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from matchmaker.matching import voice
from matchmaker.matching.glossing import GLOSSED
from matchmaker.matching.scoring import PassageFeatures
from matchmaker.matching.terms import passage_terms
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
    rows, read, clear = replica.voice.rows.of(ids)
    if not len(rows):
        return features
    if question.language == GLOSSED:
        terms = [one for text in question.sentences for one in passage_terms(text, GLOSSED)]
        clear = clear * np.float32(voice.clearness(terms, GLOSSED))
        clear = np.where(features.across[rows], clear, clear * np.float32(voice.BOTH_GLOSSED))
    languages = [question.language] * len(question.voiced)
    asked = replica.voice.query_correction.apply(question.voiced, languages)
    gains = voice.gains(
        (rows, read, clear),
        asked,
        replica.voice.scale,
        whole,
        features.sentence,
    )
    return replace(features, gains=gains)
