"""Plain sentence-transformers: one vector a profile, cosine, as its semantic search guide shows.

The model folder brings its prompts, which ``encode_query`` and ``encode_document`` write before
the texts. What goes beyond 512 tokens is cut off by the library.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from sentence_transformers import SentenceTransformer

from benchmarks.peers.corpus import CorpusProfile, CorpusQuery
from benchmarks.peers.protocol import Job


class Ranker:
    """Cosine over whole profiles."""

    def __init__(self, job: Job) -> None:
        self._model = SentenceTransformer(str(job.model), local_files_only=True)

    def index(self, profiles: Sequence[CorpusProfile]) -> None:
        self._ids = [one.id for one in profiles]
        self._vectors = self._model.encode_document(
            [one.whole for one in profiles], convert_to_tensor=True, show_progress_bar=False
        )

    def rank(self, query: CorpusQuery, depth: int) -> list[str]:
        asked = self._model.encode_query(
            query.whole, convert_to_tensor=True, show_progress_bar=False
        )
        similarities = self._model.similarity(asked, self._vectors)[0]
        _, rows = torch.topk(similarities, k=min(depth, len(self._ids)))
        return [self._ids[row] for row in rows.tolist()]
