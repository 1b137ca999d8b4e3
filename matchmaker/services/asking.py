"""Asking: a challenge as vectors, by every encoder that reads it, or as they were kept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple
from uuid import UUID

import numpy as np
from numpy.typing import NDArray
from sqlalchemy.orm import Session

from embeddings.protocols import Encoder
from matchmaker.matching.voice import LANGUAGES, as_read, fingerprint
from matchmaker.models import Challenge
from matchmaker.storage import challenges

Floats = NDArray[np.float32]


class Encoded(NamedTuple):
    """A challenge as vectors, each of shape (1 + sentences, dimension); None where not encoded."""

    vectors: Floats | None
    #: By the second voice; None also where it does not read the language, or there is none.
    voiced: Floats | None


NOTHING = Encoded(None, None)


@dataclass(frozen=True)
class Asking:
    """Encodes challenges with the first encoder, and those that the voice reads with it as well."""

    encoder: Encoder
    voice: Encoder | None = None

    def encode(
        self, sentences: Sequence[str], language: str, kept: Encoded = NOTHING
    ) -> tuple[Floats, Floats | None]:
        """Return the vectors of both; encodes what is not kept.

        One after the other: each uses all cores, and side by side they only wait for each other.

        Args:
            sentences: of the challenge.
            language: of the challenge, ISO 639-1.
            kept: what is known already.

        """
        vectors, voiced = kept
        if vectors is None:
            vectors = self.encoder.encode_query_parts(sentences)
        voice = self._voice_for(language)
        if voice is None:
            return vectors, None
        if voiced is None:
            voiced = voice.encode_query_parts([as_read(one, language) for one in sentences])
        return vectors, voiced

    def whole(self, kept: Encoded, language: str) -> bool:
        """Return whether nothing would have to be encoded."""
        lacks_voice = kept.voiced is None and self._voice_for(language) is not None
        return kept.vectors is not None and not lacks_voice

    def kept(self, session: Session, challenge: Challenge, sentences: Sequence[str]) -> Encoded:
        """Return what is kept of the present revision of a challenge.

        What was kept by a version that split the text elsewhere is no use, and left out.
        """

        def of(encoder: Encoder | None) -> Floats | None:
            if encoder is None:
                return None
            known_by = self._fingerprint(encoder)
            kept = challenges.vectors(session, challenge, known_by, encoder.spec.dimension)
            return kept if kept is not None and len(kept) == 1 + len(sentences) else None

        return Encoded(of(self.encoder), of(self._voice_for(challenge.language)))

    def all_kept(self, session: Session, ids: Sequence[UUID]) -> list[tuple[Challenge, Encoded]]:
        """Return these challenges, each with all that is kept of its present revision."""
        spec = self.encoder.spec
        found = challenges.with_vectors(session, ids, spec.fingerprint, spec.dimension)
        voiced: dict[UUID, Floats | None] = {}
        if self.voice is not None:
            known_by, dimension = self._fingerprint(self.voice), self.voice.spec.dimension
            heard = challenges.with_vectors(session, ids, known_by, dimension)
            voiced = {one.id: kept for one, kept in heard if one.language in LANGUAGES}
        return [(one, Encoded(kept, voiced.get(one.id))) for one, kept in found]

    def keep(
        self,
        session: Session,
        challenge: Challenge,
        encoded: tuple[Floats, Floats | None],
        before: Encoded = NOTHING,
    ) -> None:
        """Keep the vectors of this revision, but for those that were kept before."""
        both = (self.encoder, self.voice)
        for encoder, vectors, old in zip(both, encoded, before, strict=True):
            if encoder is not None and vectors is not None and old is None:
                challenges.keep_vectors(session, challenge, self._fingerprint(encoder), vectors)

    def _fingerprint(self, encoder: Encoder) -> str:
        made_by = encoder.spec.fingerprint
        return fingerprint(made_by) if encoder is self.voice else made_by

    def _voice_for(self, language: str) -> Encoder | None:
        return self.voice if language in LANGUAGES else None
