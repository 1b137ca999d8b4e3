"""What exact searches share: products, what may be among the best, and the order at the end."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from embeddings.protocols import Ids, Vectors

SUM_ORDER = 1e-5
"""How far two sums of the same products may lie apart.

A matrix product adds up in an order that depends on where a row lies and how many queries come with
it, so equal vectors can differ in their last bits, and an engine's own ties cannot be trusted.
Whatever an engine finds this near the k-th place has to be looked at again.
"""


_Rows = npt.NDArray[np.intp]

# Gathering rows one by one costs about as much as multiplying eight times as many in place.
_GATHER_COST = 8
# Up to here queries cost less one by one: the product of matrices begins at a high step.
_FEW_QUERIES = 8
# Rows that are multiplied with every query in turn while they lie in the cache of their core.
_BLOCK = 512


def products(queries: Vectors, matrix: Vectors, rows: _Rows | None = None) -> Vectors:
    """Give the cosine of every query with every row, shape (queries, len(rows)).

    Args:
        queries: shape (n, dimension).
        matrix: shape (m, dimension).
        rows: which rows of the matrix, shape (r,); None for all, in order.
    """
    if rows is not None and len(rows) * _GATHER_COST < len(matrix):
        return queries @ matrix.take(rows, axis=0).T
    few = 0 < len(queries) <= _FEW_QUERIES
    every: Vectors = _block_by_block(queries, matrix) if few else queries @ matrix.T
    in_order = rows is None or (len(rows) == len(matrix) and rows[0] == 0 and _rising(rows))
    return every if in_order else every[:, rows]


def _block_by_block(queries: Vectors, matrix: Vectors) -> Vectors:
    """Multiply a few queries with every row, reading the matrix from memory once.

    One query after the other would read it once for each, which is what takes the time:
    60,000 rows of 384 numbers and three queries take 10 ms instead of 23.
    """
    every = np.empty((len(queries), len(matrix)), dtype=np.float32)
    for start in range(0, len(matrix), _BLOCK):
        rows = slice(start, start + _BLOCK)
        for query, found in zip(queries, every, strict=True):
            np.dot(matrix[rows], query, out=found[rows])
    return every


def _rising(rows: _Rows) -> bool:
    return bool((np.diff(rows) == 1).all())


def near_the_best(similarities: Vectors, k: int) -> _Rows:
    """Give the places of the best ``k``, and of all that might be as good as the last of them."""
    if k >= len(similarities):
        return np.arange(len(similarities))
    threshold = np.partition(similarities, -k)[-k] - SUM_ORDER
    return np.flatnonzero(similarities >= threshold)


def nearest_first(query: Vectors, ids: Ids, rows: Vectors, k: int) -> tuple[Ids, Vectors]:
    """Give the best ``k`` ids and their cosines: falling cosine, and equal ones by rising id.

    Each cosine is computed from its own row alone, so equal rows have equal cosines whatever the
    engine, and engines agree to the last bit.

    Args:
        query: one vector, shape (dimension,).
        ids: the candidates, shape (n,).
        rows: their vectors, shape (n, dimension).
        k: how many to keep at most.
    """
    cosines: Vectors = np.vecdot(rows, query)
    order = np.lexsort((ids, -cosines))[:k]
    return ids[order], cosines[order]
