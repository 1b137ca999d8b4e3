"""TF-IDF cosine by scikit-learn with its defaults."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.metrics.pairwise import linear_kernel

from benchmarks.peers.corpus import CorpusProfile, CorpusQuery
from benchmarks.peers.protocol import Job


class Ranker:
    """TF-IDF over whole profiles; one that shares no word with the query is not in its list."""

    def __init__(self, _job: Job) -> None:
        self._vectorizer = TfidfVectorizer()

    def index(self, profiles: Sequence[CorpusProfile]) -> None:
        self._ids = [one.id for one in profiles]
        self._matrix = self._vectorizer.fit_transform([one.whole for one in profiles])

    def rank(self, query: CorpusQuery, depth: int) -> list[str]:
        # The rows are of unit length already, so that the plain product is the cosine.
        scores = linear_kernel(self._vectorizer.transform([query.whole]), self._matrix)[0]
        best = np.argsort(-scores, kind="stable")[:depth]
        return [self._ids[row] for row in best.tolist() if scores[row] > 0]
