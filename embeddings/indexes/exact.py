"""Exact search with NumPy: the reference that every other index is compared with.

Searches never wait for changes. A change builds the next ``_State`` beside the old one and swaps it
in; rows of the matrix, once written, are never written again, so a search that began before goes on
with what it saw. Rows nobody points to any more are dropped when they grow too many.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from embeddings.errors import UnknownIds
from embeddings.indexes.ordering import near_the_best, nearest_first, products
from embeddings.protocols import NO_ID, EncoderSpec, Ids, Neighbours, Vectors
from embeddings.validation import checked_ids, checked_k, checked_rows, checked_vectors

_Rows = npt.NDArray[np.intp]


@dataclass(frozen=True)
class _State:
    """What one search sees: sorted ids, the row of each, and the matrix with ``used`` rows filled.

    Rows from ``used`` on belong to later states; rows missing from ``rows`` are dead.
    """

    ids: Ids
    rows: _Rows
    matrix: Vectors
    used: int

    def find(self, ids: Ids) -> tuple[_Rows, npt.NDArray[np.bool_]]:
        """Give the place of each id in ``self.ids``, and whether it is really there."""
        places = np.searchsorted(self.ids, ids)
        known = np.zeros(len(ids), dtype=np.bool_)
        inside = places < len(self.ids)
        known[inside] = self.ids[places[inside]] == ids[inside]
        return places, known

    def without(self, ids: Ids) -> tuple[Ids, _Rows]:
        """Give ids and rows with these ids left out."""
        places, known = self.find(ids)
        return np.delete(self.ids, places[known]), np.delete(self.rows, places[known])


class ExactIndex:
    """Brute force over all rows: exact, in memory, one per process."""

    def __init__(self, spec: EncoderSpec) -> None:
        """Make an empty index for vectors of this encoder."""
        self._spec = spec
        self._changing = threading.Lock()
        self._state = self._empty()
        self.position = 0

    @property
    def spec(self) -> EncoderSpec:
        """The encoder whose vectors these are."""
        return self._spec

    @property
    def shared(self) -> bool:
        """Never: each process has its own."""
        return False

    def upsert(self, ids: Ids, vectors: Vectors) -> None:
        """Add or replace; about 0.1 ms for ten rows among 50,000."""
        ids, vectors = checked_rows(ids, vectors, self._spec.dimension)
        with self._changing:
            state = self._state
            kept_ids, kept_rows = state.without(ids)
            if state.used + len(ids) > len(state.matrix):
                # Twice what is needed: growing costs a constant per row.
                state = _packed(state, kept_ids, kept_rows, 2 * (len(kept_ids) + len(ids)))
                kept_rows = state.rows
            end = state.used + len(ids)
            state.matrix[state.used : end] = vectors
            order = np.argsort(ids)
            places = np.searchsorted(kept_ids, ids[order])
            self._state = _State(
                ids=np.insert(kept_ids, places, ids[order]),
                rows=np.insert(kept_rows, places, state.used + order),
                matrix=state.matrix,
                used=end,
            )

    def remove(self, ids: Ids) -> None:
        """Forget these ids, quietly also those that are not there."""
        ids = checked_ids(ids)
        with self._changing:
            state = self._state
            kept_ids, kept_rows = state.without(ids)
            if 2 * len(kept_ids) < state.used:
                self._state = _packed(state, kept_ids, kept_rows, len(kept_ids))
            else:
                self._state = _State(kept_ids, kept_rows, state.matrix, state.used)

    def search(self, queries: Vectors, k: int, among: Ids | None = None) -> Neighbours:
        """Multiply, keep the best ``k``, break ties by id."""
        queries = checked_vectors(queries, self._spec.dimension)
        k = checked_k(k)
        state = self._state
        ids, rows = state.ids, state.rows
        if among is not None:
            places, known = state.find(np.unique(checked_ids(among)))
            ids, rows = ids[places[known]], rows[places[known]]
        found = Neighbours(
            np.full((len(queries), k), NO_ID, dtype=np.int64),
            np.full((len(queries), k), -np.inf, dtype=np.float32),
        )
        if not len(rows) or not len(queries):
            return found
        similarities = products(queries, state.matrix[: state.used], rows)
        for number, query in enumerate(queries):
            candidates = near_the_best(similarities[number], k)
            best, cosines = nearest_first(query, ids[candidates], state.matrix[rows[candidates]], k)
            found.ids[number, : len(best)] = best
            found.similarities[number, : len(best)] = cosines
        return found

    def vectors(self, ids: Ids) -> Vectors:
        """Copy the stored rows out, in the order asked."""
        ids = checked_ids(ids)
        state = self._state
        places, known = state.find(ids)
        if not known.all():
            raise UnknownIds(ids[~known].tolist())
        return state.matrix[state.rows[places]]

    def ids(self) -> frozenset[int]:
        """All ids in the index."""
        return frozenset(self._state.ids.tolist())

    def clear(self) -> None:
        """Forget everything, and set ``position`` back to 0."""
        with self._changing:
            self._state = self._empty()
            self.position = 0

    def __len__(self) -> int:
        """How many ids are in the index."""
        return len(self._state.ids)

    def _empty(self) -> _State:
        return _State(
            ids=np.empty(0, dtype=np.int64),
            rows=np.empty(0, dtype=np.intp),
            matrix=np.empty((0, self._spec.dimension), dtype=np.float32),
            used=0,
        )


def _packed(state: _State, ids: Ids, rows: _Rows, capacity: int) -> _State:
    """Copy the living rows into a matrix of their own, the dead ones left behind."""
    matrix = np.empty((capacity, state.matrix.shape[1]), dtype=np.float32)
    np.take(state.matrix, rows, axis=0, out=matrix[: len(rows)])
    return _State(ids, np.arange(len(rows)), matrix, len(rows))
