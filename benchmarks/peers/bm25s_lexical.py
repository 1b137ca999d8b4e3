"""BM25 by bm25s, as its quickstart shows: its tokenizer, English stop words, English stemmer."""

from __future__ import annotations

from collections.abc import Sequence

import bm25s
import Stemmer

from benchmarks.peers.corpus import CorpusProfile, CorpusQuery
from benchmarks.peers.protocol import Job


class Ranker:
    """BM25 over whole profiles; one that shares no word with the query is not in its list."""

    def __init__(self, _job: Job) -> None:
        self._stemmer = Stemmer.Stemmer("english")

    def index(self, profiles: Sequence[CorpusProfile]) -> None:
        self._ids = [one.id for one in profiles]
        tokens = bm25s.tokenize(
            [one.whole for one in profiles],
            stopwords="en",
            stemmer=self._stemmer,
            show_progress=False,
        )
        self._bm25 = bm25s.BM25()
        self._bm25.index(tokens, show_progress=False)

    def rank(self, query: CorpusQuery, depth: int) -> list[str]:
        tokens = bm25s.tokenize(query.whole, stemmer=self._stemmer, show_progress=False)
        rows, scores = self._bm25.retrieve(
            tokens, k=min(depth, len(self._ids)), show_progress=False
        )
        found = zip(rows[0].tolist(), scores[0].tolist(), strict=True)
        return [self._ids[row] for row, score in found if score > 0]
