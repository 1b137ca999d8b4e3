"""What an encoder makes of the reference texts: where languages lie, how wide cosines spread."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from embeddings.protocols import Encoder
from matchmaker.matching.languages import (
    SUPPORTED,
    drawn_to,
    reference_challenges,
    reference_documents,
    reference_queries,
    unit,
)
from matchmaker.matching.sentences import split

Vectors = NDArray[np.float32]


@dataclass(frozen=True)
class ReferenceVectors:
    """The reference texts as one encoder reads them, by language, each of shape (n, dimension).

    Attributes:
        documents: sentences in the voice of a profile.
        made_up: whole made-up challenges.
        written: whole challenges as firms write them; not of every language.

    """

    documents: Mapping[str, Vectors]
    made_up: Mapping[str, Vectors]
    written: Mapping[str, Vectors]

    @classmethod
    def by(
        cls,
        encoder: Encoder,
        languages: Iterable[str] = SUPPORTED,
        read: Callable[[str, str], str] = lambda text, _: text,
    ) -> ReferenceVectors:
        """Encode the texts in these languages.

        Args:
            encoder: encodes.
            languages: ISO 639-1.
            read: takes a text and its language, gives it as the encoder is to read it.

        """
        languages = tuple(languages)
        documents = reference_documents()
        queries, challenges = reference_queries(), reference_challenges()

        def whole(parts: Sequence[str], language: str) -> Vectors:
            all_and_each = encoder.encode_query_parts([read(part, language) for part in parts])
            first: Vectors = all_and_each[0]
            return first

        return cls(
            documents={
                one: encoder.encode_documents([read(text, one) for text in documents[one]])
                for one in languages
            },
            made_up={
                one: np.stack([whole(parts, one) for parts in queries[one]]) for one in languages
            },
            written={
                one: np.stack([whole(split(text, title), one) for title, text in challenges[one]])
                for one in languages
                if one in challenges
            },
        )

    def document_means(self) -> dict[str, Vectors]:
        """Return where the texts of profiles lie, by language."""
        return {language: vectors.mean(axis=0) for language, vectors in self.documents.items()}

    def query_means(self, asked: Mapping[str, Vectors]) -> dict[str, Vectors]:
        """Return where challenges lie, by language, drawn to what was asked here."""
        reference = {language: vectors.mean(axis=0) for language, vectors in self.made_up.items()}
        return drawn_to(drawn_to(reference, self.written), asked)

    def cosines(
        self,
        language: str,
        query_means: Mapping[str, Vectors],
        document_means: Mapping[str, Vectors],
    ) -> Vectors:
        """Return the corrected cosine of each challenge with each text of a profile.

        Args:
            language: of both.
            query_means: as :meth:`query_means` gives them.
            document_means: as :meth:`document_means` does.

        """
        parts = [self.made_up[language], *([self.written[language]] if self.written else [])]
        queries = unit(np.concatenate(parts) - query_means[language])
        return queries @ unit(self.documents[language] - document_means[language]).T
