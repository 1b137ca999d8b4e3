"""Exact search with FAISS: in memory, one per process, quick to fill; the default on one machine.

What FAISS does otherwise than the contract asks, and what is done about it (version 1.15):

* it takes the same id twice without a word: ids are removed before they are added;
* it fills missing places with -1 and the lowest float: these become ``NO_ID`` and minus infinity;
* equal similarities come in storage order: a few more are asked for, then put in order by id;
* it may not be searched while it changes: many readers or one writer;
* fewer than twenty queries it compares one by one, each on one core: a matrix product over the
  same storage takes a third of the time (50,000 x 384, one query: 2 against 6 ms). Large storage
  is multiplied in one part per core: one core alone cannot read memory as fast as it is there.
"""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from itertools import pairwise
from typing import Any

import faiss
import numpy as np
import numpy.typing as npt

from embeddings.errors import UnknownIds
from embeddings.indexes.locking import ReadWriteLock
from embeddings.indexes.ordering import SUM_ORDER, near_the_best, nearest_first, products
from embeddings.protocols import NO_ID, EncoderSpec, Ids, Neighbours, Vectors
from embeddings.validation import checked_ids, checked_k, checked_rows, checked_vectors

# From here on FAISS multiplies in blocks itself.
_MANY_QUERIES = 20
# Enough to see that nothing after the k-th place is as near; doubled in the rare case that it is.
_SPARE = 16
# Rows from which a product is shared among cores: below, handing it over costs as much.
_SHARED_ROWS = 10_000
_MOST_PARTS = 4


class FaissIndex:
    """``IndexIDMap2`` over ``IndexFlatIP``: inner products of unit rows, which are cosines."""

    def __init__(self, spec: EncoderSpec) -> None:
        """Make an empty index for vectors of this encoder."""
        self._spec = spec
        self._lock = ReadWriteLock()
        self._engine = faiss.IndexIDMap2(faiss.IndexFlatIP(spec.dimension))
        self._ids: frozenset[int] = frozenset()
        # The id of each row, the rows by rising id, and those ids.
        self._id_of: Ids = np.empty(0, dtype=np.int64)
        self._rising: Ids = np.empty(0, dtype=np.int64)
        self._rows: npt.NDArray[np.intp] = np.empty(0, dtype=np.intp)
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
        """Add or replace. Replacing walks the whole index once per call: hand over many at once."""
        ids, vectors = checked_rows(ids, vectors, self._spec.dimension)
        with self._lock.writing():
            self._drop(ids)
            self._engine.add_with_ids(vectors, ids)
            self._ids |= set(ids.tolist())
            self._renumber()

    def remove(self, ids: Ids) -> None:
        """Forget these ids, quietly also those that are not there."""
        ids = checked_ids(ids)
        with self._lock.writing():
            self._drop(ids)
            self._renumber()

    def search(self, queries: Vectors, k: int, among: Ids | None = None) -> Neighbours:
        """Give the nearest: few queries by one matrix product, many by FAISS."""
        queries = checked_vectors(queries, self._spec.dimension)
        k = checked_k(k)
        if among is not None:
            among = np.unique(checked_ids(among))
        found = Neighbours(
            np.full((len(queries), k), NO_ID, dtype=np.int64),
            np.full((len(queries), k), -np.inf, dtype=np.float32),
        )
        with self._lock.reading():
            if len(queries) < _MANY_QUERIES:
                self._multiply(queries, k, among, found)
            else:
                self._engine_search(queries, k, among, found)
        return found

    def vectors(self, ids: Ids) -> Vectors:
        """Copy the stored rows out, in the order asked; 0.1 ms for 1,500."""
        ids = checked_ids(ids)
        with self._lock.reading():
            places = np.searchsorted(self._rising, ids)
            known = places < len(self._rising)
            known[known] = self._rising[places[known]] == ids[known]
            if not known.all():
                raise UnknownIds(ids[~known].tolist())
            rows: Vectors = self._matrix().take(self._rows[places], axis=0)
        return rows

    def ids(self) -> frozenset[int]:
        """All ids in the index."""
        return self._ids

    def clear(self) -> None:
        """Forget everything, and set ``position`` back to 0."""
        with self._lock.writing():
            self._engine.reset()
            self._ids = frozenset()
            self._renumber()
            self.position = 0

    def __len__(self) -> int:
        """How many ids are in the index."""
        return len(self._ids)

    def _drop(self, ids: Ids) -> None:
        known = self._ids.intersection(ids.tolist())
        if known:
            gone = np.fromiter(known, dtype=np.int64, count=len(known))
            self._engine.remove_ids(faiss.IDSelectorBatch(gone))
            self._ids -= known

    def _renumber(self) -> None:
        self._id_of = faiss.vector_to_array(self._engine.id_map)
        self._rows = np.argsort(self._id_of)
        self._rising = self._id_of[self._rows]

    def _matrix(self) -> Vectors:
        """Give the rows where FAISS keeps them; valid until something changes."""
        flat: Any = faiss.downcast_index(self._engine.index)
        size = flat.ntotal * self._spec.dimension
        if not size:
            return np.empty((0, self._spec.dimension), dtype=np.float32)
        matrix: Vectors = faiss.rev_swig_ptr(flat.get_xb(), size).reshape(flat.ntotal, -1)
        return matrix

    def _multiply(self, queries: Vectors, k: int, among: Ids | None, found: Neighbours) -> None:
        """Compare a few queries with the rows where FAISS keeps them."""
        matrix = self._matrix()
        rows = None if among is None else self._rows_of(among)
        if not len(matrix) or (rows is not None and not len(rows)):
            return
        shared = rows is None and len(matrix) >= _SHARED_ROWS
        similarities = _in_parts(queries, matrix) if shared else products(queries, matrix, rows)
        for number, query in enumerate(queries):
            near = near_the_best(similarities[number], k)
            near = near if rows is None else rows[near]
            best, cosines = nearest_first(query, self._id_of[near], matrix.take(near, axis=0), k)
            found.ids[number, : len(best)] = best
            found.similarities[number, : len(best)] = cosines

    def _rows_of(self, ids: Ids) -> npt.NDArray[np.intp]:
        """Give the rows of those ids that are there."""
        rising = self._rising
        places = np.searchsorted(rising, ids)
        places = places[(places < len(rising))]
        known = rising[places] == ids[: len(places)]
        rows: npt.NDArray[np.intp] = self._rows[places[known]]
        return rows

    def _engine_search(
        self, queries: Vectors, k: int, among: Ids | None, found: Neighbours
    ) -> None:
        """Let FAISS find the best, then put equal ones in order."""
        candidates = self._candidates(queries, k, among)
        present = candidates != NO_ID
        rows = self._engine.reconstruct_batch(candidates[present])
        counts = np.count_nonzero(present, axis=1)
        starts = np.cumsum(counts) - counts
        for number, (start, count) in enumerate(zip(starts, counts, strict=True)):
            best, cosines = nearest_first(
                queries[number], candidates[number, :count], rows[start : start + count], k
            )
            found.ids[number, : len(best)] = best
            found.similarities[number, : len(best)] = cosines

    def _candidates(self, queries: Vectors, k: int, among: Ids | None) -> Ids:
        """Give the best ids of each query, at least ``k`` and all as near as the k-th, or all."""
        parameters = None
        most = len(self._ids)
        if among is not None:
            # The parameters keep a pointer only: the selector has to outlive the search.
            selector = faiss.IDSelectorBatch(among)
            parameters = faiss.SearchParameters()
            parameters.sel = selector
            most = min(most, len(among))
        width = min(k + _SPARE, most)
        if not width:
            return np.empty((len(queries), 0), dtype=np.int64)
        while True:
            similarities, ids = self._engine.search(queries, width, params=parameters)
            if width == most or (similarities[:, -1] < similarities[:, k - 1] - SUM_ORDER).all():
                found: Ids = ids
                return found
            width = min(2 * width, most)


@cache
def _cores() -> ThreadPoolExecutor | None:
    count = min(len(os.sched_getaffinity(0)), _MOST_PARTS)
    return ThreadPoolExecutor(count - 1, "matrix-product") if count > 1 else None


def _in_parts(queries: Vectors, matrix: Vectors) -> Vectors:
    """Give the cosine of every query with every row, each core at rows of its own."""
    cores = _cores()
    every = np.empty((len(queries), len(matrix)), dtype=np.float32)

    def fill(start: int, end: int) -> None:
        part = slice(start, end)
        every[:, part] = products(queries, matrix[part])

    if cores is None:
        fill(0, len(matrix))
        return every
    edges = np.linspace(0, len(matrix), min(len(os.sched_getaffinity(0)), _MOST_PARTS) + 1)
    bounds = edges.astype(int).tolist()
    others = [cores.submit(fill, *part) for part in pairwise(bounds[1:])]
    fill(*bounds[:2])
    for other in others:
        other.result()
    return every
