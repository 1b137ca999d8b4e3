"""txtai with ``hybrid=True``: BM25 and vectors, combined as it does by default.

txtai reads the prompts of the model folder by itself.
"""

from __future__ import annotations

from collections.abc import Sequence

from txtai import Embeddings

from benchmarks.peers.corpus import CorpusProfile, CorpusQuery
from benchmarks.peers.protocol import Job


class Ranker:
    """Hybrid search over whole profiles."""

    def __init__(self, job: Job) -> None:
        self._embeddings = Embeddings(path=str(job.model), hybrid=True)

    def index(self, profiles: Sequence[CorpusProfile]) -> None:
        self._embeddings.index((one.id, one.whole, None) for one in profiles)

    def rank(self, query: CorpusQuery, depth: int) -> list[str]:
        return [found for found, _score in self._embeddings.search(query.whole, depth)]
