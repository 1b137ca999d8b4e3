"""The checks every index makes on what it is given, so that all refuse the same things."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from embeddings.errors import DimensionMismatch, InvalidIds, InvalidVectors

if TYPE_CHECKING:
    from embeddings.protocols import Ids, Vectors

UNIT_TOLERANCE = 1e-3
"""How far from 1 the length of a row may be: float16 storage passes, forgotten scaling does not."""

_MATRIX = 2


def checked_vectors(vectors: npt.NDArray[np.generic], dimension: int) -> Vectors:
    """Return the same rows, contiguous in memory, or refuse them.

    Raises:
        InvalidVectors: not float32, not two-dimensional, not finite or not of unit length.
        DimensionMismatch: rows of another length than ``dimension``.
    """
    if vectors.dtype != np.float32:
        message = f"Vectors must be float32, not {vectors.dtype}: use .astype(np.float32)."
        raise InvalidVectors(message)
    if vectors.ndim != _MATRIX:
        message = (
            f"Vectors must be rows of a matrix, not of shape {vectors.shape}: "
            "use vector[np.newaxis] for a single one."
        )
        raise InvalidVectors(message)
    if vectors.shape[1] != dimension:
        raise DimensionMismatch(expected=dimension, actual=vectors.shape[1])
    rows: Vectors = np.ascontiguousarray(vectors, dtype=np.float32)
    lengths = np.sqrt(np.einsum("ij,ij->i", rows, rows))
    # Written so that NaN, which is neither near 1 nor far from it, counts as wrong.
    wrong = np.flatnonzero(~(np.abs(lengths - 1.0) <= UNIT_TOLERANCE))
    if wrong.size:
        row = int(wrong[0])
        message = (
            f"{wrong.size} of {len(rows)} vectors are not of unit length (row {row} has length "
            f"{float(lengths[row]):.4g}): divide each by its length, and look for NaN."
        )
        raise InvalidVectors(message)
    return rows


def checked_ids(ids: npt.NDArray[np.generic]) -> Ids:
    """Return the ids as a flat int64 array, or refuse them.

    Raises:
        InvalidIds: not a flat array of whole numbers, or one of them is negative.
    """
    if ids.ndim != 1:
        message = f"Ids must be a flat array, not of shape {ids.shape}."
        raise InvalidIds(message)
    # An empty list becomes float64 in NumPy; there is nothing wrong with it.
    if ids.size and not np.issubdtype(ids.dtype, np.integer):
        message = f"Ids must be whole numbers, not {ids.dtype}: use .astype(np.int64)."
        raise InvalidIds(message)
    flat: Ids = np.ascontiguousarray(ids).astype(np.int64, copy=False)
    if flat.size and int(flat.min()) < 0:
        message = f"Ids must be zero or more, not {int(flat.min())}: -1 marks an empty place."
        raise InvalidIds(message)
    return flat


def checked_rows(
    ids: npt.NDArray[np.generic], vectors: npt.NDArray[np.generic], dimension: int
) -> tuple[Ids, Vectors]:
    """Check ids and vectors that belong together: as many of each, and no id twice."""
    rows = checked_vectors(vectors, dimension)
    flat = checked_ids(ids)
    if len(flat) != len(rows):
        message = f"{len(flat)} ids came with {len(rows)} vectors: give one id for each vector."
        raise InvalidIds(message)
    if len(np.unique(flat)) != len(flat):
        message = "An id was given twice in one call: keep the vector that is meant."
        raise InvalidIds(message)
    return flat, rows


def checked_k(k: int) -> int:
    """Return ``k``, or refuse a search for no places at all."""
    if k < 1:
        message = f"k must be 1 or more, not {k}."
        raise ValueError(message)
    return k
