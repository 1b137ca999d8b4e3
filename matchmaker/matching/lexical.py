"""Lexical order: BM25 over passages, held in memory and exact after any history of changes.

BM25 as in Robertson and Zaragoza, "The Probabilistic Relevance Framework" (2009), with the
never negative idf of Lucene, and made for long questions: a challenge is a text, not a handful of
words, so a word counts by its rarity on both sides, as in the cosine of tf-idf vectors, and by the
logarithm of how often it is said (MRR on the Danish projects 0.500 against 0.459).

Two indexes that hold the same passages give the same scores whatever changes led there, so a
stored run can be replayed by another process.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from math import log, log1p
from typing import Any

import numpy as np
from numpy.typing import NDArray

from matchmaker.matching.characters import CharacterIndex, looked_up

K1 = 2.0
B = 0.9
#: How many of the best passages of a group make its scale.
SCALE_DEPTH = 5
_ABOVE_ZERO = float(np.nextafter(np.float32(0), np.float32(1)))
#: Rows that scores are laid in to find how low the best of them may lie.
_ROWS = 16


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


class _Vocabulary(dict[str, int]):
    """Numbers of words; ``[word]`` gives a new one the next number, other ways of asking do not."""

    def __missing__(self, word: str) -> int:
        number = self[word] = len(self)
        return number


class LexicalIndex:
    """Passages by id, found by their terms. Not locked: its owner does that.

    Passages live in slots that are never used twice; a removed slot counts nowhere. Postings
    come in segments of falling size, merged when neighbours are of like size, so that adding
    costs little and a search reads few segments.
    """

    def __init__(self) -> None:
        self._vocabulary = _Vocabulary()
        self._characters = CharacterIndex()
        self._segments: list[_Segment] = []
        #: Slot by passage id; -1 where there is none.
        self._slot_of: NDArray[np.int32] = np.empty(0, dtype=np.int32)
        self._held = 0
        self._ids = np.empty(0, dtype=np.int64)
        self._lengths = np.empty(0, dtype=np.float32)
        self._groups: dict[str, int] = {}
        self._group_of = np.empty(0, dtype=np.int16)
        self._alive = np.empty(0, dtype=bool)
        self._damping: NDArray[np.float32] | None = None
        self._grouped: list[NDArray[np.intp]] | None = None

    def __len__(self) -> int:
        """Return how many passages are held."""
        return self._held

    def upsert(
        self, ids: Sequence[int], terms: Sequence[Sequence[str]], groups: Sequence[str]
    ) -> None:
        """Add passages, replacing those with the same id.

        Args:
            ids: one per passage, each once.
            terms: the terms of each passage, in any order, repeated as they occur.
            groups: the group of each passage, such as its language; see :meth:`scaled`.

        """
        if not ids:
            return
        self.remove(ids)
        first = len(self._ids)
        numbered = np.asarray(ids, dtype=np.int64)
        if (most := int(numbered.max()) + 1) > len(self._slot_of):
            grown: NDArray[np.int32] = np.full(max(most, 2 * len(self._slot_of)), -1, np.int32)
            grown[: len(self._slot_of)] = self._slot_of
            self._slot_of = grown
        self._slot_of[numbered] = np.arange(first, first + len(ids))
        self._held += len(ids)
        self._ids = np.concatenate([self._ids, numbered])
        of_group = [self._groups.setdefault(group, len(self._groups)) for group in groups]
        self._group_of = np.concatenate([self._group_of, np.array(of_group, dtype=np.int16)])
        self._grouped = None
        lengths = np.array([len(words) for words in terms], dtype=np.int64)
        self._lengths = np.concatenate([self._lengths, lengths.astype(np.float32)])
        self._alive = np.concatenate([self._alive, np.ones(len(ids), dtype=bool)])
        self._damping = None
        self._segments.append(
            _Segment.build(*self._counted(terms, np.repeat(np.arange(len(ids)), lengths), first))
        )
        self._merge()

    def _counted(
        self, terms: Sequence[Sequence[str]], places: NDArray[np.int64], first: int
    ) -> tuple[NDArray[np.int32], NDArray[np.int32], NDArray[np.float32]]:
        """Return term, slot and how often, of every term of every passage; words get their numbers.

        Args:
            terms: of each passage.
            places: which of the passages each of all terms is of, shape (all terms,).
            first: slot of the first passage.

        """
        number_of = self._vocabulary.__getitem__
        words = chain.from_iterable(terms)
        numbers = np.fromiter(map(number_of, words), dtype=np.int64, count=len(places))
        # All at once: passage by passage, counting takes half of the time of loading a replica.
        pairs, counts = np.unique(numbers * len(terms) + places, return_counts=True)
        numbers, places = np.divmod(pairs, len(terms))
        slots = (places + first).astype(np.int32)
        return numbers.astype(np.int32), slots, counts.astype(np.float32)

    def remove(self, ids: Sequence[int]) -> None:
        """Forget passages; ids that are not held are passed over."""
        numbered = np.asarray(ids, dtype=np.int64)
        numbered = numbered[numbered < len(self._slot_of)]
        found = np.unique(self._slot_of[numbered])
        slots = found[found >= 0]
        if len(slots):
            self._alive[slots] = False
            self._slot_of[self._ids[slots]] = -1
            self._held -= len(slots)
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
        found: NDArray[np.integer[Any]]
        if among is None:
            found = np.flatnonzero(scores >= max(_least_of_best(scores, k), _ABOVE_ZERO))
        else:
            found = self._slot_of[among]
            found = found[scores[found] > 0]
        if len(found) > k:
            worst = np.partition(scores[found], len(found) - k)[len(found) - k]
            found = found[scores[found] >= worst]
        order = np.lexsort((self._ids[found], -scores[found]))[:k]
        return self._ids[found[order]]

    def holding(self, terms: Collection[str]) -> NDArray[np.int64]:
        """Return the ids of the passages that hold at least one of these terms, in order."""
        numbers = [self._vocabulary[term] for term in terms if term in self._vocabulary]
        slots = [
            segment.slots[segment.rows(number)] for number in numbers for segment in self._segments
        ]
        found = np.unique(np.concatenate([np.empty(0, dtype=np.int32), *slots]))
        return np.sort(self._ids[found[self._alive[found]]])

    def scores(self, query: Mapping[str, float]) -> tuple[NDArray[np.float32], float]:
        """Return the BM25 score of every slot, and the best that any passage could have.

        Removed passages have 0. The best possible is the score of a passage that is full of
        every term: the scale of the query.

        Args:
            query: term to weight, from :func:`matchmaker.matching.terms.query_terms`.
        """
        damping = self._damping_now()
        best = 0.0
        postings: list[tuple[NDArray[np.int32], NDArray[np.float32]]] = []
        gains: list[float] = []
        for term, weight in query.items():
            number = self._vocabulary.get(term)
            found = [
                (segment.slots[rows], segment.counts[rows])
                for segment in self._segments
                if number is not None and (rows := segment.rows(number)).stop > rows.start
            ]
            documents = sum(self._living(slots) for slots, _ in found)
            idf = log1p((len(self) - documents + 0.5) / (documents + 0.5))
            gain = idf * idf * (1 + log(weight) if weight >= 1 else weight) * (K1 + 1)
            best += gain
            postings += found
            gains += [gain] * len(found)
        if not postings:
            return np.zeros(len(self._ids), dtype=np.float32), best
        # All terms at once: one by one, each would cost a handful of calls.
        slots = np.concatenate([slots for slots, _ in postings])
        counts = np.concatenate([counts for _, counts in postings])
        gains_of = np.repeat(gains, [len(slots) for slots, _ in postings])
        parts = gains_of * counts / (counts + damping[slots])
        # Added up per slot in the order of the terms, whatever the segments.
        scores = np.bincount(slots, weights=parts, minlength=len(self._ids))
        return scores.astype(np.float32), best

    def alike(self, words: Mapping[str, str]) -> dict[str, float]:
        """Return the terms that passages hold and that are written like some words of a question.

        Args:
            words: word, as it is written, to its term.

        Returns:
            Term to weight, for :meth:`scores`: how alike it is to the word it is most like.

        """
        known = self._vocabulary
        if len(self._characters) < len(known):
            self._characters.add(list(known)[len(self._characters) :])
        found: dict[str, float] = {}
        for word in looked_up(words, known):
            for term, cosine in self._characters.alike(word).items():
                if self._documents(term):
                    found[term] = max(found.get(term, 0.0), cosine)
        return dict(sorted(found.items()))

    def _documents(self, term: str) -> int:
        """Return how many passages hold a term."""
        number = self._vocabulary[term]
        return sum(self._living(segment.slots[segment.rows(number)]) for segment in self._segments)

    def _living(self, slots: NDArray[np.int32]) -> int:
        """Return how many of these slots hold a passage."""
        if self._held == len(self._ids):
            return len(slots)
        return int(np.count_nonzero(self._alive[slots]))

    def scaled(self, scores: NDArray[np.float32], least: float) -> NDArray[np.float32]:
        """Return the scores on the scale of their group: 1 is the mean of its five best.

        Passages in another language than the question share few words with it, so their
        scores are low whatever they say; measured within their own language they count alike.

        Args:
            scores: what :meth:`scores` returned.
            least: no scale is smaller than this, or chance words would count as the best.

        """
        scales = np.ones(len(self._groups), dtype=np.float32)
        for group, slots in enumerate(self._slots_of_groups()):
            best = scores[slots]
            best = best[best >= _least_of_best(best, SCALE_DEPTH)]
            # Sorted, so that the sum does not show in which order the passages arrived.
            best = np.sort(best)[-SCALE_DEPTH:]
            scale = float(best.sum(dtype=np.float64)) / SCALE_DEPTH
            scales[group] = max(scale, least, 1e-6)
        return scores / scales[self._group_of]

    def _slots_of_groups(self) -> list[NDArray[np.intp]]:
        if self._grouped is None:
            self._grouped = [
                np.flatnonzero(self._group_of == group) for group in self._groups.values()
            ]
        return self._grouped

    def of(self, ids: NDArray[np.int64], scores: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return the scores of these passages out of an array over slots."""
        return scores[self._slot_of[ids]]

    def in_group(self, ids: NDArray[np.int64], group: str) -> NDArray[np.bool_]:
        """Return whether each of these passages is in a group."""
        return np.asarray(self._group_of[self._slot_of[ids]] == self._groups.get(group, -1))

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


def _least_of_best(scores: NDArray[np.float32], k: int) -> float:
    """Return a score that the k best all reach, and few others; the lowest when there are few.

    The k-th best of the maxima of columns: one pass over all scores, where putting them in order,
    even partly, takes ten.
    """
    columns = len(scores) // _ROWS
    if columns < 2 * k:
        return float(scores.min(initial=0))
    maxima = scores[: _ROWS * columns].reshape(_ROWS, columns).max(axis=0)
    return float(np.partition(maxima, columns - k)[columns - k])
