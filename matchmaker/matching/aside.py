"""Aside: what people ask that no cluster answers, so that "nobody fits" can be said of it.

The best of many thousand profiles shares something with any text, and chance words most of all
with a text that has nothing to do with production. So the best match must be nearer to the
challenge than made-up questions about holidays, pets, divorces and football are.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib import resources
from pathlib import Path

import numpy as np

from matchmaker.matching.languages import LanguageCorrection, Vectors
from matchmaker.matching.policy import MatchingPolicy

#: Name of the file of vectors beside this module, made by ``matchmaker fit``.
FITTED = "fitted_asides.npz"
#: Questions whose nearness is averaged: the nearest one alone is chance.
_NEAREST = 5


@cache
def reference_asides() -> Mapping[str, tuple[str, ...]]:
    """Return made-up questions that no cluster answers, by language; same place, same content."""
    source = resources.files(__package__).joinpath("reference_asides.tsv")
    lines = source.read_text(encoding="utf-8").splitlines()
    rows = list(csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE))
    return {language: tuple(row[language] for row in rows) for language in rows[0]}


def margin(words: int, policy: MatchingPolicy) -> float:
    """Return how far the best sum must be above what is near aside for anybody to fit.

    Args:
        words: of the challenge, without function words.
        policy: names the margins.

    """
    between = (words - policy.short_words) / (policy.long_words - policy.short_words)
    share = min(max(between, 0.0), 1.0)
    return policy.aside_margin_short + share * (policy.aside_margin - policy.aside_margin_short)


@dataclass(frozen=True, eq=False)
class Asides:
    """The vectors of such questions, of one encoder.

    Attributes:
        fingerprint: of the encoder that made them.
        vectors: unit rows as the encoder gave them, shape (n, dimension).
        languages: of each row.

    """

    fingerprint: str
    vectors: Vectors
    languages: Sequence[str]

    def near(self, whole: Vectors, correction: LanguageCorrection) -> float:
        """Return how near a challenge is to them: the mean cosine with the nearest five.

        Args:
            whole: corrected unit vector of the whole challenge, shape (dimension,).
            correction: what it was corrected by.

        """
        cosines = _corrected(self, correction) @ whole
        return float(np.sort(cosines)[-_NEAREST:].mean(dtype=np.float64))

    def save(self, path: Path) -> None:
        """Write the vectors; half precision is finer than what they are compared to."""
        with path.open("wb") as file:
            np.savez_compressed(
                file,
                fingerprint=np.array(self.fingerprint),
                vectors=self.vectors.astype(np.float16),
                languages=np.array(self.languages),
            )


# Every challenge is held against all of them; a replica corrects alike until it is loaded again.
@lru_cache(maxsize=4)
def _corrected(asides: Asides, correction: LanguageCorrection) -> Vectors:
    return correction.apply(asides.vectors, asides.languages)


@cache
def fitted_asides() -> Asides:
    """Return the vectors that are shipped."""
    source = resources.files(__package__).joinpath(FITTED)
    with source.open("rb") as file, np.load(file) as stored:
        return Asides(
            str(stored["fingerprint"]),
            stored["vectors"].astype(np.float32),
            stored["languages"].tolist(),
        )
