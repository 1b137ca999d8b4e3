"""What is kept of a generation's second voice beside the passages it has read."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import select
from sqlalchemy.orm import Session

from matchmaker.models import IndexGeneration, Passage

#: Sides of the language means that are the voice's: queries, documents.
SIDES = ("voice-query", "voice-document")


def scale(session: Session, generation_id: int) -> float:
    """Return what the cosines of a generation's voice are multiplied with."""
    kept = session.scalar(
        select(IndexGeneration.voice_scale).where(IndexGeneration.id == generation_id)
    )
    return 1.0 if kept is None else kept


def known_vectors(
    session: Session, fingerprint: str, hashes: Iterable[str]
) -> dict[tuple[str, str], NDArray[np.float32]]:
    """Return vectors that this voice made before, by text hash and language, in any generation."""
    query = (
        select(Passage.text_hash, Passage.language, Passage.voice_vector)
        .join(IndexGeneration, IndexGeneration.id == Passage.generation_id)
        .where(
            IndexGeneration.voice_fingerprint == fingerprint,
            Passage.text_hash.in_(list(hashes)),
        )
    )
    return {
        (text_hash, language): vector
        for text_hash, language, vector in session.execute(query)
        if vector is not None
    }
