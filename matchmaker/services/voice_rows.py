"""VoiceRows: what the second voice made of the passages it has read, found by passage id."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from matchmaker.matching.languages import LanguageCorrection

Floats = NDArray[np.float32]
Ids = NDArray[np.int64]
_FIRST_ROOM = 256


class VoiceRows:
    """Vectors in one matrix, in half precision.

    That moves a cosine by less than a ten-thousandth, which no rank feels, and takes half the
    memory: 75 MB for 100,000 passages of 384 numbers.

    Args:
        dimension: length of a row.

    """

    def __init__(self, dimension: int) -> None:
        self._dimension = dimension
        self.clear()

    @property
    def capacity(self) -> int:
        """How many vectors there is room for, used or not."""
        return len(self._matrix)

    def clear(self) -> None:
        """Forget everything."""
        self._matrix = np.empty((0, self._dimension), dtype=np.float16)
        self._clear = np.empty(0, dtype=np.float32)
        #: Row by passage id; -1 where there is none.
        self._row_of: NDArray[np.int32] = np.empty(0, dtype=np.int32)
        self._free: list[int] = []

    def upsert(self, ids: Ids, vectors: Floats, clear: Floats) -> None:
        """Take these vectors, in place of those already there under the same ids.

        Args:
            ids: of the passages, each once.
            vectors: corrected unit rows, shape (len(ids), dimension).
            clear: how much of each text the voice could read, from 0 to 1, shape (len(ids),).

        """
        if not len(ids):
            return
        self.remove(ids)
        most = int(ids.max()) + 1
        if most > len(self._row_of):
            grown = np.full(max(most, 2 * len(self._row_of)), -1, dtype=np.int32)
            grown[: len(self._row_of)] = self._row_of
            self._row_of = grown
        if len(self._free) < len(ids):
            self._make_room(len(ids) - len(self._free))
        rows = [self._free.pop() for _ in range(len(ids))]
        self._row_of[ids] = rows
        self._matrix[rows] = vectors
        self._clear[rows] = clear

    def remove(self, ids: Ids) -> None:
        """Forget these ids; ids that are not there are passed over."""
        known = ids[ids < len(self._row_of)]
        rows = self._row_of[known]
        self._free.extend(rows[rows >= 0].tolist())
        self._row_of[known] = -1

    def of(self, ids: Ids) -> tuple[Ids, Floats, Floats]:
        """Return which of these ids have a vector, as positions in ``ids``.

        And the vectors, and how clear each is.
        """
        known = np.flatnonzero(ids < len(self._row_of))
        rows = self._row_of[ids[known]]
        there = rows >= 0
        rows = rows[there]
        return known[there], self._matrix[rows].astype(np.float32), self._clear[rows]

    def ids(self) -> frozenset[int]:
        """All ids that have a vector."""
        return frozenset(np.flatnonzero(self._row_of >= 0).tolist())

    def _make_room(self, lacking: int) -> None:
        before = len(self._matrix)
        after = max(before + lacking, before * 3 // 2, _FIRST_ROOM)
        matrix = np.empty((after, self._dimension), dtype=np.float16)
        matrix[:before] = self._matrix
        self._matrix = matrix
        self._clear = np.concatenate([self._clear, np.ones(after - before, dtype=np.float32)])
        # Taken from the end: the lowest first, so that rows lie in the order they came.
        self._free.extend(range(after - 1, before - 1, -1))


@dataclass(frozen=True)
class HeldVoice:
    """What a replica holds of the second voice, all of one generation."""

    rows: VoiceRows
    query_correction: LanguageCorrection
    document_correction: LanguageCorrection
    #: What the voice's cosines are multiplied with.
    scale: float
