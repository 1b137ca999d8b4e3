"""Encoders with a side: one that counts and can be interrupted, one that hears languages."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

import numpy as np

from embeddings.encoders.hashing import HashingEncoder
from embeddings.protocols import EncoderSpec, Progress, Vectors
from matchmaker.matching.languages import reference_documents, reference_queries

DIMENSION = 64
_REFERENCE = {said for texts in reference_documents().values() for said in texts} | {
    said for texts in reference_queries().values() for parts in texts for said in parts
}


class CountingEncoder(HashingEncoder):
    """Remembers what it was given, and lets something happen while it encodes."""

    def __init__(self, dimension: int = DIMENSION) -> None:
        super().__init__(dimension)
        #: Texts of profiles and of challenges, in order; reference sentences left out.
        self.documents: list[str] = []
        self.queries: list[str] = []
        #: Called once, at the next encoding of texts of this side.
        self.during_documents: Callable[[], object] | None = None
        self.during_queries: Callable[[], object] | None = None

    def encode_documents(self, texts: Sequence[str], progress: Progress | None = None) -> Vectors:
        new = [text for text in texts if text not in _REFERENCE]
        self.documents += new
        if new and self.during_documents is not None:
            meanwhile, self.during_documents = self.during_documents, None
            meanwhile()
        return super().encode_documents(texts, progress)

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        return super().encode_documents(texts)

    def encode_query_parts(self, parts: Sequence[str]) -> Vectors:
        self.queries += [part for part in parts if part not in _REFERENCE]
        if self.during_queries is not None and not _REFERENCE.issuperset(parts):
            meanwhile, self.during_queries = self.during_queries, None
            meanwhile()
        return super().encode_query_parts(parts)


#: Concepts by Danish and English word: all this encoder understands across languages.
_CONCEPTS = {
    "revner": "crack",
    "cracks": "crack",
    "sømmen": "seam",
    "seam": "seam",
    "svejser": "weld",
    "weld": "weld",
    "aluminium": "aluminium",
    "årsagen": "cause",
    "cause": "cause",
    "finder": "find",
    "find": "find",
    "planlægger": "plan",
    "plan": "plan",
    "ordrer": "order",
    "orders": "order",
    "levering": "delivery",
    "delivery": "delivery",
}
_DANISH = frozenset(
    "og er den det der på i en et af til med vi før for som har kan ikke når".split()
)
_ENGLISH = frozenset("the and is a of to with we in on before it for that has can not when".split())


class SpeakingEncoder:
    """Understands a few concepts in two languages, and hears above all which language it is.

    The strong direction of each language is what multilingual encoders have, only stronger.
    """

    def __init__(self) -> None:
        self._meaning = HashingEncoder(DIMENSION)
        self.spec = EncoderSpec("speaking", "1", DIMENSION + 2)

    def encode_documents(self, texts: Sequence[str], progress: Progress | None = None) -> Vectors:
        rows = np.zeros((len(texts), self.spec.dimension), dtype=np.float32)
        for row, text in zip(rows, texts, strict=True):
            words = re.findall(r"\w+", text.lower())
            concepts = " ".join(_CONCEPTS.get(word, "") for word in words)
            (row[:DIMENSION],) = self._meaning.encode_documents([concepts or text])
            danish, english = (sum(word in one for word in words) for one in (_DANISH, _ENGLISH))
            row[DIMENSION if danish > english else DIMENSION + 1] = 1.5
            row /= np.linalg.norm(row)
            if progress is not None:
                progress(1)
        return rows

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        return self.encode_documents(texts)

    def encode_query_parts(self, parts: Sequence[str]) -> Vectors:
        return self.encode_documents([" ".join(parts), *parts] if parts else [])
