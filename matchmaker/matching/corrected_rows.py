"""Rows that are compared as if each were language-corrected, without a second copy of them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from matchmaker.matching.languages import LanguageCorrection

Floats = NDArray[np.float32]
_SHORTEST = 1e-6  # a row that is its language's mean has no direction left


class CorrectedRows:
    """Unit rows and what has to be taken off each when it is compared.

    A corrected row is (x - m) / |x - m|, with m the mean of its language. Its product with a
    query q is (x·q - m·q) / |x - m|, so the rows stay as they were encoded; only |x - m|, one
    number per row, is kept beside them.

    Args:
        rows: unit rows as encoded, shape (n, dimension).
        languages: the language of each row.
        correction: of the side that the rows are on.

    """

    def __init__(
        self, rows: Floats, languages: Sequence[str], correction: LanguageCorrection
    ) -> None:
        self.correction = correction
        self._rows = rows
        if not correction.means or not len(rows):
            self._means = np.zeros((1, rows.shape[1]), dtype=np.float32)
            self._mean_of: NDArray[np.int16] = np.zeros(len(rows), dtype=np.int16)
            self._lengths = np.ones(len(rows), dtype=np.float32)
            return
        codes = {language: code for code, language in enumerate(correction.means)}
        means = list(correction.means.values())
        # The last one is for a language without a mean, as in LanguageCorrection.apply.
        self._means = np.stack([*means, np.mean(means, axis=0)]).astype(np.float32)
        self._mean_of = np.array([codes.get(one, len(codes)) for one in languages], dtype=np.int16)
        along = np.take_along_axis(
            rows @ self._means.T, self._mean_of[:, None].astype(np.int64), axis=1
        )[:, 0]
        squares = np.vecdot(self._means, self._means)[self._mean_of]
        squared = np.vecdot(rows, rows) - 2 * along + squares
        self._lengths = np.sqrt(np.maximum(squared, _SHORTEST)).astype(np.float32)

    def cosines(self, queries: Floats) -> Floats:
        """Return the cosine of each query with each corrected row, shape (queries, n).

        Args:
            queries: corrected unit rows, shape (queries, dimension).

        """
        found = queries @ self._rows.T
        found -= (queries @ self._means.T)[:, self._mean_of]
        found /= self._lengths
        return np.asarray(found, dtype=np.float32)
