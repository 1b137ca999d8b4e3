"""The last step of every exact search: the order in which what was found is handed over."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from embeddings.protocols import Ids, Vectors

SUM_ORDER = 1e-5
"""How far two sums of the same products may lie apart.

A matrix product adds up in an order that depends on where a row lies and how many queries come with
it, so equal vectors can differ in their last bits, and an engine's own ties cannot be trusted.
Whatever an engine finds this near the k-th place has to be looked at again.
"""


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
