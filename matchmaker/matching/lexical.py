"""Lexical order: BM25 over passages, held in memory and exact after any history of changes.

BM25 as in Robertson and Zaragoza, "The Probabilistic Relevance Framework" (2009), with the
never negative idf of Lucene. Two indexes that hold the same passages give the same scores
whatever changes led there, so a stored run can be replayed by another process.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

K1 = 1.2
B = 0.75


@dataclass(frozen=True)
class _Segment:
    """Postings sorted by term: the rows of term t are ``starts[t]:starts[t + 1]``."""

    starts: NDArray[np.int64]
    slots: NDArray[np.int32]
    counts: NDArray[np.float32]

    @classmethod
    def build(
        cls, terms: NDArray[np.int32], slots: NDArray[np.int32], counts: NDArray[np.float32]
    ) -> _Segment:
        order = np.argsort(terms, kind="stable")
        size = int(terms.max(initial=-1)) + 1
        starts = np.zeros(size + 1, dtype=np.int64)
        np.cumsum(np.bincount(terms, minlength=size), out=starts[1:])
        return cls(starts, slots[order], counts[order])

    def rows(self, term: int) -> slice:
        if term + 1 >= len(self.starts):
            return slice(0, 0)
        return slice(int(self.starts[term]), int(self.starts[term + 1]))

    def triples(self) -> tuple[NDArray[np.int32], NDArray[np.int32], NDArray[np.float32]]:
        terms = np.repeat(np.arange(len(self.starts) - 1, dtype=np.int32), np.diff(self.starts))
        return terms, self.slots, self.counts

    def __len__(self) -> int:
        return len(self.slots)


class LexicalIndex:
    """Passages by id, found by their terms. Not locked: its owner does that.

    Passages live in slots that are never used twice; a removed slot counts nowhere. Postings
    come in segments of falling size, merged when neighbours are of like size, so that adding
    costs little and a search reads few segments.
    """

    def __init__(self) -> None:
        self._vocabulary: dict[str, int] = {}
        self._segments: list[_Segment] = []
        self._slot_of: dict[int, int] = {}
        self._ids = np.empty(0, dtype=np.int64)
        self._lengths = np.empty(0, dtype=np.float32)
        self._alive = np.empty(0, dtype=bool)
        self._damping: NDArray[np.float32] | None = None

    def __len__(self) -> int:
        """Return how many passages are held."""
        return len(self._slot_of)

    def upsert(self, ids: Sequence[int], terms: Sequence[Sequence[str]]) -> None:
        """Add passages, replacing those with the same id.

        Args:
            ids: one per passage, each once.
            terms: the terms of each passage, in any order, repeated as they occur.
        """
        if not ids:
            return
        self.remove(ids)
        first = len(self._ids)
        vocabulary = self._vocabulary
        numbers: list[int] = []
        slots: list[int] = []
        counts: list[int] = []
        for slot, words in enumerate(terms, start=first):
            for word, count in Counter(words).items():
                numbers.append(vocabulary.setdefault(word, len(vocabulary)))
                slots.append(slot)
                counts.append(count)
        self._slot_of.update(zip(ids, range(first, first + len(ids)), strict=True))
        self._ids = np.concatenate([self._ids, np.asarray(ids, dtype=np.int64)])
        lengths = np.array([len(words) for words in terms], dtype=np.float32)
        self._lengths = np.concatenate([self._lengths, lengths])
        self._alive = np.concatenate([self._alive, np.ones(len(ids), dtype=bool)])
        self._damping = None
        self._segments.append(
            _Segment.build(
                np.asarray(numbers, dtype=np.int32),
                np.asarray(slots, dtype=np.int32),
                np.asarray(counts, dtype=np.float32),
            )
        )
        self._merge()

    def remove(self, ids: Sequence[int]) -> None:
        """Forget passages; ids that are not held are passed over."""
        slots = [self._slot_of.pop(id_) for id_ in ids if id_ in self._slot_of]
        if slots:
            self._alive[slots] = False
            self._damping = None

    def clear(self) -> None:
        """Forget everything."""
        self.__init__()  # type: ignore[misc]  # the empty state has one definition

    def best(
        self, scores: NDArray[np.float32], k: int, among: NDArray[np.int64] | None = None
    ) -> NDArray[np.int64]:
        """Return the ids of the k best passages with a score above zero, best first.

        Equal scores are ordered by id.

        Args:
            scores: what :meth:`scores` returned.
            k: most passages to return.
            among: look only at these ids.
        """
        if among is None:
            found = np.flatnonzero(scores > 0)
        else:
            slots = self._slots(among)
            found = slots[scores[slots] > 0]
        if len(found) > k:
            worst = np.partition(scores[found], len(found) - k)[len(found) - k]
            found = found[scores[found] >= worst]
        order = np.lexsort((self._ids[found], -scores[found]))[:k]
        return self._ids[found[order]]

    def scores(self, query: Mapping[str, float]) -> NDArray[np.float32]:
        """Return the BM25 score of every slot; removed ones have 0."""
        scores = np.zeros(len(self._ids), dtype=np.float32)
        damping = self._damping_now()
        for term, weight in query.items():
            number = self._vocabulary.get(term)
            if number is None:
                continue
            postings = [
                (segment.slots[rows], segment.counts[rows])
                for segment in self._segments
                if (rows := segment.rows(number)).stop > rows.start
            ]
            documents = sum(int(self._alive[slots].sum()) for slots, _ in postings)
            idf = self._idf(documents) * weight
            for slots, counts in postings:
                scores[slots] += idf * counts * (K1 + 1) / (counts + damping[slots])
        return scores

    def scores_of(self, ids: NDArray[np.int64], scores: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return the scores of these passages out of the result of :meth:`scores`."""
        return scores[self._slots(ids)]

    def _slots(self, ids: NDArray[np.int64]) -> NDArray[np.int64]:
        return np.fromiter(map(self._slot_of.__getitem__, ids.tolist()), np.int64, len(ids))

    def best_possible(self, query: Mapping[str, float]) -> float:
        """Return the score of a passage that is full of every term: the scale of the scores."""
        return sum(
            self._idf(self._documents(term)) * weight * (K1 + 1) for term, weight in query.items()
        )

    def _documents(self, term: str) -> int:
        number = self._vocabulary.get(term)
        if number is None:
            return 0
        return sum(
            int(self._alive[segment.slots[segment.rows(number)]].sum())
            for segment in self._segments
        )

    def _idf(self, documents: int) -> float:
        return float(np.log1p((len(self) - documents + 0.5) / (documents + 0.5)))

    def _damping_now(self) -> NDArray[np.float32]:
        """Return k1 (1 - b + b length / mean length) per slot; infinite where nothing lives."""
        if self._damping is None:
            alive = self._lengths[self._alive]
            mean = float(alive.mean(dtype=np.float64)) if len(alive) else 1.0
            damping = K1 * (1 - B + B * self._lengths / max(mean, 1.0))
            self._damping = np.where(self._alive, damping, np.inf).astype(np.float32)
        return self._damping

    def _merge(self) -> None:
        while len(self._segments) > 1 and len(self._segments[-2]) < 2 * len(self._segments[-1]):
            late, early = self._segments.pop(), self._segments.pop()
            terms, slots, counts = (
                np.concatenate(pair) for pair in zip(early.triples(), late.triples(), strict=True)
            )
            kept = self._alive[slots]
            self._segments.append(_Segment.build(terms[kept], slots[kept], counts[kept]))
